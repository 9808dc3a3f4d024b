"""The proposed cases: the streaming answer, then a list in which each case is edited, accepted or skipped.

Invariant: nothing is added to the prompt before `accepted`.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from workbench.app.cases.proposal_list import ProposalList
from workbench.core.cases import Case
from workbench.core.testing.case_proposals import ProposedCases
from workbench.core.text import counted
from workbench.ui.editor.exact_text import encodable
from workbench.ui.editor.values import ValuesPanel
from workbench.ui.features.cases.case_fields import CaseFields
from workbench.ui.proposals.answer_pane import AnswerPane
from workbench.ui.widgets.controls import label
from workbench.ui.widgets.row_delegate import RowDelegate, RowText
from workbench.ui.widgets.small_controls import quiet_button
from workbench.ui.widgets.theme import Theme, set_role
from workbench.usecases.cases import clean

_INTRODUCTION = (
    "The model gets this prompt and proposes cases. Accept them one by one or all at once, and edit them before. "
    "Nothing is added until you accept."
)
_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


class _Rows(QListView):
    """A list whose keys decide about the current row."""

    accept_wanted = Signal()
    skip_wanted = Signal()
    rest_wanted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        wanted = {Qt.Key.Key_Delete: self.skip_wanted, Qt.Key.Key_A: self.rest_wanted}.get(Qt.Key(key))
        if key in _ENTER:
            wanted = self.accept_wanted
        if wanted is None or not plain:
            super().keyPressEvent(event)
        elif not event.isAutoRepeat():
            wanted.emit()


class ProposalReview(AnswerPane):
    """`accepted(rows)` and `skipped(row)` say what the person decided; the owner records it in `proposals`."""

    accepted = Signal(object)
    skipped = Signal(int)
    undo_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._shown = -1
        self._is_showing = False
        self.proposals = ProposalList(self)
        self.list = _Rows()
        self.list.setModel(self.proposals)
        self.list.setUniformItemSizes(True)
        self.list.setAccessibleName("Proposed cases")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        set_role(self.list, "rows")
        self.list.setItemDelegate(RowDelegate(theme, self.list, self._row_text))
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of the case")
        self.name.setPlaceholderText("a name")
        self.values = ValuesPanel(theme, self)
        self.fields = CaseFields(theme)
        self.notes = label("", "small")
        self.count = QLabel()
        set_role(self.count, "small")
        self.whole = quiet_button("Answer", "Show what the model wrote, or the cases again")
        self.undo = quiet_button("Undo", "Take back what was accepted last")
        self.skip, self.rest = QPushButton("Skip"), QPushButton("Accept the rest")
        for button in (self.skip, self.rest):
            button.setAutoDefault(False)
        self.skip.setToolTip("Skip this case (Del in the list)")
        self.rest.setToolTip("Accept all open cases that are no duplicates (A in the list)")
        self.accept.setToolTip("Add this case to the prompt (Enter in the list)")
        self._build(theme)
        self._connect()
        self.undo.hide()
        self.show_answer("")
        self.raw.setPlaceholderText(_INTRODUCTION)

    def show_proposals(self, read: ProposedCases) -> None:
        """Show the cases of an answer."""
        self._shown = -1
        self.proposals.show_proposals(read.cases)
        self._say(self.trouble, "")
        self._say(self.notes, " ".join(read.notes))
        self.stack.setCurrentIndex(1 if read.cases else 0)
        self.select(self.proposals.next_open(-1))
        self.follow()

    def say(self, trouble: str) -> None:
        """Show an error about the shown cases."""
        self._say(self.trouble, trouble)

    @property
    def row(self) -> int:
        """The current row, -1 for none."""
        return self.list.currentIndex().row()

    def select(self, row: int) -> None:
        """Make a row current, and show its case."""
        self.list.setCurrentIndex(self.proposals.index(row))

    def follow(self) -> None:
        """Update buttons and counts after something was decided."""
        model, row = self.proposals, self.row
        total = model.rowCount()
        states = [model.state(at) for at in range(total)]
        has_rows, rest = total > 0, len(model.rest())
        state = states[row] if 0 <= row < total else "accepted"
        for widget in (self.skip, self.rest, self.accept, self.count, self.whole):
            widget.setVisible(has_rows)
        self.whole.setText("Answer" if self.stack.currentIndex() == 1 else "Cases")
        self.accept.setEnabled(state != "accepted")
        self.skip.setEnabled(state != "accepted")
        self.skip.setText("Bring back" if state == "skipped" else "Skip")
        self.rest.setEnabled(rest > 0)
        self.rest.setText(f"Accept the rest ({rest})" if rest else "Accept the rest")
        accepted, skipped = states.count("accepted"), states.count("skipped")
        parts = [
            counted(total, "case"),
            f"{accepted} accepted" if accepted else "",
            f"{skipped} skipped" if skipped else "",
        ]
        self.count.setText(" · ".join(filter(None, parts)))
        for field in (self.name, self.fields.tags, self.fields.group, self.fields.expectation, self.fields.notes):
            field.setReadOnly(state == "accepted")
        self.values.set_read_only(state == "accepted")
        set_role(self.accept, "primary" if has_rows else "")
        self.offered.emit(has_rows)

    def _forget_proposal(self) -> None:
        self._shown = -1
        self.proposals.show_proposals(())
        self.stack.setCurrentIndex(0)
        self._say(self.notes, "")
        self.follow()

    def _build(self, theme: Theme) -> None:
        form = QWidget()
        column = QVBoxLayout(form)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.name)
        column.addWidget(self.values)
        column.addWidget(self.fields)
        column.addStretch(1)
        halves = QSplitter(Qt.Orientation.Vertical)
        halves.addWidget(self.list)
        halves.addWidget(form)
        halves.setChildrenCollapsible(False)
        halves.setStretchFactor(0, 3)
        halves.setStretchFactor(1, 2)
        halves.setSizes([round(260 * theme.scale), round(260 * theme.scale)])
        self.stack.addWidget(halves)
        bar = QHBoxLayout()
        bar.addWidget(self.count, 1)
        bar.addWidget(self.undo)
        bar.addWidget(self.whole)
        buttons = QHBoxLayout()
        buttons.addWidget(self.close_)
        buttons.addStretch(1)
        for button in (self.skip, self.rest, self.accept):
            buttons.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for widget in (self.status, self.trouble, self.notes):
            layout.addWidget(widget)
        layout.addWidget(self.stack, 1)
        layout.addLayout(bar)
        layout.addLayout(buttons)

    def _connect(self) -> None:
        self.list.selectionModel().currentRowChanged.connect(lambda now, _: self._show_row(now.row()))
        self.list.accept_wanted.connect(self._accept)
        self.list.skip_wanted.connect(self._skip)
        self.list.rest_wanted.connect(self._accept_rest)
        self.accept.clicked.connect(self._accept)
        self.skip.clicked.connect(self._skip)
        self.rest.clicked.connect(self._accept_rest)
        self.undo.clicked.connect(self.undo_wanted)
        self.whole.clicked.connect(self._turn)
        self.name.textEdited.connect(lambda _: self._edited())
        self.values.edited.connect(self._edited)
        self.fields.edited.connect(self._edited)

    def _row_text(self, index: QModelIndex | QPersistentModelIndex) -> RowText:
        row = index.row()
        return RowText(self.proposals.title(row), self.proposals.note(row), self.proposals.state(row) == "accepted")

    def _show_row(self, row: int) -> None:
        case = self.proposals.case(row)
        self._shown = row if case is not None else -1
        if case is not None:
            self._is_showing = True
            self.name.setText(case.name)
            self.values.set_values({})
            self.values.set_variables([name for name, _ in case.values])
            self.values.set_values(dict(case.values))
            self.fields.show_case(case, read_only=False)
            self._is_showing = False
        self.follow()

    def _edited(self) -> None:
        case = self.proposals.case(self._shown)
        if not self._is_showing and case is not None:
            self.proposals.put(self._shown, self._with_edits(case))

    def _with_edits(self, case: Case) -> Case:
        shown = self.values.all_values()
        values = tuple(
            (name, value if encodable(value) == shown[name] else shown[name])
            for name, value in case.values
            if name in shown
        )
        name = case.name if self.name.text() == case.name else clean(self.name.text())
        return replace(self.fields.applied_to(case), name=name, values=values)

    def _accept(self) -> None:
        if self.proposals.case(self.row) is not None and self.proposals.state(self.row) != "accepted":
            self.accepted.emit([self.row])

    def _accept_rest(self) -> None:
        if rest := self.proposals.rest():
            self.accepted.emit(rest)

    def _skip(self) -> None:
        if self.proposals.case(self.row) is not None and self.proposals.state(self.row) != "accepted":
            self.skipped.emit(self.row)

    def _turn(self) -> None:
        self.stack.setCurrentIndex(1 - self.stack.currentIndex())
        self.follow()
