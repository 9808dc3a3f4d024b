"""Values that the prompt does not use.

Invariant: they are shown but not editable, each is labelled as not used, and each is removed only by its own button or
by the one that removes all.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QWidget

from workbench.core.text import opening_words
from workbench.ui.editor.value_row import CHIP, GAP, LEFT, RIGHT
from workbench.ui.widgets.theme import QUIET_PADDING, Theme, set_role

MOST = 5
"""Values that get a row; the others are only counted."""
_SHOWN = 200
_INSIDE = 9
"""The x offset of text in the fields of other values, in px."""
NOT_USED = "not used ✕"


class _Row(QWidget):
    """The name in a frame, the value as far as it fits, and the remove button."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.name, self._value, self._names = "", "", 0
        self.remove = QPushButton(NOT_USED, self)
        self.remove.setAutoDefault(False)
        set_role(self.remove, "quiet")

    def show_value(self, name: str, value: str) -> None:
        from workbench.core.visible_text import visible_name  # few prompts have such a value

        self.name, self._value = name, visible_name(opening_words(value, _SHOWN))
        self.remove.setAccessibleName(f"Remove the value of {name}, which the prompt does not use")
        self.remove.setAccessibleDescription(self._value)
        self.remove.setToolTip(f"The prompt does not use {{{{{name}}}}}. Press to remove its value.")
        self.update()

    def place(self, y: int, width: int, names: int) -> int:
        """Set the geometry at `y`, `width` px wide, with `names` px for the name; return the bottom."""
        self._names = names
        size = self.remove.sizeHint()
        self.setGeometry(QRect(0, y, width, size.height()))
        # Its text is right-aligned with the fields of other values.
        self.remove.setGeometry(QRect(QPoint(width - RIGHT - size.width() + QUIET_PADDING, 0), size))
        return y + size.height()

    # Qt event handlers

    def paintEvent(self, _: QPaintEvent) -> None:
        mono, plain = QFontMetrics(self._theme.mono()), QFontMetrics(self._theme.font())
        shown = mono.elidedText(self.name, Qt.TextElideMode.ElideMiddle, self._names - 2 * CHIP)
        top = (self.height() - mono.height()) // 2
        chip = QRectF(LEFT, top - 1, mono.horizontalAdvance(shown) + 2 * CHIP, mono.height() + 2)
        left = LEFT + self._names + GAP + _INSIDE
        room = QRect(left, 0, max(self.remove.x() - left, 0), self.height())
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._theme.color("border"), 1))
            painter.drawRoundedRect(chip.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
            painter.setPen(self._theme.color("muted"))
            painter.setFont(self._theme.mono())
            painter.drawText(QPointF(LEFT + CHIP, top + mono.ascent()), shown)
            painter.setFont(self._theme.font())
            # A value has the text direction of its language, not of the window.
            painter.setLayoutDirection(Qt.LayoutDirection.LayoutDirectionAuto)
            value = plain.elidedText(self._value, Qt.TextElideMode.ElideRight, room.width())
            if value != "…":
                painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, value)


class UnusedRows(QWidget):
    """A row for each unused value, and one for those without a row."""

    remove_wanted = Signal(object)
    """tuple[str, ...]: the names whose values are to be removed."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._values: tuple[tuple[str, str], ...] = ()
        self._all: tuple[str, ...] = ()
        self._rows: list[_Row] = []
        self._rest = QPushButton(self)
        self._rest.setAutoDefault(False)
        set_role(self._rest, "quiet")
        self._rest.clicked.connect(lambda: self.remove_wanted.emit(self._all))
        self.hide()

    def show_values(self, values: Sequence[tuple[str, str]]) -> bool:
        """Show these names with their values, () for none; return whether they changed."""
        if tuple(values) == self._values:
            return False
        self._values = tuple(values)
        self._all = tuple(name for name, _ in values)
        first = values[:MOST]
        while len(self._rows) < len(first):
            self._rows.append(self._make())
        while len(self._rows) > len(first):
            gone = self._rows.pop()
            gone.hide()
            gone.deleteLater()
        for row, (name, value) in zip(self._rows, first, strict=True):
            row.show_value(name, value)
            row.show()
        rest = len(values) - len(first)
        self._rest.setText(f"and {rest:,} more unused · remove all {len(values):,}")
        self._rest.setAccessibleName(f"Remove all {len(values):,} unused values")
        self._rest.setVisible(rest > 0)
        self.setVisible(bool(values))
        return True

    def names(self) -> tuple[str, ...]:
        """Return the names of all unused values."""
        return self._all

    def buttons(self) -> list[QPushButton]:
        """Return the remove buttons from top to bottom."""
        return [*(row.remove for row in self._rows), *([self._rest] if not self._rest.isHidden() else [])]

    def place(self, y: int, width: int, names: int) -> int:
        """Set the geometry at `y`; return the bottom."""
        inside = 0
        for row in self._rows:
            inside = row.place(inside, width, names)
        if not self._rest.isHidden():
            size = self._rest.sizeHint()
            self._rest.setGeometry(LEFT - QUIET_PADDING, inside, min(size.width(), width - LEFT), size.height())
            inside += size.height()
        self.setGeometry(QRect(0, y, width, inside))
        return y + inside

    def _make(self) -> _Row:
        row = _Row(self._theme, self)
        row.remove.clicked.connect(lambda: self.remove_wanted.emit((row.name,)))
        return row
