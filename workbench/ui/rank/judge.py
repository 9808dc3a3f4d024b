"""The page that a pair is judged on.

Invariant: nothing here knows who answered; it is given two texts and the values they answer.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from workbench.app.lane_state import LaneHead, LaneStatus
from workbench.ui.focus import JUDGED_AREA
from workbench.ui.lanes.reading import ReadingArea
from workbench.ui.shell.bars import Elided
from workbench.ui.shell.keybutton import KeyButton, KeyName
from workbench.ui.theme import Theme, set_role

_LONGEST_VALUE = 4000
"""Characters of a value that are shown: it is there to remind, and a longer one would hold up the next pair."""
_VALUE_LINES = 5
_MARGIN, _BETWEEN = 22, 8


class JudgePage(QWidget):
    """Two answers side by side, the values above them, and what can be said below."""

    verdict_wanted = Signal(str, int)
    """The kind, and 1 or 2 for the winner."""
    undo_wanted = Signal()
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
        self.progress = Elided("", "muted", self)
        self.end = KeyButton("End", "", parent=self)
        self.end.clicked.connect(self.end_wanted)
        head.addWidget(self.heading)
        head.addSpacing(12)
        head.addWidget(self.progress, 1)
        head.addWidget(self.end)
        layout.addLayout(head)
        self.values = QPlainTextEdit(self)
        self.values.setReadOnly(True)
        self.values.setAccessibleName("Values that both answer")
        self.values.setTabChangesFocus(True)
        set_role(self.values, "field")
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
        self._add_buttons(layout)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _add_buttons(self, layout: QVBoxLayout) -> None:
        row = QHBoxLayout()
        row.setSpacing(_BETWEEN)
        self.verdicts: list[KeyButton] = []
        for text, brief, key, kind, winner in (
            ("Left is better", "Left", "1", "winner", 1),
            ("Tie", "Tie", "0", "tie", 0),
            ("Both bad", "Bad", "-", "all_bad", 0),
            ("Right is better", "Right", "2", "winner", 2),
        ):
            button = KeyButton(text, key, parent=self)
            button.set_label(text, brief)
            button.clicked.connect(lambda _=False, said=kind, won=winner: self.verdict_wanted.emit(said, won))
            row.addWidget(button)
            self.verdicts.append(button)
        row.addStretch(1)
        self.undo = KeyButton("Undo", "", parent=self)
        self.undo.clicked.connect(self.undo_wanted)
        row.addWidget(self.undo)
        layout.addLayout(row)

    def name_keys(self, name: KeyName) -> None:
        """Name the keys in force."""
        self.end.set_key(name("escape"))
        self.undo.set_key(name("judge_undo"))

    def show_pair(self, left: str, right: str, values: Sequence[tuple[str, str]]) -> None:
        """Show two answers from their beginning."""
        said = "\n".join(f"{name}: {_short(value)}" for name, value in values)
        if said != self.values.toPlainText():
            self.values.setPlainText(said)
            self._fit_values()
        self.values.setVisible(bool(said))
        self.message.hide()
        self.answers.show()
        self.left.set_text(left)
        self.right.set_text(right)
        for button in self.verdicts:
            button.setEnabled(True)

    def show_message(self, text: str) -> None:
        """Say this in place of a pair."""
        self.values.hide()
        self.answers.hide()
        self.message.setText(text)
        self.message.show()
        for button in self.verdicts:
            button.setEnabled(False)

    def set_progress(self, text: str, brief: str, *, can_undo: bool) -> None:
        """Say how far the sitting is, in fewer words where there is little room."""
        self.progress.set_full(text, brief)
        self.undo.setEnabled(can_undo)

    def enter(self) -> None:
        """Let the keys scroll the left answer."""
        if self.answers.isVisible():
            self.left.reading.take_focus()
        else:
            self.end.setFocus()

    def stops(self) -> list[QWidget]:
        """Return the parts in reading order."""
        return [self.end, self.values, self.left, self.right, *self.verdicts, self.undo]

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_buttons()

    def _fit_buttons(self) -> None:
        """Let the buttons say less where there is less room."""
        buttons, room = (*self.verdicts, self.undo), self.width() - 2 * _MARGIN
        wanted = [sum(button.width_at(level) + _BETWEEN for button in buttons) for level in (0, 1, 2)]
        level = next((level for level in (0, 1) if wanted[level] <= room), 2)
        for button in buttons:
            button.say(level)

    def _restyle(self) -> None:
        self._fit_buttons()
        self.heading.setFont(self._theme.font(1.5, bold=True))
        self._fit_values()

    def _fit_values(self) -> None:
        """Be as high as the values, up to some lines."""
        lines = min(max(1, self.values.blockCount()), _VALUE_LINES)
        # The frame and the margins of the document take the rest.
        self.values.setFixedHeight(self.values.fontMetrics().lineSpacing() * lines + 18)


class _Answer(QWidget):
    """One answer with its number above it, read as its text suggests."""

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
        # Blind: no mode that would tell of the call is offered.
        self.reading.set_status(head, LaneStatus(state="finished", blind=True))
        layout.addWidget(self.reading, 1)

    def set_text(self, text: str) -> None:
        """Show another answer from its beginning."""
        if text.startswith(self.reading.exact_text):
            self.reading.set_text("")
        self.reading.set_text(text)
        self.reading.page.set_place(0)


def _short(value: str) -> str:
    rest = len(value) - _LONGEST_VALUE
    return value if rest <= 0 else f"{value[:_LONGEST_VALUE]} … ({rest:,} characters more)"
