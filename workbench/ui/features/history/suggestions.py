"""The completion popup below the search field.

Invariant: the list never takes the keyboard focus. Typing continues to edit the text; only Tab, a click, or Enter on a
completion selected with the arrow keys changes it.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from workbench.core.search.completion import QueryCompletionItem
from workbench.ui.widgets.theme import Theme, set_role

_MOST_SHOWN = 12
_MARGIN = 8
_GAP = 16
_MEANING = int(Qt.ItemDataRole.UserRole) + 1
Index = QModelIndex | QPersistentModelIndex


class _Delegate(QStyledItemDelegate):
    """Paints the inserted text, followed by its muted description."""

    def __init__(self, theme: Theme, parent: QListWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        mono, small = QFontMetrics(self._theme.mono(-0.5)), QFontMetrics(self._theme.font(-1))
        meaning = str(index.data(_MEANING) or "")
        width = mono.horizontalAdvance(str(index.data())) + (small.horizontalAdvance(meaning) + _GAP if meaning else 0)
        return QSize(width + 2 * _MARGIN, mono.height() + 8)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, self._theme.color("selected"))
        rect = option.rect.adjusted(_MARGIN, 0, -_MARGIN, 0)
        aligned = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        mono = self._theme.mono(-0.5)
        painter.setFont(mono)
        painter.setPen(self._theme.color("text"))
        text = QFontMetrics(mono).elidedText(str(index.data()), Qt.TextElideMode.ElideRight, rect.width())
        painter.drawText(rect, aligned, text)
        rect.setLeft(rect.left() + QFontMetrics(mono).horizontalAdvance(text) + _GAP)
        small = self._theme.font(-1)
        painter.setFont(small)
        painter.setPen(self._theme.color("muted"))
        meaning = str(index.data(_MEANING) or "")
        painter.drawText(
            rect, aligned, QFontMetrics(small).elidedText(meaning, Qt.TextElideMode.ElideRight, max(0, rect.width()))
        )
        painter.restore()


class SearchSuggestions(QFrame):
    """A list that floats over its parent. `taken(QueryCompletionItem)` is emitted when one is clicked."""

    taken = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        set_role(self, "floating")
        self._choices: tuple[QueryCompletionItem, ...] = ()
        self.list = QListWidget(self)
        self.list.setAccessibleName("Suggestions")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setItemDelegate(_Delegate(theme, self.list))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.itemClicked.connect(lambda item: self.taken.emit(self._choices[self.list.row(item)]))
        self.hide()

    def offer(self, choices: Sequence[QueryCompletionItem], at: QPoint) -> None:
        """Show completions at a position of the parent; an empty sequence hides the list."""
        self._choices = tuple(choices)
        self.list.clear()
        for choice in self._choices:
            item = QListWidgetItem(choice.text, self.list)
            item.setData(_MEANING, choice.meaning)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(filter(None, (choice.text, choice.meaning))))
        if not self._choices:
            self.hide()
            return
        self._place(at)
        self.show()
        self.raise_()

    def step(self, by: int) -> None:
        """Select the next (1) or previous (-1) completion; wraps around."""
        row, count = self.list.currentRow(), len(self._choices)
        self.list.setCurrentRow((row + by) % count if row >= 0 else 0 if by > 0 else count - 1)

    def current(self) -> QueryCompletionItem | None:
        """Return the selected completion, or None."""
        row = self.list.currentRow()
        return self._choices[row] if 0 <= row < len(self._choices) else None

    def first(self) -> QueryCompletionItem:
        """Return the selected completion, else the first one. The list must not be empty."""
        return self.current() or self._choices[0]

    def texts(self) -> list[str]:
        """Return the texts of the completions."""
        return [choice.text for choice in self._choices]

    def _place(self, at: QPoint) -> None:
        parent = self.parentWidget()
        assert parent is not None
        room = parent.rect()
        height = self.list.sizeHintForRow(0)
        shown = min(len(self._choices), _MOST_SHOWN, max(1, (room.height() - at.y() - 12) // height))
        bar = self.list.verticalScrollBar().sizeHint().width() if shown < len(self._choices) else 0
        width = min(self.list.sizeHintForColumn(0) + bar + 8, room.width() - 16)
        self.resize(width, shown * height + 4)
        self.list.setGeometry(self.rect().adjusted(1, 2, -1, -2))
        self.move(min(at.x(), room.width() - width - 8), at.y())
