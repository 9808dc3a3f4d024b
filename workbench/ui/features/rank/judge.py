"""The page for judging a pair.

Invariant: the page does not know who gave the current answers; it gets two texts, their values, and a prompt that is
the same for all pairs. Who gave the previous answers is shown only on request.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from workbench.app.lanes.lane_state import LaneHead, LaneStatus
from workbench.ui.shell.bars import ElidedText
from workbench.ui.shell.key_names import KeyName, KeyNameButton
from workbench.ui.widgets.controls import JUDGED_AREA
from workbench.ui.widgets.reader import ReadingArea
from workbench.ui.widgets.theme import Theme, set_role

_LONGEST_VALUE = 4000
"""Maximum length of a value in characters: a longer reminder would slow down the next pair."""
_VALUE_LINES = 5
_MARGIN, _BETWEEN = 22, 8
_LEAST_PROGRESS = "1,000 judged · 25 of 50 alike"
"""Minimum width of the progress text beside the heading; the buttons there are shortened to make room for it."""


class JudgePage(QWidget):
    """Two answers side by side, with their values above and the verdict buttons below."""

    verdict_wanted = Signal(str, int)
    """Kind of verdict, and 1 or 2 for the winner."""
    undo_wanted = Signal()
    skip_wanted = Signal()
    prompt_wanted = Signal()
    """The prompt is unfolded but not loaded yet."""
    end_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        set_role(self, "surface")
        self.setProperty(JUDGED_AREA, True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(_MARGIN, 14, _MARGIN, 14)
        layout.setSpacing(10)
        head = QHBoxLayout()
        self.heading = QLabel("Which answer is better?", self)
        self.progress = ElidedText("", "muted", self)
        self.end = KeyNameButton("End", "", parent=self)
        self.end.clicked.connect(self.end_wanted)
        head.addWidget(self.heading)
        head.addSpacing(12)
        self.prompt_toggle = _Fold("Prompt", "Prompt", self)
        self.prompt_toggle.setToolTip("Newest version of the prompt; the answers may be from earlier ones")
        self.prompt_toggle.toggled.connect(self._fold_prompt)
        self.reveal = _Fold("Show last pair", "Who", self)
        self.reveal.setToolTip("Show who wrote the two answers you judged last")
        self.reveal.toggled.connect(self._show_last)
        head.addWidget(self.progress, 1)
        for button in (self.prompt_toggle, self.reveal, self.end):
            head.addWidget(button)
        layout.addLayout(head)
        self.prompt = _text_field("Newest version of the prompt", self)
        self._has_prompt = False
        self.prompt.hide()
        layout.addWidget(self.prompt)
        self.values = _text_field("Values of both answers", self)
        layout.addWidget(self.values)
        self.message = QLabel(self)
        self.message.setWordWrap(True)
        set_role(self.message, "muted")
        layout.addWidget(self.message)
        self.answers = QWidget(self)
        sides = QHBoxLayout(self.answers)
        sides.setContentsMargins(0, 0, 0, 0)
        sides.setSpacing(0)
        self.left, self.right = (_Answer(theme, number, self.answers) for number in (1, 2))
        line = QFrame(self.answers)
        set_role(line, "vline")
        for side in (self.left, line, self.right):
            sides.addWidget(side, 0 if side is line else 1)
        layout.addWidget(self.answers, 1)
        self.last = ElidedText("", "muted", self)
        self.last.hide()
        layout.addWidget(self.last)
        self._add_buttons(layout)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _add_buttons(self, layout: QVBoxLayout) -> None:
        row = QHBoxLayout()
        row.setSpacing(_BETWEEN)
        self.verdicts: list[KeyNameButton] = []
        for text, brief, key, kind, winner in (
            ("Left is better", "Left", "1", "winner", 1),
            ("Tie", "Tie", "0", "tie", 0),
            ("Both bad", "Bad", "-", "all_bad", 0),
            ("Right is better", "Right", "2", "winner", 2),
        ):
            button = KeyNameButton(text, key, parent=self)
            button.set_label(text, brief)
            button.clicked.connect(lambda _=False, said=kind, won=winner: self.verdict_wanted.emit(said, won))
            row.addWidget(button)
            self.verdicts.append(button)
        row.addStretch(1)
        self.skip = KeyNameButton("Skip", "", parent=self)
        self.skip.clicked.connect(self.skip_wanted)
        row.addWidget(self.skip)
        self.undo = KeyNameButton("Undo", "", parent=self)
        self.undo.clicked.connect(self.undo_wanted)
        row.addWidget(self.undo)
        layout.addLayout(row)

    def name_keys(self, name: KeyName) -> None:
        """Set the function that names shortcuts."""
        self.end.set_key(name("escape"))
        self.undo.set_key(name("judge_undo"))
        self.skip.set_key(name("judge_skip"))
        self.prompt_toggle.set_key(name("judge_prompt"))
        self.reveal.set_key(name("judge_reveal"))
        self._fit_buttons()

    def start(self) -> None:
        """Discard the prompt of the previous session."""
        self._has_prompt = False
        self.prompt.clear()
        if self.prompt_toggle.isChecked():
            self.prompt_wanted.emit()

    def show_pair(self, left: str, right: str, values: Sequence[tuple[str, str]]) -> None:
        """Show two answers, scrolled to their beginning."""
        said = "\n".join(f"{name}: {_short(value)}" for name, value in values)
        if said != self.values.toPlainText():
            self.values.setPlainText(said)
            self._fit_values()
        self.values.setVisible(bool(said))
        self.message.hide()
        self.answers.show()
        self.left.set_text(left)
        self.right.set_text(right)
        for button in (*self.verdicts, self.skip):
            button.setEnabled(True)

    def show_message(self, text: str) -> None:
        """Show a message instead of a pair."""
        self.values.hide()
        self.answers.hide()
        self.message.setText(text)
        self.message.show()
        for button in (*self.verdicts, self.skip):
            button.setEnabled(False)

    def set_progress(self, text: str, brief: str, *, can_undo: bool) -> None:
        """Set the progress of the session; `brief` is used if `text` does not fit."""
        self.progress.set_full(text, brief)
        self.undo.setEnabled(can_undo)

    def set_last(self, text: str) -> None:
        """Set who gave the answers of the previous pair, "" if there is none."""
        self.last.set_full(text or "Nothing judged yet.")

    def show_prompt(self, text: str) -> None:
        """Show the text of the prompt, scrolled to its beginning."""
        self._has_prompt = True
        self.prompt.setPlainText(text or "The prompt has no version yet.")
        self._fit_values()

    def _fold_prompt(self, shown: bool) -> None:
        self.prompt.setVisible(shown)
        if shown and not self._has_prompt:
            self.prompt_wanted.emit()
        self._fit_values()

    def _show_last(self, shown: bool) -> None:
        self.last.setVisible(shown)

    def enter(self) -> None:
        """Focus the left answer, so that keys scroll it."""
        if self.answers.isVisible():
            self.left.reading.take_focus()
        else:
            self.end.setFocus()

    def stops(self) -> list[QWidget]:
        """Return the parts in tab order."""
        above = [self.prompt_toggle, self.reveal, self.end, self.prompt, self.values]
        return [*above, self.left, self.right, *self.verdicts, self.skip, self.undo]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_buttons()
        self._fit_values()

    def _fit_buttons(self) -> None:
        """Shorten the button labels as far as needed."""
        room = self.width() - 2 * _MARGIN
        heading = self.heading.sizeHint().width() + self.fontMetrics().horizontalAdvance(_LEAST_PROGRESS)
        for buttons, left in (
            ((*self.verdicts, self.skip, self.undo), room),
            ((self.prompt_toggle, self.reveal, self.end), room - heading),
        ):
            wanted = [sum(button.width_at(level) + _BETWEEN for button in buttons) for level in (0, 1, 2)]
            level = next((level for level in (0, 1) if wanted[level] <= left), 2)
            for button in buttons:
                button.say(level)

    def _restyle(self) -> None:
        self._fit_buttons()
        self.heading.setFont(self._theme.font(1.5, bold=True))
        self._fit_values()

    def _fit_values(self) -> None:
        """Fit the heights to the content: values up to `_VALUE_LINES` lines, the prompt up to a third of the page."""
        # The 18 pixels are the frame and the document margins.
        for field, most in ((self.values, _VALUE_LINES), (self.prompt, self._prompt_lines())):
            # The layout of plain text measures its height in lines, wrapped lines included.
            lines = max(field.blockCount(), int(field.document().size().height()))
            field.setFixedHeight(field.fontMetrics().lineSpacing() * min(max(1, lines), most) + 18)

    def _prompt_lines(self) -> int:
        """Return the maximum number of visible lines of a prompt."""
        return max(4, self.height() // 3 // self.prompt.fontMetrics().lineSpacing())


class _Fold(KeyNameButton):
    """A button that expands and collapses something, with an arrow for the state."""

    def __init__(self, text: str, brief: str, parent: QWidget) -> None:
        super().__init__(text, "", "quiet", parent)
        self._said = text, brief
        self.setCheckable(True)
        self.toggled.connect(self._turn)
        self._turn(False)

    def _turn(self, unfolded: bool) -> None:
        arrow = "▾" if unfolded else "▸"
        self.set_label(*(f"{arrow} {words}" for words in self._said))
        self.setAccessibleName(self._said[0])


def _text_field(name: str, parent: QWidget) -> QPlainTextEdit:
    field = QPlainTextEdit(parent)
    field.setReadOnly(True)
    field.setAccessibleName(name)
    field.setTabChangesFocus(True)
    set_role(field, "field")
    return field


class _Answer(QWidget):
    """One answer with its number above it, shown in the mode that suits its text."""

    def __init__(self, theme: Theme, number: int, parent: QWidget) -> None:
        super().__init__(parent)
        side = "Left" if number == 1 else "Right"
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*((0, 0, 12, 0) if number == 1 else (12, 0, 0, 0)))
        title = QLabel(f"{number}  {side}", self)
        set_role(title, "heading")
        layout.addWidget(title)
        head = LaneHead(slot=side.lower(), number=number, title=f"{side} answer", model="", read_only=True)
        self.reading = ReadingArea(theme, head, lambda: "", self)
        self.reading.set_name(f"{side} answer")
        # Blind: offer no mode that reveals details of the call.
        self.reading.set_status(head, LaneStatus(state="finished", blind=True))
        layout.addWidget(self.reading, 1)

    def set_text(self, text: str) -> None:
        """Replace the answer, scrolled to its beginning."""
        if text.startswith(self.reading.exact_text):
            self.reading.set_text("")
        self.reading.set_text(text)
        self.reading.page.set_place(0)


def _short(value: str) -> str:
    rest = len(value) - _LONGEST_VALUE
    return value if rest <= 0 else f"{value[:_LONGEST_VALUE]} … ({rest:,} characters more)"
