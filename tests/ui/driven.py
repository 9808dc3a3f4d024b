"""A window in its own process that types and runs until it is killed: `python -m tests.ui.driven DIRECTORY`.

With the path of an engine script as a second argument it runs once with that script and waits to be killed.
"""

from __future__ import annotations

import itertools
import json
import sys
from pathlib import Path

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qt_compat import qt_api
from pytestqt.qtbot import QtBot

from tests.ui.desk import Desk
from workbench.ui.widgets.theme import Theme


class _Request:
    """The part of a pytest request that QtBot uses."""

    class node:  # noqa: N801 - pytest's name
        """A node without finalisers, because this process is killed."""


def _desk(directory: Path) -> Desk:
    qt_api.set_qt_api("pyside6")
    app = QApplication(sys.argv[:1])
    return Desk(QtBot(_Request()), Theme(app, "light"), directory, apart=True)


def once(directory: Path, script: Path) -> None:
    """Run once with the engine script."""
    window = _desk(directory).open(json.loads(script.read_text("utf-8")))
    window.session.run()
    print("running", flush=True)
    QApplication.exec()


def main(directory: Path) -> None:
    """Type a letter and run, in an endless loop; no answer ever ends."""
    desk = _desk(directory)
    never = str(directory / "never")
    window = desk.open({"default": [{"text": "Streamed so far."}, {"until": never}]})
    for number in itertools.count(1):
        window.editor.focus_first()
        QTest.keyClicks(QApplication.focusWidget(), f"{number} ")
        window.session.run()
        desk.until(lambda: desk.text(0) == "Streamed so far.")
        print(number, flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        once(Path(sys.argv[1]), Path(sys.argv[2]))
    else:
        main(Path(sys.argv[1]))
