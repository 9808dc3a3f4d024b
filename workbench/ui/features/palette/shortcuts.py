"""The sheet of all keyboard shortcuts, where they can be changed.

Invariant: the sheet shows the shortcuts in force; a key of another command is reassigned only after a warning and a
second press.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QStyleOptionViewItem,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.app.commands import COMPOSE, GROUPS, Command, acts_on_lanes
from workbench.app.fuzzy import fold
from workbench.app.keymap import only_outside_text, spoken, why_reserved
from workbench.ui.shell.dialog_keys import CATCHES
from workbench.ui.shell.key_events import pressed
from workbench.ui.widgets import geometry
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.small_controls import clearable
from workbench.ui.widgets.theme import Theme, set_role

if TYPE_CHECKING:
    from workbench.ui.shell.key_bindings import KeyBindings

_WINNERS = ("Mark lane 1 to 9 the winner, or remove the mark", "Ctrl+1 … Ctrl+9, or 1 … 9 on a lane")
_ON_A_LANE = {"tie": "0 on a lane", "all_bad": "- on a lane"}
"""Fixed keys of commands, in addition to their configurable ones."""
_HOW_ON_A_LANE = "“On a lane”: after you focus a lane with a click, Tab, F6 or Ctrl+Page Down."
_COMMAND = Qt.ItemDataRole.UserRole


class KeyCatcher(QPushButton):
    """Captures the next key press. Esc or losing the focus cancels."""

    caught = Signal(str)
    """The key in its stored form."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_waiting = False
        self.clicked.connect(self._wait)
        self._rest()

    def _wait(self) -> None:
        self._is_waiting = True
        self.setProperty(CATCHES, True)
        self.setText("Press a key…")

    def _rest(self) -> None:
        self._is_waiting = False
        self.setProperty(CATCHES, False)
        self.setText("Add shortcut…")

    def event(self, event: QEvent) -> bool:
        if self._is_waiting and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self._take(event)
                return True
        return super().event(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._rest()

    def _take(self, event: QKeyEvent) -> None:
        key = pressed(event)
        if key == "Esc":
            self._rest()
        elif key and not event.isAutoRepeat():
            self._rest()
            self.caught.emit(key)


class _KeyTree(QTreeWidget):
    """Rows of commands; the current one has a frame while the tree has the focus, because the tint alone is faint."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme

    def drawRow(
        self, painter: QPainter, options: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().drawRow(painter, options, index)
        if self.hasFocus() and index == self.currentIndex().siblingAtColumn(index.column()):
            painter.setPen(QPen(self._theme.color("accent"), 1))
            painter.drawRect(options.rect.adjusted(0, 0, -1, -1))


@dataclass(frozen=True, slots=True)
class _Wish:
    """A key that was pressed once and belongs to another command."""

    command: str
    key: str


class ShortcutSheet(Dialog):
    """All commands by group. Show it with `show()`; Esc closes and deletes it."""

    def __init__(self, theme: Theme, keys: KeyBindings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._theme, self._keys = theme, keys
        self._wish: _Wish | None = None
        self._items: dict[str, QTreeWidgetItem] = {}
        self._groups: list[tuple[QTreeWidgetItem, list[QTreeWidgetItem]]] = []
        self.filter = QLineEdit()
        self.filter.setPlaceholderText("Filter by a word or a key")
        self.filter.setAccessibleName("Filter")
        clearable(self.filter)
        self.tree = _KeyTree(theme)
        self.tree.setAccessibleName("Commands and their keys")
        self.status = QLabel()
        self.status.setWordWrap(True)
        self.status.setTextFormat(Qt.TextFormat.PlainText)
        self.add = KeyCatcher()
        self.remove, self.reset = QPushButton("Remove shortcuts"), QPushButton("Reset")
        self.reset_all, self.close_button = QPushButton("Reset all"), QPushButton("Close")
        self._lay_out()
        self._fill()
        self._connect()
        scale, room = min(theme.scale, 1.5), geometry.room(self)
        self.setMinimumSize(QSize(460, 360).boundedTo(room))
        self.resize(QSize(int(680 * scale), int(640 * scale)).boundedTo(room))
        self.filter.setFocus()

    def select(self, command_id: str) -> None:
        """Select the row of a command."""
        self.tree.setCurrentItem(self._items[command_id])

    def shown_titles(self) -> list[str]:
        """Return the titles of the commands that match the filter."""
        return [item.text(0) for _, rows in self._groups for item in rows if not item.isHidden()]

    def _lay_out(self) -> None:
        self.tree.setColumnCount(2)
        self.tree.setHeaderLabels(["Command", "Keys"])
        self.tree.setRootIsDecorated(False)
        self.tree.setStyleSheet("QTreeView::item { padding: 3px 5px; }")
        self.tree.setUniformRowHeights(True)
        self.tree.setItemsExpandable(False)
        self.tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tree.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        head = self.tree.header()
        head.setStretchLastSection(False)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        head.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self.status.setMinimumHeight(2 * self.fontMetrics().lineSpacing() + 2)
        self.status.setAlignment(Qt.AlignmentFlag.AlignTop)
        edit, foot = QHBoxLayout(), QHBoxLayout()
        for button in (self.add, self.remove, self.reset):
            edit.addWidget(button)
        edit.addStretch(1)
        foot.addWidget(self.reset_all)
        foot.addStretch(1)
        foot.addWidget(self.close_button)
        for button in (self.add, self.remove, self.reset, self.reset_all, self.close_button):
            button.setAutoDefault(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 12)
        layout.setSpacing(10)
        layout.addWidget(self.filter)
        layout.addWidget(self.tree, 1)
        layout.addWidget(self.status)
        layout.addLayout(edit)
        layout.addLayout(foot)

    def _connect(self) -> None:
        self.filter.textChanged.connect(self._filter)
        self.tree.currentItemChanged.connect(self._selected)
        self.tree.itemActivated.connect(self._start)
        self.add.caught.connect(self._caught)
        self.remove.clicked.connect(self._remove)
        self.reset.clicked.connect(self._reset)
        self.reset_all.clicked.connect(lambda: self._keys.rebind(self._keys.keymap.reset_all()))
        self.close_button.clicked.connect(self.reject)
        self._keys.changed.connect(self._refresh)
        self._theme.changed.connect(self._refresh)
        self._choose_first()

    def _fill(self) -> None:
        for group in GROUPS:
            head = QTreeWidgetItem(self.tree, [group])
            head.setFlags(Qt.ItemFlag.ItemIsEnabled)
            head.setFirstColumnSpanned(True)
            rows = [QTreeWidgetItem(head, list(_WINNERS))] if group == "Verdict" else []
            self._groups.append((head, rows))
            for command in self._keys.commands.group(group):
                item = QTreeWidgetItem(head, [command.title])
                item.setData(0, _COMMAND, command)
                self._items[command.id] = item
                rows.append(item)
        self.tree.expandAll()
        self._refresh()

    def _refresh(self) -> None:
        bold, plain = self._theme.font(bold=True), self._theme.font()
        for head, _ in self._groups:
            head.setFont(0, bold)
        keymap = self._keys.keymap
        for command_id, item in self._items.items():
            spelt = (
                _ON_A_LANE.get(command_id, ""),
                *(_spelt(item.data(0, _COMMAND), key) for key in keymap.keys(command_id)),
            )
            keys = ",  ".join(filter(None, dict.fromkeys(spelt)))
            item.setText(1, f"{keys}  (changed)" if keymap.is_changed(command_id) else keys)
            item.setFont(1, bold if keymap.is_changed(command_id) else plain)
        self.reset_all.setEnabled(any(keymap.is_changed(command.id) for command in self._keys.commands))
        self._offer()

    def _filter(self, text: str) -> None:
        words = fold(text).split()
        for head, rows in self._groups:
            for item in rows:
                line = fold(f"{head.text(0)} {item.text(0)} {item.text(1)}")
                item.setHidden(not all(word in line for word in words))
            head.setHidden(all(item.isHidden() for item in rows))
        self._choose_first()

    def _choose_first(self) -> None:
        """Make the first visible row current, so that Tab leads to a visible row."""
        current = self.tree.currentItem()
        shown = [item for _, rows in self._groups for item in rows if not item.isHidden()]
        if shown and (current is None or current.isHidden()):
            self.tree.setCurrentItem(shown[0])
        self._selected()

    def _command(self) -> Command | None:
        item = self.tree.currentItem()
        found = item.data(0, _COMMAND) if item is not None and not item.isHidden() else None
        return found if isinstance(found, Command) else None

    def _selected(self) -> None:
        self._wish = None
        self._offer()
        command = self._command()
        if command is None:
            chosen = self.tree.currentItem()
            is_verdict = chosen is not None and chosen.text(0) == _WINNERS[0] and not chosen.isHidden()
            none = "Choose a command to change its keys." if self.shown_titles() else "No matching command."
            self._say(_HOW_ON_A_LANE if is_verdict else none)
        elif command.fixed:
            self._say(f"The keys of “{command.title}” cannot be changed: dialogs and text fields use them, too.")
        else:
            self._say(f"“{command.title}”: add one or more shortcuts, or remove existing ones.")

    def _offer(self) -> None:
        command, keymap = self._command(), self._keys.keymap
        free = command is not None and not command.fixed
        self.add.setEnabled(free)
        self.remove.setEnabled(free and command is not None and bool(keymap.keys(command.id)))
        self.reset.setEnabled(free and command is not None and keymap.is_changed(command.id))
        name = command.title if command is not None else "the chosen command"
        self.add.setAccessibleName(f"Add a key to {name}")
        self.remove.setAccessibleName(f"Remove the keys of {name}")
        self.reset.setAccessibleName(f"Reset the keys of {name}")

    def _start(self) -> None:
        if self.add.isEnabled():
            self.add.setFocus()
            self.add.click()

    def _caught(self, key: str) -> None:
        command = self._command()
        if command is None:
            return
        if key not in command.shortcuts and (reason := why_reserved(key)):
            self._say(reason, wrong=True)
            return
        owner, wish = self._keys.keymap.owner(key), _Wish(command.id, key)
        if owner is not None and owner.fixed:
            self._say(f"{spoken(key)} belongs to “{owner.title}” everywhere. Press another key.", wrong=True)
        elif owner is not None and owner.id != command.id and wish != self._wish:
            self._wish = wish
            self._say(
                f"{spoken(key)} belongs to “{owner.title}”. Press it again to reassign it, or press another key.",
                wrong=True,
            )
            self._start()
        else:
            self._wish = None
            self._keys.rebind(self._keys.keymap.adding(command.id, key))
            where = " after you focus a lane" if acts_on_lanes(command) else " outside text fields"
            self._say(f"{spoken(key)} now means “{command.title}”{where if only_outside_text(key) else ''}.")

    def _remove(self) -> None:
        if (command := self._command()) is not None:
            keymap = self._keys.keymap
            for key in keymap.keys(command.id):
                keymap = keymap.without(command.id, key)
            self._keys.rebind(keymap)
            self._say(f"“{command.title}” has no key now. Use it from the palette or the menu.")

    def _reset(self) -> None:
        if (command := self._command()) is not None:
            self._keys.rebind(self._keys.keymap.reset(command.id))
            self._say(f"“{command.title}” has its default keys again.")

    def _say(self, text: str, *, wrong: bool = False) -> None:
        set_role(self.status, "error" if wrong else "muted")
        self.status.setText(text)


def _spelt(command: Command, key: str) -> str:
    """Return a key as displayed, with the place where it acts."""
    where = " on a lane" if only_outside_text(key) and acts_on_lanes(command) and command.views == COMPOSE else ""
    return spoken(key) + where
