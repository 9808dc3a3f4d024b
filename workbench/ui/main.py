"""Entry point of the window.

Invariant: one window per database, also while its history is restored, repaired or moved between two windows. Any
failure to open the window is shown as a sentence, not as a traceback.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication, QDialog

from workbench import __version__
from workbench.host import settings as stored
from workbench.host.arguments import database
from workbench.host.dirs import default_database, ensure_home, make_private, named_database, places
from workbench.host.errors import HostError
from workbench.host.garbage import collect_everything, resume_collection
from workbench.host.locks import WindowLock
from workbench.store.draft_preview import read_newest_preview
from workbench.store.errors import MISUSE, StoreError
from workbench.store.path_check import check_place
from workbench.ui.shell.frame import WindowFrame
from workbench.ui.shell.start import WindowStart
from workbench.ui.widgets.theme import STYLE, Theme

if TYPE_CHECKING:
    from workbench.ui.shell.fault_watch import FaultWatch
    from workbench.ui.shell.feature import FeatureSet

DESKTOP_FILE = "prompt-workbench"
_WATCH_AFTER_MS = 30
"""After the first paint, so that a typed letter is painted before signals and exceptions are handled."""
_SWITCH_S = 0.0005
"""How long another thread may go on computing once the UI thread wants to work, in s; see docs/DECISIONS.md."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the window until it is closed; return the exit code."""
    chosen = database(sys.argv[1:] if argv is None else argv)
    sys.setswitchinterval(_SWITCH_S)
    app = QApplication([sys.argv[0] or "prompt-workbench", "-style", STYLE])
    app.setApplicationName("prompt-workbench")
    app.setApplicationDisplayName("Prompt Workbench")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName(DESKTOP_FILE)
    place = chosen
    try:
        ensure_home(os.environ)
        place = default_database(os.environ) if chosen is None else named_database(chosen)
        return Program(app, place).run()
    except (StoreError, HostError) as error:
        return _explain(place, error)
    except Exception as error:  # noqa: BLE001 - last chance to report it to the user
        return _explain_fault(error)


class Program:
    """Runs windows one after the other: a change that needs a closed history is followed by a new window."""

    def __init__(self, app: QApplication, db: Path) -> None:
        self._app, self._db = app, db
        self._places = places(os.environ)
        self._lock: WindowLock | None = None
        self._theme: Theme | None = None
        self._frame: WindowFrame | None = None
        self._ends = False
        self._faults: FaultWatch | None = None
        self._waking = QTimer(interval=300)
        self._waking.timeout.connect(lambda: None)

    def run(self) -> int:
        """Run windows and return the exit code. Raises StoreError and HostError."""
        _check(self._db)
        make_private(self._db.parent)
        lock = self._lock = WindowLock(self._db)
        if not lock.acquire():
            return _raise_first(self._db)
        is_ours, remark = True, ""
        try:
            while True:
                code, change = self._show(remark)
                if change is None:
                    return code
                code, remark = self._change(change)
                if code or self._ends:
                    return code
        except StoreError as error:
            is_ours = error.code != "not_a_database"
            raise
        finally:
            self._waking.stop()
            if self._faults is not None:
                self._faults.end()
            self._lock.release(remove=not is_ours)

    def _show(self, remark: str) -> tuple[int, object]:
        """Show a window until it closes; return the exit code, and the change that it was closed for, or None."""
        loaded = stored.load(self._places.config)
        if self._theme is None:
            self._theme = Theme(self._app, loaded.settings.theme, loaded.settings.font_scale, set_style=False)
            self._theme.set_motion(loaded.settings.motion)
        frame = self._frame = WindowFrame(self._theme, loaded.settings, read_newest_preview(self._db))
        start = WindowStart(frame, self._db, self._places, _features, remark or loaded.notice)
        start.failed.connect(self._app.quit)
        frame.completed.connect(resume_collection)
        frame.show()
        frame.painted.connect(lambda: QTimer.singleShot(_WATCH_AFTER_MS, self._waking, self._watch))
        code = self._app.exec()
        unsaved = start.end()
        if unsaved:
            from workbench.host.terminal import tell
            from workbench.usecases.problems import unsaved_sentence

            tell(unsaved_sentence(unsaved))
        if start.refusal is not None or start.was_given_up:
            return 1, None
        if start.error is not None and frame.leaves_for is None:
            raise start.error
        return code, frame.leaves_for

    def _change(self, change: object) -> tuple[int, str]:
        """Perform the change that closed the window; return an exit code, 0 to continue, and a message to show."""
        from workbench.ui.recovery.history_change import carry_out

        if self._theme is None or self._lock is None:
            raise RuntimeError("nothing can be changed before a window was shown")
        self._forget_window()
        done = carry_out(self._theme, self._db, self._lock, change)
        self._db, self._lock = done.database, done.lock
        if done.is_elsewhere:
            return _raise_first(self._db) or 1, ""
        return 0, done.sentence

    def _forget_window(self) -> None:
        """Delete the old window and collect its garbage, before another one opens."""
        self._delete_window()
        collect_everything()

    def _delete_window(self) -> None:
        frame, self._frame = self._frame, None
        if frame is not None:
            frame.deleteLater()
            del frame
        self._app.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    def _watch(self) -> None:
        """Close properly on SIGINT and SIGTERM, and handle unexpected errors."""
        import signal

        from workbench.ui.shell.fault_watch import FaultWatch

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self._close())
        # Python runs signal handlers between bytecodes only; an idle Qt loop executes none.
        self._waking.start()
        if self._faults is None and self._frame is not None:
            self._faults = FaultWatch(self._places.state, self._show_fault)

    def _show_fault(self, sentence: str, detail: str) -> None:
        if self._frame is not None:
            self._frame.show_problem(sentence, detail)

    def _close(self) -> None:
        if self._frame is not None:
            self._frame.close()
            return
        # Between two windows: work in progress is stopped, and no further window opens.
        self._ends = True
        for widget in self._app.topLevelWidgets():
            if isinstance(widget, QDialog):
                widget.reject()


def _features() -> FeatureSet:
    from workbench.ui.composition import FEATURES  # not needed for the first paint

    return FEATURES


def _check(db: Path) -> None:
    """Check that a history can be opened at a path; damage is reported by the window. Raises StoreError."""
    try:
        check_place(db)
    except StoreError as error:
        from workbench.usecases.history_replacement import is_damaged

        if not is_damaged(error, db):
            raise


def _raise_first(db: Path) -> int:
    from workbench.app.raise_server import ask_to_raise
    from workbench.host.terminal import tell

    if ask_to_raise(db):
        tell("Prompt Workbench is already open; its window was brought to the front.")
        return 0
    tell(f"Another Prompt Workbench uses {db} and does not respond. Close it, or open another database with --db.")
    return 1


def _explain(db: Path | None, error: StoreError | HostError) -> int:
    """Show an error in place of the window."""
    import signal

    from PySide6.QtWidgets import QMessageBox

    from workbench.host.terminal import tell

    # There is no window that could be closed properly.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)

    tell(error.sentence)
    box = QMessageBox(QMessageBox.Icon.Warning, "Prompt Workbench", error.sentence)
    shown = "" if db is None else f"Database: {_shown(db)}\n"
    box.setInformativeText(f"{shown}You can open another one with --db PATH or WORKBENCH_DB.")
    if error.detail:
        box.setDetailedText(error.detail)
    box.exec()
    return 2 if isinstance(error, StoreError) and error.code in MISUSE else 1


def _explain_fault(error: Exception) -> int:
    """Log an unexpected exception that prevents the window from working, and show it."""
    from PySide6.QtWidgets import QMessageBox

    from workbench.core.faults import report_of
    from workbench.host.faults import FaultLog
    from workbench.host.terminal import tell
    from workbench.usecases.problems import logged

    report = report_of(error)
    log = FaultLog(places(os.environ).state, "window", __version__)
    where = logged(log.file if log.write(report) else None)
    sentence = f"Prompt Workbench has to close: unexpected error, {where}."
    tell(sentence)
    box = QMessageBox(QMessageBox.Icon.Warning, "Prompt Workbench", sentence)
    box.setInformativeText("What you typed is saved. Start again; if this happens again, report it with the details.")
    box.setDetailedText(report)
    box.exec()
    return 1


def _shown(path: Path) -> str:
    """Return a path as text, with undecodable bytes as escapes."""
    return os.fsencode(path).decode(errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
