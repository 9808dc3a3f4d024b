"""The palette's window.

Invariant: letters always go to the search field; the palette closes before what was chosen is done, and by itself when
another window takes the keyboard.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QLabel, QLineEdit, QListView, QVBoxLayout, QWidget

from workbench.app.palette import MOST, Entry, Palette
from workbench.ui.dialog import Dialog
from workbench.ui.fields import clearable
from workbench.ui.palette.delegate import ENTRY, PaletteDelegate
from workbench.ui.theme import Theme, set_role

_PAGE = 1_000
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: _PAGE, Qt.Key.Key_PageUp: -_PAGE}
_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_ROWS = 13


class _Found(QAbstractListModel):
    """The entries that are found."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []

    def show(self, entries: list[Entry]) -> None:
        self.beginResetModel()
        self._entries = entries
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self._entries[index.row()]
        if role == ENTRY:
            return entry
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            parts = (entry.title, entry.kind, entry.detail, entry.key, entry.unavailable)
            return ", ".join(part for part in parts if part)
        return None


class _WholeRows(QListView):
    """A list that shows no part of a row: what is left below the last whole one stays free."""

    def __init__(self) -> None:
        super().__init__()
        self._row = 1

    def set_row(self, height: int) -> None:
        """Say how high a row is, in px."""
        self._row = max(1, height)
        self.setViewportMargins(0, 0, 0, self.height() % self._row)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.setViewportMargins(0, 0, 0, self.height() % self._row)
        super().resizeEvent(event)


class PaletteDialog(Dialog):
    """Type, look, Enter. `chosen(Entry, act)` is emitted once, when the palette has closed."""

    chosen = Signal(object, object)

    def __init__(self, theme: Theme, palette: Palette, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setWindowTitle("Palette")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._theme, self._palette = theme, palette
        palette.setParent(self)
        self._was_active = False
        self.field = QLineEdit()
        self.field.setPlaceholderText("Find a command, prompt, model or iteration")
        self.field.setAccessibleName("Find")
        clearable(self.field)
        self._model = _Found(self)
        self.list = _WholeRows()
        self.list.setModel(self._model)
        self.list.setAccessibleName("Found")
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._delegate = PaletteDelegate(theme, self.list)
        self.list.setItemDelegate(self._delegate)
        self._remark = QLabel()
        self._remark.setTextFormat(Qt.TextFormat.PlainText)
        self._remark.setWordWrap(True)
        set_role(self._remark, "small")
        self._lay_out()
        self.field.installEventFilter(self)
        self.list.installEventFilter(self)
        self.field.textChanged.connect(palette.search)
        self.list.clicked.connect(lambda index: self._choose(index.data(ENTRY), shift=False))
        self.list.selectionModel().currentChanged.connect(self._explain)
        palette.changed.connect(self._show_found)
        theme.changed.connect(self._restyle)
        self._restyle()
        self._show_found()

    def set_recent(self, recent: Sequence[str]) -> None:
        """Take in what was chosen before, the last one first."""
        self._palette.set_recent(recent)

    def current(self) -> Entry | None:
        """Return the entry that Enter would choose."""
        index = self.list.currentIndex()
        return index.data(ENTRY) if index.isValid() else None

    @property
    def is_reading(self) -> bool:
        """Whether a list is still to come."""
        return self._palette.is_reading

    def remark(self) -> str:
        """Return the line below the list."""
        return self._remark.text()

    def done(self, result: int) -> None:
        self._palette.close()
        super().done(result)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if event.key() in _ENTER and held in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier):
            if (entry := self.current()) is not None:
                self._choose(entry, shift=bool(held))
            return True
        if not held and event.key() in _STEPS:
            self._move(_STEPS[Qt.Key(event.key())])
            return True
        return super().eventFilter(watched, event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange:
            if self._was_active and not self.isActiveWindow() and self.isVisible():
                self.reject()
            self._was_active = self.isActiveWindow()

    def _lay_out(self) -> None:
        frame = QFrame(self)
        set_role(frame, "floating")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(frame)
        line = QFrame()
        set_role(line, "hline")
        top, foot = QVBoxLayout(), QVBoxLayout()
        top.setContentsMargins(12, 12, 12, 10)
        top.addWidget(self.field)
        foot.setContentsMargins(14, 6, 14, 8)
        foot.addWidget(self._remark)
        layout = QVBoxLayout(frame)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self.list, 1)
        layout.addWidget(line)
        layout.addLayout(foot)
        self.field.setFocus()

    def _restyle(self) -> None:
        self._delegate.refresh()
        self.list.set_row(self._delegate.row_height)
        self.list.scheduleDelayedItemsLayout()
        parent = self.parentWidget()
        window = parent.window() if parent is not None else self
        room = window.size()
        width = min(round(680 * min(self._theme.scale, 1.6)), room.width() - 80)
        height = min(self._delegate.row_height * _ROWS + 2 * self.field.sizeHint().height() + 60, room.height() - 80)
        self.resize(width, height)
        self.move(window.mapToGlobal(window.rect().topLeft()).x() + (room.width() - width) // 2, window.y() + 56)

    def _show_found(self) -> None:
        self._delegate.words, self._delegate.is_loose = self._palette.words, self._palette.is_loose
        self._model.show(self._palette.found)
        if self._palette.found:
            self.list.setCurrentIndex(self._model.index(0))
        self.list.scrollToTop()
        self._explain()

    def _explain(self) -> None:
        palette, entry = self._palette, self.current()
        source = palette.source()
        if palette.trouble:
            text = palette.trouble
        elif entry is None:
            text = "Reading…" if palette.is_reading else "Nothing is called that. Fewer letters find more."
        elif entry.unavailable:
            text = f"{entry.title}: {entry.unavailable}."
        elif entry.act_otherwise is not None:
            text = entry.hint
        elif source is None and not palette.words:
            text = "   ".join(f"{s.prefix} {s.name}" for s in palette.sources if s.prefix)
        else:
            shown = len(palette.found)
            text = f"The best {MOST}; another letter finds fewer." if shown == MOST else f"{shown:,} found"
        self._remark.setText(text)

    def _move(self, step: int) -> None:
        count = self._model.rowCount()
        if not count:
            return
        row = self.list.currentIndex().row()
        if abs(step) == _PAGE:
            page = max(1, self.list.viewport().height() // self._delegate.row_height - 1)
            target = min(max(row + (page if step > 0 else -page), 0), count - 1)
        else:
            target = (row + step) % count
        self.list.setCurrentIndex(self._model.index(target))

    def _choose(self, entry: Entry, *, shift: bool) -> None:
        if entry.unavailable:
            return
        act: Callable[[], object] = entry.act
        if shift and entry.act_otherwise is not None:
            act = entry.act_otherwise
        self.accept()
        self.chosen.emit(entry, act)
