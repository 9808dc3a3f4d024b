"""Counts the files in which a key press runs Python: `python -m tests.bench.key_press_files [--json]`.

Opens the real window over a small history, with a scripted engine and one lane on echo, and presses three keys:
Ctrl+Enter (until the answer is stored and shown), Ctrl+1 (until the verdict is) and a letter in the History search
field (until its result is). For each it prints the distinct files below workbench/ in which a function was called:

- `key`: on the UI thread, before the key event returned. The person cannot do anything else in that time;
- `ui`: on the UI thread, until nothing was pending: no timer under a second, no idle work, no row in flight;
- `all`: the same on all threads of the process.

What is counted are calls that `sys.setprofile` reports. Not counted are the import of a module, what the engine's
children do, C++, and whatever this program itself asks of the window. Each key is pressed twice; the second press
counts, when everything that is made once has been made.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING
from unittest import mock

from tests.bench.windows import ROOT, home

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from tests.ui.desk import Desk

Found = dict[str, dict[str, dict[str, set[str]]]]
LETTERS = "to"
COUNTS = ("key", "ui", "all")
PACKAGE = str(ROOT / "workbench") + os.sep
PATIENCE_S = 60.0


class CallRecorder:
    """Records the files whose functions are called while it is on.

    Install it before any thread is started: each takes over the profile function that is set at its start.
    """

    def __init__(self) -> None:
        self.found: dict[str, dict[str, set[str]]] = {}
        """By `key`, `ui` and `all` the names of the called functions by file, relative to workbench/."""
        self._in_key = False
        self._is_on = self._is_paused = False
        self._ui_thread = threading.get_ident()

    def install(self) -> None:
        """Hear of all calls of this thread and of those that are started from now on."""
        threading.setprofile(self._called)
        sys.setprofile(self._called)

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Record, beginning anew with a key event."""
        self.found = {count: defaultdict(set) for count in COUNTS}
        self._is_on = self._in_key = True
        try:
            yield
        finally:
            self._is_on = False

    def end_key(self) -> None:
        """The key event returned."""
        self._in_key = False

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Leave out what this program itself calls, on the UI thread."""
        before, self._is_paused = self._is_paused, True
        try:
            yield
        finally:
            self._is_paused = before

    def _called(self, frame: FrameType, event: str, argument: object) -> None:
        del argument
        if not self._is_on or event != "call":
            return
        code = frame.f_code
        if not code.co_filename.startswith(PACKAGE) or code.co_name == "<module>":
            return
        file, name = code.co_filename[len(PACKAGE) :], code.co_qualname
        if threading.get_ident() != self._ui_thread:
            self.found["all"][file].add(name)
        elif not self._is_paused:
            for count in COUNTS if self._in_key else COUNTS[1:]:
                self.found[count][file].add(name)


class Waiter:
    """Waits as pytest-qt's robot does for a `Desk`; its looks at the window are not recorded."""

    def __init__(self, recorder: CallRecorder) -> None:
        self._recorder = recorder

    def waitUntil(self, condition: Callable[[], bool], *, timeout: int = 0) -> None:  # noqa: N802 - pytest-qt's name
        from PySide6.QtTest import QTest

        del timeout
        until = time.monotonic() + PATIENCE_S
        while True:
            with self._recorder.paused():
                if condition():
                    return
            if time.monotonic() > until:
                raise TimeoutError("what the program waits for did not come")
            QTest.qWait(5)

    def waitExposed(self, widget: QWidget) -> None:  # noqa: N802 - pytest-qt's name
        self.waitUntil(widget.isVisible)


def count() -> Found:
    """Press the keys and return for each, by `COUNTS`, the names of the called functions by file."""
    recorder = CallRecorder()
    recorder.install()
    found: Found = {}
    try:
        with tempfile.TemporaryDirectory() as folder:
            for name, _ in _presses(recorder, Path(folder)):
                # Those of the second press stay.
                found[name] = recorder.found
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return found


def _presses(recorder: CallRecorder, folder: Path) -> Iterator[tuple[str, int]]:
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QApplication

    from tests.ui.desk import HELLO, Desk
    from tests.ui.pasts import fill
    from workbench.core.lanes import ECHO, ECHO_MODEL, Lane
    from workbench.core.search.parser import as_typed
    from workbench.ui.widgets.theme import Theme

    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    desk = Desk(Waiter(recorder), Theme(app, "light"), folder)  # type: ignore[arg-type]
    # The window preloads after a while by itself; here it does at once.
    with mock.patch("workbench.ui.shell.window.Preloader"):
        window = desk.open(HELLO)
    fill(window.store)
    desk.until(lambda: not window.workbench.searcher.behind())
    desk.preload()
    window.lane_list.replace_all((Lane("s0", ECHO, ECHO_MODEL),))
    judged = len(desk.rows("SELECT 1 FROM verdicts"))
    for turn, letter in enumerate(LETTERS):
        desk.press(Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
        window.editor.focus_first()
        desk.type("x")
        _rest(desk)
        runs = len(desk.rows("SELECT 1 FROM runs"))
        with recorder.recording():
            desk.ctrl(Qt.Key.Key_Return)
            recorder.end_key()
            desk.until(lambda runs=runs: len(desk.rows("SELECT 1 FROM runs")) == runs + 1)
            desk.settle()
            _rest(desk)
        yield "Ctrl+Enter", turn
        with recorder.recording():
            desk.ctrl(Qt.Key.Key_1)
            recorder.end_key()
            desk.until(lambda turn=turn: len(desk.rows("SELECT 1 FROM verdicts")) == judged + turn + 1)
            _rest(desk)
        yield "Ctrl+1", turn
        desk.press(Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
        view = window.history_view
        assert view is not None
        desk.until(lambda view=view: not view.model.is_searching)
        _rest(desk)
        view.bar.field.setFocus()
        text = view.bar.field.text() + letter
        with recorder.recording():
            desk.type(letter)
            recorder.end_key()
            desk.until(lambda view=view, text=text: not view.model.is_searching and view.model.text == as_typed(text))
            _rest(desk)
        yield "a letter of a search", turn
        view.bar.field.choices.hide()
    desk.close()


def _rest(desk: Desk) -> None:
    desk.rest()
    desk.until(lambda: not desk.rows("SELECT 1 FROM in_flight"))
    desk.until(lambda: not desk.window.workbench.searcher.behind())
    desk.rest()


def layer_of(file: str) -> str:
    """Return the part of the house in which a file is: `ui/shell`, `ui/features/lanes`, `app`, `store`, …"""
    parts = file.split("/")
    if parts[0] != "ui" or len(parts) < 3:
        return parts[0]
    return "/".join(parts[:3] if parts[1] == "features" and len(parts) > 3 else parts[:2])


def report(found: Found, *, with_names: bool = False) -> str:
    """Return the counts and lists as text.

    Files without a mark run before the key event returned, those with `.` later on the UI thread, with `+` elsewhere.
    """
    lines: list[str] = []
    for key, calls in found.items():
        lines.append(f"{key}: " + ", ".join(f"{count} {len(calls[count])}" for count in COUNTS))
        layers: dict[str, list[str]] = defaultdict(list)
        for file in sorted(calls["all"]):
            layers[layer_of(file)].append(file)
        for layer, files in sorted(layers.items()):
            lines.append(f"  {layer}: " + ", ".join(str(sum(f in calls[count] for f in files)) for count in COUNTS))
            for file in files:
                mark = " " if file in calls["key"] else "." if file in calls["ui"] else "+"
                names = ": " + ", ".join(sorted(calls["all"][file])) if with_names else ""
                lines.append(f"    {mark} {file}{names}")
    return "\n".join(lines)


def main() -> int:
    """Print the lists, with `--names` also the called functions, or all of it as JSON with `--json`."""
    with home() as place:
        os.environ.update(place.environment(QT_QPA_PLATFORM="offscreen"))
        found = count()
    if "--json" in sys.argv:
        print(json.dumps(found, default=sorted, indent=1))
    else:
        print(report(found, with_names="--names" in sys.argv))
    return 0


if __name__ == "__main__":
    sys.exit(main())
