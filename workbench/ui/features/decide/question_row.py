"""A question of the page: its evidence and its word in one line, and what it stands on below when it is opened.

Invariant: no sentence is cut off: it wraps, and the row grows. Every number of the opened part comes from the findings.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QHoverEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStylePainter,
    QVBoxLayout,
    QWidget,
)

from workbench.app.decide.words import measured_words, pill_role
from workbench.core.decide.decision import DecisionRow, Finding
from workbench.core.text import unbroken
from workbench.ui.widgets.controls import button, label, line
from workbench.ui.widgets.small_controls import pill, quiet_button
from workbench.ui.widgets.theme import Theme, set_role

_PAD, _GAP = 7, 12
_INDENT = 14
_WIDEST = 0.34
"""The largest share of the width that questions take."""


class QuestionHead(QAbstractButton):
    """Opens and closes a row. Paints the question at the left, and the evidence beside it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._question = self._sentence = ""
        self._column = 0
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # Its height follows from the width; a hint made for another width must not hold the page open.
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        theme.changed.connect(self.updateGeometry)

    def say(self, question: str, sentence: str, word: str) -> None:
        """Show a question and its evidence; `word` is said with them."""
        self._question, self._sentence = unbroken(question), unbroken(sentence)
        asked = question if question.endswith("?") else f"{question}:"
        self.setAccessibleName(f"{asked} {word}. {sentence}")
        self.updateGeometry()
        self.update()

    def sentence(self) -> str:
        """Return the evidence."""
        return self._sentence

    def question_width(self) -> int:
        """Return the width that the question needs."""
        return QFontMetrics(self._theme.font(bold=True)).horizontalAdvance(self._question)

    def set_column(self, width: int) -> None:
        """Set the width of the questions, which is the same in all rows."""
        if width != self._column:
            self._column = width
            self.updateGeometry()
            self.update()

    def _parts(self, width: int) -> tuple[QRect, QRect]:
        """Return where question and evidence are, for a width; they are below each other if there is no room."""
        column = min(self._column, int(_WIDEST * width)) if width > 0 else self._column
        bold, plain = QFontMetrics(self._theme.font(bold=True)), QFontMetrics(self._theme.font())
        left = _INDENT + 4
        room = width - left - column - 2 * _GAP
        question = bold.boundingRect(
            QRect(left, _PAD, max(1, column), 10_000), Qt.TextFlag.TextWordWrap, self._question
        )
        start = QRect(left + column + _GAP, _PAD, max(1, room), 10_000)
        return question, plain.boundingRect(start, Qt.TextFlag.TextWordWrap, self._sentence)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return max(part.bottom() for part in self._parts(width)) + 1 + _PAD

    def sizeHint(self) -> QSize:
        return QSize(400, self.heightForWidth(max(self.width(), 300)))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, QFontMetrics(self._theme.font()).height() + 2 * _PAD)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, color = QStylePainter(self), self._theme.color
        question, sentence = self._parts(self.width())
        painter.setFont(self._theme.font())
        painter.setPen(color("muted"))
        arrow = QRect(4, _PAD, _INDENT, painter.fontMetrics().height())
        painter.drawText(arrow, Qt.AlignmentFlag.AlignVCenter, "▾" if self.isChecked() else "▸")
        painter.setPen(color("text"))
        flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        painter.drawText(sentence.adjusted(0, 0, 2, 2), flags, self._sentence)
        painter.setFont(self._theme.font(bold=True))
        painter.drawText(question.adjusted(0, 0, 2, 2), flags, self._question)
        if self.hasFocus():
            painter.setPen(color("accent"))
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 4, 4)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()
        super().changeEvent(event)


class FindingBlock(QWidget):
    """A finding in the opened part of a row: what it asks, what was measured, its rule, and what would settle it."""

    wanted = Signal(object)
    """Action"""

    def __init__(self, finding: Finding, rule: str, *, is_lead: bool) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        self.step: QPushButton | None = None
        self._texts: list[str] = []
        if not is_lead:
            self._add(layout, f"{finding.question} {finding.answer[:1].upper()}{finding.answer[1:]}.", "heading")
            self._add(layout, finding.sentence)
        if measured := measured_words(finding):
            self._add(layout, measured)
        ruled = ", by a rule of thumb" if finding.is_ruled else ""
        # There is no measurement to be confident in.
        sure = "" if finding.word == "not tried" else f"Confidence {finding.confidence}{ruled}. "
        self._add(layout, f"{sure}{rule}".strip(), "muted")
        need = finding.need
        if need is not None:
            if need.sentence not in finding.sentence:
                self._add(layout, need.sentence)
            if (action := need.action) is not None:
                self.step = button(action.label, lambda: self.wanted.emit(action))
                self.step.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
                layout.addSpacing(3)
                layout.addWidget(self.step)

    def _add(self, layout: QVBoxLayout, text: str, role: str = "") -> None:
        layout.addWidget(label(unbroken(text), role))
        self._texts.append(text)

    def words(self) -> str:
        """Return all texts."""
        return "\n".join(self._texts)


class QuestionRow(QFrame):
    """A row of the page; it stays open when its decision is read again.

    Its first line is one strip: it lights up under the pointer, and a click beside the link opens or closes the row.
    """

    wanted = Signal(object)
    """Action"""
    runs_wanted = Signal(object)
    """The uids of the runs behind the row."""
    opened = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._is_lit = False
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self._row: DecisionRow | None = None
        self._rules: dict[str, str] = {}
        self.head = QuestionHead(theme, self)
        self.head.toggled.connect(self._open)
        self.runs = quiet_button("Runs", "Show the runs behind this row", self)
        set_role(self.runs, "link")
        self.runs.clicked.connect(lambda: self.runs_wanted.emit(self.run_uids()))
        self.word = pill("", parent=self)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 4, 0)
        top.setSpacing(6)
        top.addWidget(self.head, 1)
        self._runs_room = QWidget(self)
        middle = QHBoxLayout(self._runs_room)
        middle.setContentsMargins(0, 2, 0, 0)
        middle.addWidget(self.runs, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        top.addWidget(self._runs_room, 0, Qt.AlignmentFlag.AlignTop)
        self._word_room = QWidget(self)
        right = QHBoxLayout(self._word_room)
        right.setContentsMargins(0, 4, 0, 0)
        right.addWidget(self.word, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        top.addWidget(self._word_room, 0, Qt.AlignmentFlag.AlignTop)
        self._body = QWidget(self)
        self._body.hide()
        self.blocks: list[FindingBlock] = []
        self._parts = QVBoxLayout(self._body)
        self._parts.setContentsMargins(_INDENT + 4, 0, 8, 10)
        self._parts.setSpacing(10)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self._body)
        layout.addWidget(line())

    def show_row(self, row: DecisionRow, rules: dict[str, str]) -> None:
        """Show a row; `rules` are the texts of the rules by the id of a finding."""
        self._row, self._rules = row, rules
        lead = row.lead
        self.head.say(row.question, lead.sentence, lead.answer)
        self.word.setText(lead.answer)
        set_role(self.word, pill_role(lead))
        self.runs.setVisible(bool(self.run_uids()))
        self.runs.setAccessibleName(f"Show the runs behind “{row.question}”")
        if self.head.isChecked():
            self._fill()

    def align(self, words: int, runs: int) -> None:
        """Give the columns of words and runs the widths of the widest ones."""
        self._word_room.setFixedWidth(words)
        self._runs_room.setFixedWidth(runs)

    def run_uids(self) -> tuple[str, ...]:
        """Return the runs behind all findings of the row."""
        if self._row is None:
            return ()
        return tuple(dict.fromkeys(uid for one in self._row.findings for uid in one.run_uids))

    def stops(self) -> list[QWidget]:
        """Return the parts in Tab order."""
        steps = [one.step for one in self.blocks if one.step is not None]
        return [self.head, self.runs, *steps]

    def words(self) -> str:
        """Return the texts of the opened part."""
        return "\n".join(one.words() for one in self.blocks)

    def _strip(self) -> QRect:
        """Return the first line over the whole width."""
        return QRect(0, 0, self.width(), self.head.geometry().bottom() + 1)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHoverEvent):
            is_lit = event.type() != QEvent.Type.HoverLeave and self._strip().contains(event.position().toPoint())
            if is_lit != self._is_lit:
                self._is_lit = is_lit
                self.update(self._strip())
        return super().event(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.setAccepted(self._strip().contains(event.position().toPoint()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._strip().contains(event.position().toPoint()):
            self.head.toggle()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._is_lit:
            QPainter(self).fillRect(self._strip(), self._theme.color("hover"))

    def _open(self, opened: bool) -> None:
        if opened:
            self._fill()
        self._body.setVisible(opened)
        self.head.update()
        self.opened.emit()

    def _fill(self) -> None:
        """Make the opened part anew."""
        assert self._row is not None
        for block in self.blocks:
            self._parts.removeWidget(block)
            block.hide()
            block.deleteLater()
        self.blocks = []
        for place, finding in enumerate(self._row.findings):
            block = FindingBlock(finding, self._rules.get(finding.id, ""), is_lead=not place)
            block.wanted.connect(self.wanted)
            self._parts.addWidget(block)
            self.blocks.append(block)
