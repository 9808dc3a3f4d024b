"""Saves text typed before the history is open.

Invariant: the UI thread only reads the text. At most one write is in progress, on a thread of its own. `stop` and
`remove` wait for the last write.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from workbench.core.content import Content
from workbench.host.clock import utc_now
from workbench.store import early_draft
from workbench.store.draft_preview import DraftPreview
from workbench.store.early_draft import EarlyDraft, Values

PAUSE_MS = 100
"""Delay from a change to its write."""
_SHARE = 10
"""Reading takes at most one tenth of the time: a text that is slow to read is read less often."""

Text = tuple[Content, Values]


class EarlyDraftSaver(QObject):
    """Coalesces `touch` calls and writes the result of `read` to a file beside the history `db`.

    `shown` is the draft that was displayed at first; `session` identifies this start of the window.
    """

    def __init__(
        self, db: Path, shown: DraftPreview, read: Callable[[], Text], session: str, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._db, self._shown, self._read, self._session = db, shown, read, session
        self._bases = shown.bases
        self._thread: threading.Thread | None = None
        self._is_written = False
        self._timer = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._timer.timeout.connect(self.save)

    def touch(self) -> None:
        """Record a change."""
        if not self._timer.isActive():
            self._timer.start()

    def save_now(self) -> bool:
        """Write the current text; return whether it is on disk. Blocks until written."""
        self._timer.stop()
        self._join()
        self._write(*self._read())
        return self._is_written

    def stop(self) -> None:
        """Stop writing; the file stays."""
        self._timer.stop()
        self._join()

    def remove(self) -> None:
        """Stop writing and remove the file, because the history contains the text."""
        self.stop()
        try:
            early_draft.remove(self._db, self._session)
        except OSError:
            # If removal fails, the next start finds the same or a newer text in the history and tries again.
            self._is_written = True

    def save(self) -> None:
        """Start writing the current text; while a write is in progress, try again after the pause."""
        if self._thread is not None and self._thread.is_alive():
            self._timer.start()
            return
        began = time.monotonic()
        content, values = self._read()
        self._timer.setInterval(max(PAUSE_MS, round((time.monotonic() - began) * 1000 * _SHARE)))
        self._thread = threading.Thread(target=self._write, args=(content, values), name="early draft")
        self._thread.start()

    def _write(self, content: Content, values: Values) -> None:
        if not self._bases:
            self._bases = (early_draft.text_hash(self._shown.content, self._shown.values),)
        draft = EarlyDraft(self._shown.prompt_uid, content, values, self._bases, utc_now(), self._session)
        try:
            early_draft.write(self._db, draft)
        except OSError:
            # Errors cannot be shown before the window is complete. Then the draft is saved in the history, or the
            # failure is reported.
            self._is_written = False
        else:
            self._is_written = True

    def _join(self) -> None:
        if self._thread is not None:
            self._thread.join()
            self._thread = None
