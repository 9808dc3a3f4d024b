"""A window in its own process that runs tests until it is killed: `python -m tests.ui.driven_tests DIRECTORY`.

It prints a line as soon as some answers are recorded.
"""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from tests.ui.driven import _desk
from tests.ui.suite_support import order_cases

CASES = 60


def main(directory: Path) -> None:
    """Run the tests of the open prompt, and report when a part is answered."""
    desk = _desk(directory)
    window = desk.open({"default": [{"wait_ms": 150}, {"text": "Hello there."}, {"finish": "stop"}]})
    window.store.packs.save_cases(window.prompt_uid, order_cases(CASES)).result(60)
    window.views.show("test")
    suites = window.testing.suites
    desk.until(lambda: suites.overview is not None and suites.tested.cases == CASES)
    window.testing.columns.take_lanes()
    desk.until(lambda: suites.estimate.new > 0)
    window.command("run_cases")
    desk.until(lambda: suites.progress is not None and suites.progress.answered > 3)
    print("running", flush=True)
    QApplication.exec()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
