"""The values of the variables that the messages use.

Invariant: a value is exact text, and is never lost because its variable left the messages: it is kept for its return.
A variable without a value is not the same as one with an empty value, and both are said in words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from workbench.ui.editor.exact import encodable
from workbench.ui.editor.field import ExactField
from workbench.ui.editor.page import Page
from workbench.ui.editor.value_row import ValueRow, name_width
from workbench.ui.theme import Theme

SHARE = 0.4
"""The most of its parent's height that the panel takes."""
_PAD = 8
_GAP = 4
_LINE = 1
_NAME_SHARE = 0.35


class ValuesPanel(QWidget):
    """A row per variable: its name, and a field for its value. Takes no height while there is none."""

    edited = Signal()
    """After every change of a value by the person."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._kept: dict[str, str] = {}
        self._rows: list[ValueRow] = []
        self._read_only = False
        self._untold = False
        self._watched: QWidget | None = None
        self._area = QScrollArea(self)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._page = Page("sunken", self._area.viewport())
        self._page.shown.connect(self._arrange)
        self._area.setWidget(self._page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, _LINE, 0, 0)
        layout.addWidget(self._area)
        self.setFixedHeight(0)
        theme.changed.connect(self._restyle)

    def set_variables(self, names: Sequence[str]) -> None:
        """Show a row for each name, in this order, each once; values are kept for names that left."""
        names = tuple(dict.fromkeys(names))
        if names == self.variables():
            return
        rows = {row.name: row for row in self._rows}
        self._rows = [rows.pop(name) if name in rows else self._make(name) for name in names]
        for row in rows.values():
            row.hide()
            row.setParent(None)
            row.deleteLater()
        for before, after in zip(self._rows, self._rows[1:], strict=False):
            QWidget.setTabOrder(before.field, after.field)
        self._arrange()

    def variables(self) -> tuple[str, ...]:
        """Return the names that have a row, in order."""
        return tuple(row.name for row in self._rows)

    def set_values(self, values: Mapping[str, str]) -> None:
        """Replace all values, also those kept for names that have no row; `edited` is not emitted."""
        self._kept = {name: encodable(value) for name, value in values.items()}
        for row in self._rows:
            row.set_value(self._kept.get(row.name))
        self._arrange()

    def values(self) -> tuple[tuple[str, str], ...]:
        """Return the values of the variables that have one, in their order."""
        return tuple((row.name, self._kept[row.name]) for row in self._rows if row.name in self._kept)

    def all_values(self) -> dict[str, str]:
        """Return every value that is kept, also for names without a row."""
        return dict(self._kept)

    def set_read_only(self, read_only: bool) -> None:
        """Show values without letting them be changed."""
        self._read_only = read_only
        for row in self._rows:
            row.field.set_editable(not read_only)

    def focus(self, name: str) -> None:
        """Put the caret into the field of `name`, if it has a row."""
        for row in self._rows:
            if row.name == name:
                row.field.setFocus(Qt.FocusReason.OtherFocusReason)
                self._reveal(row)

    # What Qt calls.

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ParentChange:
            self._watch()
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._watched and event.type() == QEvent.Type.Resize:
            self._arrange()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._arrange()

    def paintEvent(self, _: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(0, 0, self.width(), _LINE, self._theme.color("line"))

    def _watch(self) -> None:
        if self._watched is not None:
            self._watched.removeEventFilter(self)
        self._watched = self.parentWidget()
        if self._watched is not None:
            self._watched.installEventFilter(self)

    def _make(self, name: str) -> ValueRow:
        row = ValueRow(self._theme, name, self._page)
        row.set_value(self._kept.get(name))
        field = row.field
        field.set_editable(not self._read_only)
        field.cross = self._cross
        field.edited.connect(lambda _edit, _kind: self._edited(row))
        field.textChanged.connect(self._text_changed)
        field.cursorPositionChanged.connect(lambda: self._reveal(row))
        row.show()
        return row

    def _edited(self, row: ValueRow) -> None:
        self._kept[row.name] = row.field.exact()
        row.set_missing(False)
        self._untold = True

    def _text_changed(self) -> None:
        self._arrange()
        if self._untold:
            self._untold = False
            self.edited.emit()

    def _cross(self, field: ExactField, direction: int, x: int | None) -> bool:
        index = next(i for i, row in enumerate(self._rows) if row.field is field) + direction
        if not 0 <= index < len(self._rows):
            return False
        self._rows[index].field.enter(direction, x)
        self._reveal(self._rows[index])
        return True

    def _restyle(self) -> None:
        for row in self._rows:
            row.restyle()
        self._arrange()

    def _arrange(self) -> None:
        """Give every row its place; the panel takes their height, up to its share of the parent's."""
        if not self._rows:
            self.setFixedHeight(0)
            return
        if not self._page.isVisible():
            # One line each is close enough to reserve room before the first show, when nothing is laid out yet.
            self.setFixedHeight(self._limit(2 * _PAD + sum(row.line_height() + _GAP for row in self._rows)))
            return
        bar = self._area.verticalScrollBar().sizeHint().width()
        names = name_width(self._theme, self.variables(), int(self.width() * _NAME_SHARE))
        y = _PAD
        for row in self._rows:
            y = row.arrange(y, self.width(), names, bar) + _GAP
        total = y - _GAP + _PAD
        height = self._limit(total + _LINE)
        scrolls = total > height - _LINE
        policy = Qt.ScrollBarPolicy
        self._area.setVerticalScrollBarPolicy(policy.ScrollBarAlwaysOn if scrolls else policy.ScrollBarAlwaysOff)
        self._page.resize(self.width() - (bar if scrolls else 0), total)
        self.setFixedHeight(height)

    def _limit(self, total: int) -> int:
        parent = self.parentWidget()
        if parent is None:
            return total
        return min(total, max(int(SHARE * parent.height()), self._rows[0].line_height() + 2 * _PAD))

    def _reveal(self, row: ValueRow) -> None:
        if row.field.hasFocus():
            caret = row.field.cursorRect()
            corner = row.field.viewport().mapTo(self._page, QPoint(caret.left(), caret.top()))
            place = QRect(corner, caret.size())
            self._area.ensureVisible(0, place.center().y(), 0, place.height() + _PAD)
