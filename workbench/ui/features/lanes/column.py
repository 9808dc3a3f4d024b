"""One lane as a column: header, reasoning, answer, state strip, footer.

Invariant: a column is built from a `LaneHead` and a `LaneStatus` alone and can be rebuilt from them at any time. Parts
that most lanes never need are created lazily.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QLinearGradient, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QMenu, QVBoxLayout, QWidget
from shiboken6 import isValid

from workbench.app.lanes.lane_state import LaneHead, LaneStatus, is_same_but_standing
from workbench.core.lanes import Params, short_model
from workbench.core.parameter_support import ParameterSupport
from workbench.host.clock import monotonic_ms
from workbench.ui.features.lanes import wording
from workbench.ui.features.lanes.footer import LaneFooter
from workbench.ui.features.lanes.header import LaneHeader
from workbench.ui.features.lanes.lane_intents import LaneIntents
from workbench.ui.features.lanes.menu import LaneMenuActs, LaneMenuState, lane_menu
from workbench.ui.features.lanes.reasoning import ReasoningPanel
from workbench.ui.features.lanes.state_strip import StateStrip
from workbench.ui.widgets.controls import JUDGED_AREA
from workbench.ui.widgets.reader.area import ReadingArea
from workbench.ui.widgets.reader.modes import DIFF
from workbench.ui.widgets.reader.switch import fill, open_menu
from workbench.ui.widgets.theme import Theme, set_role
from workbench.ui.widgets.wording import is_running

if TYPE_CHECKING:
    from workbench.ui.features.lanes.params import ParamsDialog

MINIMUM_CHARACTERS = 29
MINIMUM_PIXELS = 232
_WASH_BELOW_HEADER = 56


def minimum_width(widget: QWidget, theme: Theme) -> int:
    """Return the minimum readable width of a column in pixels."""
    return max(round(MINIMUM_PIXELS * theme.scale), widget.fontMetrics().averageCharWidth() * MINIMUM_CHARACTERS)


def _show_support(dialog: ParamsDialog, support: ParameterSupport) -> None:
    # The result may arrive after the dialog was closed.
    if isValid(dialog):
        dialog.set_support(support)


class LaneColumn(QFrame):
    """A column; its controls emit the signals of `intents`."""

    pressed = Signal(str)

    def __init__(self, theme: Theme, head: LaneHead, intents: LaneIntents, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "surface")
        self.setProperty(JUDGED_AREA, True)
        self._theme, self._intents = theme, intents
        self._head, self._status = head, LaneStatus()
        self._focused = self._active = False
        self._edges = (True, True)
        self._run_under_way = False
        self._keep_params_line = False
        self._stops = 0
        self._reasoning: ReasoningPanel | None = None
        self._strip: StateStrip | None = None
        self.header = LaneHeader(theme, self)
        self.reading = ReadingArea(theme, head, lambda: intents.readings.of(self.slot), self)
        self.answer = self.reading.text_view
        self.footer = LaneFooter(theme, lambda command: intents.key_name(command), self)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 1, 0)
        self._layout.setSpacing(0)
        self._layout.addWidget(self.header)
        self._layout.addSpacing(1)
        self._layout.addWidget(self.reading, 1)
        self._layout.addSpacing(1)
        self._layout.addWidget(self.footer)
        self._connect()
        theme.changed.connect(self._restyle)
        intents.keys_named.connect(self._show_status)
        self._restyle()
        self._show_head()
        self._show_status()

    def _connect(self) -> None:
        intents = self._intents
        self.header.row.menu.clicked.connect(lambda: self.open_menu())
        self.header.row.renamed.connect(self._renamed)
        self.header.quick.changed.connect(self._params_edited)
        self.header.reading.clicked.connect(self.open_reading_menu)
        self.reading.changed.connect(self._show_mode)
        self.reading.data_wanted.connect(lambda mode: intents.reading_wanted.emit(self.slot, mode))
        intents.readings.changed.connect(self._choice_changed)
        self.footer.diff.clicked.connect(self._toggle_diff)
        _connect_parts(self, intents)

    @property
    def slot(self) -> str:
        """The lane's slot."""
        return self._head.slot

    @property
    def status(self) -> LaneStatus:
        """The status shown."""
        return self._status

    def set_head(self, head: LaneHead, *, keep_params_line: bool, is_first: bool, is_last: bool) -> None:
        """Show new settings; keeps the text and the scroll position."""
        self._edges = (is_first, is_last)
        if (head, keep_params_line) != (self._head, self._keep_params_line):
            self._head, self._keep_params_line = head, keep_params_line
            self._show_head()
            self._show_status()

    def set_status(self, status: LaneStatus) -> None:
        """Show the state of the output."""
        head, old, self._status = self._head, self._status, status
        if old == status:
            return
        if is_same_but_standing(old, status):
            self.header.show_standing(head, status)
            self.footer.show_standing(head, status)
            self._set_wash()
            return
        said = [(one.standing, one.blind, one.starred, wording.settings_line(head, one)) for one in (old, status)]
        if said[0] != said[1]:
            self._show_head()
            self._set_wash()
        if _numbers_only(old, status):
            self.show_elapsed()
        else:
            self._show_status()

    def set_run_under_way(self, running: bool) -> None:
        """Set whether any lane of the run is still running."""
        self._run_under_way = running

    def set_text(self, text: str, reasoning: str) -> None:
        """Show an answer and its reasoning."""
        self.reading.set_text(text)
        if reasoning or self._reasoning is not None:
            self._reasoning_panel().set_text(reasoning)
        self._show_footer()

    def append(self, kind: Literal["text", "reasoning", "steps"], piece: str) -> None:
        """Append a chunk to the answer or its reasoning, or refresh the steps."""
        if kind == "reasoning":
            self._reasoning_panel().append(piece)
            return
        if kind == "steps":
            self.reading.show_steps()
            return
        was_empty = self.reading.is_empty
        self.reading.append(piece)
        if was_empty:
            self._show_footer()

    def show_elapsed(self) -> None:
        """Refresh the elapsed time; called a few times a second while the lane runs."""
        began = self._status.began_ms if is_running(self._status) else None
        elapsed = None if began is None else max(0, monotonic_ms() - began)
        ran = self._head.version_name(self._status.version) if began is None else ""
        self.header.show_numbers(self._status, elapsed, ran)

    def set_focused(self, focused: bool, active: bool) -> None:
        """Mark the lane that commands act on; `active` if single-key shortcuts act on it as well."""
        if (focused, active) != (self._focused, self._active):
            changed = focused != self._focused
            self._focused, self._active = focused, active
            self.update()
            if changed:
                self._show_footer()

    def strip(self) -> StateStrip | None:
        """Return the strip about the outcome, or None if it was not needed yet."""
        return self._strip

    def tab_stops(self) -> list[QWidget]:
        """Return the controls in tab order."""
        reasoning = self._reasoning.tab_stops() if self._reasoning else []
        strip = self._strip.tab_stops() if self._strip else []
        return [*self.header.tab_stops(), *reasoning, *self.reading.tab_stops(), *strip, *self.footer.tab_stops()]

    def open_menu(self, position: QPoint | None = None) -> None:
        """Open the lane's menu, under its button unless a global position is given."""
        button = self.header.row.menu
        state = LaneMenuState(
            self._head, self._status, *self._edges, running=self._run_under_way, has_text=not self.reading.is_empty
        )
        menu = lane_menu(state, self._intents, LaneMenuActs(self.start_rename, self.edit_params, self._read_as), self)
        menu.popup(position or button.mapToGlobal(QPoint(button.width() - menu.sizeHint().width(), button.height())))

    def open_reading_menu(self) -> None:
        """Open the menu of view modes."""
        open_menu(self.header.reading, self._intents.readings, self.reading.mode, self.reading.subject)

    def _read_as(self, menu: QMenu) -> None:
        fill(menu, self._intents.readings, self.reading.mode, self.reading.subject)

    def start_rename(self) -> None:
        """Start editing the name in place."""
        self.header.row.edit(self._head.title, short_model(self._head.model))

    def edit_params(self, *, field: str = "") -> None:
        """Open the dialog for the parameters, at one of them."""
        from workbench.ui.features.lanes.params import ParamsDialog  # not before the first paint

        dialog = ParamsDialog(self._theme, self._head.params, title=self._head.title, parent=self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self._params_edited(dialog.params()))
        dialog.open()
        if field:
            dialog.go_to(field)
        self._intents.ask_support(self.slot, lambda support: _show_support(dialog, support))

    def _params_edited(self, params: Params) -> None:
        if params != self._head.params:
            self._intents.params_changed.emit(self.slot, params)

    def _renamed(self, label: str) -> None:
        if label != self._head.title:
            self._intents.rename_requested.emit(self.slot, label)

    def _step(self, action: str) -> None:
        if action == "retry":
            self._intents.retry_requested.emit(self.slot)
        elif action == "model":
            self._intents.model_requested.emit(self.slot)
        elif action == "params":
            self.edit_params()
        else:
            self._intents.action_requested.emit(self.slot, action)

    def _reasoning_panel(self) -> ReasoningPanel:
        if self._reasoning is None:
            self._reasoning = ReasoningPanel(self._theme, self)
            self._layout.insertWidget(self._layout.indexOf(self.reading), self._reasoning)
            self._reasoning.resized.connect(self._set_wash)
            self._order_tabs()
        return self._reasoning

    def _make_strip(self) -> StateStrip:
        strip, intents = StateStrip(self._theme, self), self._intents
        strip.step_wanted.connect(self._step)
        strip.marks_wanted.connect(lambda: intents.wire_requested.emit(self.slot))
        strip.choices_wanted.connect(lambda: intents.choices_requested.emit(self.slot))
        strip.sample_wanted.connect(lambda sample: intents.sample_requested.emit(self.slot, sample))
        strip.attempt_wanted.connect(lambda attempt: intents.attempt_requested.emit(self.slot, attempt))
        self._layout.insertWidget(self._layout.indexOf(self.reading) + 1, strip)
        return strip

    def _order_tabs(self) -> None:
        stops = self.tab_stops()
        if len(stops) != self._stops:
            self._stops = len(stops)
            for before, after in itertools.pairwise(stops):
                QWidget.setTabOrder(before, after)

    def _choice_changed(self, slot: str) -> None:
        if slot in ("", self.slot):
            self.reading.choice_changed()

    def _toggle_diff(self) -> None:
        self._intents.readings.choose(self.slot, "" if self.reading.mode == DIFF else DIFF)

    def _show_mode(self) -> None:
        self.header.reading.show_mode(self.reading.mode, self.reading.subject, too_long=self.reading.gave_up)
        self.footer.show_diff(self.reading.mode == DIFF, *self.reading.page.against)
        self._order_tabs()

    def _show_head(self) -> None:
        self.setAccessibleName(f"Lane {self._head.number}: {wording.title(self._head, self._status.blind)}")
        self.reading.set_name(f"Answer of {wording.title(self._head, self._status.blind)}")
        self.header.show_head(self._head, self._status, keep_params_line=self._keep_params_line)

    def _show_status(self) -> None:
        status = self._status
        self.show_elapsed()
        self.reading.set_status(self._head, status)
        self.reading.set_placeholder(wording.placeholder(self._head, status, self._intents.key_name("run")))
        needs_strip = wording.needs_strip(status)
        if needs_strip or self._strip is not None:
            self._strip = self._strip or self._make_strip()
            self._strip.setVisible(needs_strip)
            self._strip.show_status(self._head, status)
        self._show_footer()
        self._order_tabs()

    def _show_footer(self) -> None:
        footer = self.footer
        if is_running(self._status) == footer.stop.isHidden() and (footer.stop.hasFocus() or footer.winner.hasFocus()):
            # The button may be replaced by another one; a key press meant for it must not trigger its replacement.
            self.reading.take_focus()
        footer.show_status(self._head, self._status, has_text=not self.reading.is_empty, focused=self._focused)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        # A right click opens the menu without moving the keyboard focus.
        if event.button() == Qt.MouseButton.LeftButton:
            self.pressed.emit(self.slot)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.open_menu(event.globalPos())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._set_wash()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._status.standing != "winner" and self.reading.geometry().contains(event.rect()):
            return
        painter = QPainter(self)
        header = self.header.geometry()
        width = self.width() - 1
        if self._status.standing == "winner":
            end = header.bottom() + _WASH_BELOW_HEADER
            gradient = QLinearGradient(0, 0, 0, end)
            gradient.setColorAt(0, self._theme.color("gold_soft"))
            gradient.setColorAt(1, self._theme.color("surface"))
            painter.fillRect(QRect(0, 0, width, end), gradient)
        line = self._theme.color("line")
        painter.fillRect(QRect(0, header.bottom() + 1, width, 1), line)
        painter.fillRect(QRect(0, self.footer.y() - 1, width, 1), line)
        painter.fillRect(QRect(width, 0, 1, self.height()), line)
        if self._focused:
            painter.fillRect(QRect(0, 0, width, 2), self._theme.color("accent" if self._active else "border"))

    def _set_wash(self) -> None:
        self.update()
        if self._status.standing != "winner":
            self.reading.set_wash(None)
            return
        self._layout.activate()
        top = self.reading.y()
        self.reading.set_wash((-top, self.header.geometry().bottom() + _WASH_BELOW_HEADER - top))

    def _restyle(self) -> None:
        self.setMinimumWidth(minimum_width(self, self._theme))
        self.update()


def _connect_parts(column: LaneColumn, intents: LaneIntents) -> None:
    header, footer = column.header, column.footer
    header.warning.clicked.connect(lambda: intents.model_requested.emit(column.slot))
    header.successor.clicked.connect(lambda: intents.successor_requested.emit(column.slot))
    header.quick.ask = lambda full, show: intents.ask(column.slot, show, full=full)
    footer.winner.clicked.connect(lambda: intents.mark_requested.emit(column.slot))
    footer.stop.clicked.connect(lambda: intents.stop_requested.emit(column.slot))
    footer.diff_pointed.connect(lambda: intents.diff_pointed.emit(column.slot))
    footer.checks.clicked.connect(lambda: intents.checks_requested.emit(column.slot))
    footer.copy.clicked.connect(lambda: intents.copy_requested.emit(column.slot))
    footer.retry.clicked.connect(lambda: intents.retry_requested.emit(column.slot))


def _numbers_only(old: LaneStatus, new: LaneStatus) -> bool:
    """Return whether only the line of numbers differs, as on nearly every tick of a stream."""
    return new == replace(
        old,
        ttft_ms=new.ttft_ms,
        took_ms=new.took_ms,
        tokens_per_second=new.tokens_per_second,
        usage=new.usage,
        cost=new.cost,
        notice=new.notice,
        silent_s=new.silent_s,
        version=new.version,
        has_wire=new.has_wire,
        began_ms=new.began_ms,
    )
