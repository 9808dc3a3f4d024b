"""What the window gives Compose, and what it asks of it.

Invariant: the window knows Compose only by the class that is here; Compose gets what the window has painted already.
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
    """What the window gives Compose: the page that it shows already, the open prompt, and its bars."""

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
    """Queues a run until the window is complete; False when it is."""
    focus_timeline: Callable[[], object]
    """Gives the list of iterations the keyboard."""
    point_at_iteration: Callable[[str, QMenu], object]
    """Marks the row of an iteration as the one that a menu is about, until it closes."""


class ComposePart(Protocol):
    """What the window asks of Compose."""

    def lanes(self) -> LanesOwner:
        """Return what the lanes show and change."""

    def begin(self) -> None:
        """Start to work: the lanes are in the page, and all actions are made."""

    def fill(self, state: WindowState) -> WindowState:
        """Return the state with what Compose knows of it."""

    def show_state(self, state: WindowState) -> None:
        """Show what the run bar and the lanes tell of the state."""

    def name_keys(self, name: KeyName) -> None:
        """Name the keys in force."""

    def close_open(self) -> bool:
        """Close the find bar, or the question before a run; False when neither is open."""

    def escape(self) -> None:
        """Remove the marks of the timeline, else leave what is past, else stop what runs."""

    def panes(self) -> Sequence[tuple[QWidget, Callable[[], None]]]:
        """Return the parts that F6 goes through, and what gives each the keyboard."""

    def stops(self) -> Sequence[QWidget]:
        """Return the parts in the order of Tab."""

    def lane_title(self, slot: str) -> str:
        """Return the shown name of a lane, "" for one that is not shown."""

    def retry(self, slots: list[str]) -> None:
        """Repeat the calls of lanes as they were."""

    def limits(self) -> Limits:
        """Return what a run may take before a person is asked."""

    def read_limits(self) -> None:
        """Read these limits from the history."""

    def show_iteration(self, uid: str) -> None:
        """Show a row of the timeline."""

    def open_iteration_menu(self, uid: str, at: QPoint) -> None:
        """Open the menu of a row of the timeline at a global position."""

    def claims(self, command_id: str) -> bool:
        """Whether the key of "undo" or "redo" is about a verdict, and not for the text field that has it."""

    def typed(self, widget: QWidget) -> None:
        """Record that a key was pressed in a field for text."""


COMPOSE: Room[ComposeOwner, ComposePart] = Room("window.compose")
"""The page of the window with the draft and its lanes."""
