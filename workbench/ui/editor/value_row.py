"""One variable and its value."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from workbench.ui.editor.field import ExactField
from workbench.ui.theme import Theme, set_role

NO_VALUE = "no value"
WANTED = "needs a value to run"
EMPTY_VALUE = "empty"
_LEFT = 14
_RIGHT = 14
_CHIP = 5
_GAP = 10
_MOST_LINES = 5


def name_width(theme: Theme, names: Iterable[str], limit: int) -> int:
    """Return the width of the widest name with its chip, at most `limit` px."""
    # Whole pixels are rounded down, and a name that lacks a part of one is elided.
    metrics = QFontMetricsF(theme.mono())
    return min(limit, ceil(max((metrics.horizontalAdvance(name) for name in names), default=0)) + 2 * _CHIP)


class ValueRow(QWidget):
    """The name on a chip, elided to its room, and the field; a missing value is said in the field."""

    def __init__(self, theme: Theme, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.name = name
        self._names = 0
        self._scrolls = False
        self._missing = False
        self.field = ExactField(theme, self, mono=False)
        self.field.setTabChangesFocus(True)
        set_role(self.field, "field")
        self.set_missing(True)

    def set_value(self, value: str | None) -> None:
        """Show a value; None is none at all."""
        self.field.set_exact(value or "")
        self.set_missing(value is None)

    def set_missing(self, missing: bool, *, wanted: bool = False) -> None:
        """Say in words that there is no value, `wanted` that a run needs one, or that it is empty."""
        if (missing, wanted) == (self._missing, self.is_wanted):
            return
        self._missing = missing
        state = WANTED if wanted else NO_VALUE if missing else EMPTY_VALUE
        set_role(self.field, "field-wrong" if wanted else "field")
        self.field.setPlaceholderText(state)
        self.field.setAccessibleName(f"Value of {self.name}" + (f", {state}" if missing else ""))

    @property
    def is_wanted(self) -> bool:
        """Whether it says that a run needs a value."""
        return self.field.property("role") == "field-wrong"

    def restyle(self) -> None:
        """Take fonts and colours from the theme again."""
        self.field.restyle()
        self.update()

    def line_height(self) -> int:
        """Return the height of a row with one line."""
        return self.field.lines_height(1)

    def arrange(self, y: int, width: int, names: int, bar: int) -> int:
        """Take the row at `y`, `width` px wide, with `names` px for the name; return its bottom."""
        self._names = names
        x = _LEFT + names + _GAP
        room = QRect(x, 0, max(width - x - max(_RIGHT, bar), 40), max(self.field.height(), self.line_height()))
        self.field.fit(room, scrolls=self._scrolls)
        most = self.field.lines_height(_MOST_LINES)
        natural = self.field.natural_height(most)
        self._scrolls = natural > most
        room.setHeight(min(natural, most))
        self.field.fit(room, scrolls=self._scrolls)
        self.setGeometry(QRect(0, y, width, room.height()))
        self.update()
        return y + room.height()

    # What Qt calls.

    def paintEvent(self, _: QPaintEvent) -> None:
        metrics = QFontMetrics(self._theme.mono())
        shown = metrics.elidedText(self.name, Qt.TextElideMode.ElideMiddle, self._names - 2 * _CHIP)
        height = metrics.height()
        top = self.field.first_baseline() - metrics.ascent()
        chip = QRectF(_LEFT, top - 1, metrics.horizontalAdvance(shown) + 2 * _CHIP, height + 2)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("violet_soft"))
            painter.drawRoundedRect(chip, 3, 3)
            painter.setFont(self._theme.mono())
            painter.setPen(self._theme.color("violet"))
            painter.drawText(QPointF(_LEFT + _CHIP, self.field.first_baseline()), shown)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            in_parts = "\nA long line of its value is shown in parts; it has no line ends there."
            QToolTip.showText(event.globalPos(), self.name + (in_parts if self.field.is_broken else ""), self)
            return True
        return super().event(event)
