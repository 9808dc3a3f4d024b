"""The program in its own process, testing a prompt until it is killed: `python -m tests.ui.driven_suite DB PROMPT`.

It opens the prompt (a uid) in Test and presses the main button: it runs what is new, resumes what is open, and retries
failed calls. The window closes when every cell has an answer.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui.program import Driven, Script
from workbench.ui.features.testing.view import TestView


def script(driven: Driven, prompt: str) -> Script:
    """Run all cells of the prompt's tests, and close the window."""
    yield driven.is_open
    window = driven.window
    window.choose_prompt(prompt)
    yield lambda: window.is_ready and window.prompt_uid == prompt
    window.views.show("test")
    view, suites = window.views.page("test"), window.testing.suites
    assert isinstance(view, TestView)
    yield lambda: suites.prompt_uid == prompt and suites.estimate.cells > 0
    while suites.estimate.new or suites.is_running:
        if not suites.is_running:
            yield view.head.run.isEnabled
            QTest.mouseClick(view.head.run, Qt.MouseButton.LeftButton)
            yield lambda: suites.is_running or not suites.estimate.new
        # Each step may take as long as a test may wait, so a step ends with every answer.
        answered = suites.progress.answered if suites.progress is not None else 0
        yield (
            lambda answered=answered: (
                not suites.is_running or (suites.progress is not None and suites.progress.answered > answered)
            )
        )
    driven.frame.close()


def main(db: Path, prompt: str) -> int:
    driven = Driven(QApplication(sys.argv[:1]), db)
    return driven.run(script(driven, prompt))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2]))
