"""The place of a lane in the row: its column, or as long as nobody can see one, what the column would show.

Invariant: a seat knows everything about its lane at any time, whether there is a column or not; a column that is handed
out shows all of it. Thirty columns made or filled at once would hold up the window, so only those near the view are,
a few in each turn of the event loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from workbench.app.lane_state import LaneHead, LaneStatus
from workbench.ui.features.lanes import wording
from workbench.ui.features.lanes.column import LaneColumn, minimum_width
from workbench.ui.features.lanes.intents import Intents
from workbench.ui.theme import Theme

Kind = Literal["text", "reasoning", "steps"]
"""What an answer may have more of. Steps come without a piece: the page that shows them asks for all."""


def _nothing() -> dict[Kind, list[str]]:
    return {"text": [], "reasoning": [], "steps": []}


class Blank(QWidget):
    """Stands in the row in the place of a column; whoever wants to use it asks for the column."""

    wanted = Signal(object)
    """The Qt.FocusReason that brought the keyboard here, or None for the mouse."""

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
class Place:
    """What a column needs to know about the row it stands in."""

    keep_params_line: bool = False
    is_first: bool = True
    is_last: bool = True


class Seat:
    """One lane of the row. Its column is worth having `near` the view, and follows at once while it is `seen`."""

    def __init__(self, theme: Theme, head: LaneHead, intents: Intents, row: QWidget) -> None:
        self._theme, self._intents, self._row = theme, intents, row
        self.head, self._place, self.status = head, Place(), LaneStatus()
        self._focus = (False, False)
        self._running = False
        self._late: dict[Kind, list[str]] | None = _nothing()
        self._restart = False
        self._stale = True
        self._column: LaneColumn | None = None
        self.near = self.seen = False
        self.blank: Blank | None = Blank(theme, row)

    @property
    def slot(self) -> str:
        """The lane's slot."""
        return self.head.slot

    @property
    def widget(self) -> QWidget:
        """What stands in the row."""
        widget = self._column or self.blank
        assert widget is not None
        return widget

    @property
    def built(self) -> LaneColumn | None:
        """The column, None while there is none; it may lag behind."""
        return self._column

    @property
    def is_late(self) -> bool:
        """Whether the column is missing or lags behind."""
        return self._stale or self._late is not None

    def text(self) -> str:
        """Return the answer so far, to the byte."""
        behind = "".join(self._late["text"]) if self._late is not None else ""
        if self._column is None or self._restart:
            return behind
        return self._column.reading.exact_text + behind

    def set_head(self, head: LaneHead, place: Place) -> None:
        """Take other settings and another place."""
        self.head, self._place = head, place
        self._touch()

    def set_status(self, status: LaneStatus) -> None:
        """Take in how the output stands."""
        self.status = status
        self._touch()

    def set_text(self, text: str, reasoning: str) -> None:
        """Take another answer."""
        self._late, self._restart = {"text": [text], "reasoning": [reasoning], "steps": []}, True
        if self.seen:
            self.catch_up()

    def append(self, kind: Kind, piece: str) -> None:
        """Take the next piece of an answer."""
        if self._column is None or not self.seen:
            self._late = self._late or _nothing()
        if self._late is not None:
            self._late[kind].append(piece)
        elif self._column is not None:
            self._column.append(kind, piece)

    def clear(self) -> None:
        """Become a lane that has not run."""
        self.status = LaneStatus()
        self._late, self._restart = _nothing(), True
        self._touch()
        if self.seen:
            self.catch_up()

    def set_run_under_way(self, running: bool) -> None:
        """Say whether any lane of the run is still busy."""
        self._running = running
        if self._column is not None:
            self._column.set_run_under_way(running)

    def set_focused(self, focused: bool, active: bool) -> None:
        """Say whether this is the lane that keys act on, and whether it has the keyboard focus as well."""
        self._focus = (focused, active)
        if self._column is not None:
            self._column.set_focused(focused, active)

    def show_elapsed(self) -> None:
        """Bring the numbers of a running lane up to date."""
        if self._column is not None and self.seen:
            self._column.show_elapsed()

    def tab_stops(self) -> list[QWidget]:
        """Return the controls in reading order."""
        return self._column.tab_stops() if self._column is not None else [self.widget]

    def column(self) -> LaneColumn:
        """Return the column, whole and up to date; the caller puts a new one into the row."""
        if self._column is None:
            self._column = LaneColumn(self._theme, self.head, self._intents, self._row)
            self._column.set_run_under_way(self._running)
            self._column.set_focused(*self._focus)
        self.catch_up()
        return self._column

    def catch_up(self) -> None:
        """Let the column, if there is one, show all that is known."""
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
        if self.seen:
            self.catch_up()


def take_heads(seats: Sequence[Seat], heads: Sequence[LaneHead]) -> None:
    """Give each seat its head; where one has a third line all keep the room for it."""
    third = any(wording.has_third_line(head, seat.status) for head, seat in zip(heads, seats, strict=True))
    for index, (head, seat) in enumerate(zip(heads, seats, strict=True)):
        seat.set_head(head, Place(third, index == 0, index == len(heads) - 1))
