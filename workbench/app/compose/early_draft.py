"""Saves the text that is typed before the history is open.

Invariant: the UI thread only reads the text; at most one write is under way, on a thread of its own; `end` returns when
nothing is being written any more.
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
"""From a change to its write."""
_SHARE = 10
"""A text that takes long to read is read more rarely: reading takes at most a tenth of the time."""

Text = tuple[Content, Values]


class EarlyDraftSaver(QObject):
    """Writes what `read` returns beside the history at `db` after each `touch`, coalesced.

    `shown` is the draft that the person began with; `session` identifies this start of the window.
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
        """Note a change."""
        if not self._timer.isActive():
            self._timer.start()

    def save_now(self) -> bool:
        """Write the text as it is now; return whether it is on the disk. Blocks for the write."""
        self._timer.stop()
        self._join()
        self._write(*self._read())
        return self._is_written

    def stop(self) -> None:
        """Write nothing more; what is written stays."""
        self._timer.stop()
        self._join()

    def remove(self) -> None:
        """Stop, and remove what was written: the history has it."""
        self.stop()
        try:
            early_draft.remove(self._db, self._session)
        except OSError:
            # The next start finds that the history has the same text or a newer one, and tries again.
            self._is_written = True

    def save(self) -> None:
        """Write the text as it is now, soon if another write is under way."""
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
            # Nothing can be said before the window is whole; then the draft is saved in the history, or that is said.
            self._is_written = False
        else:
            self._is_written = True

    def _join(self) -> None:
        if self._thread is not None:
            self._thread.join()
            self._thread = None
