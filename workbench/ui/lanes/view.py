"""The row of columns.

Invariant: there is one column per slot, in the order of the heads; a column that stays keeps its text and its place of
reading, and the focused lane is in view.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Literal

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from workbench.app.lane_state import LaneHead, LaneStatus
from workbench.ui.lanes import wording
from workbench.ui.lanes.column import LaneColumn
from workbench.ui.lanes.empty import EmptyPage
from workbench.ui.lanes.intents import Intents
from workbench.ui.lanes.widgets import quiet_button
from workbench.ui.theme import Theme, set_role

_ELAPSED_TICK_MS = 250


class _Sideways(QScrollArea):
    """A scroll area that only goes sideways."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.horizontalScrollBar().setSingleStep(40)

    def wheelEvent(self, event: QWheelEvent) -> None:
        delta = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta()
        sideways = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        step = delta.x() or (delta.y() if sideways else 0)
        if not step:
            event.ignore()
            return
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - step)
        event.accept()


class LanesView(Intents):
    """All lanes of a prompt, or of one past iteration. Calls for a slot that is not shown have no effect: an answer
    may still be under way when its column has gone."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._columns: list[LaneColumn] = []
        self._focused = ""
        self._running = False
        self._area = _Sideways(self)
        self._row = QWidget()
        set_role(self._row, "surface")
        self._layout = QHBoxLayout(self._row)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self.add_button = quiet_button("+ Lane", "Add a lane", self._row)
        self.add_button.clicked.connect(self.add_requested)
        self._end = QWidget(self._row)
        end = QVBoxLayout(self._end)
        end.setContentsMargins(6, 8, 6, 6)
        end.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignTop)
        self._layout.addWidget(self._end)
        self._area.setWidget(self._row)
        self._empty = EmptyPage(theme, self)
        self._empty.button.clicked.connect(self.add_requested)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self._area)
        self._timer = QTimer(self)
        self._timer.setInterval(_ELAPSED_TICK_MS)
        self._timer.timeout.connect(self._show_elapsed)
        self.setAccessibleName("Lanes")
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._focus_moved)

    def set_heads(self, heads: Sequence[LaneHead]) -> None:
        """Show these lanes in this order. Slots must be unique."""
        wanted = {head.slot: head for head in heads}
        if len(wanted) != len(heads):
            raise ValueError("two lanes have the same slot")
        old_index = next((i for i, column in enumerate(self._columns) if column.slot == self._focused), 0)
        kept: dict[str, LaneColumn] = {}
        for column in self._columns:
            if column.slot in wanted:
                kept[column.slot] = column
            else:
                self._drop(column)
        keep_params_line = any(wording.settings_line(head) for head in heads)
        self._columns = []
        for index, head in enumerate(heads):
            column = kept.get(head.slot) or self._make_column(head)
            if self._layout.indexOf(column) != index:
                self._layout.insertWidget(index, column, 1)
            column.set_head(
                head, keep_params_line=keep_params_line, is_first=index == 0, is_last=index == len(heads) - 1
            )
            self._columns.append(column)
        self._end.setHidden(any(head.read_only for head in heads))
        self._stack.setCurrentWidget(self._area if heads else self._empty)
        self._order_tabs()
        self._watch_clock()
        if self._focused not in wanted:
            self._set_focused(heads[min(old_index, len(heads) - 1)].slot if heads else "")

    def set_status(self, slot: str, status: LaneStatus) -> None:
        """Show how the output of a lane stands."""
        if (column := self.column(slot)) is not None:
            column.set_status(status)
            self._watch_clock()

    def set_text(self, slot: str, text: str, reasoning: str = "") -> None:
        """Show a whole answer; text that continues what is shown is appended without moving what is read."""
        if (column := self.column(slot)) is not None:
            column.set_text(text, reasoning)

    def append_text(self, slot: str, kind: Literal["text", "reasoning"], piece: str) -> None:
        """Add a piece of a streaming answer; meant to be called once per frame and lane."""
        if (column := self.column(slot)) is not None:
            column.append(kind, piece)

    def text(self, slot: str) -> str:
        """Return the exact text that a lane shows, "" for an unknown slot."""
        column = self.column(slot)
        return column.answer.exact_text if column is not None else ""

    def clear(self, slot: str) -> None:
        """Empty a lane as if it had not run."""
        if (column := self.column(slot)) is not None:
            column.clear()
            self._watch_clock()

    def slots(self) -> tuple[str, ...]:
        """Return the slots from left to right."""
        return tuple(column.slot for column in self._columns)

    def column(self, slot: str) -> LaneColumn | None:
        """Return the column of a slot, None when it is not shown."""
        return next((column for column in self._columns if column.slot == slot), None)

    def focused_slot(self) -> str:
        """Return the slot of the lane that keys act on, "" when there is no lane."""
        return self._focused

    def focus_lane(self, index: int) -> None:
        """Give the lane at `index` (from 0) the keyboard focus and scroll it into view; out of range has no effect."""
        if 0 <= index < len(self._columns):
            self._set_focused(self._columns[index].slot)
            self._columns[index].answer.setFocus(Qt.FocusReason.OtherFocusReason)

    def set_all_running(self, running: bool) -> None:
        """Say whether a run is under way; its lanes cannot be removed meanwhile."""
        self._running = running
        for column in self._columns:
            column.set_run_under_way(running)

    def rename(self, slot: str) -> None:
        """Start editing a lane's name in place."""
        if (column := self.column(slot)) is not None:
            column.start_rename()

    def edit_params(self, slot: str) -> None:
        """Open the dialog for a lane's parameters; `params_changed` brings the outcome."""
        if (column := self.column(slot)) is not None:
            column.edit_params()

    def _make_column(self, head: LaneHead) -> LaneColumn:
        column = LaneColumn(self._theme, head, self, self._row)
        column.pressed.connect(self._pressed)
        column.set_run_under_way(self._running)
        return column

    def _drop(self, column: LaneColumn) -> None:
        self._layout.removeWidget(column)
        column.hide()
        column.deleteLater()

    def _pressed(self, slot: str) -> None:
        self.focus_lane(self.slots().index(slot))

    def _set_focused(self, slot: str) -> None:
        changed = slot != self._focused
        self._focused = slot
        self._mark_focus()
        if changed:
            self._reveal()
            self.focus_changed.emit(slot)

    def _mark_focus(self) -> None:
        widget = QApplication.focusWidget()
        active = widget is not None and self._row.isAncestorOf(widget)
        for column in self._columns:
            column.set_focused(column.slot == self._focused, active)

    def _reveal(self) -> None:
        column = self.column(self._focused)
        if column is None:
            return
        self._layout.activate()
        bar, left, right = self._area.horizontalScrollBar(), column.x(), column.x() + column.width()
        width = self._area.viewport().width()
        if left < bar.value() or column.width() >= width:
            bar.setValue(left)
        elif right > bar.value() + width:
            bar.setValue(right - width)

    def _focus_moved(self, _old: QWidget | None, new: QWidget | None) -> None:
        column = next((c for c in self._columns if new is not None and c.isAncestorOf(new)), None)
        if column is not None:
            self._set_focused(column.slot)
        self._mark_focus()

    def _watch_clock(self) -> None:
        busy = any(wording.is_running(column.status) for column in self._columns)
        if busy and not self._timer.isActive():
            self._timer.start()
        elif not busy:
            self._timer.stop()

    def _show_elapsed(self) -> None:
        for column in self._columns:
            if wording.is_running(column.status):
                column.show_elapsed()

    def _order_tabs(self) -> None:
        stops = [stop for column in self._columns for stop in column.tab_stops()] + [self.add_button]
        for before, after in itertools.pairwise(stops):
            QWidget.setTabOrder(before, after)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange:
            self._mark_focus()
