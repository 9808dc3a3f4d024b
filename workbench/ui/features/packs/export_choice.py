"""The page for choosing the content, the metadata and the target of a pack.

Invariant: typed values are never replaced by stored ones; the path shown is the path written.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from workbench.app.packs.export_table import ExportTable
from workbench.app.packs.pack_exports import PackExportRequest
from workbench.app.packs.version_choice import ListedVersion, VersionChoice
from workbench.packs.pack_contents import ENDING, PackAbout
from workbench.packs.slugs import slug
from workbench.ui.widgets.controls import button, label
from workbench.ui.widgets.dialog_parts import LineList, RoomyLabel, ToldLabel
from workbench.ui.widgets.theme import Theme, set_role
from workbench.usecases.packs.target import PackTarget, is_file

_Kind = Literal["winner", "all", "chosen"]
_LOOK_MS = 250
_EVIDENCE = "Include evidence: iterations, answers, verdicts and results of tests"
_HOLD_OUT = "Include hold-out cases"
_HOLD_OUT_TIP = "Whoever has the hold-out can change the prompt until it passes"


class PackChoicePage(QWidget):
    """`versions_wanted(uid)` requests a prompt's versions, `about_wanted` the stored metadata for the chosen prompts.

    `look_wanted` requests a description of what writing to the path would do.
    """

    versions_wanted = Signal(str)
    about_wanted = Signal()
    look_wanted = Signal()

    def __init__(self, theme: Theme, table: ExportTable) -> None:
        super().__init__()
        self.table = table
        self._known = PackAbout("", "")
        self._folder = Path.home()
        self._place: Path | None = None
        self._is_path_typed = False
        self._typed: set[QLineEdit] = set()
        self.rows = LineList(table, "Prompts to export", 0, most=6)
        self.rows.setSelectionMode(LineList.SelectionMode.SingleSelection)
        self.which: dict[_Kind, QRadioButton] = {
            "winner": QRadioButton("The winner, or the newest version if there is no verdict"),
            "all": QRadioButton("All versions, with the winner as the default"),
            "chosen": QRadioButton("Selected versions, with the last one as the default:"),
        }
        self.choosing = VersionChoice(self)
        self.versions = QListView()
        self.versions.setModel(self.choosing)
        self.versions.setUniformItemSizes(True)
        self.versions.setItemDelegate(RoomyLabel(self.versions))
        self.name, self.description, self.licence, self.author = (
            _line(name, hint)
            for name, hint in (
                ("Name of the pack", ""),
                ("Description of the pack", "optional"),
                ("Licence", "such as Apache-2.0"),
                ("Author", "optional"),
            )
        )
        self.as_file, self.as_folder = QRadioButton("File"), QRadioButton("Folder (for git)")
        self.path = _line("Path of the pack", "")
        self.browse = button("Choose…", self._browse, name="Choose where to save the pack")
        self.place = ToldLabel(theme)
        self.evidence, self.hold_out = QCheckBox(_EVIDENCE), QCheckBox(_HOLD_OUT)
        self._pause = QTimer(self, singleShot=True, interval=_LOOK_MS)
        self.files: QFileDialog | None = None
        self._lay_out()
        self._connect()

    def wanted(self) -> PackExportRequest:
        """Return the export settings."""
        about = PackAbout(
            self._known.uid,
            " ".join(self.name.text().split()),
            self._text(self.description, self._known.description),
            self._text(self.licence, self._known.licence),
            self._text(self.author, self._known.author),
        )
        path = Path(self.path.text()).expanduser()
        return PackExportRequest(about, self.table.choices, self.evidence.isChecked(), path, self.hold_out.isChecked())

    def lacks(self) -> str:
        """Return what is missing or invalid, "" for nothing."""
        if not self.table.choices:
            return "Tick at least one prompt."
        if any(choice.versions == () for choice in self.table.choices):
            return "Tick at least one version of each prompt, or choose the winner."
        if not self.name.text().strip():
            return "Give the pack a name."
        path = Path(self.path.text()).expanduser()
        if not self.path.text().strip() or not path.is_absolute():
            return "Enter the full path of the pack."
        return ""

    def show_about(self, known: PackAbout | None, place: Path | None) -> None:
        """Show the stored metadata and path for the chosen prompts; typed values are kept."""
        self._known, self._place = known or PackAbout("", ""), place
        if place is not None and not self._is_path_typed:
            (self.as_file if is_file(place) else self.as_folder).setChecked(True)
        names = self.table.names
        texts = (self._known.name or (names[0] if names else ""), self._known.description)
        fields = (self.name, self.description, self.licence, self.author)
        for one, text in zip(fields, (*texts, self._known.licence, self._known.author), strict=True):
            if one not in self._typed:
                one.setText(text)
        self._propose()

    def show_versions(self, row: int, versions: Sequence[ListedVersion]) -> None:
        """List the versions of a prompt if it is still selected, and name those that are chosen."""
        self.table.name_versions(self.table.uid(row), {one.number: one.name for one in versions})
        if row != self.rows.currentIndex().row():
            return
        chosen = self.table.versions(row)
        self.choosing.show_versions(versions, () if isinstance(chosen, str) else chosen)

    def show_target(self, target: PackTarget) -> None:
        """Show what writing to the path would do."""
        tone = "error" if target.is_refused else "muted"
        self.place.say(target.words, tone)

    def select(self, row: int) -> None:
        """Select a prompt, which shows its versions."""
        self.rows.selectRow(row)

    def _lay_out(self) -> None:
        self.versions.setAccessibleName("Versions to export")
        set_role(self.versions, "rows")
        self.versions.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.evidence.setAccessibleName(_EVIDENCE)
        self.hold_out.setAccessibleName(_HOLD_OUT)
        self.hold_out.setToolTip(_HOLD_OUT_TIP)
        group, kinds = QButtonGroup(self), QButtonGroup(self)
        right = QVBoxLayout()
        right.setSpacing(4)
        for choice in self.which.values():
            choice.setAccessibleName(choice.text())
            group.addButton(choice)
            right.addWidget(choice)
        right.addWidget(self.versions, 1)
        halves = QHBoxLayout()
        halves.setSpacing(16)
        halves.addWidget(self.rows, 1)
        halves.addLayout(right, 1)
        form = QGridLayout()
        form.setHorizontalSpacing(8)
        form.setVerticalSpacing(6)
        for at, (words, one) in enumerate(
            (("Name", self.name), ("Licence", self.licence), ("Description", self.description), ("Author", self.author))
        ):
            said = label(words, "muted", wrap=False)
            said.setBuddy(one)
            form.addWidget(said, at // 2, 2 * (at % 2))
            form.addWidget(one, at // 2, 2 * (at % 2) + 1)
        form.setColumnStretch(1, 3)
        form.setColumnStretch(3, 2)
        where = QHBoxLayout()
        where.setSpacing(10)
        for kind in (self.as_file, self.as_folder):
            kind.setAccessibleName(kind.text())
            kinds.addButton(kind)
            where.addWidget(kind)
        self.as_file.setChecked(True)
        where.addWidget(self.path, 1)
        where.addWidget(self.browse)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addLayout(halves, 1)
        layout.addLayout(form)
        layout.addLayout(where)
        layout.addWidget(self.place)
        layout.addWidget(self.evidence)
        layout.addWidget(self.hold_out)

    def _connect(self) -> None:
        self.rows.selectionModel().currentRowChanged.connect(lambda now, _: self._show_row(now.row()))
        for which, choice in self.which.items():
            choice.clicked.connect(lambda _=False, which=which: self._choose(which))
        self.choosing.changed.connect(self._version_ticked)
        self.table.changed.connect(self._choice_changed)
        self._asked_for: tuple[str, ...] = ()
        for one in (self.name, self.description, self.licence, self.author):
            one.textEdited.connect(lambda _, one=one: self._typed.add(one))
        self.name.textEdited.connect(lambda _: self._propose())
        self.path.textEdited.connect(self._path_typed)
        self.as_file.toggled.connect(lambda _: self._kind_changed())
        self._pause.timeout.connect(self.look_wanted)

    def _show_row(self, row: int) -> None:
        self.choosing.show_versions(None)
        if uid := self.table.uid(row):
            self._show_which(row)
            self.versions_wanted.emit(uid)

    def _show_which(self, row: int) -> None:
        versions = self.table.versions(row)
        which: _Kind = versions if isinstance(versions, str) else "chosen"
        self.which[which].setChecked(True)
        self.versions.setEnabled(which == "chosen")

    def _choose(self, which: _Kind) -> None:
        row = self.rows.currentIndex().row()
        if row < 0:
            return
        self.table.choose(row, self.choosing.ticked if which == "chosen" else which)
        self._show_which(row)

    def _version_ticked(self) -> None:
        if (row := self.rows.currentIndex().row()) >= 0:
            self.table.choose(row, self.choosing.ticked)
            self._show_which(row)

    def _choice_changed(self) -> None:
        uids = tuple(choice.prompt_uid for choice in self.table.choices)
        if uids != self._asked_for:
            self._asked_for = uids
            self.about_wanted.emit()
        self._pause.start()

    def _propose(self) -> None:
        """Propose the last path of the pack, else one made of its name, unless a path was typed."""
        if not self._is_path_typed:
            ending = ENDING if self.as_file.isChecked() else ""
            proposed = self._folder / f"{slug(self.name.text())}{ending}"
            if self._place is not None and is_file(self._place) == self.as_file.isChecked():
                proposed = self._place
            self.path.setText(str(proposed))
        self._pause.start()

    def _path_typed(self) -> None:
        self._is_path_typed = bool(self.path.text().strip())
        (self.as_file if is_file(Path(self.path.text())) else self.as_folder).setChecked(True)
        self._pause.start()

    def _kind_changed(self) -> None:
        path = Path(self.path.text())
        if self.path.text().strip() and is_file(path) != self.as_file.isChecked():
            self.path.setText(
                str(path.with_name(path.name + ENDING) if self.as_file.isChecked() else path.with_suffix(""))
            )
        self._pause.start()

    def _browse(self) -> None:
        files = QFileDialog(self.window(), "Path of the pack", str(Path(self.path.text()).parent))
        files.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self.as_file.isChecked():
            files.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
            files.setNameFilter(f"Packs (*{ENDING})")
            files.setDefaultSuffix(ENDING.removeprefix("."))
            files.selectFile(Path(self.path.text()).name)
        else:
            files.setFileMode(QFileDialog.FileMode.Directory)
            files.setOption(QFileDialog.Option.ShowDirsOnly)
        files.filesSelected.connect(lambda names: self.take_place(Path(names[0])))
        files.finished.connect(self._files_closed)
        self.files = files
        files.open()

    def take_place(self, path: Path) -> None:
        """Set the path to the chosen file or folder."""
        self.path.setText(str(path))
        self._path_typed()

    def _files_closed(self) -> None:
        self.files = None

    def _text(self, one: QLineEdit, known: str) -> str:
        # The field shows a multi-line description on one line; return the stored text unless the field was edited.
        return one.text().strip() if one in self._typed else known


def _line(name: str, hint: str) -> QLineEdit:
    made = QLineEdit()
    made.setAccessibleName(name)
    made.setPlaceholderText(hint)
    return made
