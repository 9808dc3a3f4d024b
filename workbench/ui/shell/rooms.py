"""Rooms for widgets of other features: what the owner of a room provides, and the interface it uses.

Invariant: the two sides do not know each other. The owner uses the widget through the classes here; the feature uses
what the owner provides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QWidget

from workbench.ui.shell.key_names import KeyName

if TYPE_CHECKING:
    from PySide6.QtWidgets import QAbstractButton, QMenu

    from workbench.app.lanes.lane_list import LaneList
    from workbench.app.lanes.lane_presenter import LanePresenter
    from workbench.app.lanes.lane_state import LaneHead
    from workbench.app.lanes.shown_answers import OutputChecks
    from workbench.app.prompts.prompts import PromptList
    from workbench.core.blocks import Tool
    from workbench.core.drafts import Draft
    from workbench.core.lanes import Lane
    from workbench.core.parameter_support import ParameterSupport
    from workbench.core.runs import Result, RunSet
    from workbench.core.value_kinds import Kinds
    from workbench.host.settings import Settings

G = TypeVar("G")
W = TypeVar("W")


@dataclass(frozen=True, slots=True)
class Room(Generic[G, W]):
    """A place for a widget of type `W`, or for its content; its maker gets a `G`."""

    id: str


class LaneAnswers(Protocol):
    """The answers shown in the lanes."""

    @property
    def is_blind(self) -> bool:
        """Whether the names of the lanes are hidden."""

    def stop(self, slot: str) -> None:
        """Stop all running answers of a lane."""

    def show_sample(self, slot: str, sample: int) -> None:
        """Show another sample of a lane, counted from 0; does nothing if there is none such."""

    def run_of(self, slot: str) -> str:
        """Return the uid of the run of a lane's shown answer, "" for none."""

    def results(self, slot: str) -> list[Result] | None:
        """Return the results of a lane's finished samples; None while names are hidden."""

    def shown_set(self) -> RunSet:
        """Return the value set whose answers are shown."""

    def value_kinds(self) -> Kinds:
        """Return what the values of the shown set are, by the case of its uid."""

    def tools(self, slot: str) -> tuple[Tool, ...]:
        """Return the tools that a lane's model could call; () for a lane that was pinned."""

    def pinned(self, slot: str) -> int | None:
        """Return the number of the version that a lane was pinned to when it ran, None for none."""

    def tested(self, output_uid: str) -> OutputChecks | None:
        """Return the results of the test that asked for an answer, None for an answer of an iteration."""


class LaneModels(Protocol):
    """The models of the lanes of the draft."""

    def set_model(self, slot: str, endpoint: str, model: str) -> None:
        """Set the model of a lane."""

    def show_support(self, slot: str, show: Callable[[ParameterSupport], None]) -> None:
        """Call `show` with the parameters that the model of a lane supports, at once and again when more is known."""

    def show_listed(self, slot: str, show: Callable[[ParameterSupport], None]) -> None:
        """Call `show` once with what is known about these parameters without loading anything."""

    def snippets(self, prompt_uid: str, draft: Draft, lane: Lane, *, filled: bool) -> dict[str, tuple[str, bool]]:
        """Return for every target its code and True, or the reason for having none and False; for a worker thread.

        With `filled`, values are substituted in the texts. Raises RefusedError and EngineError as a run would.
        """


class RemembersSettings(Protocol):
    """Holds settings that the window writes when it closes."""

    settings: Settings


@dataclass(frozen=True, slots=True)
class LanesOwner:
    """What Compose provides to the widget of its lanes."""

    lanes: LaneList
    board: LanePresenter
    answers: LaneAnswers
    models: LaneModels
    remembered: RemembersSettings
    presets: QAbstractButton
    """Opens the menu of lane presets."""


class LanesWidget(QWidget):
    """The interface of the lanes widget for Compose. Its signals are requests that need a run, or another part of the
    window; `str` arguments named first are slots.
    """

    retry_requested = Signal(str)
    mark_requested = Signal(str)
    run_requested = Signal(str)
    entered = Signal()
    """The user entered a lane."""
    focus_changed = Signal(str)
    """The slot that has the focus now, "" if there is no lane."""

    def name_keys(self, name: KeyName) -> None:
        """Update the displayed keys."""
        raise NotImplementedError

    def set_heads(self, heads: Sequence[LaneHead]) -> None:
        """Show these lanes in this order. Slots must be unique."""
        raise NotImplementedError

    def count_hidden(self, hidden: int) -> None:
        """Show the number of hidden lanes."""
        raise NotImplementedError

    def explain_emptiness(self, heading: str = "", text: str = "") -> None:
        """Show why there are no lanes; without arguments, what a lane is and how to add one."""
        raise NotImplementedError

    def set_all_running(self, running: bool) -> None:
        """Set whether a run is active; its lanes cannot be removed meanwhile."""
        raise NotImplementedError

    def slots(self) -> tuple[str, ...]:
        """Return the slots from left to right."""
        raise NotImplementedError

    def column(self, slot: str) -> QWidget | None:
        """Return the column of a lane, up to date, None if there is no such lane."""
        raise NotImplementedError

    def focused_slot(self) -> str:
        """Return the slot of the lane that keys act on, "" if there is no lane."""
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
    """What the side bar provides to the feature whose prompts it lists."""

    def edit_name(self, uid: str, then: Callable[[], None] | None = None) -> None:
        """Edit the name of a listed prompt in its row; afterwards `then` moves the focus, or it returns."""

    def point_at(self, uid: str, menu: QMenu) -> None:
        """Highlight the row of a prompt as the target of `menu`, until the menu closes."""

    def is_shown(self) -> bool:
        """Return whether the side bar is shown beside the view."""

    def focus_list(self) -> None:
        """Focus the list."""

    def filter_list(self) -> None:
        """Open the filter of the list."""


class PromptsPart(Protocol):
    """The interface of the prompts feature for the window."""

    prompts: PromptList

    def new(self) -> None:
        """Create a prompt, open it and let the user name it."""

    def open_menu(self, uid: str, at: QPoint) -> None:
        """Open the menu of a prompt at a global position, if it is still listed."""


PROMPTS: Room[PromptsSide, PromptsPart] = Room("side.prompts")
"""The upper half of the side bar."""


class SideFoot(Protocol):
    """The place below the timeline in the side bar."""

    def show_foot(self, foot: QWidget | None) -> None:
        """Show a widget in place of the previous one, which is deleted; None shows nothing."""


SIDE_FOOT: Room[SideFoot, object] = Room("side.foot")
"""The foot of the side bar."""
