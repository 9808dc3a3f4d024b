"""The chips of the chosen cases; imported with the first one, because many prompts have none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QPushButton, QScrollArea, QSizePolicy, QWidget

from workbench.ui.widgets.theme import set_role

if TYPE_CHECKING:
    from workbench.core.drafts import ValueSet

_LONGEST = 24
_LEAST = 40
"""Pixels of a name that are shown in any room."""


class SetChip(QWidget):
    """The chip of one case: a tick box and its name."""

    chosen = Signal(str)
    ticked = Signal(str, bool)
    menu_wanted = Signal(str, QPoint)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.uid = self._name = self._title = ""
        self._room = 0
        self.tick = QCheckBox(self)
        set_role(self.tick, "bare")
        self.name = QPushButton(self)
        set_role(self.name, "quiet")
        self.name.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 12, 0)
        layout.setSpacing(2)
        layout.addWidget(self.tick)
        layout.addWidget(self.name)
        self.tick.clicked.connect(lambda checked: self.ticked.emit(self.uid, checked))
        self.name.clicked.connect(lambda: self.chosen.emit(self.uid))

    def show_set(self, one: ValueSet, value: str, *, shown: bool) -> None:
        """Show a set; with a `value`, its name is only a number. `shown` if its values are the displayed ones."""
        self.uid = one.uid
        title = f"{one.title}: {value}" if value else one.title
        words = f"{one.name.rpartition(' ')[2]} · {value}" if value else one.title
        self.tick.setChecked(one.ticked)
        is_numbered = one.title.startswith("Case ")
        self.tick.setAccessibleName(f"Run {'' if is_numbered else 'the case '}{title}")
        self.tick.setToolTip("Each run uses every ticked case")
        name = words if len(words) <= _LONGEST else words[: _LONGEST - 1].rstrip() + "…"
        self.name.setAccessibleName(("" if is_numbered else "Case ") + title + (", shown" if shown else ""))
        set_role(self.name, "set-shown" if shown else "quiet")
        self._name, self._title = name, title
        self.fit(self._room)

    def fit(self, room: int) -> None:
        """Elide the name so that the chip is at most `room` pixels wide; 0 for any width."""
        self._room = room
        name = self._name
        self.name.ensurePolished()
        metrics = self.name.fontMetrics()
        taken = self.sizeHint().width() - metrics.horizontalAdvance(self.name.text().replace("&&", "&"))
        if room:
            name = metrics.elidedText(name, Qt.TextElideMode.ElideRight, max(room - taken, _LEAST))
        self.name.setText(name.replace("&", "&&"))
        self.name.setToolTip(self._title if name != self._title else "")

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(self.uid, event.globalPos())


class _Page(QWidget):
    """The row of chips; `changed` is emitted when it needs another width, as when a name becomes longer or bold."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        # Qt draws the stylesheet's background of a QWidget, but not of its subclasses.
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._needed = 0

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest and (needed := self.sizeHint().width()) != self._needed:
            self._needed = needed
            self.changed.emit()
        return done


class SetStrip(QScrollArea):
    """The chips in a row that scrolls horizontally."""

    resized = Signal()
    """The width of the strip or of its row changed, so that the shown chip may be out of sight."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(1)
        self.page = _Page()
        # A larger font needs other names, too.
        self.page.changed.connect(self._fit)
        self.page.changed.connect(self.resized)
        set_role(self.page, "sunken")
        self.row = QHBoxLayout(self.page)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(2)
        self.row.addStretch(1)
        self.setWidget(self.page)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()
            self.resized.emit()

    def _fit(self) -> None:
        for chip in self.page.findChildren(SetChip):
            chip.fit(self.viewport().width())

    def wheelEvent(self, event: QWheelEvent) -> None:
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - (event.angleDelta().x() or event.angleDelta().y()) // 2)
        event.accept()

    def add(self) -> SetChip:
        """Append a chip and show it."""
        chip = SetChip(self.page)
        self.row.insertWidget(self.row.count() - 1, chip)
        chip.fit(self.viewport().width())
        chip.show()
        return chip

    def reveal(self, widget: QWidget) -> None:
        """Scroll to a chip."""
        self.row.activate()
        self.page.adjustSize()
        # The chips reach their positions only with a layout event that may still be pending.
        self.row.setGeometry(self.page.rect())
        place = QRect(widget.mapTo(self.page, QPoint(0, 0)), widget.size())
        bar, width = self.horizontalScrollBar(), self.viewport().width()
        if place.left() < bar.value() or place.width() >= width:
            bar.setValue(place.left())
        elif place.right() > bar.value() + width:
            bar.setValue(place.right() + 1 - width)
