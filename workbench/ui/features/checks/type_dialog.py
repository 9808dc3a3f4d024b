"""Choosing the type of a check: grouped, searchable, each explained.

Invariant: there is a row for every type of the table, and only rows of types can be chosen.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from workbench.core.checks.check_forms import EXAMPLES, VALUE_HELP, found_types
from workbench.core.checks.check_types import CHECK_TYPES, CheckType
from workbench.ui.widgets import geometry
from workbench.ui.widgets.controls import button, label
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.small_controls import clearable
from workbench.ui.widgets.theme import Theme, set_role

_NAME = Qt.ItemDataRole.UserRole


class CheckTypeDialog(Dialog):
    """A search field, the types, and the explanation of the selected one; `name` is the chosen type."""

    def __init__(self, theme: Theme, chosen: str = "", parent: QWidget | None = None) -> None:
        """`chosen` is the present type of the check, "" for a new one."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Change the type" if chosen else "Add a check")
        self._theme = theme
        self.search = clearable(QLineEdit())
        self.search.setPlaceholderText("Search, for example JSON or starts")
        self.search.setAccessibleName("Search types of checks")
        self.search.installEventFilter(self)
        self.types = QListWidget()
        self.types.setAccessibleName("Types of checks")
        self.types.setUniformItemSizes(True)
        self.nothing = label("No matches. Try fewer letters.", "muted")
        self.title = label("", "heading")
        self.explanation = label()
        self.value = label("", "muted")
        self.example = label()
        self.example.setFont(theme.mono())
        self.difference = label("", "muted")
        self.cancel = button("Cancel", self.reject)
        self.add = button("Change" if chosen else "Add", self._choose, "primary")
        self.add.setDefault(True)
        self._lay_out(theme)
        self.search.textChanged.connect(lambda _: self._fill())
        self.types.currentItemChanged.connect(lambda *_: self._explain())
        self.types.itemDoubleClicked.connect(lambda _: self._choose())
        self._fill(chosen)
        self.search.setFocus()

    @property
    def name(self) -> str:
        """The name of the selected type, "" for none."""
        item = self.types.currentItem()
        return str(item.data(_NAME) or "") if item is not None else ""

    def select(self, name: str) -> None:
        """Select a type if it is listed."""
        for at in range(self.types.count()):
            if self.types.item(at).data(_NAME) == name:
                self.types.setCurrentRow(at)

    def _lay_out(self, theme: Theme) -> None:
        told = QWidget()
        set_role(told, "surface")
        column = QVBoxLayout(told)
        column.setContentsMargins(8, 0, 0, 0)
        column.setSpacing(8)
        for one in (self.title, self.explanation, self.value, self.example, self.difference):
            column.addWidget(one)
        column.addStretch(1)
        left = QVBoxLayout()
        left.addWidget(self.types, 1)
        left.addWidget(self.nothing)
        halves = QHBoxLayout()
        halves.addLayout(left, 1)
        halves.addWidget(told, 1)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.add)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(10)
        layout.addWidget(self.search)
        layout.addLayout(halves, 1)
        layout.addLayout(buttons)
        scale = min(theme.scale, 1.5)
        self.resize(QSize(int(680 * scale), int(480 * scale)).boundedTo(geometry.room(self)))

    def _fill(self, chosen: str = "") -> None:
        self.types.clear()
        for group, rows in found_types(self.search.text()):
            heading = QListWidgetItem(group.upper())
            heading.setFlags(Qt.ItemFlag.NoItemFlags)
            heading.setFont(self._theme.font(-1.5))
            self.types.addItem(heading)
            for row in rows:
                item = QListWidgetItem(row.title)
                item.setData(_NAME, row.name)
                self.types.addItem(item)
        has_rows = self.types.count() > 0
        self.types.setVisible(has_rows)
        self.nothing.setVisible(not has_rows)
        if has_rows:
            self.types.setCurrentRow(1)
        if chosen:
            self.select(chosen)
        self._explain()

    def _explain(self) -> None:
        row = CHECK_TYPES.get(self.name)
        self.add.setEnabled(row is not None)
        self.title.setText(row.name if row is not None else "")
        self.explanation.setText(row.explanation if row is not None else "")
        self.value.setText(_value_words(row))
        self.example.setText(EXAMPLES.get(self.name, ""))
        self.difference.setText(f"Differs from promptfoo: {row.difference}" if row and row.difference else "")
        for one in (self.title, self.explanation, self.value, self.example, self.difference):
            one.setVisible(bool(one.text()))

    def _choose(self) -> None:
        if self.name:
            self.accept()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Up and Down move in the list while the search field has the focus.
        if (
            watched is self.search
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
        ):
            self.types.event(event)
            return True
        return super().eventFilter(watched, event)


def _value_words(row: CheckType | None) -> str:
    if row is None:
        return ""
    help_ = VALUE_HELP[row.value]
    words = f"{help_.label}. {help_.hint}" if help_.label else help_.hint
    return f"{words} Example:" if row.name in EXAMPLES else words
