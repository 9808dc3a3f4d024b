"""The dialog that previews a table of cases before its import.

Invariant: nothing is imported without a preview; the preview always belongs to the shown mapping. Foreign texts are
shown as plain text.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QListWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from workbench.app.cases.import_tables import CasePreview, MappingTable, use_title
from workbench.core.testing.case_mapping import CaseMapping, ExpectationCheck, choices
from workbench.core.testing.case_table import CaseTable
from workbench.core.text import counted
from workbench.ui.widgets import geometry
from workbench.ui.widgets.choice_box import ChoiceBox
from workbench.ui.widgets.controls import button, label
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.dialog_parts import DialogProgress, LineList, ToldLabel, noted, show_as_rows
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.theme import Theme, set_role
from workbench.usecases.case_import import CaseImportPlan

_START = (
    "Choose a file, drop one here, or paste rows that you copied from a spreadsheet. "
    "The first row names the variables; CSV, Excel, OpenDocument, JSON, JSON Lines and YAML are read."
)
_EXPECTATIONS: tuple[tuple[ExpectationCheck, str], ...] = (
    ("", "is kept as a good answer"),
    ("equals", "is also a check: the answer equals it"),
    ("contains", "is also a check: the answer contains it"),
    ("icontains", "is also a check: the answer contains it, ignoring case"),
)
_WIDE, _MOST_SHOWN_PROBLEMS, _COLUMN_LETTERS, _SHEET_LETTERS, _ROOMY = 1, 5, 28, 16, 1.7


class CaseImportDialog(Dialog):
    """Emits requests; the owner answers with `show_table`, `show_plan`, `refuse` or `end_reading`."""

    file_wanted = Signal()
    """Choose a file."""
    path_dropped = Signal(Path)
    text_pasted = Signal(str)
    paste_wanted = Signal()
    """Paste from the clipboard."""
    sheet_chosen = Signal(str)
    mapping_changed = Signal()
    import_wanted = Signal()
    stop_wanted = Signal()

    def __init__(self, theme: Theme, variables: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Add cases")
        self.setAcceptDrops(True)
        self._variables = tuple(variables)
        self._table: CaseTable | None = None
        self._mapping = CaseMapping(())
        self._plan: CaseImportPlan | None = None
        self._is_busy = self._has_files = False
        self.name = label("", "heading")
        self.start = label(_START, "muted")
        self.choose = button("Choose a file…", self.file_wanted.emit)
        self.paste = button("Paste rows", self.paste_wanted.emit)
        self.sheet = ChoiceBox()
        self.sheet.setAccessibleName("Sheet")
        self.notes = label("")
        set_role(self.notes, "pill-warn")
        self.columns = MappingTable(self)
        self.column_list = LineList(self.columns, "Columns", _WIDE, 6, _COLUMN_LETTERS)
        self.column_list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.use_label = label("", wrap=False)
        self.use = ChoiceBox()
        self.use.setAccessibleName("What the selected column becomes")
        self.preview = CasePreview(self)
        self.cases = QTableView()
        self.first = label("FIRST CASES", "section")
        self.expectation_label = label("The expectation", wrap=False)
        self.expectation = ChoiceBox()
        self.expectation.setAccessibleName("What the expectation becomes")
        self.skip = QCheckBox("Skip duplicates (cases with the same values)")
        self.skip.setChecked(True)
        self.told = ToldLabel(theme)
        self.problems = QListWidget()
        self.progress = DialogProgress()
        self.go = button("Import", self.import_wanted.emit, "primary")
        self.close_ = button("Cancel", self.reject)
        self._lay_out(theme)
        self.column_list.selectionModel().currentRowChanged.connect(lambda now, _: self._show_column(now.row()))
        self.use.activated.connect(self._use_chosen)
        self.sheet.activated.connect(lambda _: self.sheet_chosen.emit(self.sheet.currentText()))
        self.expectation.activated.connect(self._expectation_chosen)
        self.skip.toggled.connect(lambda _: self._changed())
        self._show_parts()

    @property
    def table(self) -> CaseTable | None:
        """The table that is shown, None for none."""
        return self._table

    @property
    def mapping(self) -> CaseMapping:
        """The mapping that is shown."""
        return self._mapping

    @property
    def plan(self) -> CaseImportPlan | None:
        """The plan of the shown mapping, None while there is none."""
        return self._plan

    def begin(self, sentence: str) -> None:
        """Show that reading or importing starts."""
        self._is_busy = True
        self.told.say(sentence)
        self.problems.hide()
        self.progress.show_count(0, 0)
        self._show_parts()
        self.close_.setText("Stop")
        self.close_.setFocus()

    def show_progress(self, rows: int) -> None:
        """Show how many rows were read."""
        if self._is_busy:
            self.told.say(f"Read {counted(rows, 'row')}…")

    def end_reading(self) -> None:
        """Show that reading was stopped."""
        self._end()
        self.told.say("Stopped. Nothing was imported." if self._table is None else "Stopped.")
        self._show_parts()

    def refuse(self, sentence: str, detail: str) -> None:
        """Show why something cannot be read or imported."""
        self._end()
        self.told.say(sentence, "error", detail)
        self._show_parts()
        self.close_.setFocus()

    def show_table(self, name: str, table: CaseTable, mapping: CaseMapping, *, has_files: bool = False) -> None:
        """Show a table with the suggested mapping; its plan follows. `has_files`: cells may name files beside it."""
        self._end()
        self._has_files = has_files
        self._table, self._mapping, self._plan = table, mapping, None
        self.name.setText(" ".join(name.split()))
        self.notes.setText(noted(table.notes))
        with QSignalBlocker(self.sheet):
            self.sheet.clear()
            self.sheet.addItems(list(table.sheets))
            self.sheet.setCurrentText(table.sheet)
        self.columns.show_mapping(table, mapping)
        self.column_list.setMaximumHeight(self.column_list.sizeHint().height())
        self.preview.clear()
        self.told.say("")
        self._show_parts()
        geometry.enlarge(self, self._size)
        self.column_list.selectRow(0)
        self._show_column(0)

    def show_plan(self, plan: CaseImportPlan) -> None:
        """Show the preview of the mapping, its counts and problems."""
        if self._table is None:
            return
        self._plan = plan
        self.preview.show_cases(plan.mapped, self._table.unit)
        self._fit_preview()
        self.told.say(plan.summary, "muted" if plan.cases else "error")
        self.go.setText(f"Import {counted(len(plan.cases), 'case')}" if plan.cases else "Import")
        listed = [*plan.mapped.remarks, *plan.mapped.problems]
        more = plan.mapped.problem_count - len(plan.mapped.problems)
        self.problems.clear()
        self.problems.addItems([*listed, *([f"and {more:,} more"] if more > 0 else [])])
        rows = min(_MOST_SHOWN_PROBLEMS, self.problems.count())
        self.problems.setFixedHeight(self.problems.sizeHintForRow(0) * rows + 2 * self.problems.frameWidth() + 8)
        self._show_parts()
        if plan.cases and self.focusWidget() in (None, self.close_, self.choose, self.paste):
            self.go.setFocus()

    def forget(self) -> None:
        """Drop the table and the plan."""
        self._table = self._plan = None

    def reject(self) -> None:
        if self._is_busy:
            self.stop_wanted.emit()
            return
        super().reject()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste) and not self._is_busy:
            self.paste_wanted.emit()
            return
        super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if not self._is_busy and (path_in(event.mimeData()) is not None or event.mimeData().hasText()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        if (path := path_in(event.mimeData())) is not None:
            self.path_dropped.emit(path)
        else:
            self.text_pasted.emit(event.mimeData().text())

    def _end(self) -> None:
        self._is_busy = False
        self.progress.hide()
        self.close_.setText("Cancel")

    def _changed(self) -> None:
        """Request a plan of the shown mapping."""
        self._plan = None
        self.go.setEnabled(False)
        self.mapping_changed.emit()

    def _show_parts(self) -> None:
        """Show the parts that belong to the current state."""
        has_table = self._table is not None and bool(self._table.header)
        self.start.setVisible(self._table is None)
        self.name.setVisible(self._table is not None)
        self.notes.setVisible(bool(self.notes.text()))
        self.sheet.setVisible(self.sheet.count() > 1)
        for part in (self.column_list, self._chooser, self.first, self.cases, self.skip):
            part.setVisible(has_table)
            part.setEnabled(not self._is_busy)
        for part in (self.expectation_label, self.expectation):
            part.setVisible(has_table and self._mapping.has_expectation)
        self.problems.setVisible(has_table and bool(self.problems.count()) and not self._is_busy)
        for one in (self.choose, self.paste, self.sheet, self.expectation):
            one.setEnabled(not self._is_busy)
        self.go.setVisible(has_table)
        self.go.setEnabled(not self._is_busy and self._plan is not None and bool(self._plan.cases))

    def _show_column(self, row: int) -> None:
        """Offer what the selected column can become."""
        table = self._table
        if table is None or not 0 <= row < len(table.header):
            return
        name = table.header[row]
        self.use_label.setText(f"“{name[:40]}” becomes")
        offered = choices(name, self._variables, table.role(row), has_files=self._has_files)
        with QSignalBlocker(self.use):
            self.use.clear()
            for use in offered:
                is_new = bool(use.variable) and use.variable not in self._variables
                self.use.addItem(f"{use_title(use)} (new variable)" if is_new else use_title(use), use)
            self.use.setCurrentIndex(offered.index(self._mapping.uses[row]))

    def _use_chosen(self) -> None:
        row = self.column_list.currentIndex().row()
        use = self.use.currentData()
        if row < 0 or use == self._mapping.uses[row]:
            return
        self._mapping = self._mapping.with_use(row, use)
        self.columns.show_uses(self._mapping.uses)
        self._show_parts()
        self._changed()

    def _expectation_chosen(self) -> None:
        kind = self.expectation.currentData()
        self._mapping = CaseMapping(self._mapping.uses, kind)
        self._changed()

    def _fit_preview(self) -> None:
        header, metrics = self.cases.horizontalHeader(), self.cases.fontMetrics()
        self.cases.verticalHeader().setDefaultSectionSize(round(metrics.height() * _ROOMY))
        most = metrics.averageCharWidth() * _COLUMN_LETTERS
        for column in range(self.preview.columnCount()):
            wanted = max(header.sectionSizeHint(column), self.cases.sizeHintForColumn(column)) + 12
            self.cases.setColumnWidth(column, min(wanted, most))
        header.setStretchLastSection(True)

    def _lay_out(self, theme: Theme) -> None:
        self.cases.setModel(self.preview)
        self.cases.setAccessibleName("First cases")
        show_as_rows(self.cases)
        self.cases.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.cases.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.problems.setAccessibleName("Problems")
        self.problems.setWordWrap(True)
        self.problems.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for kind, words in _EXPECTATIONS:
            self.expectation.addItem(words, kind)
        self.go.setDefault(True)
        self.close_.setAutoDefault(True)
        sources = FlowLayout()
        for one in (self.choose, self.paste, self.sheet):
            sources.addWidget(one)
        self._chooser = QWidget()
        chooser = QHBoxLayout(self._chooser)
        chooser.setContentsMargins(0, 0, 0, 0)
        chooser.addWidget(self.use_label)
        chooser.addWidget(self.use, 1)
        self.sheet.setMinimumContentsLength(_SHEET_LETTERS)
        expectation = QHBoxLayout()
        expectation.addWidget(self.expectation_label)
        expectation.addWidget(self.expectation, 1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.close_)
        buttons.addWidget(self.go)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        layout.addWidget(self.name)
        layout.addWidget(self.start)
        layout.addLayout(sources)
        layout.addWidget(self.notes)
        layout.addWidget(self.column_list, 3)
        layout.addWidget(self._chooser)
        layout.addLayout(expectation)
        layout.addWidget(self.first)
        layout.addWidget(self.cases, 4)
        layout.addWidget(self.skip)
        layout.addWidget(self.told)
        layout.addWidget(self.problems)
        layout.addWidget(self.progress)
        layout.addStretch(0)
        layout.addLayout(buttons)
        scale = min(theme.scale, 1.5)
        self._size = QSize(int(820 * scale), int(700 * scale)).boundedTo(geometry.room(self))
        self.setMinimumWidth(min(self._size.width(), 460))


def path_in(data: QMimeData) -> Path | None:
    """Return the single local file that is dragged, None for anything else."""
    paths = [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()] if data.hasUrls() else []
    return paths[0] if len(paths) == 1 else None
