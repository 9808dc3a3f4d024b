"""The History page of the settings: location, disk space, integrity, backups.

Invariant: everything that replaces, moves or drops data asks first. Long jobs run in the background, can be stopped,
and continue when the page closes.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractScrollArea, QFileDialog, QFrame, QScrollArea, QVBoxLayout, QWidget

from workbench.app.future_results import FutureResults, sentence_of
from workbench.app.maintenance.tasks import DiskUsage, HistoryOverview, MaintenanceResult, MaintenanceTasks
from workbench.core.byte_sizes import show_bytes
from workbench.core.maintenance import MaintenanceRules
from workbench.core.text import counted
from workbench.ui.features.maintenance.backups import BackupsPart
from workbench.ui.features.maintenance.parts import MaintenanceProgress, SizeGrid
from workbench.ui.widgets.controls import ConfirmBar, button, label
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.paths import PathLabel, show_folder
from workbench.ui.widgets.theme import Theme
from workbench.usecases.history_replacement import MoveHistory, RepairHistory, RestoreHistory

_WORTH_BYTES = 200_000
"""Minimum free space in the file, in bytes, that is worth rewriting it."""
_CLOSES = "The window closes and opens again."


class HistoryPanel(QWidget):
    """Sections one below the other, and a fixed progress area at the bottom."""

    def __init__(self, theme: Theme, desk: MaintenanceTasks, confirm: ConfirmBar) -> None:
        super().__init__()
        self._desk, self._confirm = desk, confirm
        self._later = FutureResults(self)
        self._room: DiskUsage | None = None
        self._wants_smaller = self._is_measuring = False
        self._database = Path()
        self.path = PathLabel()
        self.sizes = SizeGrid(theme)
        self._measuring = label("Measuring…", "muted")
        self.backups = BackupsPart(theme)
        self.progress = MaintenanceProgress()
        self._folder = button(
            "Show folder", lambda: self._show_folder(self._database.parent), name="Show the folder of the history"
        )
        self._move = button("Move to another folder…", self._choose_folder)
        self._smaller = button("Make smaller…", self.ask_smaller)
        self._check = button("Check now", self.check)
        self._repair = button("Repair…", self.ask_repair)
        self._lay_out()
        self.backups.rules_changed.connect(self._set_rules)
        self.backups.back_up_clicked.connect(desk.back_up)
        self.backups.restore_clicked.connect(self._ask_restore)
        self.backups.folder_shown.connect(self._show_folder)
        self.progress.stop_clicked.connect(desk.stop)
        desk.job_changed.connect(self._show_job)
        desk.ended.connect(self._ended)
        desk.changed.connect(self.load)
        self._show_job()
        self.load()

    def load(self) -> None:
        """Reload all data."""
        self._later.watch(self._desk.overview(), self._show, self._failed)
        self._measure()

    def check(self) -> None:
        """Check the integrity of the history."""
        self._desk.check()

    def ask_smaller(self) -> None:
        """Ask whether to drop raw responses and free space, once their sizes are known."""
        room = self._room
        self._wants_smaller = room is None
        if room is None:
            self.progress.say("Measuring what could be dropped…")
            if not self._is_measuring:
                self._measure()
            return
        free = dict(room.size.by_kind).get("free", 0)
        if not room.responses and free < _WORTH_BYTES:
            self.progress.say("There is nothing to drop and hardly any space to free.")
            return
        what = "Rewrite the file without its unused space"
        if room.responses:
            responses = counted(room.responses, "raw response")
            what = f"Drop {responses} ({show_bytes(room.response_bytes)}) and rewrite the file"
        self._confirm.ask(
            f"{what}? This frees about {show_bytes(room.response_bytes + free)}. Texts, numbers and requests are kept, "
            "and so is everything of winners and of runs with a star or a note. Nothing else is saved while the "
            "file is rewritten.",
            "Make smaller",
            self._desk.make_smaller,
        )

    def ask_repair(self) -> None:
        """Ask whether to salvage the readable data into a new file."""
        self._confirm.ask(
            f"Copy everything readable of this history into a new file? {_CLOSES} You then choose whether to "
            f"use the new file; this one is kept unchanged.{self._what_runs()}",
            "Repair",
            lambda: self._desk.change_wanted.emit(RepairHistory()),
        )

    def ask_which_backup(self) -> None:
        """Show the list of backups."""
        self.backups.select_newest()
        self._area.ensureWidgetVisible(self.backups.list)

    def close_work(self) -> None:
        """Apply pending input and disconnect from running jobs."""
        self.backups.settle()
        self._later.close()
        for signal, slot in (
            (self._desk.job_changed, self._show_job),
            (self._desk.ended, self._ended),
            (self._desk.changed, self.load),
        ):
            signal.disconnect(slot)

    def _lay_out(self) -> None:
        inner = QWidget()
        layout = QVBoxLayout(inner)
        layout.setContentsMargins(20, 16, 20, 16)
        layout.setSpacing(8)
        layout.addWidget(label("The file", "heading"))
        layout.addWidget(self.path)
        layout.addLayout(_buttons(self._folder, self._move))
        layout.addSpacing(8)
        layout.addWidget(self._measuring)
        layout.addWidget(self.sizes)
        layout.addLayout(_buttons(self._smaller))
        layout.addSpacing(16)
        layout.addWidget(label("Integrity", "heading"))
        layout.addWidget(
            label(
                "Repair copies everything readable into a new file and keeps the damaged one.",
                "muted",
            )
        )
        layout.addLayout(_buttons(self._check, self._repair))
        layout.addSpacing(16)
        layout.addWidget(self.backups)
        layout.addStretch(1)
        self._area = area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setSizeAdjustPolicy(QAbstractScrollArea.SizeAdjustPolicy.AdjustIgnored)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inner)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(area, 1)
        outer.addWidget(self.progress)

    def _show(self, overview: HistoryOverview) -> None:
        self._database = overview.path
        self.path.set_path(str(overview.path))
        self.backups.show_overview(overview)
        self._show_job()

    def _measure(self) -> None:
        self._is_measuring = True
        self._later.watch(self._desk.room(), self._show_room, self._not_measured)

    def _not_measured(self, error: BaseException) -> None:
        """Report the error, unless that would replace the result of a requested job."""
        self._is_measuring = False
        self._measuring.hide()
        if self._wants_smaller or not self.progress.says:
            self._wants_smaller = False
            self._failed(error)

    def _show_room(self, room: DiskUsage) -> None:
        self._is_measuring = False
        self._room = room
        self._measuring.hide()
        self.sizes.show_room(room)
        if self._wants_smaller:
            self.progress.say("")
            self.ask_smaller()

    def _show_job(self) -> None:
        job = self._desk.job
        shown = None if job is None or job.what == "daily" else job
        self.progress.show_job(shown)
        busy = job is not None
        self.backups.set_busy(busy=busy)
        for part in (self._move, self._check, self._repair):
            part.setEnabled(not busy)
        self._smaller.setEnabled(not busy and not self._desk.read_only)

    def _ended(self, ended: MaintenanceResult) -> None:
        self.progress.show_end(ended)

    def _failed(self, error: BaseException) -> None:
        self._measuring.hide()
        self.progress.say(
            sentence_of(error, "The history could not be read. Close this window and try again."), "error"
        )

    def _set_rules(self, rules: MaintenanceRules) -> None:
        self._later.watch(self._desk.set_rules(rules), lambda _: self._read_again(), self._not_saved)

    def _not_saved(self, error: BaseException) -> None:
        self._read_again()
        self._failed(error)

    def _read_again(self) -> None:
        self.backups.rules_saved()
        self._later.watch(self._desk.overview(), self._show, self._failed)

    def _show_folder(self, folder: Path) -> None:
        if sentence := show_folder(folder):
            self.progress.say(sentence, "error")

    def _ask_restore(self, file: Path, name: str) -> None:
        self._confirm.ask(
            f"Replace the history with {name}? {_CLOSES} The current history becomes a backup, so you can "
            f"undo this.{self._what_runs()}",
            "Restore",
            lambda: self._desk.change_wanted.emit(RestoreHistory(file)),
        )

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Folder for the history", str(self._database.parent))
        if not chosen:
            return
        folder = Path(chosen)

        def move(*, keep: bool) -> None:
            self._desk.change_wanted.emit(MoveHistory(folder, keep))

        self._confirm.ask(
            f"Move the history to {chosen}? {_CLOSES} The new file is verified before the old one is removed."
            f"{self._what_runs()}",
            "Move, keep the old file",
            lambda: move(keep=True),
            "Cancel",
            ("Move, remove the old file", lambda: move(keep=False)),
        )

    def _what_runs(self) -> str:
        return " Running lanes are stopped; their text is kept." if self._desk.is_running else ""


def _buttons(*buttons: QWidget) -> FlowLayout:
    row = FlowLayout()
    for one in buttons:
        row.addWidget(one)
    return row
