"""What the shown answers say to one check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.app.checks.check_attempts import Tried
from workbench.app.checks.check_tree import Checks, Path, walked
from workbench.app.lanes.shown_answers import LaneAnswer
from workbench.core.checks.check_forms import value_problem
from workbench.core.checks.check_result import CheckResult
from workbench.core.text import counted
from workbench.ui.widgets.check_results import CheckResultList, ShownCheck
from workbench.ui.widgets.controls import label
from workbench.ui.widgets.theme import Theme, set_role

_NO_ANSWERS = "Run the prompt to try its checks on the answers."


class TrialPanel(QWidget):
    """How many answers pass a check, and each answer with its result and the place in it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = label("", "heading")
        self.results = CheckResultList(theme)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.title)
        layout.addWidget(self.results)

    def show_results(self, answers: Sequence[LaneAnswer], results: Sequence[CheckResult]) -> None:
        """Show the results of one check; () while it was not tried."""
        shown = list(zip(answers, results, strict=False))
        self.title.setText(_summary([result for _, result in shown]) if answers else _NO_ANSWERS)
        set_role(self.title, "heading" if shown else "muted")
        self.results.show_rows([ShownCheck(one.lane, result, text=one.answer.text) for one, result in shown])


def short_results(checks: Checks, tried: Mapping[Path, Tried]) -> dict[Path, tuple[str, str]]:
    """Return by path a short result for the list, such as "3/4" or "!" for a mistake, and its explanation."""
    told: dict[Path, tuple[str, str]] = {}
    for path, check in walked(checks):
        problem, results = tried.get(path, ("", ()))
        if problem := value_problem(check) or problem:
            told[path] = "!", problem
        elif results:
            passed = sum(one.state == "pass" for one in results)
            is_open = all(one.state == "unscored" for one in results)
            told[path] = "?" if is_open else f"{passed}/{len(results)}", _summary(results)
    return told


def _summary(results: Sequence[CheckResult]) -> str:
    """Return how many answers pass, and how many are unscored, "" for no results."""
    if not results:
        return ""
    passed = sum(one.state == "pass" for one in results)
    left = sum(one.state == "unscored" for one in results)
    words = f"Passes {passed} of {counted(len(results), 'shown answer')}"
    return f"{words}, {left} unscored" if left else words
