"""The palette dialog.

Invariant: letters always go to the search field; the palette closes before the chosen entry is executed, and when
another window gets the focus.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QLabel, QLineEdit, QListView, QVBoxLayout, QWidget

from workbench.app.palette.palette import MOST, Palette, PaletteEntry
from workbench.ui.features.palette.delegate import ENTRY, PaletteDelegate
from workbench.ui.widgets.dialog import Dialog
from workbench.ui.widgets.small_controls import clearable
from workbench.ui.widgets.theme import Theme, set_role

_PAGE = 1_000
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: _PAGE, Qt.Key.Key_PageUp: -_PAGE}
_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_ROWS = 13
SIMILAR = "Similar"
_RESEMBLE = "No name starts with this. Choose a row with the arrow keys."


class _Found(QAbstractListModel):
    """The matching entries, followed by similar ones below a header."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rows: list[PaletteEntry | str] = []

    def show(self, found: Sequence[PaletteEntry], similar: Sequence[PaletteEntry]) -> None:
        self.beginResetModel()
        self._rows = [*found, *([SIMILAR, *similar] if similar else ())]
        self.endResetModel()

    def position(self, entry: PaletteEntry) -> int:
        """Return the row of a shown entry."""
        return self._rows.index(entry)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own
        return 0 if parent.isValid() else len(self._rows)

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        if index.isValid() and isinstance(self._rows[index.row()], PaletteEntry):
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        return Qt.ItemFlag.ItemNeverHasChildren

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        if role == ENTRY:
            return row
        if isinstance(row, str):
            return row if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole) else None
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            parts = (row.title, row.kind, row.warning, row.detail, row.key, row.unavailable)
            return ", ".join(part for part in parts if part)
        return None


class _WholeRows(QListView):
    """A list without partially visible rows: the space below the last whole row stays empty."""

    def __init__(self) -> None:
        super().__init__()
        self._row = 1

    def set_row(self, height: int) -> None:
        """Set the height of a row in pixels."""
        self._row = max(1, height)
        self.setViewportMargins(0, 0, 0, self.height() % self._row)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.setViewportMargins(0, 0, 0, self.height() % self._row)
        super().resizeEvent(event)


class PaletteDialog(Dialog):
    """Search and choose. `chosen(Entry, act)` is emitted once, when the palette has closed."""

    chosen = Signal(object, object)

    def __init__(self, theme: Theme, palette: Palette, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)
        self.setWindowTitle("Palette")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._theme, self._palette = theme, palette
        palette.setParent(self)
        self._was_active = False
        self._went_to: PaletteEntry | None = None
        """The entry that the user moved to; None to follow the best match."""
        self.field = QLineEdit()
        self.field.setPlaceholderText("Find a command, prompt, model, setting or iteration")
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
        self.field.textChanged.connect(self._search)
        self.list.clicked.connect(self._clicked)
        self.list.selectionModel().currentChanged.connect(self._explain)
        palette.changed.connect(self._show_found)
        theme.changed.connect(self._restyle)
        self._restyle()
        self._show_found()

    def set_recent(self, recent: Sequence[str]) -> None:
        """Set the recent choices, the latest first."""
        self._palette.set_recent(recent)

    def current(self) -> PaletteEntry | None:
        """Return the entry that Enter would choose."""
        index = self.list.currentIndex()
        return index.data(ENTRY) if index.isValid() else None

    @property
    def is_reading(self) -> bool:
        """Whether a source is still loading."""
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
            elif not self._palette.is_reading:
                set_role(self._remark, "small-error")
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

    def _search(self, text: str) -> None:
        self._went_to = None
        self._palette.search(text)

    def _show_found(self) -> None:
        """Show the matches; keep the entry that the user moved to when a source arrives late."""
        kept = self._went_to if self._went_to in (*self._palette.found, *self._palette.similar) else None
        self._delegate.words, self._delegate.is_loose = self._palette.words, not self._palette.found
        self._model.show(self._palette.found, self._palette.similar)
        self.list.scrollToTop()
        if kept is not None:
            self.list.setCurrentIndex(self._model.index(self._model.position(kept)))
        elif self._went_to is None and self._palette.is_sure:
            self.list.setCurrentIndex(self._model.index(0))
        self._explain()

    def _explain(self) -> None:
        palette, entry = self._palette, self.current()
        set_role(self._remark, "small")
        source = palette.source()
        if palette.trouble:
            text = palette.trouble
        elif entry is None:
            is_alike = bool(palette.found or palette.similar)
            text = "Reading…" if palette.is_reading else _RESEMBLE if is_alike else "No matches. Try fewer letters."
        elif entry.unavailable:
            text = f"{entry.title}: {entry.unavailable}."
        elif entry.act_otherwise is not None:
            text = entry.hint
        elif source is None and not palette.words:
            text = "   ".join(f"{s.prefix} {s.name}" for s in palette.sources if s.prefix)
        else:
            shown = len(palette.found)
            text = f"Best {MOST} matches. Type more letters to narrow down." if shown == MOST else f"{shown:,} found"
        self._remark.setText(text)

    def _move(self, step: int) -> None:
        # Skip the header above similar entries.
        first = 0 if self._palette.found else 1
        count = self._model.rowCount() - first
        if count <= 0:
            return
        row = self.list.currentIndex().row() - first
        if abs(step) == _PAGE:
            page = max(1, self.list.viewport().height() // self._delegate.row_height - 1)
            target = min(max(row + (page if step > 0 else -page), 0), count - 1)
        elif row < 0:
            target = 0 if step > 0 else count - 1
        else:
            target = (row + step) % count
        self.list.setCurrentIndex(self._model.index(first + target))
        self._went_to = self.current()

    def _clicked(self, index: QModelIndex) -> None:
        entry = index.data(ENTRY)
        if isinstance(entry, PaletteEntry):
            self._choose(entry, shift=False)

    def _choose(self, entry: PaletteEntry, *, shift: bool) -> None:
        if entry.unavailable:
            return
        act: Callable[[], object] = entry.act
        if shift and entry.act_otherwise is not None:
            act = entry.act_otherwise
        self.accept()
        self.chosen.emit(entry, act)
