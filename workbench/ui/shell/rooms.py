"""Rooms that a page keeps for the widget of another feature: what the owner of a room gives, and what it asks for.

Invariant: neither side knows the other one. The owner asks the widget through the class that stands here; the feature
gets what the owner keeps, and does with it what a person asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QWidget

from workbench.ui.shell.key_names import KeyName

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMenu

    from workbench.app.lanes.lane_list import LaneList
    from workbench.app.lanes.lane_presenter import LanePresenter
    from workbench.app.lanes.lane_state import LaneHead
    from workbench.app.prompts.prompts import PromptList
    from workbench.core.drafts import Draft
    from workbench.core.lanes import Lane
    from workbench.core.parameter_support import ParameterSupport
    from workbench.core.runs import Result
    from workbench.host.settings import Settings

G = TypeVar("G")
W = TypeVar("W")


@dataclass(frozen=True, slots=True)
class Room(Generic[G, W]):
    """A place for one widget, or what is shown in it, of the type `W`; its maker gets a `G`."""

    id: str


class LaneAnswers(Protocol):
    """The answers that the lanes show."""

    @property
    def is_blind(self) -> bool:
        """Whether it is hidden who answers."""

    def stop(self, slot: str) -> None:
        """Stop all running answers of a lane."""

    def show_sample(self, slot: str, sample: int) -> None:
        """Show another sample of a lane, counted from 0; without effect for one that is not there."""

    def run_of(self, slot: str) -> str:
        """Return the uid of the run of a lane's shown answer, "" for none."""

    def results(self, slot: str) -> list[Result] | None:
        """Return how a lane's samples ended, as far as they have; None while it is hidden who answers."""


class LaneModels(Protocol):
    """The models of the lanes of the draft."""

    def set_model(self, slot: str, endpoint: str, model: str) -> None:
        """Let another model answer."""

    def show_support(self, slot: str, show: Callable[[ParameterSupport], None]) -> None:
        """Show which parameters the model of a lane takes, at once and again when more is known."""

    def snippets(self, prompt_uid: str, draft: Draft, lane: Lane, *, filled: bool) -> dict[str, tuple[str, bool]]:
        """Return for every target its code and True, or why there is none and False; for a worker thread.

        With `filled` the values stand in the texts. Raises RefusedError and EngineError as a run would.
        """


class RemembersSettings(Protocol):
    """Keeps settings until the window closes, which writes them."""

    settings: Settings


@dataclass(frozen=True, slots=True)
class LanesOwner:
    """What Compose gives the widget that shows its lanes."""

    lanes: LaneList
    board: LanePresenter
    answers: LaneAnswers
    models: LaneModels
    remembered: RemembersSettings


class LanesWidget(QWidget):
    """What Compose asks of the widget that shows its lanes. Its signals are what a person asks for that needs a run, or
    another part of the window; `str` arguments named first are slots.
    """

    retry_requested = Signal(str)
    mark_requested = Signal(str)
    run_requested = Signal(str)
    entered = Signal()
    """The person went to a lane."""
    focus_changed = Signal(str)
    """The slot that has the focus now, "" when there is no lane."""

    def name_keys(self, name: KeyName) -> None:
        """Name the keys in force."""
        raise NotImplementedError

    def set_heads(self, heads: Sequence[LaneHead]) -> None:
        """Show these lanes in this order. Slots must be unique."""
        raise NotImplementedError

    def count_hidden(self, hidden: int) -> None:
        """Say how many lanes are hidden."""
        raise NotImplementedError

    def explain_emptiness(self, heading: str = "", text: str = "") -> None:
        """Say why there are no lanes; without words, what a lane is and how to add one."""
        raise NotImplementedError

    def set_all_running(self, running: bool) -> None:
        """Say whether a run is under way; its lanes cannot be removed meanwhile."""
        raise NotImplementedError

    def slots(self) -> tuple[str, ...]:
        """Return the slots from left to right."""
        raise NotImplementedError

    def column(self, slot: str) -> QWidget | None:
        """Return the column of a lane, up to date, None when there is no such lane."""
        raise NotImplementedError

    def focused_slot(self) -> str:
        """Return the slot of the lane that keys act on, "" when there is no lane."""
        raise NotImplementedError

    def focus_lane(self, index: int) -> None:
        """Give the lane at `index` (from 0) the keyboard focus and scroll it into view; out of range has no effect."""
        raise NotImplementedError

    def show_keys_act(self, keys_act: bool) -> None:
        """Show whether bare keys act on the lane that has the focus."""
        raise NotImplementedError


LANES: Room[LanesOwner, LanesWidget] = Room("compose.lanes")
"""The right half of Compose."""


class PromptsSide(Protocol):
    """What the side bar gives the feature whose prompts it lists."""

    def edit_name(self, uid: str, then: Callable[[], None] | None = None) -> None:
        """Edit the name of a listed prompt in its row; `then` moves the keyboard on, else it goes back."""

    def point_at(self, uid: str, menu: QMenu) -> None:
        """Mark the row of a prompt as the one that `menu` is about, until it closes."""

    def is_shown(self) -> bool:
        """Return whether the list is beside the shown view."""

    def focus_list(self) -> None:
        """Give the list the keyboard."""


class PromptsPart(Protocol):
    """What the window asks of the feature whose prompts the side bar lists."""

    prompts: PromptList

    def new(self) -> None:
        """Create a prompt, open it and let the person name it."""

    def open_menu(self, uid: str, at: QPoint) -> None:
        """Open the menu of a prompt at a global position, if it is still listed."""


PROMPTS: Room[PromptsSide, PromptsPart] = Room("side.prompts")
"""The upper half of the side bar."""
