"""Typed events between the parts of the window.

Invariant: publishers and subscribers do not know each other; `shell.services.EventBus` carries the events.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import Flag, auto
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from workbench.app.commands import View
    from workbench.app.palette.palette import PaletteSource
    from workbench.core.lanes import Lane
    from workbench.core.runs import IterationDetail
    from workbench.core.techniques import Technique
    from workbench.ui.shell.key_bindings import KeyBindings
    from workbench.ui.widgets.controls import ConfirmBar
    from workbench.usecases.history_replacement import Change

RunWish = Literal["open", "proposal", "restore", "branch"]
"""What a person wants with a run: show it, read it as a proposal, restore it into the draft, or branch from it."""
SettingsPage = Literal["keys", "endpoints", "appearance", "limits", "history"]


class Changed(Flag):
    """What an action changed, so that the views that show it refresh."""

    DRAFT = auto()
    RUNS = auto()
    VERDICTS = auto()
    PROMPTS = auto()
    CASES = auto()
    SETTINGS = auto()


@dataclass(frozen=True, slots=True)
class DataChanged:
    """Stored data changed; published once for each action."""

    what: Changed


@dataclass(frozen=True, slots=True)
class WindowCompleted:
    """The window is complete: what goes on by itself begins."""


@dataclass(frozen=True, slots=True)
class HistoryChangeRequested:
    """A person wants a change for which the history has to be closed.

    The window closes with the usual questions; when one is answered with staying, nothing is changed.
    """

    change: Change


@dataclass(frozen=True, slots=True)
class HistoryCleaningRequested:
    """A person wants the file to be written anew, so that nothing of what was deleted for good is left in it."""


@dataclass(frozen=True, slots=True)
class HistoryChanged:
    """Runs, prompts or verdicts changed, by an action of this window or by another process: lists read them again."""


@dataclass(frozen=True, slots=True)
class CommandStateChanged:
    """Something changed that decides which commands are enabled, and that the window does not see itself."""


@dataclass(frozen=True, slots=True)
class PaletteOpening:
    """The palette is about to open; a part of the window with something to find adds a source of it."""

    add: Callable[[PaletteSource], object]


@dataclass(frozen=True, slots=True)
class KeyBindingsRequested:
    """A feature shows the keys of all commands; the window calls `use` at once with those in force."""

    use: Callable[[KeyBindings], object]


@dataclass(frozen=True, slots=True)
class ViewShown:
    """Another view is shown."""

    view: View


@dataclass(frozen=True, slots=True)
class SideBarWanted:
    """The shown view wants the side bar beside it, or all the room for itself."""

    is_shown: bool


@dataclass(frozen=True, slots=True)
class FocusPlaced:
    """A feature moved the focus to where a person's last key or click leads, so that bare keys act there."""


@dataclass(frozen=True, slots=True)
class PackChosen:
    """A person chose a pack where something else could have been chosen, too, or dropped one."""

    path: Path


@dataclass(frozen=True, slots=True)
class PackExportRequested:
    """A person wants to export one prompt as a pack."""

    prompt_uid: str


@dataclass(frozen=True, slots=True)
class TrainingRequested:
    """A person wants training files of one prompt."""

    prompt_uid: str


@dataclass(frozen=True, slots=True)
class TechniqueChosen:
    """A person chose a technique where everything can be found."""

    technique: Technique


@dataclass(frozen=True, slots=True)
class PromptOpened:
    """Compose shows another prompt."""

    prompt_uid: str


@dataclass(frozen=True, slots=True)
class ProposalChosen:
    """A person chose an earlier proposal for the open prompt."""

    run_uid: str


@dataclass(frozen=True, slots=True)
class CallSent:
    """A feature sent something to a model, whose answer comes with `AnswersGrew`."""


@dataclass(frozen=True, slots=True)
class AnswersGrew:
    """Answers got more text, or ended; published once a frame at most."""

    outputs: Collection[str]


@dataclass(frozen=True, slots=True)
class RunEnded:
    """All answers of a run are saved, or it was refused."""

    run_uid: str


@dataclass(frozen=True, slots=True)
class ContinuationRequested:
    """A person wants to continue from the answer that a lane shows."""

    slot: str


@dataclass(frozen=True, slots=True)
class EmptyPromptFilled:
    """A text that was not typed letter by letter became the only message of an empty prompt."""

    text: str


@dataclass(frozen=True, slots=True)
class RowsComparison:
    """A person wants to compare two rows of the timeline; without `new` one with the draft, without `old` the shown
    one.
    """

    old: str | None = None
    new: str | None = None


@dataclass(frozen=True, slots=True)
class VersionsComparison:
    """A person wants to compare two versions of any prompt."""

    prompt_uid: str
    old: int
    new: int


@dataclass(frozen=True, slots=True)
class ComparedRun:
    """A run that is compared with another one, by its name on the screen."""

    name: str
    detail: IterationDetail


@dataclass(frozen=True, slots=True)
class RunsComparison:
    """A person wants to compare the prompts of two runs, of whichever prompts they are."""

    older: ComparedRun
    newer: ComparedRun


@dataclass(frozen=True, slots=True)
class MarkedRowsCompared:
    """The two marked rows of the timeline are compared, so that they need their marks no more."""


@dataclass(frozen=True, slots=True)
class RunChanged:
    """A run began, was judged, or was saved late."""

    run_uid: str


@dataclass(frozen=True, slots=True)
class RunChosen:
    """A person wants a run in Compose, where its prompt may not be open yet."""

    prompt_uid: str
    run_uid: str
    wish: RunWish


@dataclass(frozen=True, slots=True)
class RunsDeleted:
    """Runs are deleted, and can be brought back or not."""

    run_uids: Collection[str]


@dataclass(frozen=True, slots=True)
class RunsBroughtBack:
    """Deleted runs are in the history again."""

    run_uids: Collection[str]


@dataclass(frozen=True, slots=True)
class RunNoted:
    """Another note is on a run."""

    run_uid: str


@dataclass(frozen=True, slots=True)
class NoteRequested:
    """A person wants to write a note on the run that is selected in the History."""


@dataclass(frozen=True, slots=True)
class SearchChosen:
    """A person chose a saved search."""

    query: str


@dataclass(frozen=True, slots=True)
class PromptDeletionRequested:
    """A person wants to delete a prompt with its runs."""

    prompt_uid: str


@dataclass(frozen=True, slots=True)
class SettingsRequested:
    """A person wants a page of the settings; `item` is the provider or the uid of the endpoint to select there."""

    page: SettingsPage = "keys"
    item: str = ""


@dataclass(frozen=True, slots=True)
class EndpointFormRequested:
    """A person wants to add an endpoint at an address, "" for one that is not known yet."""

    address: str = ""


@dataclass(frozen=True, slots=True)
class SettingsCloseRequested:
    """The settings have to be closed before `then` is called, which is never if something typed would be lost."""

    then: Callable[[], object]


@dataclass(frozen=True, slots=True)
class SettingsClosed:
    """The settings were closed, so that limits hold from now on."""


@dataclass(frozen=True, slots=True)
class ModelRequested:
    """A person wants to choose a model in place of that of `lane`, over a dialog or the window.

    `use` gets the endpoint and the model once both can be used.
    """

    lane: Lane
    use: Callable[[str, str], object]
    over: QWidget | None = None


@dataclass(frozen=True, slots=True)
class StartNotice:
    """A sentence to say once the window is whole, beside what else there is to say then.

    `act` is what its button with `label` does, and `dismissed` is called when a person closes the notice; `detail` is
    folded until it is asked for.
    """

    key: str
    sentence: str
    label: str
    act: Callable[[], object]
    dismissed: Callable[[], object]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class BuiltinModelRequested:
    """A person wants to install the built-in model."""


@dataclass(frozen=True, slots=True)
class AddressConfirmationRequested:
    """A person wants to decide whether the key of a lane may go to the address of its endpoint."""

    slot: str


@dataclass(frozen=True, slots=True)
class LaneRetryRequested:
    """What kept a lane from an answer is settled: its call is repeated as it was."""

    slot: str


@dataclass(frozen=True, slots=True)
class LaneModelChosen:
    """A person chose a model where everything can be found, for a lane of its own or for the focused one."""

    endpoint: str
    model: str
    in_focused: bool = False


@dataclass(frozen=True, slots=True)
class KeysChanged:
    """Keys or addresses of providers were saved or removed."""


@dataclass(frozen=True, slots=True)
class EndpointsChanged:
    """Endpoints were saved or removed; `then` is called once Compose has read them."""

    then: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class SettingsPart:
    """A page of the settings that another feature has. `make` is called when it is first looked at and gets where the
    page asks its questions; `close` is called when the settings close, if it was made.
    """

    page: SettingsPage
    title: str
    make: Callable[[ConfirmBar], QWidget]
    close: Callable[[], object]


@dataclass(frozen=True, slots=True)
class SettingsOpening:
    """The settings are about to open; a feature that has a page for them adds it."""

    add: Callable[[SettingsPart], object]
