"""The cases of the open prompt: a list, and the selected case in full.

Invariant: edits are saved automatically, at the latest when another case is shown or the window closes; deletions can
be undone here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListView,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from workbench.app.cases.case_list import CaseList
from workbench.app.cases.wanted_cases import WantedCases
from workbench.core.blocks import Attachment
from workbench.core.cases import Case, Check
from workbench.ui.features.cases.detail import CaseDetail
from workbench.ui.features.cases.import_dialog import path_in
from workbench.ui.widgets import geometry
from workbench.ui.widgets.controls import button, label
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.dialog_parts import RoomyLabel, ToldLabel
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.theme import Theme, set_role
from workbench.usecases.cases import merged

_SAVE_MS = 500
_NOTHING = (
    "This prompt has no cases yet. A case is a set of values with checks for its answers. "
    "Create one from the values in Compose, add some from a file or a spreadsheet, or import a pack."
)

_HELD_OUT = (
    "Compose has no cases of the hold-out, because a prompt that is adjusted to them would seem better than it is."
)


class CasesDialog(Dialog):
    """Emits signals for changes; the owner shows the results with `show_cases`."""

    use_wanted = Signal(object)
    """Case: choose it for Compose."""
    keep_wanted = Signal()
    """Create a case from the values in Compose."""
    add_wanted = Signal()
    """Import cases."""
    propose_wanted = Signal()
    """Ask a model for cases."""
    path_dropped = Signal(Path)
    """Import the cases in a file."""
    changed = Signal(object)
    """Case: save it."""
    delete_wanted = Signal(object)
    checks_wanted = Signal(object)
    """Case: edit its checks; answered with `set_checks`."""
    undo_wanted = Signal()
    file_wanted = Signal(str, str)
    """Uid of a case and name of a value: choose a file for it; answered with `set_file`."""
    lost = Signal(object)
    """Case: it was deleted elsewhere while it was edited here; make it a case again."""

    def __init__(self, theme: Theme, prompt: str, *, read_only: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Cases of “{prompt}”")
        self._read_only = read_only
        self.setAcceptDrops(not read_only)
        self._variables: tuple[str, ...] = ()
        self._is_dirty = False
        self._is_same = False
        """Whether the case to show is shown already; its carets stay where they are."""
        self._save = QTimer(self, singleShot=True, interval=_SAVE_MS)
        self._save.timeout.connect(self.save)
        self.cases = CaseList(self)
        self.list = QListView()
        self.list.setModel(self.cases)
        self.list.setUniformItemSizes(True)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setItemDelegate(RoomyLabel(self.list))
        self.list.setAccessibleName("Cases")
        set_role(self.list, "rows")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.detail = CaseDetail(theme)
        self.nothing = label(_NOTHING, "muted")
        self.wanted = label("", "muted")
        self.wanted.setAccessibleName("Cases to add")
        self.wanted.hide()
        self._wanted: WantedCases | None = None
        self._is_read = False
        self.told = ToldLabel(theme)
        self.use = button("Use in Compose", self._use, "primary")
        self.use.setDefault(True)
        self.add = button("Add cases…", self.add_wanted.emit)
        self.propose = button("Propose cases…", self.propose_wanted.emit)
        self.keep = button("New from the values in Compose", self.keep_wanted.emit)
        self.delete = button("Delete", self._delete)
        self.undo = button("Undo", self.undo_wanted.emit)
        self.close_ = button("Close", self.reject)
        self._lay_out(theme)
        self.list.selectionModel().currentRowChanged.connect(lambda now, _: self._show_row(now.row()))
        self.detail.edited.connect(self._edited)
        self.detail.checks_wanted.connect(self._edit_checks)
        self.detail.values.marks.file_wanted.connect(self._choose_file)
        self._show_row(-1)

    @property
    def current(self) -> Case | None:
        """The selected case including edits."""
        return self.detail.case() if self.list.currentIndex().isValid() else None

    def show_cases(self, cases: Sequence[Case], variables: Sequence[str], select: str = "") -> list[Case]:
        """Show these cases and select the one with uid `select`, "" to keep the selected one or its position.

        Returns the cases that were shown before.
        """
        row, names = self.list.currentIndex().row(), self._variables
        uid = case.uid if (case := self.cases.case(row)) is not None else ""
        self._variables = tuple(variables)
        at, edited = self.list.verticalScrollBar().value(), self.detail.case() if self._is_dirty else None
        self._save.stop()
        self._is_dirty = False
        cases = list(cases)
        store = None if edited is None or case is None else self._with_edits(cases, case, edited, row)
        former = self.cases.show_cases(cases)
        self._is_read = True
        self._show_wanted()
        if store is not None:
            store()
        before = self.detail.case()
        found = self.cases.row_of(select or uid)
        row = found if found >= 0 else min(max(row, 0), len(cases) - 1)
        if self.cases.case(row) == before and names == self._variables and before is not None:
            self._is_same = True
            self.list.setCurrentIndex(self.cases.index(row))
            self._is_same = False
        else:
            self.select(row)
        if not select:
            self.list.verticalScrollBar().setValue(at)
        return former

    def _with_edits(self, cases: list[Case], base: Case, edited: Case, row: int) -> Callable[[], None] | None:
        """Put pending edits of the shown case into cases read from the history; return what stores them.

        `base` is the case before the edits, `row` its place. None if the cases have the edits already.
        """
        there = next((at for at, one in enumerate(cases) if one.uid == edited.uid), -1)
        if there < 0:
            cases.insert(min(row, len(cases)), edited)
            return lambda: self.lost.emit(edited)
        theirs, cases[there] = cases[there], merged(base, edited, cases[there])
        return None if cases[there] == theirs else lambda: self.changed.emit(cases[there])

    def select(self, row: int) -> None:
        """Select a row and show its case; -1 selects none."""
        self.list.setCurrentIndex(self.cases.index(row))
        self._show_row(row)

    def say(self, sentence: str, tone: str = "muted", *, undo: bool = False) -> None:
        """Show a message, optionally with the Undo button."""
        self.told.say(sentence, tone)
        self.undo.setVisible(undo)

    def aim(self, wanted: WantedCases | None) -> None:
        """Show from now on how many of some wanted cases were added, None for no such aim."""
        self._wanted = wanted
        self._show_wanted()

    def _show_wanted(self) -> None:
        if self._wanted is not None and self._is_read:
            self._wanted = self._wanted.since(self.cases.cases)
        said = "" if self._wanted is None or not self._is_read else self._wanted.words(self.cases.cases)
        self.wanted.setText(said)
        self.wanted.setVisible(bool(said))

    def set_checks(self, uid: str, checks: tuple[Check, ...]) -> None:
        """Replace the checks of a case, and save it."""
        row, current = self.cases.row_of(uid), self.current
        case = self.cases.case(row)
        if current is not None and current.uid == uid:
            self.detail.set_checks(checks)
            self.save()
        elif case is not None:
            self.cases.put(row, replace(case, checks=checks))
            self.changed.emit(replace(case, checks=checks))

    def set_file(self, uid: str, name: str, file: Attachment) -> None:
        """Use a file as a value of a case, and save it; it is ignored if another case is shown."""
        current = self.current
        if current is not None and current.uid == uid:
            self.detail.values.marks.set_file(name, file)
            self.save()

    def save(self) -> None:
        """Save pending edits, if any."""
        self._save.stop()
        case = self.detail.case()
        if not self._is_dirty or case is None:
            return
        self._is_dirty = False
        row = self.cases.row_of(case.uid)
        if row >= 0 and case != self.cases.case(row):
            self.cases.put(row, case)
            self.changed.emit(case)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if path_in(event.mimeData()) is not None:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        if (path := path_in(event.mimeData())) is not None:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.path_dropped.emit(path)

    def done(self, result: int) -> None:
        self.save()
        super().done(result)

    def _lay_out(self, theme: Theme) -> None:
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(12, 0, 0, 0)
        column.addWidget(self.nothing)
        column.addWidget(self.detail, 1)
        column.addStretch(0)
        halves = QSplitter(Qt.Orientation.Horizontal)
        halves.addWidget(self.list)
        halves.addWidget(right)
        halves.setChildrenCollapsible(False)
        halves.setHandleWidth(1)
        halves.setStretchFactor(1, 1)
        halves.setSizes([round(220 * theme.scale), round(520 * theme.scale)])
        acts = FlowLayout()
        for one in (self.add, self.propose, self.keep, self.delete):
            acts.addWidget(one)
            one.setEnabled(not self._read_only)
        buttons = QHBoxLayout()
        buttons.addLayout(acts, 1)
        buttons.addWidget(self.close_)
        buttons.addWidget(self.use)
        said = QHBoxLayout()
        said.addWidget(self.told, 1)
        said.addWidget(self.undo)
        self.undo.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(10)
        layout.addWidget(self.wanted)
        layout.addWidget(halves, 1)
        layout.addLayout(said)
        layout.addLayout(buttons)
        scale = min(theme.scale, 1.5)
        self.resize(QSize(int(800 * scale), int(540 * scale)).boundedTo(geometry.room(self)))

    def _show_row(self, row: int) -> None:
        if self._is_same:
            return
        self.save()
        case = self.cases.case(row)
        self.detail.show_case(case, self._variables, read_only=self._read_only)
        self.nothing.setVisible(not self.cases.rowCount())
        self.use.setEnabled(case is not None and not case.held_out)
        self.use.setToolTip(_HELD_OUT if case is not None and case.held_out else "")
        self.delete.setEnabled(case is not None and not self._read_only)

    def _edited(self) -> None:
        self._is_dirty = True
        self._save.start()

    def _choose_file(self, name: str) -> None:
        if (case := self.current) is not None:
            self.file_wanted.emit(case.uid, name)

    def _edit_checks(self) -> None:
        self.save()
        if (case := self.current) is not None:
            self.checks_wanted.emit(case)

    def _use(self) -> None:
        self.save()
        if (case := self.current) is not None:
            self.use_wanted.emit(case)

    def _delete(self) -> None:
        self.save()
        if (case := self.current) is not None:
            self.delete_wanted.emit(case)
