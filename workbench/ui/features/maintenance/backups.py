"""Backups of the history: their schedule, their folder, and restoring one.

Invariant: a displayed rule is in force or being saved; nothing is restored without confirmation.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from workbench.app.maintenance.tasks import HistoryOverview
from workbench.core.byte_sizes import show_bytes
from workbench.core.dates import absolute
from workbench.core.maintenance import MOST, MaintenanceRules
from workbench.store.maintenance.backups import Backup
from workbench.ui.widgets.controls import button, label
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.paths import PathLabel
from workbench.ui.widgets.row_delegate import Index, RowDelegate, RowText
from workbench.ui.widgets.theme import Theme

_BACKUP = int(Qt.ItemDataRole.UserRole) + 1
_MOST_ROWS = 6
_SETTLE_MS = 300
_DAYS = 90
_GONE = "This folder does not exist. Connect its disk, or choose another folder."


class BackupsPart(QWidget):
    """The rules, the list of backups, and actions on the selected one."""

    rules_changed = Signal(object)
    """The new MaintenanceRules."""
    back_up_clicked = Signal()
    restore_clicked = Signal(object, str)
    folder_shown = Signal(object)
    """The path of the folder that the file manager should show."""
    """The file to restore, and its display name."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rules = MaintenanceRules()
        self._folder = Path()
        self._may_work = self._may_write = True
        self._unsaved = 0
        self._is_read = self._wants_newest = False
        self.daily = QCheckBox("Back up every day, if anything changed")
        self.keep = _spin("Number of daily backups to keep", 1, MOST)
        self.old = QCheckBox("Drop raw responses older than")
        self.days = _spin("Days after which raw responses are dropped", 1, MOST)
        self.days.setValue(_DAYS)
        self._where = PathLabel()
        self.list = QListWidget()
        self.list.setAccessibleName("Backups")
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(RowDelegate(theme, self.list, _row_text))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._none = label("No backups yet.", "muted")
        self._now = button("Back up now", self.back_up_clicked.emit)
        self._restore = button("Restore…", self._restore_selected, name="Restore the selected backup")
        self._show = button("Show folder", self._show_folder, name="Show the folder of the backups")
        self._other = button("Restore another file…", self._restore_other)
        self._choose = button("Change…", self._choose_folder, "quiet", "Choose another folder for backups")
        # Debounced, so that a typed number is not applied at every digit.
        self._settled = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settled.timeout.connect(self._take)
        self._lay_out()
        for box in (self.daily, self.old):
            box.toggled.connect(lambda _: self._take())
        for number in (self.keep, self.days):
            number.valueChanged.connect(lambda _: self._settled.start())
        self.list.itemSelectionChanged.connect(self._enable)
        self.list.itemActivated.connect(lambda _: self._restore_selected())
        theme.changed.connect(self._fit)
        self._enable()

    def show_overview(self, overview: HistoryOverview) -> None:
        """Show the current rules and backups."""
        self._folder, self._may_write = overview.folder, not overview.read_only
        # An overview read before the latest change was saved would revert it.
        if not self._unsaved and not self._settled.isActive():
            self._show_rules(overview.rules)
        self._where.set_path(str(overview.folder))
        chosen = self._selected()
        self.list.clear()
        for backup in overview.backups:
            item = QListWidgetItem(absolute(backup.made_at))
            item.setData(_BACKUP, backup)
            self.list.addItem(item)
            if chosen is not None and backup.path == chosen.path:
                self.list.setCurrentItem(item)
        self._none.setText(_GONE if overview.is_folder_gone else "No backups yet.")
        self._none.setVisible(not overview.backups)
        self.list.setVisible(bool(overview.backups))
        self._fit()
        self._enable()
        self._is_read = True
        if self._wants_newest:
            self.select_newest()

    def rules_saved(self) -> None:
        """Note that the rules of one `rules_changed` were saved, or failed to be."""
        self._unsaved -= 1

    def set_busy(self, *, busy: bool) -> None:
        """Disable the actions while a job is running."""
        self._may_work = not busy
        self._enable()

    def select_newest(self) -> None:
        """Select the newest backup and focus the list; without backups focus the button that makes one.

        Deferred until the list is loaded.
        """
        self._wants_newest = not self._is_read
        if self.list.count():
            self.list.setCurrentRow(0)
            self.list.setFocus()
        else:
            self._now.setFocus()

    def settle(self) -> None:
        """Apply pending input at once."""
        if self._settled.isActive():
            self._settled.stop()
            self._take()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(label("Backups", "heading"))
        layout.addWidget(self.daily)
        layout.addLayout(_row(label("Keep the newest", wrap=False), self.keep))
        where = QHBoxLayout()
        where.setSpacing(8)
        where.addWidget(label("Folder", "muted", wrap=False))
        where.addWidget(self._where, 1)
        where.addWidget(self._choose)
        layout.addLayout(where)
        layout.addWidget(self._none)
        layout.addWidget(self.list)
        buttons = FlowLayout()
        for one in (self._now, self._restore, self._other, self._show):
            buttons.addWidget(one)
        layout.addLayout(buttons)
        layout.addSpacing(16)
        layout.addWidget(label("Retention", "heading"))
        layout.addLayout(_row(self.old, self.days, label("days", wrap=False)))
        layout.addWidget(
            label(
                "Texts, numbers and requests are always kept, and so is everything of winners and of runs with a star "
                "or a note.",
                "muted",
            )
        )

    def _fit(self) -> None:
        rows = min(_MOST_ROWS, max(1, self.list.count()))
        self.list.setFixedHeight(rows * max(1, self.list.sizeHintForRow(0)) + 4)

    def _enable(self) -> None:
        self._now.setEnabled(self._may_work and self._may_write)
        self._restore.setEnabled(self._may_work and self._selected() is not None)
        self._other.setEnabled(self._may_work)
        for part in (self.daily, self.old, self._choose):
            part.setEnabled(self._may_write)
        self.keep.setEnabled(self._may_write and self.daily.isChecked())
        self.days.setEnabled(self._may_write and self.old.isChecked())

    def _selected(self) -> Backup | None:
        items = self.list.selectedItems()
        found: Backup | None = items[0].data(_BACKUP) if items else None
        return found

    def _show_rules(self, rules: MaintenanceRules) -> None:
        self._rules = rules
        parts = (self.daily, self.keep, self.old, self.days)
        for part in parts:
            part.blockSignals(True)
        self.daily.setChecked(rules.daily)
        self.keep.setValue(rules.keep)
        self.old.setChecked(rules.raw_days is not None)
        if rules.raw_days is not None:
            self.days.setValue(rules.raw_days)
        for part in parts:
            part.blockSignals(False)

    def _take(self) -> None:
        self._settled.stop()
        days = self.days.value() if self.old.isChecked() else None
        rules = MaintenanceRules(self.daily.isChecked(), self.keep.value(), days, self._rules.folder)
        self._enable()
        if rules != self._rules:
            self._wish(rules)

    def _wish(self, rules: MaintenanceRules) -> None:
        self._rules = rules
        self._unsaved += 1
        self.rules_changed.emit(rules)

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Folder for backups", str(self._folder))
        if chosen:
            rules = self._rules
            self._wish(MaintenanceRules(rules.daily, rules.keep, rules.raw_days, chosen))

    def _show_folder(self) -> None:
        backup = self._selected()
        self.folder_shown.emit(self._folder if backup is None else backup.path.parent)

    def _restore_selected(self) -> None:
        backup = self._selected()
        if backup is not None and self._may_work:
            self.restore_clicked.emit(backup.path, f"the backup of {absolute(backup.made_at)}")

    def _restore_other(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self, "A backup to restore", str(self._folder), "Histories (*.db *)")
        if chosen:
            self.restore_clicked.emit(Path(chosen), Path(chosen).name)


def _spin(name: str, least: int, most: int) -> QSpinBox:
    made = QSpinBox()
    made.setRange(least, most)
    made.setAccessibleName(name)
    made.setMinimumWidth(90)
    made.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    return made


def _row(*parts: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(8)
    for part in parts:
        row.addWidget(part)
    row.addStretch(1)
    return row


def _row_text(index: Index) -> RowText:
    backup: Backup = index.data(_BACKUP)
    how = "kept until you delete it" if backup.by_hand else "automatic"
    return RowText(absolute(backup.made_at), f"{show_bytes(backup.size)} · {how}")
