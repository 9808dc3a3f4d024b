"""One cell in full: its answer, what differs from another column, the request, its checks and samples.

Invariant: the pane shows the cell that was chosen last. Every check says its result in words besides its colour, and
texts of models are plain text.
"""

from __future__ import annotations

import json
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from workbench.app.testing.cell_reader import EARLIER, EXPECTATION, ShownCell, answer_of
from workbench.app.testing.cell_words import samples_words
from workbench.app.testing.words import column_title
from workbench.core.testing.grid import GridCell, SuiteColumn
from workbench.core.value_kinds import plain_values
from workbench.core.visible_text import visible_name, visible_note
from workbench.host.clock import utc_now
from workbench.ui.features.testing.check_list import CheckList
from workbench.ui.features.testing.chips import chip, exclusive, literal, menu_chip, together
from workbench.ui.features.testing.marked_answer import MarkedAnswer, about_answer, fit_height, places_of
from workbench.ui.shell.key_names import KeyName
from workbench.ui.widgets.controls import label
from workbench.ui.widgets.diff.text import DiffRun, DiffView, runs_of
from workbench.ui.widgets.diff.wording import changed_words
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.reader.answer import AnswerView
from workbench.ui.widgets.small_controls import KeyButton, breakable
from workbench.ui.widgets.theme import Theme, set_role

Shown = Literal["output", "against", "request"]
NOTHING = "Choose a cell to see its answer and its checks."
_LINES = 22
_MARGIN = 15
_NARROW = 24
"""Width in average characters below which nothing fits beside the result of a check."""
_LONGEST = 30
"""Characters of a column in the button that compares with it."""


class CellPane(QWidget):
    """The pane at the right of the grid. `against_wanted` carries the position of a column, or EXPECTATION."""

    against_wanted = Signal(int)
    compose_clicked = Signal()
    overrule_clicked = Signal()
    next_clicked = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        set_role(self, "surface")
        self._theme = theme
        self.shown: ShownCell | None = None
        self.is_stale = False
        """Whether the cell has changed since it was read."""
        self._is_running = False
        self._kind: Shown = "output"
        self._columns: tuple[SuiteColumn, ...] = ()
        self._beside = ""
        self.title, self.column = label("", "heading"), label("", "small")
        self.output, self.against, self.request = (chip(text, self) for text in ("Output", "Against", "Request"))
        self._kinds: tuple[Shown, ...] = ("output", "against", "request")
        self._group = exclusive((self.output, self.against, self.request), self._choose, self)
        self.output.setChecked(True)
        self.other = menu_chip("▾", self, name="Compare with another column")
        self._others = QMenu(self.other)
        self.other.setMenu(self._others)
        self._body = QWidget()
        set_role(self._body, "surface")
        self.answer = MarkedAnswer(theme, parent=self._body)
        self.answer.setAccessibleName("Answer")
        self.changes = DiffView(theme, parent=self._body)
        self.sent = AnswerView(theme, mono=True, delta=-1, parent=self._body)
        self.sent.setAccessibleName("Request")
        self.about, self.samples, self.checks = label("", "small"), label("", "small"), CheckList(theme, self._body)
        self._checks_head, self._samples_head, self._values_head = (
            label(text, "section", wrap=False) for text in ("CHECKS", "SAMPLES", "VALUES")
        )
        self.values = label("", "small")
        self.nothing = label(NOTHING, "muted")
        self.to_compose, self.overrule, self.next = (KeyButton(theme, self) for _ in range(3))
        self.name_keys(lambda _: "")
        self._lay_out()
        self.to_compose.clicked.connect(self.compose_clicked)
        self.overrule.clicked.connect(self.overrule_clicked)
        self.next.clicked.connect(self.next_clicked)
        theme.changed.connect(self._restyle)
        self.clear()

    def _lay_out(self) -> None:
        for text in self._texts():
            text.document().setDocumentMargin(0)
            text.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        head = self._head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self.title, 1)
        head.addWidget(self.column)
        self.column.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.column.setWordWrap(False)
        self._switch = QWidget(self)
        flow = FlowLayout(6)
        self._switch.setLayout(flow)
        for one in (self.output, together(self.against, self.other, self._switch), self.request):
            flow.addWidget(one)
        column = self._column = QVBoxLayout(self._body)
        column.setContentsMargins(_MARGIN, 2, _MARGIN, 10)
        column.setSpacing(8)
        for widget in (*self._texts(), self.about):
            column.addWidget(widget)
        column.addSpacing(4)
        column.addWidget(self._checks_head)
        column.addWidget(self.checks)
        for heading, content in ((self._samples_head, self.samples), (self._values_head, self.values)):
            column.addSpacing(4)
            column.addWidget(heading)
            column.addWidget(content)
        column.addStretch(1)
        self.area = QScrollArea(self)
        self.area.setAccessibleName("The chosen cell")
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setWidgetResizable(True)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(self._body)
        self._foot = QWidget(self)
        row, buttons = QWidget(self._foot), FlowLayout(8)
        row.setLayout(buttons)
        # A flow layout has no margins of its own.
        foot = self._foot_layout = QVBoxLayout(self._foot)
        foot.setContentsMargins(_MARGIN, 8, _MARGIN, 14)
        foot.addWidget(row)
        for button in (self.to_compose, self.overrule, self.next):
            buttons.addWidget(button)
        self._top = QWidget(self)
        top = self._top_layout = QVBoxLayout(self._top)
        top.setContentsMargins(_MARGIN, 14, _MARGIN, 6)
        top.setSpacing(8)
        top.addLayout(head)
        top.addWidget(self._switch)
        layout = self._parts = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._top)
        layout.addWidget(self.area, 1)
        layout.addWidget(self.nothing, 1)
        layout.addWidget(self._foot)

    def set_low(self, low: bool) -> None:
        """Scroll head and buttons with the rest, because there is little height."""
        if low == (self._column.indexOf(self._top) == 0):
            return
        margin = 0 if low else _MARGIN
        for inner in (self._top_layout, self._foot_layout):
            room = inner.contentsMargins()
            inner.setContentsMargins(margin, room.top(), margin, room.bottom())
        if low:
            self._column.insertWidget(0, self._top)
            self._column.addWidget(self._foot)
        else:
            self._parts.insertWidget(0, self._top)
            self._parts.addWidget(self._foot)

    def _texts(self) -> tuple[AnswerView, AnswerView, AnswerView]:
        return self.answer, self.changes, self.sent

    # Content.

    @property
    def kind(self) -> Shown:
        """Which of the three texts is shown."""
        return self._kind

    def clear(self, sentence: str = NOTHING) -> None:
        """Show a sentence instead of a cell."""
        self.shown = None
        self.nothing.setText(sentence)
        for part in (self._top, self.area, self._foot):
            part.hide()
        self.nothing.show()

    def set_columns(self, columns: tuple[SuiteColumn, ...], against: int, beside: str = "") -> None:
        """Show with which columns a cell can be compared, and with which one it is.

        `beside` is the word for the results beside those of a probe, "" for a run that counts.
        """
        self._columns = columns
        self._others.clear()
        for column in columns:
            name = literal(column_title(column, columns))
            action = self._others.addAction(name)
            action.triggered.connect(lambda _=False, place=column.position: self.against_wanted.emit(place))
        self._others.addSeparator()
        self._others.addAction("The expectation of the case", lambda: self.against_wanted.emit(EXPECTATION))
        self._others.addAction(f"The {earlier_title(beside)}", lambda: self.against_wanted.emit(EARLIER))
        self._beside = beside
        if self.shown is not None:
            # A version gets another name once an iteration runs it.
            at = self.shown.detail.key.column
            self.column.setText(column_title(columns[at] if at < len(columns) else self.shown.detail.column))
        self._name_against(against)

    def _name_against(self, against: int) -> None:
        other = next((one for one in self._columns if one.position == against), None)
        names = {EXPECTATION: "expectation", EARLIER: earlier_title(self._beside)}
        title = (
            names.get(against, "another column") if other is None else _short_title(other, self.shown, self._columns)
        )
        self.against.setText(f"Against {literal(title if len(title) <= _LONGEST else title[: _LONGEST - 1] + '…')}")
        self.against.setAccessibleName(f"Against {title}")

    def show_cell(self, cell: ShownCell, grid_cell: GridCell | None, against: int) -> None:
        """Show a cell, compared with the column at `against`, or with EXPECTATION."""
        is_same = self.shown is not None and self.shown.detail.key == cell.detail.key
        self.shown, self.is_stale = cell, False
        self._is_running = grid_cell is not None and grid_cell.status == "running"
        detail = cell.detail
        self.title.setText(breakable(visible_name(detail.case.name) or f"Case {detail.key.case + 1}"))
        self.column.setText(column_title(detail.column))
        self._name_against(against)
        # An answer is not compared with itself.
        can_compare = against in (EXPECTATION, EARLIER) or against != detail.column.position
        self.against.setEnabled(can_compare)
        if not can_compare and self._kind == "against":
            self.output.setChecked(True)
            self._kind = "output"
        self._show_texts(cell, against)
        self.checks.show_checks(detail, grid_cell)
        samples = "" if grid_cell is None else samples_words(grid_cell, detail.key.sample)
        self.samples.setText(samples)
        given = plain_values(dict(detail.case.values), detail.case.kinds)
        values = "\n".join(f"{name}: {' '.join(value.split())[:200]}" for name, value in given.items())
        self.values.setText(breakable(visible_note(values)))
        for part, is_there in ((self._samples_head, samples), (self._values_head, values)):
            part.setVisible(bool(is_there))
        self.samples.setVisible(bool(samples))
        self.values.setVisible(bool(values))
        self.overrule.setEnabled(bool(detail.check_hashes) and bool(detail.output_uid))
        self.nothing.hide()
        for widget in (self._top, self.area, self._foot):
            widget.show()
        self._show_kind()
        if not is_same:
            self.area.verticalScrollBar().setValue(0)

    def _show_texts(self, cell: ShownCell, against: int) -> None:
        self.answer.set_text(answer_of(cell.detail))
        self.answer.mark(places_of(cell.detail))
        diff = cell.difference
        if diff is None:
            missing = {EXPECTATION: "This case has no expectation.", EARLIER: "There is no earlier answer."}
            self.changes.show_runs([DiffRun("heading", missing.get(against, "There is nothing to compare."))])
        else:
            self.changes.show_made(lambda: runs_of(diff), len(diff.hunks))

    def show_kind(self, kind: Shown) -> None:
        """Show the answer, its differences, or its request."""
        chips = {"output": self.output, "against": self.against, "request": self.request}
        if chips[kind].isEnabled():
            chips[kind].setChecked(True)
            self._kind = kind
            self._show_kind()

    def _choose(self, place: int) -> None:
        self._kind = self._kinds[place]
        self._show_kind()

    def _show_kind(self) -> None:
        texts: dict[Shown, AnswerView] = {"output": self.answer, "against": self.changes, "request": self.sent}
        for kind, text in texts.items():
            text.setVisible(kind == self._kind)
        if self.shown is not None:
            detail, diff = self.shown.detail, self.shown.difference
            if self._kind == "request":
                request = None if detail.result is None else detail.result.request
                none = "Nothing was sent."
                self.sent.set_text(none if request is None else json.dumps(request, indent=2, ensure_ascii=False))
            changed = "" if diff is None else changed_words(diff)
            about = about_answer(detail, utc_now(), reused=self.shown.is_reused, running=self._is_running)
            self.about.setText(changed if self._kind == "against" else about)
            self.about.setVisible(bool(self.about.text()) and self._kind != "request")
        self._fit()

    # Keys, sizes.

    def name_keys(self, name: KeyName) -> None:
        """Update the displayed keys."""
        self.to_compose.set_face("To Compose", name("case_to_compose"))
        self.overrule.set_face("Overrule", name("overrule"))
        self.next.set_face("Next failure", name("next_failure"))
        tips = (
            (self.to_compose, "Open this case in Compose, with this column's version and model"),
            (self.overrule, "Say that a check is wrong about this answer; you can take it back"),
            (self.next, "Go to the next cell that fails"),
        )
        for button, tip in tips:
            button.setToolTip(tip)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _restyle(self) -> None:
        if self.shown is not None:
            self.answer.mark(places_of(self.shown.detail))
        self._fit()

    def _fit(self) -> None:
        """Make the shown text as high as its content, up to `_LINES` lines; put the column below a long title."""
        room = self.width() - 2 * _MARGIN - 10
        wanted = QFontMetrics(self._theme.font(bold=True)).horizontalAdvance(self.title.text())
        fits = wanted + self.column.sizeHint().width() <= room
        self._head.setDirection(QBoxLayout.Direction.LeftToRight if fits else QBoxLayout.Direction.TopToBottom)
        self._head.setSpacing(10 if fits else 1)
        self.checks.set_narrow(room < _NARROW * QFontMetrics(self._theme.font()).averageCharWidth())
        for text in self._texts():
            if text.isVisibleTo(self._body):
                fit_height(text, _LINES)

    def stops(self) -> list[QWidget]:
        """Return the parts in Tab order."""
        buttons: tuple[QPushButton, ...] = (self.output, self.against, self.other, self.request)
        return [*buttons, *self._texts(), self.to_compose, self.overrule, self.next]

    def focus(self) -> None:
        """Focus the shown text."""
        texts: dict[Shown, AnswerView] = {"output": self.answer, "against": self.changes, "request": self.sent}
        texts[self._kind].setFocus()


def earlier_title(beside: str) -> str:
    """Return what the earlier answer is called: "last round", or what stands beside a probe."""
    return {"was": "stored answer", "without": "answer without facts"}.get(beside, "last round")


def _short_title(column: SuiteColumn, cell: ShownCell | None, columns: tuple[SuiteColumn, ...]) -> str:
    """Return what tells a column from that of the shown cell: its model or its version."""
    shown = None if cell is None else cell.detail.column
    if shown is None or shown.position == column.position:
        return column_title(column, columns)
    if shown.lane.title != column.lane.title:
        return column.lane.title if shown.version_name == column.version_name else column_title(column)
    return column.version_name or column_title(column)
