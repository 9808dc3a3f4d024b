"""The request: model, feedback, answers to include, and instructions.

Invariant: answers are included only if the user ticked them.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench.core.improvement import RecentAnswer
from workbench.core.lanes import Lane, short_model
from workbench.core.text import opening_words, plural
from workbench.core.version_name import iteration_name
from workbench.core.visible_text import visible_name
from workbench.ui.editor.field import ExactField
from workbench.ui.widgets.controls import label
from workbench.ui.widgets.model_button import ModelButton
from workbench.ui.widgets.small_controls import quiet_button, safe_tip
from workbench.ui.widgets.theme import Theme, set_role

_TIP = 600


class QuestionPane(QWidget):
    """`ask_wanted` and `stop_wanted` come from the button; `model_wanted` requests the model picker."""

    ask_wanted = Signal()
    stop_wanted = Signal()
    model_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lane: Lane | None = None
        self._answers: tuple[RecentAnswer, ...] = ()
        self._shipped = ""
        self._running = False
        self.model = ModelButton("Choose a model…")
        self.model.setAutoDefault(False)
        self.feedback = _field(theme, "What should be better")
        self.feedback.setPlaceholderText("Optional: what is wrong with the answers, and what you want instead")
        self.answers = QListWidget()
        self.answers.setAccessibleName("Answers to show the model")
        self.answers.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.answers.setTextElideMode(Qt.TextElideMode.ElideRight)
        set_role(self.answers, "sunken")
        self.bad = quiet_button("Tick bad ones", "Tick the answers that lost or were all bad")
        self.told = label("", "small")
        self.instructions = _field(theme, "Instructions for the model")
        self.instructions_title = QLabel("Instructions for the model")
        self.open_instructions = quiet_button("Instructions ▸", "Read and change the instructions for the model")
        self.open_instructions.setCheckable(True)
        self.shipped = quiet_button("Use defaults", "Restore the default instructions")
        self.ask = QPushButton("Ask")
        self.ask.setDefault(True)
        self.ask.setEnabled(False)
        self.ask.setToolTip("Ask the model (Ctrl+Enter)")
        set_role(self.ask, "primary")
        self.stop = QPushButton("■ Stop")
        self.stop.setAutoDefault(False)
        self._build()
        self.model.clicked.connect(self.model_wanted)
        self.ask.clicked.connect(self.ask_wanted)
        self.stop.clicked.connect(self.stop_wanted)
        self.bad.clicked.connect(self._tick_bad)
        self.answers.itemChanged.connect(lambda _: self._tell())
        self.open_instructions.toggled.connect(self._show_instructions)
        self.shipped.clicked.connect(lambda: self.instructions.set_exact(self._shipped))
        self._show_instructions(shown=False)
        self.set_running(running=False)

    def set_lane(self, lane: Lane) -> None:
        """Set the model to ask."""
        self.lane = lane
        name = visible_name(short_model(lane.model))
        self.model.setText(name)
        self.model.setAccessibleName(f"Model: {name}")
        self.model.setToolTip(safe_tip(f"{lane.model}. Choose another model."))
        self.ask.setEnabled(True)

    def set_answers(self, answers: tuple[RecentAnswer, ...]) -> None:
        """List these answers, the bad ones first."""
        order = {"bad": 0, "lost": 1}
        self._answers = tuple(sorted(answers, key=lambda answer: order.get(answer.standing, 2)))
        self.answers.clear()
        for answer in self._answers:
            judged = f" · {answer.judgement}" if answer.standing else ""
            opening = visible_name(opening_words(answer.text, 120))
            item = QListWidgetItem(f"{iteration_name(answer.number)} {answer.title}{judged} · {opening}")
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked)
            item.setToolTip(safe_tip(answer.text[:_TIP]))
            self.answers.addItem(item)
        self.bad.setEnabled(any(answer.standing in order for answer in answers))
        self._show_instructions(self.open_instructions.isChecked())
        self._tell()

    def chosen_answers(self) -> tuple[RecentAnswer, ...]:
        """Return the answers that are ticked."""
        return tuple(answer for row, answer in enumerate(self._answers) if self._is_ticked(row))

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
        self._running = running
        self.ask.setVisible(not running)
        self.stop.setVisible(running)
        if had_focus:
            (self.stop if running else self.ask).setFocus()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.addWidget(QLabel("Ask"))
        head.addWidget(self.model, 1)
        shown = QHBoxLayout()
        self._answers_title = QLabel("Answers to show the model")
        shown.addWidget(self._answers_title, 1)
        shown.addWidget(self.bad)
        titled = QHBoxLayout()
        titled.addWidget(self.instructions_title, 1)
        titled.addWidget(self.shipped)
        buttons = QHBoxLayout()
        buttons.addWidget(self.open_instructions)
        buttons.addStretch(1)
        buttons.addWidget(self.stop)
        buttons.addWidget(self.ask)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(QLabel("What should be better?"))
        layout.addWidget(self.feedback, 2)
        layout.addLayout(shown)
        layout.addWidget(self.answers, 3)
        layout.addWidget(self.told)
        layout.addLayout(titled)
        layout.addWidget(self.instructions, 4)
        layout.addLayout(buttons)

    def _show_instructions(self, shown: bool) -> None:
        self.open_instructions.setText("‹ Answers" if shown else "Instructions ›")
        theirs: tuple[QWidget, ...] = (self.instructions_title, self.shipped, self.instructions)
        others: tuple[QWidget, ...] = (self._answers_title, self.bad, self.answers, self.told)
        for widget in (*theirs, *others):
            # Without answers the space goes to the feedback.
            needed = widget is self.told or widget in theirs or bool(self._answers)
            widget.setVisible(needed and shown == (widget in theirs))

    def _is_ticked(self, row: int) -> bool:
        return self.answers.item(row).checkState() == Qt.CheckState.Checked

    def _tick_bad(self) -> None:
        for row, answer in enumerate(self._answers):
            if answer.standing in ("bad", "lost"):
                self.answers.item(row).setCheckState(Qt.CheckState.Checked)

    def _tell(self) -> None:
        count = len(self.chosen_answers())
        if not self._answers:
            text = "This prompt has no answers yet. Run it, and answers can be shown to the model."
        elif not count:
            text = "None ticked: the model gets only the prompt, without answers or values of variables."
        else:
            what = f"{count} {plural(count, 'answer is', 'answers are')}"
            text = f"{what} sent with the values of the variables."
        self.told.setText(text)


def _field(theme: Theme, name: str) -> ExactField:
    field = ExactField(theme)
    field.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
    field.setTabChangesFocus(True)
    field.setAccessibleName(name)
    set_role(field, "field")
    return field
