"""The whole program in this process: one window after the other, driven by a script."""

from __future__ import annotations

import gc
import os
import signal
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QPushButton, QWidget
from shiboken6 import isValid

from tests.patience import PATIENCE_S, tell_threads
from tests.ui.driver import WindowDriver
from workbench.host.dirs import places
from workbench.host.faults import log_file
from workbench.ui.features.maintenance.panel import HistoryPanel
from workbench.ui.features.settings.dialog import SettingsDialog
from workbench.ui.main import Program
from workbench.ui.recovery import RecoveryDialog
from workbench.ui.shell.frame import WindowFrame

Script = Generator[Callable[[], object], None, None]
_LOOK_MS = 5


class Driven:
    """Runs the program with a script that yields conditions to wait for; the script closes the last window."""

    def __init__(self, app: QApplication, db: Path) -> None:
        self.app, self.db = app, db
        self.code: int | None = None
        self.faults = ""
        """Text that the error log must contain at the end; "" for an empty log."""

    def run(self, script: Script) -> int:
        """Run the program and return the exit code. Re-raises an exception of the script."""
        handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        program = Program(self.app, self.db)
        failed: list[BaseException] = []
        wanted: list[Callable[[], object]] = [lambda: True]
        since = [time.monotonic()]

        def step() -> None:
            # The script may be waiting inside its own step while a dialog runs a nested event loop.
            if failed:
                # Another window may have opened since.
                self._give_up()
                return
            if stepping:
                return
            stepping.append(True)
            try:
                if wanted[0]():
                    wanted[0] = next(script)
                    since[0] = time.monotonic()
                elif time.monotonic() - since[0] > PATIENCE_S:
                    tell_threads()
                    raise TimeoutError(f"waited in vain in line {script.gi_frame.f_lineno if script.gi_frame else 0}")
            except StopIteration:
                wanted[0] = lambda: False
            except BaseException as error:
                failed.append(error)
                self._give_up()
            finally:
                stepping.clear()

        stepping: list[bool] = []
        looking = QTimer(interval=_LOOK_MS)
        looking.timeout.connect(step)
        looking.start()
        try:
            code = program.run()
        finally:
            looking.stop()
            # No collection here, because it is slow; the leak check collects if anything is left.
            program._delete_window()
            if program._theme is not None:
                program._theme.deleteLater()
            QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
            # A window that closed because the program quits asks it to quit once more. This process goes on, and
            # delivered later, the request would end every event loop of the tests that follow.
            QApplication.removePostedEvents(self.app, QEvent.Type.Quit.value)
            # Closing the history unfroze objects, which every later collection would traverse.
            gc.freeze()
            for number, handler in handlers.items():
                signal.signal(number, handler)
        if failed:
            raise failed[0]
        log = log_file(places(os.environ).state)
        logged = log.read_text("utf-8") if log.exists() else ""
        assert bool(logged) == bool(self.faults), logged
        assert self.faults in logged
        return code

    @property
    def frame(self) -> WindowFrame:
        """The visible frame."""
        found: WindowFrame = self._visible(WindowFrame)
        return found

    @property
    def window(self) -> WindowDriver:
        """The visible window."""
        found = WindowDriver.of(self.frame)
        assert found is not None
        return found

    @property
    def mending(self) -> RecoveryDialog:
        """The recovery dialog over a closed history."""
        found: RecoveryDialog = self._visible(RecoveryDialog)
        return found

    @property
    def settings(self) -> SettingsDialog:
        """The open settings dialog."""
        found: SettingsDialog = self._visible(SettingsDialog)
        return found

    @property
    def history_page(self) -> HistoryPanel:
        """The History page of the open settings."""
        found = self.window.dialogs.history_page
        assert found is not None
        return found

    def is_open(self, db: Path | None = None) -> bool:
        """Whether a complete window is visible, over `db` if given."""
        frames = [w for w in QApplication.topLevelWidgets() if isinstance(w, WindowFrame) and w.isVisible()]
        if not frames or not frames[0].is_complete:
            return False
        window = WindowDriver.of(frames[0])
        return window is not None and window.is_ready and (db is None or window.store.path == db)

    def is_gone(self, frame: WindowFrame) -> bool:
        """Whether a window that was visible is closed."""
        return not isValid(frame) or not frame.isVisible()

    def is_mending(self, button: str = "") -> bool:
        """Whether the recovery dialog is visible, with a button of this text if given."""
        found = [w for w in QApplication.topLevelWidgets() if isinstance(w, RecoveryDialog) and w.isVisible()]
        return bool(found) and (not button or any(b.text() == button for b in found[0].buttons()))

    def click(self, inside: QWidget, name: str) -> None:
        """Press a button."""
        QTest.mouseClick(self.button(inside, name), Qt.MouseButton.LeftButton)

    def button(self, inside: QWidget, name: str) -> QAbstractButton:
        """Return a visible, enabled button."""
        buttons = [b for b in inside.findChildren(QPushButton) if b.isVisible()]
        found = [b for b in buttons if b.isEnabled() and b.text() == name]
        assert found, f"no {name} among {[b.text() for b in buttons]}"
        return found[0]

    def notice(self) -> str:
        """Return the text of the window's notice."""
        return self.window.notice.text() if self.window.notice.key else ""

    def _visible(self, kind: type[Any]) -> Any:
        found = [w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()]
        assert found, f"no {kind.__name__} is on the screen"
        return found[0]

    def _give_up(self) -> None:
        for widget in QApplication.topLevelWidgets():
            if isinstance(widget, RecoveryDialog):
                widget.abandon()
            elif isinstance(widget, WindowFrame):
                widget.leaves_for = None
                widget.may_close = lambda: True
                widget.close()
        self.app.quit()
