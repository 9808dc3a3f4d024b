"""The dialog in which a person labels answers.

Invariant: nothing that it shows tells the column of an answer, or what a judge said of it; the result is shown when the
person asks for it, or at the end. Keys act wherever the focus is, by position on keyboards whose digits need Shift.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from workbench.app.verdict_keys import digit_of
from workbench.core.visible_text import visible_name, visible_note
from workbench.ui.widgets import geometry
from workbench.ui.widgets.controls import ConfirmBar, button, label, line, scrolled
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.dialog_parts import ToldLabel
from workbench.ui.widgets.reader.answer import AnswerView
from workbench.ui.widgets.small_controls import KeyButton, breakable
from workbench.ui.widgets.theme import Theme, set_role

if TYPE_CHECKING:
    from workbench.app.judging.labelling import BlindAnswer, LabelledCheck, LabelPage, LabelStep, MeasuredJudge

_DIGITS: dict[int, LabelStep] = {1: "pass", 2: "fail", 0: "unsure"}
_SIZE = QSize(860, 640)
_LONGEST_VALUE = 2_000
_BLIND = "You see neither the model nor the judge's verdict."
_READING = "Reading…"
_END = "No answer is left to label."
_RESULT, _BACK = "See the result", "Go on labelling"


class LabelDialog(Dialog):
    """Emits what the person wants; the owner shows the next answer."""

    step_wanted = Signal(str)
    """LabelStep"""
    check_wanted = Signal(int)
    """The place of another check."""
    import_wanted = Signal()
    sheet_wanted = Signal()
    improve_wanted = Signal()
    result_wanted = Signal()

    def __init__(self, theme: Theme, checks: Sequence[LabelledCheck], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Label answers")
        self._is_waiting, self._is_error = True, False
        self._has_result = False
        self.checks = QComboBox()
        self.checks.setAccessibleName("Judged check")
        self.checks.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.checks.setMinimumContentsLength(30)
        for one in checks:
            self.checks.addItem(visible_name(one.title))
        self.checks.setVisible(len(checks) > 1)
        self.checks.activated.connect(self.check_wanted)
        self.progress, self.stage = label("", "heading"), label("", "small")
        self.question, self.criterion = label("", "muted"), label("", "heading")
        self.answer = AnswerView(theme)
        self.answer.setAccessibleName("Answer")
        self.answer.document().setDocumentMargin(10)
        set_role(self.answer, "field")
        self.values, self.expectation = label("", "small"), label("", "small")
        self.heads = {name: label(name.upper(), "section", wrap=False) for name in ("Case", "A good answer", "Answer")}
        self.told, self.confirm = ToldLabel(theme), ConfirmBar()
        self.found_head, self.found = label("", "heading"), label("")
        self.pass_, self.fail, self.unsure, self.skip, self.undo = (KeyButton(theme, self) for _ in range(5))
        for made, text, key in (
            (self.pass_, "Pass", "1"),
            (self.fail, "Fail", "2"),
            (self.unsure, "Cannot say", "0"),
            (self.skip, "Skip", "S"),
            (self.undo, "Undo", "⌫"),
        ):
            made.set_face(text, key)
            made.setAccessibleName(f"{text}, key {'Backspace' if key == '⌫' else key}")
            made.setAutoDefault(False)
            made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.import_ = button("Import labels…", self.import_wanted.emit, "quiet")
        self.sheet = button("Save as a sheet…", self.sheet_wanted.emit, "quiet")
        self.sheet.setToolTip("Save the random answers as CSV, to label them elsewhere and import them")
        self.improve = button("Improve this judge…", self.improve_wanted.emit)
        self.to_result = button(_RESULT, self._toggle_result)
        self.close_ = button("Close", self.reject)
        self._lay_out(theme)
        self._connect()
        self.progress.setText(_READING)
        self.improve.hide()
        self.to_result.hide()

    def _lay_out(self, theme: Theme) -> None:
        head = QVBoxLayout()
        head.setSpacing(2)
        top = QHBoxLayout()
        top.addWidget(self.progress, 1)
        top.addWidget(self.checks)
        head.addLayout(top)
        head.addWidget(self.stage)
        asked = QVBoxLayout()
        asked.setSpacing(2)
        asked.addWidget(self.question)
        asked.addWidget(self.criterion)
        facts = QWidget()
        column = QVBoxLayout(facts)
        column.setContentsMargins(0, 0, 10, 0)
        column.setSpacing(4)
        for name, content in (("Case", self.values), ("A good answer", self.expectation)):
            column.addWidget(self.heads[name])
            column.addWidget(content)
            column.addSpacing(8)
        column.addStretch(1)
        self.facts = scrolled(facts)
        right = QVBoxLayout()
        right.setSpacing(4)
        right.addWidget(self.heads["Answer"])
        right.addWidget(self.answer, 1)
        body = QHBoxLayout()
        body.setSpacing(14)
        body.addWidget(self.facts, 2)
        body.addLayout(right, 3)
        page = QWidget()
        asking = QVBoxLayout(page)
        asking.setContentsMargins(0, 0, 0, 0)
        asking.setSpacing(12)
        asking.addLayout(asked)
        asking.addLayout(body, 1)
        choices = QHBoxLayout()
        choices.setSpacing(8)
        for made in (self.pass_, self.fail, self.unsure):
            choices.addWidget(made)
        choices.addStretch(1)
        choices.addWidget(self.skip)
        asking.addLayout(choices)
        end = QWidget()
        told = QVBoxLayout(end)
        told.setContentsMargins(0, 0, 0, 0)
        told.setSpacing(10)
        told.addWidget(self.found_head)
        told.addWidget(self.found)
        told.addStretch(1)
        self.pages = QStackedWidget()
        self.pages.addWidget(page)
        self.pages.addWidget(scrolled(end))
        foot = QHBoxLayout()
        foot.addWidget(self.import_)
        foot.addWidget(self.sheet)
        foot.addWidget(self.improve)
        foot.addStretch(1)
        foot.addWidget(self.undo)
        foot.addWidget(self.to_result)
        foot.addWidget(self.close_)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(12)
        layout.addLayout(head)
        layout.addWidget(line())
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.told)
        layout.addWidget(self.confirm)
        layout.addLayout(foot)
        scale = min(theme.scale, 1.5)
        self.resize((_SIZE * scale).boundedTo(geometry.room(self)))

    def _connect(self) -> None:
        for made, choice in ((self.pass_, "pass"), (self.fail, "fail"), (self.unsure, "unsure")):
            made.clicked.connect(lambda _=False, choice=choice: self._choose(choice))
        for watched in (self.answer, self.checks, self.facts):
            watched.installEventFilter(self)
        self.skip.clicked.connect(self._skip)
        self.undo.clicked.connect(self._undo)

    # Content.

    def wait(self) -> None:
        """Take no label until the next answer is shown."""
        self._is_waiting = True

    def go_on(self) -> None:
        """Take labels of the shown answer again."""
        self._is_waiting = False

    def show_page(self, page: LabelPage) -> None:
        """Show the next answer, or what the labels say."""
        self.progress.setText(visible_name(page.progress))
        self.stage.setText(f"{page.stage} {_BLIND}" if page.stage else "")
        self.undo.setEnabled(page.can_undo)
        if self._is_error:
            self.say("")
        self._has_result = page.has_result and page.answer is not None
        if page.answer is not None:
            self._show_answer(page.answer)
        elif page.measured is not None:
            self.stage.setText(_END if page.measured.sentences else "")
            self.show_result(page.measured)
        self._is_waiting = False

    def _show_answer(self, answer: BlindAnswer) -> None:
        self.question.setText(answer.question)
        self.criterion.setText(breakable(visible_note(answer.criterion)))
        self.answer.set_text(answer.text)
        values = "\n".join(f"{name}: {value[:_LONGEST_VALUE]}" for name, value in answer.values)
        self.values.setText(breakable(visible_note(values)))
        self.expectation.setText(breakable(visible_note(answer.expectation)))
        # The criterion may be the expectation itself.
        has_more = bool(answer.expectation) and answer.expectation != answer.criterion
        for head, content, is_there in (
            (self.heads["Case"], self.values, bool(values)),
            (self.heads["A good answer"], self.expectation, has_more),
        ):
            head.setVisible(is_there)
            content.setVisible(is_there)
        self.facts.setVisible(bool(values) or has_more)
        self._show_page(0)

    def show_result(self, measured: MeasuredJudge) -> None:
        """Show what the labels say in place of the answer, which comes back by a button if there is one."""
        first, *others = measured.sentences or (_END,)
        self.found_head.setText(visible_name(first))
        self.found.setText(breakable(visible_note("\n\n".join(others))))
        self._show_page(1)
        self.improve.setVisible(measured.disagreements > 0)

    def _toggle_result(self) -> None:
        if self.pages.currentIndex():
            self._show_page(0)
        else:
            self.result_wanted.emit()

    def say(self, sentence: str, tone: str = "muted", detail: str = "") -> None:
        """Show a message; "" hides it."""
        self._is_error = tone == "error" and bool(sentence)
        self.told.say(sentence, tone, detail)

    def _show_page(self, page: int) -> None:
        had_focus = self.focusWidget()
        self.pages.setCurrentIndex(page)
        self.to_result.setVisible(self._has_result)
        self.to_result.setText(_BACK if page else _RESULT)
        # It is about the answer.
        self.stage.setVisible(page == 0 or not self._has_result)
        if page == 0:
            self.improve.hide()
        if had_focus is None or not had_focus.isVisible():
            (self.answer if page == 0 else self.close_).setFocus()

    # Keys.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._act(event):
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Texts and lists use some of these keys themselves.
        is_key = event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent)
        return (is_key and self._act(event)) or super().eventFilter(watched, event)  # type: ignore[arg-type] # see is_key

    def _act(self, event: QKeyEvent) -> bool:
        """Do what a key says; return False if it says nothing here."""
        if not self._takes(event):
            return False
        event.accept()
        if not event.isAutoRepeat():
            self._press(event)
        return True

    def _takes(self, event: QKeyEvent) -> bool:
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if modifiers == Qt.KeyboardModifier.ControlModifier:
            return event.key() == Qt.Key.Key_Z
        if modifiers:
            return False
        is_digit = digit_of(event.key(), event.nativeScanCode()) in _DIGITS
        return is_digit or event.key() in (Qt.Key.Key_S, Qt.Key.Key_Backspace)

    def _press(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Z):
            self._undo()
        elif event.key() == Qt.Key.Key_S:
            self._skip()
        elif (digit := digit_of(event.key(), event.nativeScanCode())) is not None:
            self._choose(_DIGITS[digit])

    def _choose(self, step: str) -> None:
        if not self._is_waiting and self.pages.currentIndex() == 0:
            self.step_wanted.emit(step)

    def _skip(self) -> None:
        self._choose("skip")

    def _undo(self) -> None:
        if not self._is_waiting and self.undo.isEnabled():
            self.step_wanted.emit("undo")
