"""`make demo`: the loop in the real window, by keys and clicks, with the built-in model.

Saves a picture of every step to build/demo/ and prints what it did with timings; ends with 1 when a step fails. It runs
on the screen there is; `make demo` brings Xvfb where there is none.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from workbench.app.opening import read
from workbench.core.lanes import ECHO, ECHO_MODEL, LITELLM
from workbench.core.runs import IterationRow
from workbench.host.dirs import places
from workbench.host.settings import Settings
from workbench.ui.building import open_window
from workbench.ui.frame import Frame
from workbench.ui.theme import Theme
from workbench.ui.window import MainWindow
from workbench.usecases.workbench import Workbench

OUT = Path(__file__).resolve().parents[2] / "build" / "demo"
WIDE, NARROW = (1440, 900), (1024, 700)
PATIENCE_S = 120.0
CTRL, ALT, SHIFT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


class DemoError(Exception):
    """A step that did not come out as it should."""


class Demo:
    """Drives one window and takes its pictures."""

    def __init__(self, window: MainWindow, db: Path) -> None:
        self.window, self.db = window, db
        self._began = time.monotonic()
        self._pictures = 0

    def say(self, text: str) -> None:
        """Print a line with the time since the start."""
        print(f"{time.monotonic() - self._began:6.1f} s  {text}", flush=True)

    def until(self, what: str, condition: Callable[[], object]) -> None:
        """Let the window work until a condition holds."""
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > deadline:
                raise DemoError(f"{what}: not within {PATIENCE_S:.0f} s")
            self.pause(15)

    def pause(self, ms: int) -> None:
        """Let the window work for a while; an event loop, so that other threads work too."""
        loop = QEventLoop()
        QTimer.singleShot(ms, loop.quit)
        loop.exec()

    def picture(self, name: str) -> None:
        """Save what the window shows."""
        self.pause(250)
        self._pictures += 1
        file = OUT / f"{self._pictures:02d}-{name}.png"
        if not self.window.frame.grab().save(str(file)):
            raise DemoError(f"the picture {file} could not be saved")
        self.say(f"picture {file.name}")

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the focus is."""
        target: QWidget = QApplication.focusWidget() or self.window.frame
        QTest.keyClick(target, key, modifiers)

    def iterations(self) -> list[IterationRow]:
        """Return the iterations that the timeline shows, newest first."""
        model = self.window.timeline
        return [row for i in range(model.rowCount()) if isinstance(row := model.row(i), IterationRow)]

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Read the database as another program would."""
        connection = sqlite3.connect(f"file:{self.db}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def check(self, what: str, holds: object) -> None:
        """End the demo unless something holds."""
        if not holds:
            raise DemoError(what)
        self.say(f"checked: {what}")

    def resize(self, size: tuple[int, int]) -> None:
        """Give the window another size."""
        self.window.frame.resize(*size)
        self.pause(150)

    def run(self, picture: str = "") -> None:
        """Press Ctrl+Enter and wait for the end, with a picture while it streams if wanted."""
        before = len(self.rows("SELECT 1 FROM runs"))
        started = time.monotonic()
        self.press(Qt.Key.Key_Return, CTRL)
        self.until("the run is recorded", lambda: len(self.rows("SELECT 1 FROM runs")) == before + 1)
        if picture:
            board, slots = self.window.compose.board, self.window.shown_slots()
            self.until("the first words", lambda: any((s := board.shown(slot)) and s.text for slot in slots))
            self.say(f"first words after {time.monotonic() - started:.2f} s")
            self.picture(picture)
        self.until("the end of the run", lambda: not self.window.compose.still_running())
        self.until("the run is stored", lambda: not self.rows("SELECT 1 FROM in_flight"))
        self.until("the run is numbered", lambda: self.window.compose.stage.number() == before + 1)
        self.until("the timeline follows", lambda: self.iterations() and not self.iterations()[0].running)
        self.say(f"iteration {before + 1}: all lanes ended after {time.monotonic() - started:.2f} s")


def _the_loop(demo: Demo) -> None:
    window = demo.window
    demo.picture("first-start")
    demo.until("the article's pair is in the timeline", lambda: window.timeline.rowCount() == 2)
    for shown in ("Read-only: version 2", "Read-only: version 1"):
        demo.press(Qt.Key.Key_Left, ALT)
        demo.until(f"{shown} is shown", lambda shown=shown: window.view.viewing.text() == shown)
    demo.picture("a-version-that-was-never-run")
    window.handlers.back()
    window.view.editor.focus_first()
    demo.run("streaming")
    states = {str(state) for (state,) in demo.rows("SELECT state FROM outputs")}
    demo.check("both lanes of the sample finished", states == {"finished"})
    refined = str(demo.rows("SELECT text FROM outputs ORDER BY lane DESC LIMIT 1")[0][0])
    demo.say(f"the refined prompt's answer: {refined.strip()[:100]!r}")
    demo.press(Qt.Key.Key_2, CTRL)
    demo.until("the verdict is stored", lambda: demo.rows("SELECT 1 FROM verdicts"))
    demo.picture("winner")

    window.view.editor.focus_first()
    for letter in "Be brief. ":
        QTest.keyClicks(QApplication.focusWidget(), letter)
    demo.run()
    demo.check("two iterations are in the timeline", [row.number for row in demo.iterations()] == [2, 1])
    demo.picture("edited-and-run-again")

    demo.press(Qt.Key.Key_Left, ALT)
    demo.until("the first iteration is shown", lambda: window.compose.viewing is not None)
    demo.picture("a-past-iteration")
    demo.press(Qt.Key.Key_O, CTRL | SHIFT)
    demo.until("the draft is back", lambda: window.compose.viewing is None)
    text = window.view.editor.content().messages[0].text
    demo.check("the restored text lacks the edit", not text.startswith("Be brief."))
    demo.picture("restored")


def _failures_and_many_lanes(demo: Demo) -> None:
    window, lanes = demo.window, demo.window.compose.lanes
    lanes.set_model(lanes.lanes[0].slot, LITELLM, "openai/gpt-5-mini")
    lanes.set_label(lanes.lanes[0].slot, "")
    window.view.editor.focus_first()
    demo.run()
    codes = [code for (code,) in demo.rows("SELECT error_code FROM outputs ORDER BY id DESC LIMIT 2")]
    demo.check(
        "a lane without a key failed with a sentence, the other one did not", "no_key" in codes and None in codes
    )
    demo.picture("a-lane-without-a-key")

    lanes.remove(lanes.lanes[0].slot)
    for _ in range(11):
        lanes.add(ECHO, ECHO_MODEL)
    window.view.editor.focus_first()
    demo.run()
    demo.check("twelve lanes ended", len(demo.rows("SELECT 1 FROM outputs ORDER BY id DESC LIMIT 12")) == 12)
    demo.picture("twelve-lanes")
    window.view.lanes.focus_lane(11)
    demo.picture("the-twelfth-lane")
    demo.resize(NARROW)
    demo.picture("twelve-lanes-narrow")
    demo.resize(WIDE)


def _looks(demo: Demo) -> None:
    window, compose = demo.window, demo.window.compose
    compose.view(demo.iterations()[-1].uid)
    demo.until("the first iteration is shown", lambda: compose.viewing is not None)
    window.handlers.take_over(branch=True)
    window.notice.hide()
    for name, mode, size in (
        ("light-wide", "light", WIDE),
        ("dark-wide", "dark", WIDE),
        ("dark-narrow", "dark", NARROW),
        ("light-narrow", "light", NARROW),
    ):
        window.theme.set_mode(mode)  # type: ignore[arg-type] # one of the modes, by the table above
        demo.resize(size)
        demo.picture(name)
    demo.resize(WIDE)
    window.dialogs.settings("keys")
    dialog = window.dialogs.open_settings
    if dialog is None:
        raise DemoError("the settings did not open")
    demo.pause(600)
    dialog.grab().save(str(OUT / "settings.png"))
    dialog.close()
    window.dialogs.pick_model(window.shown_slots()[0])
    picker = window.dialogs.open_picker
    if picker is None:
        raise DemoError("the model picker did not open")
    demo.pause(1500)
    picker.grab().save(str(OUT / "picker.png"))
    picker.close()
    demo.pause(100)


def main() -> int:
    """Run the demo; return 0 when every step came out right."""
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    home = Path(tempfile.mkdtemp(prefix="workbench-demo-"))
    for name in ("DATA", "STATE", "CONFIG", "CACHE"):
        os.environ[f"XDG_{name}_HOME"] = str(home / name.lower())
    db = home / "workbench.db"
    app = QApplication(sys.argv[:1])
    workbench = Workbench.open(db, places(os.environ).make(), dict(os.environ))
    failed = ""
    try:
        workbench.start_engine()
        window = open_window(Frame(Theme(app, "light"), Settings()), read(workbench))
        window.frame.show()
        window.frame.activateWindow()
        demo = Demo(window, db)
        try:
            demo.until("the window is there", lambda: window.frame.isVisible() and window.compose.ready)
            for part in (_the_loop, _failures_and_many_lanes, _looks):
                part(demo)
            demo.say(f"done; pictures are in {OUT}")
        except DemoError as error:
            failed = str(error)
            demo.picture("where-it-failed")
        finally:
            window.frame.close()
    finally:
        workbench.close()
        shutil.rmtree(home, ignore_errors=True)
    if failed:
        print(f"FAILED: {failed}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
