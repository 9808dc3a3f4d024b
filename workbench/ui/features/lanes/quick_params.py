"""The parameters that are changed most, in the header of a lane, editable in place.

Invariant: a click or Enter opens a field, or a menu for a choice; Enter keeps a valid value, Esc the value before. What
the model does not support is not offered, but a value that is set already can be removed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy, QToolTip, QWidget
from shiboken6 import isValid

from workbench.app.lanes.lane_state import LaneHead
from workbench.core.lanes import Params
from workbench.core.parameter import Parameter, Value
from workbench.core.parameter_support import ParameterSupport
from workbench.core.parameters import parameter
from workbench.ui.features.lanes.wording import QUICK
from workbench.ui.shell.focus_restore import way_back
from workbench.ui.widgets.small_controls import NameField, safe_tip
from workbench.ui.widgets.theme import Theme, set_role

_GAP = 10
_LEAST_FIELD = 60
_UNSET = "–"


class ParamButton(QPushButton):
    """A parameter and its value as text, underlined while pointed at or focused."""

    def __init__(self, theme: Theme, row: Parameter, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self.row = theme, row
        self._is_set = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_value(self, value: Value | None) -> None:
        """Show the value, None for unset."""
        self._is_set = value is not None
        self.setText(f"{self.row.brief} {_UNSET}" if value is None else self.row.summary(value))
        said = "not set" if value is None else self.row.show(value)
        self.setAccessibleName(f"{self.row.label}: {said}")
        self.setToolTip(safe_tip(f"{self.row.label}: {said}\n{self.row.help}\nClick to change."))
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self.text()) + 1, metrics.height() + 2)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        lit = self.hasFocus() or self.underMouse()
        with QPainter(self) as painter:
            color = self._theme.color("accent" if self.hasFocus() else "text" if lit or self._is_set else "muted")
            painter.setPen(QPen(color, 1))
            text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
            if lit:
                painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)


class ParamField(NameField):
    """The field for a number; Tab keeps the value and goes on to the next parameter."""

    stepped = Signal(int)

    def focusNextPrevChild(self, forward: bool) -> bool:
        self.stepped.emit(1 if forward else -1)
        return True


class QuickParams(QWidget):
    """The line of parameters. `buttons` are its controls by name.

    `ask` is called with whether everything about the model's parameters is needed, which may load a library, and with
    the function that shows it.
    """

    changed = Signal(object)
    """Params."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.ask: Callable[[bool, Callable[[ParameterSupport], None]], None] = lambda full, show: None
        self._params, self._model = Params(), ("", "", "", "")
        self._asked_all = False
        self._support = ParameterSupport()
        self._field: ParamField | None = None
        self._edited: Parameter | None = None
        self._back: Callable[[], None] = lambda: None
        rows = [row for name in QUICK if (row := parameter(name)) is not None]
        self.buttons = {row.name: ParamButton(theme, row, self) for row in rows}
        for name, button in self.buttons.items():
            button.clicked.connect(lambda _=False, name=name: self.edit(name))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self._restyle)
        self._restyle()

    @property
    def field(self) -> ParamField | None:
        """The open field, or None."""
        return self._field

    def show_head(self, head: LaneHead, *, blind: bool) -> None:
        """Show the values of a lane of the draft; the line stays empty while blind, and is hidden for past answers."""
        kept_room = self.sizePolicy()
        kept_room.setRetainSizeWhenHidden(not head.read_only)
        self.setSizePolicy(kept_room)
        self.setHidden(head.read_only or blind)
        self._params = head.params
        model = (head.slot, head.model, head.place, head.badge)
        if self.isHidden() or model != self._model:
            self._close()
        if model != self._model and not self.isHidden():
            self._model, self._support, self._asked_all = model, ParameterSupport(), False
            self._look_up(full=False)
        for name, button in self.buttons.items():
            button.show_value(self._params.get(name))
        self._show_offered()

    def tab_stops(self) -> list[QWidget]:
        """Return the controls in tab order."""
        return list(self.buttons.values())

    def start(self) -> None:
        """Start editing the first parameter that is offered."""
        for name, button in self.buttons.items():
            if not button.isHidden():
                self.edit(name)
                break

    def edit(self, name: str) -> None:
        """Open the field of a parameter, or the menu of a choice."""
        row = self.buttons[name].row
        self._close()
        if not self._asked_all:
            self._asked_all = True
            self._look_up(full=True)
        if row.kind == "choice":
            self._open_menu(row)
            return
        self._back = way_back()
        self._edited = row
        self._field = field = ParamField(row.show(self._params.get(name)), self)
        set_role(field, "inline")
        field.setPlaceholderText("not set")
        field.setAccessibleName(row.label)
        field.setAccessibleDescription(row.requirement)
        field.setToolTip(safe_tip(f"{row.label}: {row.requirement}. Leave it empty for the default of the model."))
        field.done.connect(self._keep)
        field.cancelled.connect(self._close)
        field.stepped.connect(self._step)
        field.selectAll()
        field.show()
        self._arrange()
        field.setFocus(Qt.FocusReason.OtherFocusReason)

    def _open_menu(self, row: Parameter) -> None:
        button = self.buttons[row.name]
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        current = self._params.get(row.name)
        choices: list[Value | None] = [None, *self._support.choices(row)]
        for value in choices if current in choices else [*choices, current]:
            entry = menu.addAction("not set" if value is None else row.show(value))
            entry.setCheckable(True)
            entry.setChecked(value == current)
            entry.triggered.connect(lambda _=False, value=value: self._set(row, value))
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))

    def _keep(self, text: str) -> None:
        field, row = self._field, self._edited
        if field is None or row is None:
            return
        before = self._params.get(row.name)
        try:
            # A value stored by another release or an import can be kept.
            value = before if text == row.show(before) else row.read(text)
        except ValueError as error:
            if field.hasFocus():
                field.setAccessibleDescription(str(error))
                QToolTip.showText(field.mapToGlobal(QPoint(0, field.height())), safe_tip(str(error)), field)
            else:
                self._close()
            return
        self._close()
        self._set(row, value)

    def _set(self, row: Parameter, value: Value | None) -> None:
        change: dict[str, Any] = {row.name: value}
        changed = replace(self._params, **change)
        if changed != self._params:
            self.changed.emit(changed)

    def _step(self, by: int) -> None:
        if (field := self._field) is None or (row := self._edited) is None:
            return
        self._keep(field.text().strip())
        if self._field is None:
            offered = [name for name, button in self.buttons.items() if not button.isHidden()]
            at = offered.index(row.name) + by
            if 0 <= at < len(offered):
                self._go_to(offered[at])

    def _go_to(self, name: str) -> None:
        # A menu that opens by itself would be in the way of Tab.
        if self.buttons[name].row.kind == "choice":
            self.buttons[name].setFocus(Qt.FocusReason.TabFocusReason)
        else:
            self.edit(name)

    def _close(self) -> None:
        field, self._field, self._edited = self._field, None, None
        if field is not None:
            had_focus = field.hasFocus()
            self._show_offered()
            if had_focus:
                self._back()
            field.hide()
            field.deleteLater()

    def _look_up(self, *, full: bool) -> None:
        model = self._model

        def show(support: ParameterSupport) -> None:
            # The result may arrive after the column was removed or its model changed.
            if isValid(self) and model == self._model:
                self._support = support
                self._show_offered()

        self.ask(full, show)

    def _show_offered(self) -> None:
        for name, button in self.buttons.items():
            offered = name not in self._support.refused or self._params.get(name) is not None
            button.setVisible(offered or self._edited is button.row)
        self._arrange()

    def _arrange(self) -> None:
        """Lay out the buttons for the current width; the field covers what is right of its name."""
        x = 0
        for name, button in self.buttons.items():
            if not button.isHidden():
                width = max(0, min(button.sizeHint().width(), self.width() - x))
                button.setGeometry(x, 0, width, self.height())
                if self._edited is button.row and self._field is not None:
                    label = self.fontMetrics().horizontalAdvance(f"{self.buttons[name].row.brief} ")
                    left = max(0, min(x + label, self.width() - _LEAST_FIELD * self._theme.scale))
                    self._field.setGeometry(round(left), 0, self.width() - round(left), self.height())
                    self._field.raise_()
                x += width + _GAP

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def sizeHint(self) -> QSize:
        return QSize(120, self.fontMetrics().height() + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.sizeHint().height())

    def _restyle(self) -> None:
        self.setFont(self._theme.font(-1))
        for button in self.buttons.values():
            button.setFont(self._theme.font(-1))
        self.updateGeometry()
        self._arrange()
