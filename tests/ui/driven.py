"""A window in a process of its own that types and runs until it is killed: `python -m tests.ui.driven DIRECTORY`."""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qt_compat import qt_api
from pytestqt.qtbot import QtBot

from tests.ui.desk import Desk
from workbench.ui.theme import Theme


class _Request:
    """What QtBot wants to know of a test."""

    class node:  # noqa: N801 - pytest's name
        """Nothing to clean up: this process is killed."""


def main(directory: Path) -> None:
    """Type a letter and run, again and again; every answer streams for ever."""
    qt_api.set_qt_api("pyside6")
    app = QApplication(sys.argv[:1])
    desk = Desk(QtBot(_Request()), Theme(app, "light"), directory)
    never = str(directory / "never")
    window = desk.open({"default": [{"text": "Streamed so far."}, {"until": never}]})
    for number in itertools.count(1):
        window.view.editor.focus_first()
        QTest.keyClicks(QApplication.focusWidget(), f"{number} ")
        window.compose.run()
        desk.until(lambda: desk.text(0) == "Streamed so far.")
        print(number, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
