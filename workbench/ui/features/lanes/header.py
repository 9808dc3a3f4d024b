"""The header of a column: name, pills, numbers, parameters.

Invariant: the name is shown in full if it fits at all; pills are dropped first, the least important one first. The
tooltip contains everything that is dropped.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from workbench.app.lanes.lane_state import LaneHead, LaneStatus
from workbench.ui.features.lanes import wording
from workbench.ui.features.lanes.quick_params import QuickParams
from workbench.ui.shell.focus_restore import way_back
from workbench.ui.widgets.reader.switch import ModeSwitch
from workbench.ui.widgets.small_controls import NameField, SmallLine, menu_button, pill, safe_tip
from workbench.ui.widgets.theme import Theme

_GAP = 8
_SIDES = 18
"""The sum of the left and right margins in pixels."""


class TitleRow(QWidget):
    """Name, pills as far as they fit, and the menu button at the right end."""

    renamed = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = SmallLine(theme, bold=True, color="text", elide=Qt.TextElideMode.ElideMiddle, parent=self)
        self.menu = menu_button("Lane menu", self)
        self._pills: list[QLabel] = []
        self._field: NameField | None = None
        self._back: Callable[[], None] = lambda: None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_content(self, name: str, pills: tuple[str, ...], *, gold: bool, dim: bool = False) -> None:
        """Show `name` (with a star if `gold`) and `pills`, the most important first; `dim` for a stale answer."""
        self.name.set_candidates((f"★ {name}" if gold else name,))
        self.name.set_color("muted" if dim else "gold" if gold else "text")
        if pills != tuple(label.text() for label in self._pills):
            for label in self._pills:
                label.hide()
                label.deleteLater()
            self._pills = [pill(text, parent=self) for text in pills]
        self.arrange()

    def edit(self, text: str, hint: str) -> NameField:
        """Replace the name with a field, with `text` selected and `hint` as its placeholder."""
        if self._field is None:
            self._back = way_back()
            self._field = field = NameField(text, self)
            field.setPlaceholderText(hint)
            field.setAccessibleName("Name of the lane")
            field.done.connect(self._edited)
            field.cancelled.connect(self._close_field)
            field.selectAll()
            field.show()
            self.arrange()
            field.setFocus(Qt.FocusReason.OtherFocusReason)
        return self._field

    def _edited(self, text: str) -> None:
        if self._field is not None:
            self._close_field()
            self.renamed.emit(text)

    def _close_field(self) -> None:
        field, self._field = self._field, None
        if field is not None:
            if field.hasFocus():
                self._back()
            field.hide()
            field.deleteLater()

    def arrange(self) -> None:
        """Lay out everything for the current width."""
        menu = self.menu.sizeHint()
        self.menu.setGeometry(self.width() - menu.width(), (self.height() - menu.height()) // 2, *menu.toTuple())
        room = self.width() - menu.width() - 2
        wanted = self.name.natural_width()
        widths = [label.sizeHint().width() for label in self._pills]
        count = len(widths)
        while count and wanted + sum(widths[:count]) + _GAP * count > room:
            count -= 1
        name_width = min(wanted, room)
        self.name.setGeometry(0, 0, max(0, name_width), self.height())
        x = name_width + _GAP
        for index, label in enumerate(self._pills):
            size = label.sizeHint()
            label.setGeometry(x, (self.height() - size.height()) // 2, *size.toTuple())
            label.setVisible(index < count)
            x += size.width() + _GAP
        if self._field is not None:
            self._field.setGeometry(0, 0, room, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.arrange()

    def sizeHint(self) -> QSize:
        return QSize(120, max(self.name.sizeHint().height() + 4, self.menu.sizeHint().height()))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class WarningButton(QPushButton):
    """A warning about the model, or what can be done about it; its text is shortened in narrow columns.

    Its height is exactly one line of its font, so that headers with and without it are aligned.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._texts: tuple[str, ...] = ()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.hide()
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_texts(self, texts: tuple[str, ...], tip: str, action: str = "Change model") -> None:
        """Set the texts, the longest first; the button is hidden if there are none."""
        self._texts = texts
        self.setVisible(bool(texts))
        if texts:
            self.setToolTip(safe_tip(tip))
            self.setAccessibleName(f"{tip} {action}")

    @property
    def least_width(self) -> int:
        """The width of the shortest text, 0 without one."""
        return self._width_of(self._texts[-1]) if self._texts else 0

    def fit(self, width: int) -> None:
        """Show the longest text that fits into `width` pixels, else the shortest."""
        fitting = (text for text in self._texts if self._width_of(text) <= width)
        if self._texts and (text := next(fitting, self._texts[-1])) != self.text():
            self.setText(text)
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(self._width_of(self.text()), self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        lit = self.hasFocus() or self.underMouse()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._theme.color("warn"), 1) if lit else Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("warn_soft"))
            round_ = self.height() / 2 - 0.5
            painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), round_, round_)
            painter.setPen(self._theme.color("warn"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text())

    def _restyle(self) -> None:
        self.setFont(self._theme.font(-1))
        self.updateGeometry()
        self.update()

    def _width_of(self, text: str) -> int:
        return self.fontMetrics().horizontalAdvance(text) + 2 * _GAP


class LaneHeader(QWidget):
    """Lines: name and pills, numbers, if needed warning and what differs from the draft, and the usual parameters."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.row = TitleRow(theme, self)
        self.numbers = SmallLine(theme, delta=-1, tabular=True, parent=self)
        self.params = SmallLine(theme, delta=-1, parent=self)
        self.warning = WarningButton(theme, self)
        self.successor = WarningButton(theme, self)
        self.reading = ModeSwitch(theme, self)
        self._theme = theme
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 6, 6, 8)
        layout.setSpacing(1)
        numbers = QHBoxLayout()
        numbers.setSpacing(4)
        numbers.addWidget(self.numbers)
        numbers.addWidget(self.reading)
        layout.addWidget(self.row)
        layout.addLayout(numbers)
        third = QHBoxLayout()
        third.setSpacing(_GAP)
        third.addWidget(self.warning)
        third.addWidget(self.successor)
        third.addWidget(self.params)
        layout.addLayout(third)
        self.quick = QuickParams(theme, self)
        layout.addWidget(self.quick)
        self.params.hide()
        theme.changed.connect(self.row.arrange)

    def tab_stops(self) -> list[QWidget]:
        """Return the controls in tab order."""
        return [self.row.menu, self.reading, self.warning, self.successor, *self.quick.tab_stops()]

    def show_head(self, head: LaneHead, status: LaneStatus, *, keep_params_line: bool) -> None:
        """Show the lane's settings. `keep_params_line` reserves the third line so that columns stay aligned."""
        blind = status.blind
        self.show_standing(head, status)
        self.row.name.setToolTip(safe_tip(wording.title_tip(head, blind)))
        self.row.menu.setAccessibleName(f"Menu of lane {head.number}")
        summary = wording.settings_line(head, status)
        self.params.set_candidates((summary,))
        self.params.setToolTip(safe_tip(summary))
        self.warning.show_texts(wording.warning_texts(head, status), head.warning_reason)
        self.successor.show_texts(wording.successor_texts(head, status), wording.SUCCESSOR_TIP, "Test a successor")
        self.params.setVisible(keep_params_line or bool(summary))
        self.quick.show_head(head, blind=blind)
        self._fit_warning()

    def show_standing(self, head: LaneHead, status: LaneStatus) -> None:
        """Show what the verdict says about the answer, beside the name."""
        name, pills = wording.title(head, status.blind), wording.pills(head, status)
        is_stale = head.stale is not None and not status.blind
        self.row.set_content(name, pills, gold=status.standing == "winner", dim=is_stale)

    def _fit_warning(self) -> None:
        room = self.width() - _SIDES - (self.params.natural_width() + _GAP if self.params.shown() else 0)
        # The menu of the lane has it as well, so it gives way in narrow columns.
        least = self.successor.least_width + _GAP
        line = 0 if self.params.isHidden() else _GAP + self.params.minimumSizeHint().width()
        has_room = bool(self.successor.least_width) and self.warning.least_width + least + line <= room
        self.successor.setVisible(has_room)
        if has_room:
            self.successor.fit(room - line - self.warning.least_width - _GAP)
        self.warning.fit(room - (self.successor.sizeHint().width() + _GAP + line if has_room else 0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_warning()

    def show_numbers(self, status: LaneStatus, elapsed_ms: int | None, version: str = "") -> None:
        """Show the state of the output; `elapsed_ms` is given while it runs, `version` is the name of what it ran."""
        self.numbers.set_candidates(wording.numbers(status, elapsed_ms))
        self.numbers.set_color("warn" if status.silent_s and not status.blind else "muted")
        tip = safe_tip(wording.numbers_tip(status, version))
        if tip != self.numbers.toolTip():
            self.numbers.setToolTip(tip)
