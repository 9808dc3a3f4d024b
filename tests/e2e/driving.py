"""Drives the real window to take pictures: waits, keys, and pictures with all open dialogs and menus.

Invariant: the window has its own home, so that a demonstration neither reads nor changes the user's files.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtGui import QImage, QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from tests.ui.driver import WindowDriver
from tests.ui.driver.opening import open_window
from workbench.app.opening import read
from workbench.core.runs import IterationRow
from workbench.host.dirs import places
from workbench.host.settings import Settings
from workbench.store.sqlite import sqlite3
from workbench.ui.composition import FEATURES
from workbench.ui.shell.frame import WindowFrame
from workbench.ui.widgets.theme import Theme
from workbench.usecases.workbench import Workbench

OUT = Path(__file__).resolve().parents[2] / "build" / "demo"
"""Where the loop saves its pictures; the gallery uses a folder in it."""
WIDE, NARROW = (1440, 900), (1024, 700)
PATIENCE_S = 120.0
SETTLE_MS = 150
"""How long to wait before a picture, for timers that follow a change."""
_MOST_LOOKS = 12
"""After so many looks a picture is taken although the window still changes, such as by a spinner or a caret."""
CTRL, ALT, SHIFT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


class DemoError(Exception):
    """A step failed."""


class Demo:
    """Drives one window and takes pictures of it."""

    def __init__(self, window: WindowDriver, db: Path, out: Path) -> None:
        self.window, self.db, self._out = window, db, out
        self._began = time.monotonic()
        self._pictures = 0

    def say(self, text: str) -> None:
        """Print a line with the time since the start."""
        print(f"{time.monotonic() - self._began:6.1f} s  {text}", flush=True)

    def until(self, what: str, condition: Callable[[], object]) -> None:
        """Process events until a condition holds."""
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > deadline:
                raise DemoError(f"{what}: not within {PATIENCE_S:.0f} s")
            self.pause(15)

    def pause(self, ms: int) -> None:
        """Process events for a while, in an event loop so that other threads run too."""
        loop = QEventLoop()
        QTimer.singleShot(ms, loop.quit)
        loop.exec()

    def picture(self, name: str) -> None:
        """Save a picture of the window with the dialogs and menus in front of it."""
        picture, before = self._settled(), None
        for _ in range(_MOST_LOOKS):
            if picture == before:
                break
            picture, before = self._settled(), picture
        self._pictures += 1
        file = self._out / f"{self._pictures:02d}-{name}.png"
        if not picture.save(str(file)):
            raise DemoError(f"the picture {file} could not be saved")
        self.say(f"picture {file.name}")

    def _settled(self) -> QImage:
        self.pause(SETTLE_MS)
        return self._grabbed().toImage()

    def _grabbed(self) -> QPixmap:
        frame = self.window.frame
        picture = frame.grab()
        over = [w for w in QApplication.topLevelWidgets() if w.isVisible() and w is not frame and w.width() > 1]
        # Menus come after the dialogs that they belong to.
        for widget in sorted(over, key=lambda w: bool(w.windowFlags() & Qt.WindowType.Popup == Qt.WindowType.Popup)):
            with QPainter(picture) as painter:
                at = frame.mapFromGlobal(widget.mapToGlobal(widget.rect().topLeft()))
                painter.drawPixmap(at, widget.grab())
                painter.setPen(self.window.theme.color("line"))
                painter.drawRect(widget.rect().translated(at).adjusted(-1, -1, 0, 0))
        return picture

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the focus is."""
        target: QWidget = QApplication.focusWidget() or self.window.frame
        QTest.keyClick(target, key, modifiers)

    def iterations(self) -> list[IterationRow]:
        """Return the iterations in the timeline, newest first."""
        model = self.window.timeline
        return [row for i in range(model.rowCount()) if isinstance(row := model.row(i), IterationRow)]

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Query the database through a separate connection."""
        connection = sqlite3.connect(f"file:{self.db}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def check(self, what: str, holds: object) -> None:
        """Fail the demo unless the condition holds."""
        if not holds:
            raise DemoError(what)
        self.say(f"checked: {what}")

    def resize(self, size: tuple[int, int]) -> None:
        """Resize the window."""
        self.window.frame.resize(*size)
        self.pause(150)

    def run(self, picture: str = "") -> None:
        """Press Ctrl+Enter and wait for the end; optionally take a picture while it streams."""
        runs = "SELECT 1 FROM runs WHERE kind = 'iteration'"
        before = len(self.rows(runs))
        started = time.monotonic()
        self.press(Qt.Key.Key_Return, CTRL)
        self.until("the run is recorded", lambda: len(self.rows(runs)) == before + 1)
        if picture:
            board, slots = self.window.lane_presenter, self.window.slots()
            self.until("the first words", lambda: any((s := board.shown(slot)) and s.text for slot in slots))
            self.say(f"first words after {time.monotonic() - started:.2f} s")
            self.picture(picture)
        self.until("the end of the run", lambda: not self.window.is_running())
        self.until("the run is stored", lambda: not self.rows("SELECT 1 FROM in_flight"))
        # The number counts the iterations of the open prompt alone.
        newest = "SELECT number FROM runs WHERE kind = 'iteration' ORDER BY id DESC LIMIT 1"
        self.until("the run is numbered", lambda: self.rows(newest) == [(self.window.shown_number(),)])
        self.until("the timeline follows", lambda: self.iterations() and not self.iterations()[0].running)
        self.say(f"iteration {before + 1}: all lanes ended after {time.monotonic() - started:.2f} s")


@contextmanager
def demonstrated(app: QApplication, out: Path) -> Iterator[Demo]:
    """Open the window over a new history in its own home; pictures go to `out`, which is emptied first."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    home = Path(tempfile.mkdtemp(prefix="workbench-demo-"))
    for name in ("DATA", "STATE", "CONFIG", "CACHE"):
        os.environ[f"XDG_{name}_HOME"] = str(home / name.lower())
    db = home / "workbench.db"
    workbench = Workbench.open(db, places(os.environ).make(), dict(os.environ))
    try:
        workbench.start_engine()
        window = WindowDriver(open_window(WindowFrame(Theme(app, "light"), Settings()), read(workbench), FEATURES))
        window.frame.show()
        window.frame.activateWindow()
        demo = Demo(window, db, out)
        try:
            demo.until("the window is there", lambda: window.frame.isVisible() and window.is_ready)
            yield demo
        except DemoError:
            demo.picture("where-it-failed")
            raise
        finally:
            window.frame.close()
    finally:
        workbench.close()
        shutil.rmtree(home, ignore_errors=True)


def shown(parts: tuple[Callable[[Demo], None], ...], app: QApplication, out: Path) -> int:
    """Run the parts of a demonstration; return 0 when every step succeeded, else print the failure and return 1."""
    try:
        with demonstrated(app, out) as demo:
            for part in parts:
                part(demo)
            demo.say(f"done; pictures are in {out}")
    except DemoError as error:
        print(f"FAILED: {error}", file=sys.stderr)
        return 1
    return 0
