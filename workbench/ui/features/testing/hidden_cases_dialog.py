"""The dialog that opens a case of the hold-out anyway.

Invariant: it shows names and no result, so that looking at the list uses nothing up.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from workbench.core.visible_text import visible_name
from workbench.ui.widgets.controls import button, label
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.dialog_parts import RoomyLabel
from workbench.ui.widgets.theme import set_role

ABOUT = (
    "Opening a case uses it up: with the cases that belong together with it, it moves to the tuning cases, and later "
    "tests of the hold-out do not count it."
)


class HiddenCasesDialog(Dialog):
    """`chosen` carries the uid of the case to open."""

    chosen = Signal(str)

    def __init__(self, cases: Sequence[tuple[str, str]], parent: QWidget) -> None:
        """`cases` are uids and names."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Open a hold-out case anyway")
        self.field = QLineEdit()
        self.field.setPlaceholderText("Find a case")
        self.field.setAccessibleName("Find a case")
        self.list = QListWidget()
        self.list.setAccessibleName("Cases of the hold-out")
        self.list.setUniformItemSizes(True)
        self.list.setItemDelegate(RoomyLabel(self.list))
        set_role(self.list, "rows")
        for uid, name in cases:
            item = QListWidgetItem(visible_name(" ".join(name.split())))
            item.setData(Qt.ItemDataRole.UserRole, uid)
            self.list.addItem(item)
        self.open_ = button("Use the case up and open it", self._open, "primary")
        self.open_.setDefault(True)
        self.cancel = button("Cancel", self.reject)
        self.field.textChanged.connect(self._narrow)
        self.list.currentItemChanged.connect(lambda *_: self._enable())
        self.list.itemDoubleClicked.connect(lambda _: self._open())
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.cancel)
        row.addWidget(self.open_)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(10)
        layout.addWidget(label(ABOUT, "muted"))
        layout.addWidget(self.field)
        layout.addWidget(self.list, 1)
        layout.addLayout(row)
        self.resize(480, 420)
        self._enable()

    def _narrow(self, text: str) -> None:
        words = text.casefold().split()
        for row in range(self.list.count()):
            item = self.list.item(row)
            item.setHidden(not all(word in item.text().casefold() for word in words))
        self._enable()

    def _enable(self) -> None:
        item = self.list.currentItem()
        self.open_.setEnabled(item is not None and not item.isHidden())

    def _open(self) -> None:
        item = self.list.currentItem()
        if item is not None and not item.isHidden():
            self.accept()
            self.chosen.emit(item.data(Qt.ItemDataRole.UserRole))
