"""The request for cases: model, number, what to cover, what the model sees, and instructions.

Invariant: only ticked cases and answers are sent, and no answer is ticked at first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QSpinBox, QStackedWidget, QVBoxLayout, QWidget

from workbench.core.cases import Case
from workbench.core.improvement import RecentAnswer
from workbench.core.testing.case_proposals import MOST_SHOWN, MOST_WANTED
from workbench.core.text import counted, first_line, opening_words
from workbench.core.version_name import iteration_name
from workbench.core.visible_text import visible_name
from workbench.ui.proposals.request_pane import RequestPane, request_field, tick_item, tick_list, ticked_rows
from workbench.ui.widgets.controls import label
from workbench.ui.widgets.small_controls import SmallLine, quiet_button
from workbench.ui.widgets.theme import Theme

Page = Literal["cases", "answers", "instructions"]
_WANTED, _TICKED = 10, 3
_MOST_LISTED = 500
"""Cases that can be ticked; a prompt may have ten thousand."""
_LETTERS = 120
_COVER = "edge cases, other languages, angry customers, attempts to inject instructions…"


class ProposalRequest(RequestPane):
    """Offers the number of cases, what they should cover, cases and answers to show, and the instructions."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent, mono=False)
        self._cases: tuple[Case, ...] = ()
        self._answers: tuple[RecentAnswer, ...] = ()
        self.count = QSpinBox()
        self.count.setRange(1, MOST_WANTED)
        self.count.setValue(_WANTED)
        self.count.setAccessibleName("Number of cases")
        self.wish = request_field(theme, "What the cases should cover", mono=False)
        self.wish.setPlaceholderText(_COVER)
        self.cases = tick_list("Cases to show the model")
        self.answers = tick_list("Answers to show the model")
        self.told = label("", "small")
        self.estimate = SmallLine(theme, tabular=True)
        self.pages: dict[Page, QPushButton] = {
            "cases": quiet_button("Cases", "Cases of this prompt that the model sees"),
            "answers": quiet_button("Answers", "Answers of this prompt that the model sees"),
            "instructions": quiet_button("Instructions", "Read and change the instructions for the model"),
        }
        self._group = QButtonGroup(self)
        self._stack = QStackedWidget()
        self._build()
        for rows in (self.cases, self.answers):
            rows.itemChanged.connect(lambda _: self._tell())
        self.wish.textChanged.connect(self.changed)
        self.count.valueChanged.connect(lambda _: self.changed.emit())
        self.set_running(running=False)
        self._tell()

    def set_known(self, cases: Sequence[Case], answers: Sequence[RecentAnswer]) -> None:
        """List what can be shown to the model; the first cases are ticked."""
        self._cases, self._answers = tuple(cases[:_MOST_LISTED]), tuple(answers)
        self.cases.clear()
        for place, case in enumerate(self._cases):
            values = " · ".join(first_line(value, _LETTERS) for _, value in case.values if value.strip())
            name = visible_name(" ".join(case.name.split()))
            text = " · ".join(filter(None, (name, visible_name(values[:_LETTERS])))) or "A case without a name"
            self.cases.addItem(tick_item(text, values, is_ticked=place < _TICKED))
        self.answers.clear()
        for answer in self._answers:
            text = (
                f"{iteration_name(answer.number)} {answer.title} · {visible_name(opening_words(answer.text, _LETTERS))}"
            )
            self.answers.addItem(tick_item(text, answer.text))
        self._tell()

    def chosen_cases(self) -> tuple[Case, ...]:
        """Return the cases that are ticked."""
        return tuple(self._cases[row] for row in ticked_rows(self.cases))

    def chosen_answers(self) -> tuple[RecentAnswer, ...]:
        """Return the answers that are ticked."""
        return tuple(self._answers[row] for row in ticked_rows(self.answers))

    def show_page(self, page: Page) -> None:
        """Show cases, answers or instructions."""
        self.pages[page].setChecked(True)
        self._stack.setCurrentIndex(list(self.pages).index(page))
        self.shipped.setVisible(page == "instructions")
        self.told.setVisible(page != "instructions")

    def _build(self) -> None:
        head = QHBoxLayout()
        head.addWidget(label("Ask", wrap=False))
        head.addWidget(self.model, 1)
        head.addWidget(label("for", wrap=False))
        head.addWidget(self.count)
        head.addWidget(label("cases", wrap=False))
        tabs = QHBoxLayout()
        tabs.setSpacing(2)
        for page, button in self.pages.items():
            button.setCheckable(True)
            self._group.addButton(button)
            button.clicked.connect(lambda _=False, page=page: self.show_page(page))
            tabs.addWidget(button)
        tabs.addStretch(1)
        tabs.addWidget(self.shipped)
        for widget in (self.cases, self.answers, self.instructions):
            self._stack.addWidget(widget)
        buttons = QHBoxLayout()
        buttons.addWidget(self.estimate, 1)
        buttons.addWidget(self.stop)
        buttons.addWidget(self.ask)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(label("What should they cover?"))
        layout.addWidget(self.wish, 1)
        layout.addLayout(tabs)
        layout.addWidget(self._stack, 3)
        layout.addWidget(self.told)
        layout.addLayout(buttons)
        self.show_page("cases")

    def _tell(self) -> None:
        cases, answers = len(self.chosen_cases()), len(self.chosen_answers())
        self.pages["cases"].setText(f"Cases {cases}")
        self.pages["answers"].setText(f"Answers {answers}")
        seen = "1 answer with its values" if answers == 1 else f"{answers} answers with their values" if answers else ""
        given = [one for one in ("the prompt", counted(cases, "case") if cases else "", seen) if one]
        shown = " and ".join(filter(None, (", ".join(given[:-1]), given[-1])))
        words = f"The model sees {shown}." if len(given) > 1 else "The model sees only the prompt."
        if cases > MOST_SHOWN:
            words = f"At most {MOST_SHOWN} cases can be shown. Untick some."
        self.told.setText(f"{words} Cases of the hold-out are never shown.")
        self.changed.emit()
