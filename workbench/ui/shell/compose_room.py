"""The interface between the window and Compose.

Invariant: the window knows Compose only through `ComposePart`; Compose takes over the page that the window has already
painted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from workbench.ui.shell.rooms import Room

if TYPE_CHECKING:
    from PySide6.QtCore import QPoint
    from PySide6.QtWidgets import QMenu, QWidget

    from workbench.app.bridge import RunEventBridge
    from workbench.app.commands import WindowState
    from workbench.app.compose.session import ComposeSession
    from workbench.app.compose.timeline_model import TimelineModel
    from workbench.app.frame_clock import FrameClock
    from workbench.app.tasks import Tasks
    from workbench.core.run_limits import Limits
    from workbench.ui.draft_page import ComposeView
    from workbench.ui.shell.bars import StatusBar, WindowHeader
    from workbench.ui.shell.key_names import KeyName
    from workbench.ui.shell.notice_bar import NoticeBar
    from workbench.ui.shell.rooms import LanesOwner, RemembersSettings
    from workbench.usecases.workbench import Workbench


@dataclass(frozen=True, slots=True)
class ComposeOwner:
    """What the window passes to Compose: the page already shown, the open prompt, and the bars."""

    page: ComposeView
    compose: ComposeSession
    timeline: TimelineModel
    workbench: Workbench
    tasks: Tasks
    bridge: RunEventBridge
    pulse: FrameClock
    bar: NoticeBar
    header: WindowHeader
    status: StatusBar
    remembered: RemembersSettings
    queue_run: Callable[[], bool]
    """Queues a run until the window is complete; returns False afterwards."""
    focus_timeline: Callable[[], object]
    """Moves the keyboard focus to the list of iterations."""
    point_at_iteration: Callable[[str, QMenu], object]
    """Marks the row of an iteration as the target of a menu, until the menu closes."""


class ComposePart(Protocol):
    """The interface of Compose for the window."""

    def lanes(self) -> LanesOwner:
        """Return the owner interface of the lanes."""

    def begin(self) -> None:
        """Start up: the lanes are in the page, and all actions exist."""

    def fill(self, state: WindowState) -> WindowState:
        """Return the state with the fields that Compose provides."""

    def show_state(self, state: WindowState) -> None:
        """Update run bar and lanes for the state."""

    def name_keys(self, name: KeyName) -> None:
        """Update the displayed keys."""

    def close_open(self) -> bool:
        """Close the find bar, or the confirmation before a run; return False if neither is open."""

    def escape(self) -> None:
        """Clear the marks of the timeline, else leave the past iteration, else stop what runs."""

    def panes(self) -> Sequence[tuple[QWidget, Callable[[], None]]]:
        """Return the panes for F6, each with a callable that focuses it."""

    def stops(self) -> Sequence[QWidget]:
        """Return the parts in Tab order."""

    def lane_title(self, slot: str) -> str:
        """Return the displayed name of a lane, "" if it is not shown."""

    def retry(self, slots: list[str]) -> None:
        """Retry the calls of lanes unchanged."""

    def limits(self) -> Limits:
        """Return the limits above which a run asks for confirmation."""

    def read_limits(self) -> None:
        """Read these limits from the history."""

    def show_iteration(self, uid: str) -> None:
        """Show a row of the timeline."""

    def open_iteration_menu(self, uid: str, at: QPoint) -> None:
        """Open the menu of a timeline row at a global position."""

    @property
    def last_step(self) -> int:
        """The stamp (`host.clock.stamp`) of the step that undo would take back, 0 for none."""

    def claims(self, command_id: str) -> bool:
        """Whether the key of "undo" or "redo" applies to a verdict instead of the focused text field."""

    def typed(self, widget: QWidget) -> None:
        """Record that a key was pressed in a text field."""


COMPOSE: Room[ComposeOwner, ComposePart] = Room("window.compose")
"""The page of the window with the draft and its lanes."""
