"""The page that previews a pack, with findings that may be confidential.

Invariant: findings must be confirmed before anything is written; every text in the pack can be read here.
"""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QListWidget, QVBoxLayout, QWidget

from workbench.app.packs.pack_exports import MOST_SHOWN, PackExportPreview
from workbench.core.byte_sizes import show_bytes
from workbench.core.text import plural
from workbench.ui.widgets.controls import label
from workbench.ui.widgets.dialog_parts import LineList, as_high_as_rows, field, noted
from workbench.ui.widgets.paths import PathLabel
from workbench.ui.widgets.theme import Theme, set_role

Index = QModelIndex | QPersistentModelIndex
_MOST_GONE = 3
_MOST_FINDINGS = 500
_COLUMNS = ("File", "Size")
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class _Files(QAbstractTableModel):
    """The files and their sizes in bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.files: tuple[tuple[str, int], ...] = ()

    def show_files(self, files: tuple[tuple[str, int], ...]) -> None:
        """Replace the files."""
        self.beginResetModel()
        self.files = files
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.files)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(_COLUMNS)

    def headerData(self, section: int, way: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.TextAlignmentRole and section == 1:
            return _RIGHT
        shown = role == Qt.ItemDataRole.DisplayRole and way == Qt.Orientation.Horizontal
        return _COLUMNS[section] if shown else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == 1:
            return _RIGHT
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        name, size = self.files[index.row()]
        return name if index.column() == 0 else show_bytes(size)


class PackPreviewPage(QWidget):
    """Emits `changed` when `may_be_written` may have changed."""

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.preview: PackExportPreview | None = None
        self.path = PathLabel()
        self.what = label("", "muted")
        self.notes = label("")
        set_role(self.notes, "pill-warn")
        self.files = _Files()
        self.rows = LineList(self.files, "Files of the pack", 0, most=6)
        self.rows.setSelectionMode(LineList.SelectionMode.SingleSelection)
        self.text = field(theme, "Contents of the file")
        self.found = label("", "heading")
        self.findings = QListWidget()
        self.findings.setAccessibleName("Possibly private")
        self.findings.setWordWrap(True)
        self.findings.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.agreed = QCheckBox()
        halves = QHBoxLayout()
        halves.setSpacing(12)
        halves.addWidget(self.rows, 2)
        halves.addWidget(self.text, 3)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.path)
        layout.addWidget(self.what)
        layout.addWidget(self.notes)
        layout.addLayout(halves, 1)
        layout.addWidget(self.found)
        layout.addWidget(self.findings)
        layout.addWidget(self.agreed)
        self.rows.selectionModel().currentRowChanged.connect(lambda now, _: self._show_file(now.row()))
        self.findings.currentRowChanged.connect(self._show_finding)
        self.agreed.toggled.connect(lambda _: self.changed.emit())

    @property
    def may_be_written(self) -> bool:
        """Whether there are no findings, or they were confirmed."""
        preview = self.preview
        return preview is not None and (not preview.findings or self.agreed.isChecked())

    def show_preview(self, preview: PackExportPreview) -> None:
        """Show the content of the pack."""
        self.preview = preview
        pack, size = preview.export.pack, sum(bytes_ for _, bytes_ in preview.files)
        prompts = f"{len(pack.prompts)} {plural(len(pack.prompts), 'prompt')}"
        versions = sum(len(prompt.versions) for prompt in pack.prompts)
        cases = sum(len(prompt.cases) for prompt in pack.prompts)
        told = (
            prompts,
            f"{versions} {plural(versions, 'version')}",
            f"{cases} {plural(cases, 'case')}",
            f"{len(preview.files)} files, {show_bytes(size)}",
        )
        self.path.set_path(str(preview.path))
        evidence = "With" if preview.export.evidence else "Without"
        said = f"{preview.target.words} {', '.join(told)}. {evidence} iterations, answers and verdicts."
        if preview.gone:
            more = f" and {len(preview.gone) - _MOST_GONE} more" if len(preview.gone) > _MOST_GONE else ""
            said += f" Removed there: {', '.join(preview.gone[:_MOST_GONE])}{more}."
        self.what.setText(said)
        self.notes.setText(noted(preview.export.notes))
        self.notes.setVisible(bool(preview.export.notes))
        self.files.show_files(preview.files)
        count = len(preview.findings)
        things = f"{count} {plural(count, 'thing')}"
        self.found.setText(
            f"{things} may be private:"
            if count
            else "No keys, e-mail addresses or the like were found. The search may miss some."
        )
        set_role(self.found, "heading" if count else "good")
        self.findings.clear()
        self.findings.addItems([finding.sentence for finding in preview.findings[:_MOST_FINDINGS]])
        if count > _MOST_FINDINGS:
            self.findings.addItem(f"and {count - _MOST_FINDINGS:,} more")
        as_high_as_rows(self.findings, 6)
        self.findings.setVisible(bool(count))
        self.agreed.setChecked(False)
        self.agreed.setText(
            "I have reviewed it, and it may be shared"
            if count == 1
            else f"I have reviewed these {count}, and they may be shared"
        )
        self.agreed.setAccessibleName(self.agreed.text())
        self.agreed.setVisible(bool(count))
        # Start with the evidence, because it is the most likely to be confidential.
        first = next((row for row, (name, _) in enumerate(preview.files) if name.startswith("evidence/")), 0)
        self.rows.selectRow(first)
        self.changed.emit()

    def _show_finding(self, row: int) -> None:
        """Show the file of a finding."""
        if self.preview is None or not 0 <= row < len(self.preview.findings):
            return
        # For an attachment the place is the beginning of its hash, followed by "…" and its name in the prompt.
        where, cut, _ = self.preview.findings[row].where.partition("…")
        names = [name for name, _ in self.files.files]
        at = next((at for at, name in enumerate(names) if name == where or (cut and name.startswith(where))), -1)
        if at >= 0:
            self.rows.selectRow(at)

    def _show_file(self, row: int) -> None:
        if self.preview is None or not 0 <= row < len(self.files.files):
            self.text.setPlainText("")
            return
        name, _ = self.files.files[row]
        shown = self.preview.shown.get(name)
        if shown is None:
            self.text.setPlainText("An attached picture, exported unchanged.")
            return
        cut = len(shown) >= MOST_SHOWN
        self.text.setPlainText(f"{shown}\n\n… and more, not shown here." if cut else shown)
        self.text.setAccessibleName(f"Contents of {name}")
