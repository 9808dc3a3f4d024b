"""The request: model, feedback, answers to include, and instructions.

Invariant: answers are included only if the user ticked them.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from workbench.core.improvement import RecentAnswer
from workbench.core.text import opening_words, plural
from workbench.core.version_name import iteration_name
from workbench.core.visible_text import visible_name
from workbench.ui.proposals.request_pane import RequestPane, request_field, tick_item, tick_list, ticked_rows
from workbench.ui.widgets.controls import label
from workbench.ui.widgets.small_controls import quiet_button
from workbench.ui.widgets.theme import Theme


class QuestionPane(RequestPane):
    """Offers feedback in words, answers to show, and the instructions."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._answers: tuple[RecentAnswer, ...] = ()
        self.feedback = request_field(theme, "What should be better")
        self.feedback.setPlaceholderText("Optional: what is wrong with the answers, and what you want instead")
        self.answers = tick_list("Answers to show the model")
        self.bad = quiet_button("Tick bad ones", "Tick the answers that lost or were all bad")
        self.told = label("", "small")
        self.instructions_title = QLabel("Instructions for the model")
        self.open_instructions = quiet_button("Instructions ▸", "Read and change the instructions for the model")
        self.open_instructions.setCheckable(True)
        self._build()
        self.bad.clicked.connect(self._tick_bad)
        self.answers.itemChanged.connect(lambda _: self._tell())
        self.answers.itemChanged.connect(lambda _: self.changed.emit())
        self.feedback.textChanged.connect(self.changed)
        self.open_instructions.toggled.connect(self._show_instructions)
        self._show_instructions(shown=False)
        self.set_running(running=False)

    def set_answers(self, answers: tuple[RecentAnswer, ...]) -> None:
        """List these answers, the bad ones first."""
        order = {"bad": 0, "lost": 1}
        self._answers = tuple(sorted(answers, key=lambda answer: order.get(answer.standing, 2)))
        self.answers.clear()
        for answer in self._answers:
            judged = f" · {answer.judgement}" if answer.standing else ""
            opening = visible_name(opening_words(answer.text, 120))
            text = f"{iteration_name(answer.number)} {answer.title}{judged} · {opening}"
            self.answers.addItem(tick_item(text, answer.text))
        self.bad.setEnabled(any(answer.standing in order for answer in answers))
        self._show_instructions(self.open_instructions.isChecked())
        self._tell()

    def chosen_answers(self) -> tuple[RecentAnswer, ...]:
        """Return the answers that are ticked."""
        return tuple(self._answers[row] for row in ticked_rows(self.answers))

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
