"""Start-up from the first paint to the complete window.

Invariant: slow work runs on a separate thread, work on widgets in short steps on the UI thread. A window closed
meanwhile leaves nothing open, and letters typed into it are saved. If the history cannot be opened, they stay in the
window, and opening can be retried; a damaged history can be repaired first.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from workbench.host.dirs import ProductDirs
from workbench.ui.shell.frame import WindowFrame

if TYPE_CHECKING:
    from concurrent.futures import Future

    from workbench.app.compose.early_draft import EarlyDraftSaver
    from workbench.app.opening import OpenedWorkbench
    from workbench.ui.recovery import RecoveryDialog
    from workbench.ui.recovery.refusal import OpenRefusal
    from workbench.ui.shell.feature import FeatureSet
    from workbench.ui.shell.window import MainWindow

# A letter typed as soon as the draft is visible is painted before imports start to compete for the CPU.
_BREATH_MS = 30
_FIRST_SAVE_MS = 100
"""Delay from the first letter to the first save of an early draft."""
# Modules used by the steps, or by reads in parallel: an import during a step would delay it by tens of ms.
_REST = (
    "workbench.ui.shell.window_builder",
    "workbench.app.raise_server",
    "workbench.ui.features.maintenance.controller",
    "rapidfuzz.distance",
)


class WindowStart(QObject):
    """Completes a frame. `failed` is emitted if that is impossible; `error` then holds the reason.

    It is not emitted if letters would be lost: then the frame shows the reason (`refusal`) until a retry succeeds or
    the window closes.
    """

    failed = Signal()
    _arrived = Signal()

    def __init__(
        self, frame: WindowFrame, db: Path, places: ProductDirs, features: Callable[[], FeatureSet], notice: str = ""
    ) -> None:
        """`features` imports the features of the window; `notice` is a message to show when it is complete."""
        super().__init__(frame)
        self._frame, self._db, self._places, self._features, self._notice = frame, db, places, features, notice
        frame.command_of = self._command_of
        self._thread: threading.Thread | None = None
        self._opened: OpenedWorkbench | None = None
        self._window: MainWindow | None = None
        self._steps: Iterator[Future[None] | None] = iter(())
        self._awaited: Future[None] | None = None
        self._early: EarlyDraftSaver | None = None
        self._session = os.urandom(16).hex()
        self._is_built = self._closed = False
        self.error: Exception | None = None
        self.refusal: OpenRefusal | None = None
        self.mending: RecoveryDialog | None = None
        """The dialog over a damaged history."""
        self.was_given_up = False
        """The history is damaged, and the user closed the window."""
        self._arrived.connect(self._build, Qt.ConnectionType.QueuedConnection)
        # An owned timer is deleted with this object; Qt's single-shot timer lives until it fires.
        breath = QTimer(self)
        breath.setSingleShot(True)
        breath.setInterval(_BREATH_MS)
        breath.timeout.connect(self._begin)
        frame.painted.connect(breath.start)
        # Connected before the handler of the window made here, and so called before it.
        frame.closing.connect(self._close)
        self._first_edit = QTimer(self, singleShot=True, interval=_FIRST_SAVE_MS)
        self._first_edit.timeout.connect(self._begin_early)
        for edited in (frame.view.editor.edited, frame.view.values.edited):
            edited.connect(self._save_early)

    def end(self) -> int:
        """Close what was opened, after the frame is closed; return the number of answers that could not be saved.
        Idempotent.

        Raises StoreError if letters typed before the window was complete cannot be saved.
        """
        if self._thread is not None:
            self._thread.join()
        elif self._frame.is_edited:
            self._open()
        opened, self._opened = self._opened, None
        if opened is None:
            if self._early is not None:
                self._early.stop()
            return 0
        is_saved = False
        try:
            if not self._is_built:
                self._keep_letters(opened)
                is_saved = True
        finally:
            unsaved = opened.workbench.close()
            if self._window is not None and self._is_built:
                is_saved = self._window.compose.saver.is_saved
            self._end_early(is_saved)
        return unsaved

    def _save_early(self) -> None:
        """Save text typed before the window is complete; afterwards the window saves it."""
        if self._is_built:
            return
        if self._early is not None:
            self._early.touch()
        elif not self._first_edit.isActive():
            self._first_edit.start()

    def _begin_early(self) -> None:
        from workbench.app.compose.early_draft import (
            EarlyDraftSaver,  # the first letter is painted before this is imported
        )

        if self._early is None and not self._is_built:
            self._early = EarlyDraftSaver(self._db, self._frame.glimpse, self._frame.text, self._session, self)
            self._early.save()

    def _end_early(self, is_saved: bool) -> None:
        self._first_edit.stop()
        if self._early is None:
            return
        early, self._early = self._early, None
        if is_saved:
            early.remove()
        else:
            early.stop()
        early.deleteLater()

    def is_safe(self) -> bool:
        """Whether all typed text is safe if the window closes before the history is open."""
        if not self._frame.is_edited:
            return True
        self._begin_early()
        return self._early is not None and self._early.save_now()

    def _begin(self) -> None:
        if not self._closed:
            self._thread = threading.Thread(target=self._open, name="start")
            self._thread.start()

    def _open(self) -> None:
        """Open the database and load the rest of the program, on the thread; only open it if the frame was closed."""
        try:
            from workbench.app.opening import read
            from workbench.host.core_dumps import forbid_core_dumps
            from workbench.usecases.workbench import Workbench

            forbid_core_dumps()  # before any key is loaded, and inherited by the engine
            workbench = Workbench.open(self._db, self._places, os.environ)
            try:
                if not self._closed:
                    workbench.start_engine()
                self._opened = read(workbench, self._frame.glimpse.prompt_uid, self._session)
            except BaseException:
                workbench.close()
                raise
            for module in (*_REST, *self._features().preload_parts()):
                if not self._closed:
                    import_module(module)
        except Exception as error:  # noqa: BLE001 - handed to the other thread, where it is shown or raised
            self.error = error
        self._arrived.emit()

    def _build(self) -> None:
        if self._closed:
            return
        if self._opened is None or self.error is not None:
            if self._opened is None and self.error is not None and self._mend(self.error):
                return
            if self._opened is None and self.error is not None and self._frame.is_edited:
                self._refuse(self.error)
            else:
                self.failed.emit()
            return
        self._steps = self._building(self._opened)
        self._step()

    def _building(self, opened: OpenedWorkbench) -> Iterator[Future[None] | None]:
        from workbench.ui.shell.window import MainWindow
        from workbench.ui.shell.window_builder import build

        self._window = MainWindow(self._frame, opened, self._features())
        yield from build(self._window)

    def _command_of(self, key: str) -> str:
        from workbench.app.keymap import read
        from workbench.ui.shell.key_events import clean

        found = read(self._features().commands(), dict(self._frame.settings.keys), clean).keymap.owner(key)
        return "" if found is None else found.id

    def _refuse(self, error: Exception) -> None:
        from workbench.ui.recovery.refusal import OpenRefusal
        from workbench.usecases.problems import problem_of

        self.refusal = OpenRefusal(self._frame, problem_of(error), self._db, self.is_safe)
        self.refusal.again.connect(self._try_again)

    def _mend(self, error: Exception) -> bool:
        """Offer to repair the history, if damage is the reason that it cannot be opened."""
        from workbench.ui.recovery import RecoveryDialog
        from workbench.usecases.history_replacement import is_damaged

        if not is_damaged(error, self._db):
            return False
        self.mending = RecoveryDialog(self._frame.theme, self._db, self._frame)
        self.mending.finished.connect(self._mended)
        self.mending.offer(error, str(getattr(error, "code", "")))
        self.mending.open()
        return True

    def _mended(self) -> None:
        """Open the history that the user chose, or close."""
        from workbench.usecases.history_replacement import HistoryReplaced

        mending, self.mending = self.mending, None
        if mending is None or self._closed:
            return
        outcome = mending.outcome
        mending.deleteLater()
        if isinstance(outcome, HistoryReplaced):
            self.error, self._notice = None, outcome.sentence
            if not self._frame.is_edited:
                self._end_early(is_saved=True)
                self._frame.forget_glimpse()
            self._begin()
            return
        self.was_given_up = outcome is None
        self._frame.leaves_for = outcome
        self._frame.may_close = self._letters_may_go
        if not self._frame.close():
            self._frame.leaves_for, self.was_given_up = None, False
            if self.error is not None:
                self._mend(self.error)

    def _letters_may_go(self) -> bool:
        from workbench.ui.shell.questions import answer_of, draft_question

        return self.is_safe() or answer_of(draft_question(self._frame)) == "close"

    def _try_again(self) -> None:
        if self.refusal is not None:
            self.refusal.over()
        self.refusal = self.error = None
        self._begin()

    def _step(self) -> None:
        if self._advance():
            if self._awaited is not None and self._window is not None:
                self._window.tasks.watch(self._awaited, lambda _: self._step(), lambda _: self._step())
            else:
                QTimer.singleShot(0, self, self._step)
        elif self._notice and self._window is not None and self._is_built and not self._closed:
            self._window.notices.at_start("settings", self._notice)

    def _advance(self) -> bool:
        """Take one step; return False if none is left, or it failed."""
        try:
            self._awaited = next(self._steps)
        except StopIteration:
            self._is_built = self._window is not None and self.error is None
            self._hand_over()
            return False
        except Exception as error:  # noqa: BLE001 - raised again when the event loop has ended
            self.error = error
            self.failed.emit()
            return False
        return True

    def _hand_over(self) -> None:
        """Hand saving over to the window; the early draft is removed once the window has saved the text."""
        self._first_edit.stop()
        if self._window is None or not self._is_built or self._early is None:
            return
        self._early.stop()
        self._window.compose.saver.saved.connect(lambda: self._end_early(is_saved=True))

    def _close(self) -> None:
        self._closed = True
        if self.mending is not None:
            self.mending.abandon()
        # A half-built window is completed, because it then can save and close.
        while self._advance():
            pass
        if not self._is_built:
            self._frame.remember(self._places.config)

    def _keep_letters(self, opened: OpenedWorkbench) -> None:
        if not self._frame.is_edited:
            return
        from workbench.app.opening import own_prompt

        content, values = self._frame.text()
        shown = self._frame.glimpse.prompt_uid
        taken = own_prompt(opened, shown, is_new=self._frame.is_blank, text=(content, values))
        if taken is not None:
            taken[1].result()
        elif opened.draft is not None:
            draft = replace(opened.draft, content=content, values=values)
            opened.workbench.prompts.save_draft(opened.prompt_uid, draft, opened.draft.sets_by_uid).result()
