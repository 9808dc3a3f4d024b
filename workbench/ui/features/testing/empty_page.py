"""What stands in place of the grid while there is nothing to show.

Invariant: the page says why, and its button is the next step.
"""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workbench.app.testing.controller import SuiteController
from workbench.app.testing.row_filters import FILTER_TITLES
from workbench.app.testing.words import TEST_SUCCESSOR, takes_words
from workbench.core.text import counted
from workbench.ui.widgets.controls import label
from workbench.ui.widgets.theme import set_role
from workbench.usecases.problems import problem_of


class NextStep(NamedTuple):
    """Why there is nothing, and buttons: title and the name of what they do, the first one is the main one."""

    heading: str
    text: str
    buttons: tuple[tuple[str, str], ...] = ()


NO_PROMPT = NextStep("No prompt is open", "Open a prompt in Compose to test it.", (("Go to Compose", "compose"),))
NO_CASES = NextStep(
    "No cases yet",
    "A case is a set of values with checks. Test the prompt on twenty of them to see whether a change makes it better.",
    (("Add cases", "cases"),),
)
NO_COLUMNS = NextStep(
    "No columns yet",
    "A column is a version with a model. Take the lanes of Compose, or add a version to compare with.",
    (("Use the lanes of Compose", "lanes"), ("Add a column…", "column")),
)
BLIND = NextStep(
    "The results are hidden", "You are labelling answers blind. The results are shown again when you close the dialog."
)
TOTALS_ONLY = (
    "Only totals are shown. You do not see the cases of the hold-out while you change the prompt, so that their totals "
    "say how good it really is."
)
"""What stands above the heads of the hold-out, whose rows are not shown."""


class EmptySuite(QWidget):
    """`wanted` carries the name of a step."""

    wanted = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        set_role(self, "surface")
        self.heading, self.text = label("", "title"), label("", "muted")
        for one in (self.heading, self.text):
            one.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.buttons = [QPushButton(self), QPushButton(self)]
        set_role(self.buttons[0], "primary")
        self._names: list[str] = []
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        for place, button in enumerate(self.buttons):
            button.clicked.connect(lambda _=False, place=place: self.wanted.emit(self._names[place]))
            row.addWidget(button)
        row.addStretch(1)
        middle = QVBoxLayout()
        middle.setSpacing(8)
        middle.addStretch(2)
        middle.addWidget(self.heading)
        middle.addWidget(self.text)
        middle.addSpacing(6)
        middle.addLayout(row)
        middle.addStretch(3)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.addStretch(1)
        layout.addLayout(middle, 4)
        layout.addStretch(1)

    def say(self, step: NextStep) -> None:
        """Show a step."""
        self.heading.setText(step.heading)
        self.text.setText(step.text)
        self._names = [name for _, name in step.buttons]
        for place, button in enumerate(self.buttons):
            button.setVisible(place < len(step.buttons))
            if place < len(step.buttons):
                button.setText(step.buttons[place][0])
                button.setAccessibleName(step.buttons[place][0])

    def words(self) -> str:
        """Return the text shown."""
        return f"{self.heading.text()}\n{self.text.text()}"


def next_step(suites: SuiteController) -> NextStep | None:
    """Return why there is no grid, None if there is one."""
    overview = suites.overview
    if not suites.prompt_uid:
        return NO_PROMPT
    if overview is None:
        return NextStep("", "Reading the tests…")
    if not suites.tested.cases and suites.run is None:
        return NO_CASES
    if not overview.columns and suites.run is None:
        return NO_COLUMNS
    if suites.run is None:
        return _nothing_run(suites)
    if suites.is_blind:
        return BLIND
    if (failure := suites.model.failure) is not None:
        return NextStep("The results cannot be shown", problem_of(failure).sentence, (("Try again", "read_again"),))
    if suites.set_name != "tuning":
        return None
    if suites.model.is_complete and not suites.model.rowCount():
        tag = f" with the tag {suites.query.tag}" if suites.query.tag else ""
        about = f"No case is listed under “{FILTER_TITLES[suites.query.rows].lower()}”{tag}."
        return NextStep("No matches", about, (("Show all cases", "all"),))
    return None


def _nothing_run(suites: SuiteController) -> NextStep:
    assert suites.overview is not None
    estimate, columns = suites.estimate, len(suites.overview.columns)
    if estimate.refusal:
        act = ((TEST_SUCCESSOR, "successor"),) if estimate.retired is not None else ()
        return NextStep("Nothing has run yet", estimate.refusal, act)
    calls = counted(estimate.new, "call")
    size = f"{counted(suites.tested.cases, 'case')} × {counted(columns, 'column')}"
    text = f"{size}: {takes_words(estimate) or calls}. You can stop at any time; answers are kept."
    if suites.set_name == "holdout":
        text = f"{text} Only totals will be shown."
    heading = "Nothing has run yet" if suites.set_name == "tuning" else "The hold-out has not run yet"
    return NextStep(heading, text, ((f"Run {calls}", "run"),))
