"""The request for cases: model, number, what to cover, what the model sees, and instructions.

Invariant: only ticked cases and answers are sent, and no answer is ticked at first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.core.cases import Case
from workbench.core.improvement import RecentAnswer
from workbench.core.lanes import Lane, short_model
from workbench.core.testing.case_proposals import MOST_SHOWN, MOST_WANTED
from workbench.core.text import counted, first_line, opening_words
from workbench.core.version_name import iteration_name
from workbench.core.visible_text import visible_name
from workbench.ui.editor.field import ExactField
from workbench.ui.widgets.controls import label
from workbench.ui.widgets.model_button import ModelButton
from workbench.ui.widgets.small_controls import SmallLine, quiet_button, safe_tip
from workbench.ui.widgets.theme import Theme, set_role

Page = Literal["cases", "answers", "instructions"]
_WANTED, _TICKED = 10, 3
_MOST_LISTED = 500
"""Cases that can be ticked; a prompt may have ten thousand."""
_TIP, _LETTERS = 600, 120
_COVER = "edge cases, other languages, angry customers, attempts to inject instructions…"


class ProposalRequest(QWidget):
    """`ask_wanted` and `stop_wanted` come from the button; `model_wanted` requests the model picker."""

    ask_wanted = Signal()
    stop_wanted = Signal()
    model_wanted = Signal()
    changed = Signal()
    """Something of the request changed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lane: Lane | None = None
        self._cases: tuple[Case, ...] = ()
        self._answers: tuple[RecentAnswer, ...] = ()
        self._shipped = ""
        self.model = ModelButton("Choose a model…")
        self.model.setAutoDefault(False)
        self.count = QSpinBox()
        self.count.setRange(1, MOST_WANTED)
        self.count.setValue(_WANTED)
        self.count.setAccessibleName("Number of cases")
        self.wish = _field(theme, "What the cases should cover")
        self.wish.setPlaceholderText(_COVER)
        self.cases = _ticked_list("Cases to show the model")
        self.answers = _ticked_list("Answers to show the model")
        self.instructions = _field(theme, "Instructions for the model")
        self.shipped = quiet_button("Use defaults", "Restore the default instructions")
        self.told = label("", "small")
        self.estimate = SmallLine(theme, tabular=True)
        self.ask = QPushButton("Ask")
        self.ask.setDefault(True)
        self.ask.setEnabled(False)
        self.ask.setToolTip("Ask the model (Ctrl+Enter)")
        set_role(self.ask, "primary")
        self.stop = QPushButton("■ Stop")
        self.stop.setAutoDefault(False)
        self.pages: dict[Page, QPushButton] = {
            "cases": quiet_button("Cases", "Cases of this prompt that the model sees"),
            "answers": quiet_button("Answers", "Answers of this prompt that the model sees"),
            "instructions": quiet_button("Instructions", "Read and change the instructions for the model"),
        }
        self._group = QButtonGroup(self)
        self._stack = QStackedWidget()
        self._build()
        self.model.clicked.connect(self.model_wanted)
        self.ask.clicked.connect(self.ask_wanted)
        self.stop.clicked.connect(self.stop_wanted)
        self.shipped.clicked.connect(lambda: self.instructions.set_exact(self._shipped))
        for rows in (self.cases, self.answers):
            rows.itemChanged.connect(lambda _: self._tell())
        for field in (self.wish, self.instructions):
            field.textChanged.connect(self.changed)
        self.count.valueChanged.connect(lambda _: self.changed.emit())
        self.set_running(running=False)
        self._tell()

    def set_lane(self, lane: Lane) -> None:
        """Set the model to ask."""
        self.lane = lane
        name = visible_name(short_model(lane.model))
        self.model.setText(name)
        self.model.setAccessibleName(f"Model: {name}")
        self.model.setToolTip(safe_tip(f"{lane.model}. Choose another model."))
        self.ask.setEnabled(True)
        self.changed.emit()

    def set_known(self, cases: Sequence[Case], answers: Sequence[RecentAnswer]) -> None:
        """List what can be shown to the model; the first cases are ticked."""
        self._cases, self._answers = tuple(cases[:_MOST_LISTED]), tuple(answers)
        self.cases.clear()
        for place, case in enumerate(self._cases):
            values = " · ".join(first_line(value, _LETTERS) for _, value in case.values if value.strip())
            name = visible_name(" ".join(case.name.split()))
            text = " · ".join(filter(None, (name, visible_name(values[:_LETTERS])))) or "A case without a name"
            self.cases.addItem(_tick(text, values, is_ticked=place < _TICKED))
        self.answers.clear()
        for answer in self._answers:
            text = (
                f"{iteration_name(answer.number)} {answer.title} · {visible_name(opening_words(answer.text, _LETTERS))}"
            )
            self.answers.addItem(_tick(text, answer.text, is_ticked=False))
        self._tell()

    def chosen_cases(self) -> tuple[Case, ...]:
        """Return the cases that are ticked."""
        return tuple(self._cases[row] for row in _ticked_rows(self.cases))

    def chosen_answers(self) -> tuple[RecentAnswer, ...]:
        """Return the answers that are ticked."""
        return tuple(self._answers[row] for row in _ticked_rows(self.answers))

    def set_instructions(self, text: str, shipped: str) -> None:
        """Show instructions; `shipped` are the defaults that can be restored."""
        self._shipped = shipped
        self.instructions.set_exact(text)

    def own_instructions(self) -> str:
        """Return the custom instructions, "" if they are the defaults."""
        text = self.instructions.exact()
        return "" if text == self._shipped else text

    def set_running(self, *, running: bool) -> None:
        """Switch between the Ask and the Stop button."""
        had_focus = self.ask.hasFocus() or self.stop.hasFocus()
        self.ask.setVisible(not running)
        self.stop.setVisible(running)
        if had_focus:
            (self.stop if running else self.ask).setFocus()

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
            words = f"{MOST_SHOWN} cases are the most that can be shown. Untick some."
        self.told.setText(f"{words} Cases of the hold-out are never shown.")
        self.changed.emit()


def _tick(text: str, tip: str, *, is_ticked: bool) -> QListWidgetItem:
    item = QListWidgetItem(text)
    item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
    item.setCheckState(Qt.CheckState.Checked if is_ticked else Qt.CheckState.Unchecked)
    item.setToolTip(safe_tip(tip[:_TIP]))
    return item


def _ticked_list(name: str) -> QListWidget:
    rows = QListWidget()
    rows.setAccessibleName(name)
    rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    rows.setTextElideMode(Qt.TextElideMode.ElideRight)
    set_role(rows, "sunken")
    return rows


def _ticked_rows(rows: QListWidget) -> list[int]:
    return [row for row in range(rows.count()) if rows.item(row).checkState() == Qt.CheckState.Checked]


def _field(theme: Theme, name: str) -> ExactField:
    field = ExactField(theme, mono=False)
    field.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
    field.setTabChangesFocus(True)
    field.setAccessibleName(name)
    set_role(field, "field")
    return field
