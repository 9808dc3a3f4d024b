"""The content of a scroll area: a widget whose owner places the children, scrolling, and plain rectangles.

Invariant: painting a rectangle imports nothing. `QPainter.fillRect` also takes gradients, so its first call makes
PySide load all their presets, which would delay the first paint.
"""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPalette, QShowEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QPlainTextEdit, QScrollArea, QWidget

from workbench.ui.widgets.theme import set_role


class EditorPage(QWidget):
    """Emits signals when its children can be measured, and for clicks on its empty area."""

    shown = Signal()
    """The page and its children became visible; Qt does not lay out hidden widgets."""
    clicked = Signal()

    def __init__(self, role: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        set_role(self, role)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit()


def plain_viewport() -> QWidget:
    """Return a viewport like the one that a QScrollArea makes for itself.

    Made in Python because PySide takes milliseconds to wrap each widget that Qt made; see docs/DECISIONS.md.
    """
    viewport = QWidget()
    viewport.setObjectName("qt_scrollarea_viewport")
    viewport.setAutoFillBackground(True)
    viewport.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
    return viewport


def make_plain(area: QScrollArea) -> None:
    """Give a scroll area a plain viewport, no frame and no horizontal scroll bar; it does not take the focus."""
    area.setViewport(plain_viewport())
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)


def text_viewport() -> QWidget:
    """Return a viewport like the one that a QPlainTextEdit makes for itself."""
    viewport = plain_viewport()
    viewport.setBackgroundRole(QPalette.ColorRole.Base)
    viewport.setCursor(Qt.CursorShape.IBeamCursor)
    viewport.setAcceptDrops(True)
    return viewport


def around_caret(field: QPlainTextEdit, page: QWidget) -> tuple[int, int]:
    """Return the y positions on `page` (px) of the top of the line above the caret and the bottom of that below."""
    caret = field.cursorRect()
    y = field.viewport().mapTo(page, caret.topLeft()).y()
    return y - caret.height(), y + 2 * caret.height()


def show_between(area: QAbstractScrollArea, top: int, bottom: int) -> None:
    """Scroll by the minimum that shows the range between two heights, with precedence for its top."""
    bar, view = area.verticalScrollBar(), area.viewport().height()
    if top < bar.value():
        bar.setValue(top)
    elif bottom > bar.value() + view:
        bar.setValue(bottom - view)


def fill(painter: QPainter, x: int, y: int, width: int, height: int, color: QColor) -> None:
    """Fill a rectangle; the state of the painter stays, except for its background."""
    painter.setBackground(color)
    painter.eraseRect(x, y, width, height)
