"""The values of the variables in the messages.

Invariant: a value is exact text, and is kept when its variable leaves the messages, in case it returns. No value and an
empty value are different, and both are stated in words. Only a limited number of variables have a row; the values of
the others are kept all the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QPushButton, QScrollArea, QVBoxLayout, QWidget, QWidgetItem

from workbench.ui.editor.exact_text import encodable
from workbench.ui.editor.page import EditorPage, fill, make_plain
from workbench.ui.editor.unused import UnusedRows
from workbench.ui.editor.value_row import ValueMarks, ValueRow, name_width
from workbench.ui.widgets.layout_widgets import widgets_in
from workbench.ui.widgets.theme import Theme, set_role

SHARE = 0.4
"""Maximum share of the parent's height."""
AT_ONCE = 25
"""Rows shown at first, and added by each request for more."""
_PAD = 8
_GAP = 4
_LINE = 1
_NAME_SHARE = 0.35


class ValuesPanel(QWidget):
    """A row per variable: its name, and a field for its value. Takes no height without rows."""

    edited = Signal()
    """Emitted after every change of a value by the user."""
    remove_wanted = Signal(object)
    """tuple[str, ...]: unused variables whose values are to be removed."""
    mend_wanted = Signal(str, str)
    """A name that is probably misspelt, and the one that was meant."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._kept: dict[str, str] = {}
        self._used: tuple[str, ...] = ()
        self._asked: tuple[str, ...] = ()
        self._names: tuple[str, ...] = ()
        self._most = AT_ONCE
        self._opened: set[str] = set()
        self.rows: list[ValueRow] = []
        self.marks = ValueMarks(self)
        self._last: ValueRow | None = None
        self._loading = self._read_only = self._untold = False
        self._total = 0
        self._watched: QWidget | None = None
        self._area = QScrollArea(self)
        make_plain(self._area)
        self._page = EditorPage("sunken", self._area.viewport())
        self._page.shown.connect(self._arrange)
        self._area.setWidget(self._page)
        self.unused = UnusedRows(theme, self._page)
        self.unused.remove_wanted.connect(self.remove_wanted)
        self._meant: Mapping[str, str] = {}
        self.more = QPushButton(self._page)
        self.more.setToolTip("Hidden values are kept and sent like all others")
        self.more.hide()
        set_role(self.more, "quiet")
        self.more.clicked.connect(self._show_more)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, _LINE, 0, 0)
        layout.addWidget(self._area)
        self.setFixedHeight(0)
        theme.changed.connect(self._restyle)
        self._watch()

    def set_variables(self, names: Sequence[str]) -> None:
        """Set the variables, in this order and without duplicates; values are kept for names that left."""
        self._used = tuple(dict.fromkeys(names))
        self._name()

    def variables(self) -> tuple[str, ...]:
        """Return the names of the variables in order, with or without a row."""
        return self._names

    def set_values(self, values: Mapping[str, str]) -> None:
        """Replace all values, including those kept for names without a row; `edited` is not emitted."""
        self._asked = ()
        self._name()
        self._put({name: encodable(value) for name, value in values.items()}, self.rows)

    def follow_values(self, values: Mapping[str, str]) -> None:
        """Like `set_values` for values that changed elsewhere: the value that somebody types in stays."""
        typed = next((row.name for row in self.rows if row.field.hasFocus()), "")
        now = {name: encodable(value) for name, value in values.items() if name != typed}
        if typed in self._kept:
            now[typed] = self._kept[typed]
        self.change_values(now)

    def change_values(self, values: Mapping[str, str]) -> None:
        """Like `set_values` for the same variables: in fields whose value stays the same, the caret stays."""
        now = {name: encodable(value) for name, value in values.items()}
        self._put(now, [row for row in self.rows if now.get(row.name) != self._kept.get(row.name)])

    def arrange(self) -> None:
        """Place the rows after their parts have changed."""
        self._order_tabs()
        self._arrange()

    def _put(self, values: dict[str, str], changed: Sequence[ValueRow]) -> None:
        self._kept, self._loading = values, True
        try:
            for row in changed:
                row.set_value(values.get(row.name))
                self.marks.mark(row)
        finally:
            self._loading = False
        self._arrange()

    def values(self) -> tuple[tuple[str, str], ...]:
        """Return the values of the variables that have one, in their order."""
        return tuple((name, self._kept[name]) for name in self._names if name in self._kept)

    def all_values(self) -> dict[str, str]:
        """Return all kept values, including those for names without a row."""
        return dict(self._kept)

    def mark(self, meant: Mapping[str, str], unused: Sequence[str]) -> None:
        """Suggest corrections of misspelt names (`meant`), and show the values of `unused` variables."""
        self._meant = dict(meant)
        shown = tuple((name, self._kept[name]) for name in unused if name in self._kept)
        others = [self.unused.show_values(shown)]
        others += [row.suggest(self._meant.get(row.name, "")) for row in self.rows]
        if any(others):
            self.arrange()

    def set_read_only(self, read_only: bool) -> None:
        """Set whether the values are read-only."""
        self._read_only = read_only
        self.marks.set_read_only(read_only)
        for row in self.rows:
            row.field.set_editable(not read_only)

    def current(self) -> ValueRow | None:
        """Return the row that has or last had the focus; the first one if none had it."""
        if self._last in self.rows:
            return self._last
        return self.rows[0] if self.rows else None

    def focus(self, name: str) -> None:
        """Focus the field of `name`, if it is a variable; a missing row is created."""
        if name not in self._names:
            return
        row = next((row for row in self.rows if row.name == name), None)
        if row is None:
            self._opened.add(name)
            self._make_rows()
            row = next(row for row in self.rows if row.name == name)
        row.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._reveal(row)

    def want(self, names: Sequence[str]) -> None:
        """Mark variables that a run needs until they have a value, and focus the first of them.

        A variable used only by a pinned version is added to those shown here.
        """
        self._asked = tuple(dict.fromkeys((*self._asked, *(name for name in names if name not in self._used))))
        self._name()
        wanted = set(names) - self._kept.keys()
        for row in self.rows:
            if row.name in wanted:
                row.set_missing(True, wanted=True)
        for name in names:
            if name in wanted and name in self._names:
                self.focus(name)
                next(row for row in self.rows if row.name == name).set_missing(True, wanted=True)
                return

    # Qt event handlers

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ParentChange:
            self._watch()
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._watched:
            # A new bar beside the panel may leave less room for it.
            changed = event.type() == QEvent.Type.LayoutRequest and _limited(self, self._total) != self.height()
            if changed or event.type() == QEvent.Type.Resize:
                self._arrange()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._arrange()
        else:
            self._reveal_focus()

    def paintEvent(self, _: QPaintEvent) -> None:
        with QPainter(self) as painter:
            fill(painter, 0, 0, self.width(), _LINE, self._theme.color("line"))

    def _watch(self) -> None:
        if self._watched is not None:
            self._watched.removeEventFilter(self)
        self._watched = self.parentWidget()
        if self._watched is not None:
            self._watched.installEventFilter(self)

    def _name(self) -> None:
        names = tuple(dict.fromkeys((*self._used, *self._asked)))
        if names != self._names:
            self._names = names
            self._make_rows()

    def _make_rows(self) -> None:
        """Create a row for each of the first variables and each opened one; existing rows are kept."""
        # A row with the focus is kept, even if its variable moved behind the limit.
        self._opened |= {row.name for row in self.rows if row.field.hasFocus()}
        wanted = (*self._names[: self._most], *(name for name in self._names[self._most :] if name in self._opened))
        rows = {row.name: row for row in self.rows}
        self.rows = [rows.pop(name) if name in rows else self._make(name) for name in wanted]
        for row in rows.values():
            row.hide()
            row.setParent(None)
            row.deleteLater()
        self._order_tabs()
        hidden = len(self._names) - len(self.rows)
        self.more.setVisible(hidden > 0)
        self.more.setText(f"Show {min(AT_ONCE, hidden)} more of {hidden:,} hidden variables")
        self._arrange()

    def _order_tabs(self) -> None:
        stops = [stop for row in self.rows for stop in row.stops()]
        for before, after in itertools.pairwise((*stops, self.more, *self.unused.buttons())):
            QWidget.setTabOrder(before, after)

    def _show_more(self) -> None:
        first = self._names[self._most]
        self._most += AT_ONCE
        self._make_rows()
        self.focus(first)

    def _make(self, name: str) -> ValueRow:
        row = ValueRow(self._theme, name, self._page)
        row.set_value(self._kept.get(name))
        field = row.field
        field.set_editable(not self._read_only)
        field.cross = lambda direction, x: self._cross(row, direction, x)
        field.edited.connect(lambda _edit, _kind: self._edited(row))
        field.textChanged.connect(self._text_changed)
        field.cursorPositionChanged.connect(lambda: self._reveal(row))
        row.suggest(self._meant.get(name, ""))
        row.mend_wanted.connect(self.mend_wanted)
        self.marks.serve(row)
        row.show()
        return row

    def _edited(self, row: ValueRow) -> None:
        self._kept[row.name] = row.field.exact()
        row.set_missing(False)
        self._untold = True

    def _text_changed(self) -> None:
        if self._loading:
            return
        self._arrange()
        if self._untold:
            self._untold = False
            self.edited.emit()

    def _cross(self, row: ValueRow, direction: int, x: int | None) -> bool:
        index = self.rows.index(row) + direction
        if not 0 <= index < len(self.rows):
            return False
        self.rows[index].field.enter(direction, x)
        self._reveal(self.rows[index])
        return True

    def _restyle(self) -> None:
        for row in self.rows:
            row.restyle()
        self._arrange()

    def _arrange(self) -> None:
        """Place the rows; the panel's height is theirs, limited to its share of the parent's and the free height."""
        if not self.rows and not self.unused.names():
            self._total = 0
            self.setFixedHeight(0)
            return
        if not self._page.isVisible():
            # Before the first show nothing is laid out yet; one line each is close enough to reserve room.
            self._total = 2 * _PAD + sum(row.line_height() + _GAP for row in self.rows)
            self.setFixedHeight(_limited(self, self._total))
            return
        bar = self._area.verticalScrollBar().sizeHint().width()
        named = (*(row.name for row in self.rows), *self.unused.names())
        names = name_width(self._theme, named, int(self.width() * _NAME_SHARE))
        y = _PAD
        for row in self.rows:
            y = row.arrange(y, self.width(), names, bar) + _GAP
        if not self.more.isHidden():
            self.more.setGeometry(QRect(QPoint(_PAD, y), self.more.sizeHint()))
            y = self.more.geometry().bottom() + 1 + _GAP
        if self.unused.names():
            y = self.unused.place(y, self.width(), names) + _GAP
        total = y - _GAP + _PAD
        self._total = total + _LINE
        height = _limited(self, self._total)
        scrolls = total > height - _LINE
        policy = Qt.ScrollBarPolicy
        self._area.setVerticalScrollBarPolicy(policy.ScrollBarAlwaysOn if scrolls else policy.ScrollBarAlwaysOff)
        self._page.resize(self.width() - (bar if scrolls else 0), total)
        self.setFixedHeight(height)
        self._reveal_focus()

    def _reveal_focus(self) -> None:
        for row in self.rows:
            self._reveal(row)

    def _reveal(self, row: ValueRow) -> None:
        if row.field.hasFocus():
            self._last = row
            caret = row.field.cursorRect()
            corner = row.field.viewport().mapTo(self._page, QPoint(caret.left(), caret.top()))
            place = QRect(corner, caret.size())
            self._area.ensureVisible(0, place.center().y(), 0, place.height() + _PAD)


def _limited(panel: ValuesPanel, total: int) -> int:
    """Return the height in px of a panel whose rows need `total`."""
    parent = panel.parentWidget()
    if parent is None:
        return total
    least = panel.rows[0].line_height() if panel.rows else panel.unused.height()
    most = min(int(SHARE * parent.height()), parent.height() - _needed_beside(panel, parent))
    return min(total, max(most, least + 2 * _PAD))


def _needed_beside(one: QWidget, parent: QWidget) -> int:
    """Return the minimum height in px of the items above and below `one` in the layout of `parent`."""
    column = parent.layout()
    # Items of its own, because the layout's are deleted with it.
    items = [] if column is None else [QWidgetItem(widget) for widget in widgets_in(column) if widget is not one]
    width = parent.width()
    return sum(
        item.heightForWidth(width) if item.hasHeightForWidth() else item.minimumSize().height()
        for item in items
        if not item.isEmpty()
    )
