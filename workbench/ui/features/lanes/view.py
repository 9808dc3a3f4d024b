"""The row of columns.

Invariant: there is one column per slot, in the order of the heads; a column that stays keeps its text and scroll
position, and the focused lane is in view.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedLayout, QWidget

from workbench.app.lanes.lane_state import LaneHead, LaneStatus, is_same_but_standing
from workbench.ui.features.lanes import wording
from workbench.ui.features.lanes.column import LaneColumn
from workbench.ui.features.lanes.column_scroll_area import ColumnScrollArea
from workbench.ui.features.lanes.column_widths import ColumnWidths
from workbench.ui.features.lanes.empty_page import NoLanesPage
from workbench.ui.features.lanes.lane_drag import LaneDrag
from workbench.ui.features.lanes.lane_intents import LaneIntents
from workbench.ui.features.lanes.lane_slot import Kind, LaneSlot, slot_around, take_heads
from workbench.ui.features.lanes.linked_scrolling import LinkedScrolling
from workbench.ui.features.lanes.overview import LaneOverview, LanesPage
from workbench.ui.features.lanes.row_end import RowEnd
from workbench.ui.features.lanes.visible_lanes import VisibleLanes
from workbench.ui.widgets.theme import Theme, set_role
from workbench.ui.widgets.wording import is_running

_ELAPSED_TICK_MS, _CALM_TICK_MS = 250, 1000


class _Elapsed(QTimer):
    """Refreshes the elapsed times while any lane runs, only once a second with reduced motion."""

    def __init__(self, theme: Theme, seats: Callable[[], Sequence[LaneSlot]], parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._seats = theme, seats
        self.timeout.connect(self._show)

    def watch(self) -> None:
        busy = any(is_running(seat.status) for seat in self._seats())
        if busy and not self.isActive():
            self.start(_CALM_TICK_MS if self._theme.motion == "reduced" else _ELAPSED_TICK_MS)
        elif not busy:
            self.stop()

    def _show(self) -> None:
        for seat in self._seats():
            if is_running(seat.status):
                seat.show_elapsed()


class LanesView(LaneIntents):
    """All lanes of a prompt, or of one past iteration. Calls for an unknown slot have no effect: chunks of an answer
    may arrive after its column was removed."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._seats: list[LaneSlot] = []
        self._focused, self._keys_act = "", True
        self._running = self._solo = False
        self._area = ColumnScrollArea(self)
        self._row = QWidget()
        set_role(self._row, "surface")
        self._layout = QHBoxLayout(self._row)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._end = RowEnd(self._row)
        self.add_button = self._end.add
        self._layout.addWidget(self._end)
        self._area.setWidget(self._row)
        self.widths = ColumnWidths(theme, self._area, self._row, self._end, lambda: self._seats, lambda: self._solo)
        self._empty = NoLanesPage(theme, self)
        self._end.behind.clicked.connect(self.toggle_solo)
        for adds, shows in ((self.add_button, self._end.hidden), (self._empty.button, self._empty.hidden)):
            adds.clicked.connect(self.add_requested)
            shows.clicked.connect(self.show_hidden_requested)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._page = LanesPage(LaneOverview(theme, self, lambda: self._seats, self.focus_lane), self._area)
        self._stack.addWidget(self._page)
        self.together = LinkedScrolling(lambda: [seat.built for seat in self._seats if seat.built is not None], self)
        self._elapsed = _Elapsed(theme, lambda: self._seats, self)
        self._drag = LaneDrag(theme, self._row, self._area, lambda: self._seats)
        self._drag.placed.connect(self.place_requested)
        self._nearby = VisibleLanes(self._area, self.widths, lambda: self._seats, self._column_of)
        self.setAccessibleName("Lanes")
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_moved)

    def set_heads(self, heads: Sequence[LaneHead]) -> None:
        """Show these lanes in this order. Raises ValueError if two have the same slot."""
        heads = self.mark_heads(heads)
        wanted = {head.slot: head for head in heads}
        keyboard = slot_around(self._seats, QApplication.focusWidget())
        if len(wanted) != len(heads):
            raise ValueError("two lanes have the same slot")
        old_index = next((i for i, seat in enumerate(self._seats) if seat.slot == self._focused), 0)
        kept = {seat.slot: seat for seat in self._seats if seat.slot in wanted}
        for seat in self._seats:
            if seat.slot not in wanted:
                self._layout.removeWidget(seat.widget)
                seat.widget.hide()
                seat.widget.deleteLater()
        self._seats = [kept.get(head.slot) or self._make_seat(head) for head in heads]
        for index, seat in enumerate(self._seats):
            if self._layout.indexOf(seat.widget) != index:
                self._layout.insertWidget(index, seat.widget, 1)
        take_heads(self._seats, heads)
        self._end.setHidden(any(head.read_only for head in heads))
        self._stack.setCurrentWidget(self._page if heads else self._empty)
        self._order_tabs()
        self._elapsed.watch()
        if self._focused not in wanted:
            self._set_focused(heads[min(old_index, len(heads) - 1)].slot if heads else "")
        if self._solo:
            self._show_seats()
        self.widths.arrange()
        self._nearby.begin()
        if keyboard is not None and keyboard not in wanted:
            # Qt would focus the next widget of the window.
            self._take_keyboard()

    def _take_keyboard(self) -> None:
        if (seat := self._seat(self._focused)) is not None:
            self._enter(seat, Qt.FocusReason.OtherFocusReason)
        else:
            self._empty.take_focus()

    def explain_emptiness(self, heading: str = "", text: str = "") -> None:
        """Set the explanation shown while there are no columns; by default what a lane is and how to add one."""
        self._empty.say(heading, text)

    def count_hidden(self, hidden: int) -> None:
        """Set the number of hidden lanes; `show_hidden_requested` is emitted to show them."""
        self._end.hidden.count(hidden)
        self._empty.count_hidden(hidden)
        self.widths.soon()
        self._nearby.look_around()

    def emptiness(self) -> str:
        """Return the text shown while there are no columns, "" if there are some."""
        return "" if self._seats else self._empty.words()

    def set_status(self, slot: str, status: LaneStatus) -> None:
        """Show the state of a lane's output."""
        if (seat := self._seat(slot)) is not None:
            before = seat.status
            seat.set_status(status)
            if seat.is_late:
                self._nearby.soon(seat)
            if is_same_but_standing(before, status):
                return
            if wording.settings_line(seat.head, before) != wording.settings_line(seat.head, status):
                take_heads(self._seats, [other.head for other in self._seats])
            self._elapsed.watch()
            if self.widths.by_content:
                self.widths.soon()

    def set_text(self, slot: str, text: str, reasoning: str = "") -> None:
        """Show a whole answer; text that continues the current one is appended and keeps the scroll position."""
        if (seat := self._seat(slot)) is not None:
            seat.set_text(text, reasoning)
            if seat.is_late:
                self._nearby.soon(seat)
            if self.widths.by_content:
                self.widths.soon()

    def append_text(self, slot: str, kind: Kind, piece: str) -> None:
        """Append a chunk to a streaming answer; meant to be called once per frame and lane."""
        if (seat := self._seat(slot)) is not None:
            seat.append(kind, piece)
            self._nearby.soon(seat)

    def set_reading_data(self, slot: str, mode: str, data: object) -> None:
        """Answer `reading_wanted`; no effect if the lane has another view mode by now."""
        if (seat := self._seat(slot)) is not None and seat.built is not None:
            seat.built.reading.set_data(mode, data)

    def set_below(self, slot: str, change: Callable[[LaneSlot], bool]) -> None:
        """Change what is shown below a lane's answer; `change` returns whether it changed anything."""
        if (seat := self._seat(slot)) is not None and change(seat):
            self._nearby.soon(seat)

    def text(self, slot: str) -> str:
        """Return the exact text that a lane shows, "" for an unknown slot."""
        return seat.text() if (seat := self._seat(slot)) is not None else ""

    def clear(self, slot: str) -> None:
        """Reset a lane to the state before its first run."""
        if (seat := self._seat(slot)) is not None:
            seat.clear()
            self._nearby.soon(seat)
            self._elapsed.watch()

    def slots(self) -> tuple[str, ...]:
        """Return the slots from left to right."""
        return tuple(seat.slot for seat in self._seats)

    def column(self, slot: str) -> LaneColumn | None:
        """Return the column of a slot, created if needed and up to date, or None if there is no such lane."""
        return self._column_of(seat) if (seat := self._seat(slot)) is not None else None

    def name_of(self, slot: str) -> str:
        """Return the displayed name of a lane, also while names are hidden; "" if it is not shown."""
        return wording.title(seat.head, seat.status.blind) if (seat := self._seat(slot)) is not None else ""

    def heads(self) -> list[LaneHead]:
        """Return the heads of the lanes from left to right."""
        return [seat.head for seat in self._seats]

    @property
    def is_catching_up(self) -> bool:
        """Whether columns near the viewport are still to be created or filled."""
        return self._nearby.is_catching_up

    def focused_slot(self) -> str:
        """Return the slot of the lane that keys act on, "" if there is no lane."""
        return self._focused

    def focus_lane(self, index: int) -> None:
        """Focus the lane at `index` (from 0) and scroll it into view; out of range has no effect."""
        if 0 <= index < len(self._seats):
            self._enter(self._seats[index], Qt.FocusReason.ShortcutFocusReason)
            self.entered.emit()

    def _enter(self, seat: LaneSlot, reason: Qt.FocusReason) -> None:
        self._set_focused(seat.slot)
        self._column_of(seat).reading.take_focus(reason)

    def show_keys_act(self, keys_act: bool) -> None:
        """Set whether single-key shortcuts act on the focused lane; they do not if the focus only fell back to it."""
        self._keys_act = keys_act
        self._mark_focus()

    def toggle_solo(self) -> None:
        """Switch between the focused lane at full width and all lanes."""
        self._solo = not self._solo
        self._show_seats()

    def _show_seats(self) -> None:
        for seat in self._seats:
            seat.widget.setVisible(not self._solo or seat.slot == self._focused)
        self._end.count_behind(len(self._seats) - 1 if self._solo else 0, self.key_name("solo"))
        self.widths.arrange()

    def set_all_running(self, running: bool) -> None:
        """Set whether a run is in progress; its lanes cannot be removed meanwhile."""
        self._running = running
        for seat in self._seats:
            seat.set_run_under_way(running)

    def rename(self, slot: str) -> None:
        """Start editing a lane's name in place."""
        if (column := self.column(slot)) is not None:
            column.start_rename()

    def edit_params(self, slot: str, *, field: str = "") -> None:
        """Open the dialog for a lane's parameters, at one of them; the result is emitted as `params_changed`."""
        if (column := self.column(slot)) is not None:
            column.edit_params(field=field)

    def _seat(self, slot: str) -> LaneSlot | None:
        return next((seat for seat in self._seats if seat.slot == slot), None)

    def _make_seat(self, head: LaneHead) -> LaneSlot:
        seat = LaneSlot(self._theme, head, self, self._row)
        seat.set_run_under_way(self._running)
        assert seat.blank is not None
        seat.blank.wanted.connect(lambda reason: self._blank_wanted(seat, reason))
        return seat

    def _column_of(self, seat: LaneSlot) -> LaneColumn:
        """Return a seat's column; a new column replaces the placeholder."""
        blank, column = seat.blank, seat.column()
        if blank is not None:
            seat.blank = None
            column.pressed.connect(self._pressed)
            self.together.take(column)
            self._drag.take(column)
            self._layout.replaceWidget(blank, column)
            column.setVisible(not self._solo or seat.slot == self._focused)
            for before, after in itertools.pairwise((blank, *column.tab_stops())):
                QWidget.setTabOrder(before, after)
            if blank.hasFocus():
                # Hiding the focused placeholder would focus the next placeholder, and so on.
                column.tab_stops()[0].setFocus(Qt.FocusReason.OtherFocusReason)
            blank.hide()
            blank.deleteLater()
        return column

    def _blank_wanted(self, seat: LaneSlot, reason: Qt.FocusReason | None) -> None:
        stops = [stop for stop in self._column_of(seat).tab_stops() if not stop.isHidden()]
        if reason is None:
            self._pressed(seat.slot)
        elif reason == Qt.FocusReason.BacktabFocusReason:
            stops[-1].setFocus(reason)
        else:
            stops[0].setFocus(reason)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._nearby.look_around()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.widths.arrange()
        self._nearby.look_around()

    def _pressed(self, slot: str) -> None:
        self.focus_lane(self.slots().index(slot))

    def _set_focused(self, slot: str) -> None:
        changed = slot != self._focused
        self._focused = slot
        if self._solo:
            self._show_seats()
        self._mark_focus()
        if changed:
            if QApplication.mouseButtons() == Qt.MouseButton.NoButton:
                # A widget under a pressed mouse button is in view; scrolling would move it away before the release.
                self.reveal_focused()
            self.focus_changed.emit(slot)

    def _mark_focus(self) -> None:
        widget = QApplication.focusWidget()
        active = self._keys_act and widget is not None and self._row.isAncestorOf(widget)
        for seat in self._seats:
            seat.set_focused(seat.slot == self._focused, active)

    def reveal_focused(self) -> None:
        """Scroll horizontally until the focused lane is in view."""
        if (seat := self._seat(self._focused)) is not None:
            self._layout.activate()
            self._area.reveal(seat.widget)

    def _focus_moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        if slot := slot_around(self._seats, new):
            self._set_focused(slot)
        self._mark_focus()

    def _order_tabs(self) -> None:
        stops = [stop for seat in self._seats for stop in seat.tab_stops()] + [self.add_button, self._end.hidden]
        for before, after in itertools.pairwise(stops):
            QWidget.setTabOrder(before, after)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange:
            self._mark_focus()
