"""The outcome of an answer that did not end normally, between its text and its footer.

Invariant: every failure shows a sentence and one next step; technical detail is collapsed below them, never instead.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from workbench.app.compose.hidden_names import HIDDEN
from workbench.app.lanes.lane_state import LaneHead, LaneStatus
from workbench.core.runs import Failure
from workbench.ui.features.lanes import wording
from workbench.ui.features.lanes.attempts import AttemptsRow
from workbench.ui.features.lanes.steps import RUN, Action, next_step
from workbench.ui.widgets.reader.shown_text import picture
from workbench.ui.widgets.small_controls import FoldButton, breakable, pill, safe_tip
from workbench.ui.widgets.theme import Theme, set_role
from workbench.ui.widgets.wording import mark_sentence

_SENTENCE_LIMIT = 600
_DETAIL_LINES = 7
_PILL_LIMIT = 32


class FailureBox(QFrame):
    """A failure: message, next step, collapsed detail."""

    step_wanted = Signal(str)
    """A `steps.Action`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "banner-error")
        self._theme = theme
        self._action: Action = "retry"
        self.sentence = QLabel(self)
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.sentence.setWordWrap(True)
        self.step = QPushButton(self)
        self.step.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.fold = FoldButton(theme, "Details", self)
        self.detail = QPlainTextEdit(self)
        self.detail.setReadOnly(True)
        self.detail.setTabChangesFocus(True)
        self.detail.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.detail.setAccessibleName("Details of the failure")
        self.detail.hide()
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.step)
        row.addWidget(self.fold)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(6)
        layout.addWidget(self.sentence)
        layout.addLayout(row)
        layout.addWidget(self.detail)
        self.fold.toggled.connect(self.detail.setVisible)
        self.step.clicked.connect(lambda: self.step_wanted.emit(self._action))
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_failure(self, failure: Failure, head: LaneHead) -> None:
        """Show the failure of a lane; a read-only column offers no next step."""
        step = RUN if head.answered_by else next_step(failure.code, head.place)
        self._action = step.action
        sentence, detail = failure.sentence or "The call failed.", failure.detail
        if len(sentence) > _SENTENCE_LIMIT:
            sentence, detail = sentence[:_SENTENCE_LIMIT] + "…", f"{sentence}\n\n{detail}"
        self.sentence.setText(breakable(picture(sentence)))
        self.step.setText(step.label)
        self.step.setVisible(not head.read_only)
        code = "" if failure.code == HIDDEN else failure.code
        text = picture(f"{detail}\n\n{code}".strip())
        if text != self.detail.toPlainText():
            self.detail.setPlainText(text)
        self.fold.setVisible(bool(text))
        self.detail.setVisible(bool(text) and self.fold.isChecked())

    def _restyle(self) -> None:
        self.detail.setFont(self._theme.mono(-1.5))
        self.detail.setFixedHeight(self.detail.fontMetrics().lineSpacing() * _DETAIL_LINES + 10)


class StateStrip(QWidget):
    """Pills about the outcome, switches for attempts and samples, and the failure if there is one."""

    step_wanted = Signal(str)
    marks_wanted = Signal()
    choices_wanted = Signal()
    attempt_wanted = Signal(int)
    sample_wanted = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._failure: FailureBox | None = None
        self._attempts: AttemptsRow | None = None
        self._samples: AttemptsRow | None = None
        line = QFrame(self)
        set_role(line, "hline")
        self.ending = pill("", "pill-warn", self)
        self.format = pill("", "pill", self)
        self.format_error = QLabel(self)
        self.format_error.setTextFormat(Qt.TextFormat.PlainText)
        self.format_error.setWordWrap(True)
        set_role(self.format_error, "error")
        self.marks = self._button("pill-warn")
        self.marks.clicked.connect(self.marks_wanted)
        self.choices = self._button("pill-warn")
        self.choices.clicked.connect(self.choices_wanted)
        self._pills = QWidget(self)
        pills = QVBoxLayout(self._pills)
        pills.setContentsMargins(12, 8, 12, 7)
        pills.setSpacing(4)
        pills.addWidget(self.ending)
        pills.addWidget(self.format)
        pills.addWidget(self.format_error)
        pills.addWidget(self.choices)
        pills.addWidget(self.marks)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._layout.addWidget(line)
        self._layout.addWidget(self._pills)

    def show_status(self, head: LaneHead, status: LaneStatus) -> None:
        """Show what is notable about the output of a lane; takes no space if there is nothing."""
        ending, marks = wording.ending(status), "" if status.blind else wording.marks_line(status.marks)
        self.ending.setText(f"▲ {ending}" if ending else "")
        self.ending.setVisible(bool(ending))
        choices = wording.choices_line(status)
        self.choices.setText(choices)
        self.choices.setVisible(bool(choices))
        if choices:
            self.choices.setAccessibleName(f"{choices}; show the others")
            self.choices.setToolTip(safe_tip("Show the other choices in the response"))
        self.marks.setText(marks)
        self.marks.setVisible(bool(marks))
        if marks:
            self.marks.setAccessibleName(f"{marks}; show the request")
            self.marks.setToolTip(safe_tip("\n".join(mark_sentence(mark) for mark in status.marks)))
        chip = wording.format_chip(status)
        if chip != self.format.text():
            set_role(self.format, {True: "pill-green", False: "pill-red", None: "pill"}[status.format_ok])
            self.format.setText(chip)
            self.format_error.setText(breakable(picture(chip)))
        # A sentence needs line wrapping, which a pill cannot do.
        self.format.setVisible(0 < len(chip) <= _PILL_LIMIT)
        self.format_error.setVisible(len(chip) > _PILL_LIMIT)
        self._pills.setVisible(bool(ending or marks or choices or chip))
        self._show_failure(status.failure, head)
        self._show_attempts(status)
        self._show_samples(status)

    def tab_stops(self) -> list[QWidget]:
        """Return the controls in tab order."""
        box = self._failure
        row = self._attempts
        failure = [box.step, box.fold, box.detail] if box else []
        rows = [each for each in (row, self._samples) if each is not None]
        return [self.choices, self.marks, *failure, *(button for each in rows for button in (each.older, each.newer))]

    def _button(self, role: str) -> QPushButton:
        button = QPushButton(self)
        set_role(button, role)
        button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        return button

    def _show_samples(self, status: LaneStatus) -> None:
        several = status.samples > 1
        if several and self._samples is None:
            self._samples = AttemptsRow(self._theme, self, word="sample")
            self._samples.wanted.connect(self.sample_wanted)
            self._layout.addWidget(self._samples)
        if self._samples is not None:
            self._samples.setVisible(several)
            self._samples.show_attempt(status.sample, status.samples)

    def _show_attempts(self, status: LaneStatus) -> None:
        several = status.attempts > 1
        if several and self._attempts is None:
            self._attempts = AttemptsRow(self._theme, self)
            self._attempts.wanted.connect(self.attempt_wanted)
            self._layout.addWidget(self._attempts)
        if self._attempts is not None:
            self._attempts.setVisible(several)
            self._attempts.show_attempt(status.attempt, status.attempts)

    def _show_failure(self, failure: Failure | None, head: LaneHead) -> None:
        if failure is not None and self._failure is None:
            self._failure = FailureBox(self._theme, self)
            self._failure.step_wanted.connect(self.step_wanted)
            self._layout.insertWidget(2, self._failure)
        if self._failure is not None:
            self._failure.setVisible(failure is not None)
            if failure is not None:
                self._failure.show_failure(failure, head)
