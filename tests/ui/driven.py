"""A window in a process of its own that types and runs until it is killed: `python -m tests.ui.driven DIRECTORY`.

With the path of a script of the stand-in as a second argument it runs that once, and lives on until it is killed.
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
    """What QtBot wants to know of a test."""

    class node:  # noqa: N801 - pytest's name
        """Nothing to clean up: this process is killed."""


def _desk(directory: Path) -> Desk:
    qt_api.set_qt_api("pyside6")
    app = QApplication(sys.argv[:1])
    return Desk(QtBot(_Request()), Theme(app, "light"), directory, apart=True)


def once(directory: Path, script: Path) -> None:
    """Run what the script says."""
    window = _desk(directory).open(json.loads(script.read_text("utf-8")))
    window.session.run()
    print("running", flush=True)
    QApplication.exec()


def main(directory: Path) -> None:
    """Type a letter and run, again and again; every answer streams for ever."""
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
