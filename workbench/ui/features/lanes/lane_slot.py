"""A lane in the row: its column or, until the column is created, a placeholder and the pending content.

Invariant: a seat always has the complete state of its lane, with or without a column; a column returned by `column()`
shows all of it. Thirty columns created or filled at once would block the window, so only those near the viewport are, a
few per turn of the event loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from workbench.app.lanes.lane_state import LaneHead, LaneStatus
from workbench.app.lanes.shown_answers import OutputChecks
from workbench.ui.features.lanes import wording
from workbench.ui.features.lanes.column import LaneColumn, minimum_width
from workbench.ui.features.lanes.judge_mark import JudgeMark
from workbench.ui.features.lanes.lane_intents import LaneIntents
from workbench.ui.widgets.theme import Theme
from workbench.ui.widgets.wording import has_ended

Kind = Literal["text", "reasoning", "steps"]
"""The parts of an answer that can grow. Steps come without a chunk: the page that shows them reads all of them."""


def _nothing() -> dict[Kind, list[str]]:
    return {"text": [], "reasoning": [], "steps": []}


class BlankSlot(QWidget):
    """A placeholder in the row; `wanted` requests the column."""

    wanted = Signal(object)
    """The Qt.FocusReason of the keyboard focus, or None for a mouse press."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.changed.connect(self._restyle)
        self._restyle()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.wanted.emit(event.reason())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.wanted.emit(None)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), self._theme.color("surface"))
            painter.fillRect(QRect(self.width() - 1, 0, 1, self.height()), self._theme.color("line"))

    def _restyle(self) -> None:
        self.setMinimumWidth(minimum_width(self, self._theme))


@dataclass(frozen=True, slots=True)
class SlotPlace:
    """The position of a column in its row."""

    keep_params_line: bool = False
    is_first: bool = True
    is_last: bool = True


class LaneSlot:
    """One lane of the row. Its column is created lazily when `near`, and updated at once while `seen`."""

    def __init__(self, theme: Theme, head: LaneHead, intents: LaneIntents, row: QWidget) -> None:
        self._theme, self._intents, self._row = theme, intents, row
        self.head, self._place, self.status = head, SlotPlace(), LaneStatus()
        self.checks: OutputChecks | None = None
        self.judged: JudgeMark | None = None
        self._focus = (False, False)
        self._running = False
        self._late: dict[Kind, list[str]] | None = _nothing()
        self._restart = False
        self._stale = True
        self._column: LaneColumn | None = None
        self.near = self.seen = False
        self.blank: BlankSlot | None = BlankSlot(theme, row)

    @property
    def slot(self) -> str:
        """The lane's slot."""
        return self.head.slot

    @property
    def widget(self) -> QWidget:
        """The widget in the row: column or placeholder."""
        widget = self._column or self.blank
        assert widget is not None
        return widget

    @property
    def built(self) -> LaneColumn | None:
        """The column, or None if not created yet; may be out of date."""
        return self._column

    @property
    def is_late(self) -> bool:
        """Whether the column is missing or out of date."""
        return self._stale or self._late is not None

    def text(self) -> str:
        """Return the exact answer so far."""
        behind = "".join(self._late["text"]) if self._late is not None else ""
        if self._column is None or self._restart:
            return behind
        return self._column.reading.exact_text + behind

    def set_head(self, head: LaneHead, place: SlotPlace) -> None:
        """Set the settings and the position."""
        self.head, self._place = head, place
        self._touch()

    def set_status(self, status: LaneStatus) -> None:
        """Set the state of the output."""
        self.status = status
        if not has_ended(status):
            # The results are of the answer before.
            self.checks = self.judged = None
        self._touch()

    def set_checks(self, checks: OutputChecks | None) -> bool:
        """Set the results of the answer's checks, None for none; return whether they are others."""
        if changed := checks != self.checks:
            self.checks = checks
            self._touch()
        return changed

    def set_judged(self, judged: JudgeMark | None) -> bool:
        """Set what a judge said of the answer, None for nothing; return whether that is new."""
        if changed := judged != self.judged:
            self.judged = judged
            self._touch()
        return changed

    def set_text(self, text: str, reasoning: str) -> None:
        """Replace the answer."""
        self._late, self._restart = {"text": [text], "reasoning": [reasoning], "steps": []}, True
        if self.seen:
            self.catch_up()

    def append(self, kind: Kind, piece: str) -> None:
        """Append a chunk to the answer."""
        if self._column is None or not self.seen:
            self._late = self._late or _nothing()
        if self._late is not None:
            self._late[kind].append(piece)
        elif self._column is not None:
            self._column.append(kind, piece)

    def clear(self) -> None:
        """Reset to a lane that has not run."""
        self.status, self.checks, self.judged = LaneStatus(), None, None
        self._late, self._restart = _nothing(), True
        self._touch()
        if self.seen:
            self.catch_up()

    def set_run_under_way(self, running: bool) -> None:
        """Set whether any lane of the run is still running."""
        self._running = running
        if self._column is not None:
            self._column.set_run_under_way(running)

    def set_focused(self, focused: bool, active: bool) -> None:
        """Set whether keys act on this lane, and whether it also has the keyboard focus."""
        self._focus = (focused, active)
        if self._column is not None:
            self._column.set_focused(focused, active)

    def show_elapsed(self) -> None:
        """Refresh the elapsed time of a running lane."""
        if self._column is not None and self.seen:
            self._column.show_elapsed()

    def tab_stops(self) -> list[QWidget]:
        """Return the controls in tab order."""
        return self._column.tab_stops() if self._column is not None else [self.widget]

    def column(self) -> LaneColumn:
        """Return the column, created if needed and up to date; the caller inserts a new one into the row."""
        if self._column is None:
            self._column = LaneColumn(self._theme, self.head, self._intents, self._row)
            self._column.set_run_under_way(self._running)
            self._column.set_focused(*self._focus)
        self.catch_up()
        return self._column

    def catch_up(self) -> None:
        """Bring the column, if there is one, up to date."""
        column = self._column
        if column is None:
            return
        if self._stale:
            self._stale = False
            place = self._place
            column.set_head(
                self.head,
                keep_params_line=place.keep_params_line,
                is_first=place.is_first,
                is_last=place.is_last,
            )
            column.set_status(self.status)
            column.footer.show_checks(self.checks)
            column.footer.show_judged(self.judged)
        if (late := self._late) is not None:
            self._late = None
            text, reasoning = "".join(late["text"]), "".join(late["reasoning"])
            if self._restart:
                self._restart = False
                column.set_text(text, reasoning)
            else:
                for kind, piece in (("reasoning", reasoning), ("text", text)):
                    if piece:
                        column.append(kind, piece)  # type: ignore[arg-type] # both are a Kind
            if late["steps"]:
                column.append("steps", "")

    def _touch(self) -> None:
        self._stale = True
        self._intents.slot_touched.emit()
        if self.seen:
            self.catch_up()


def take_heads(seats: Sequence[LaneSlot], heads: Sequence[LaneHead]) -> None:
    """Set the head of each seat; if any has a third line, all reserve the space for it."""
    third = any(wording.has_third_line(head, seat.status) for head, seat in zip(heads, seats, strict=True))
    for index, (head, seat) in enumerate(zip(heads, seats, strict=True)):
        seat.set_head(head, SlotPlace(third, index == 0, index == len(heads) - 1))


def slot_around(seats: Sequence[LaneSlot], widget: QWidget | None) -> str | None:
    """Return the slot of the lane in which a widget is; None for another, a deleted or no widget."""
    if widget is None or not isValid(widget):
        return None
    return next((seat.slot for seat in seats if seat.widget.isAncestorOf(widget)), None)
