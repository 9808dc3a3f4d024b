"""Typed events between the parts of the window; `testing_events` and `check_events` hold those about tests and checks.

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
    from workbench.engine.calls import CallTask
    from workbench.ui.shell.key_bindings import KeyBindings
    from workbench.ui.widgets.controls import ConfirmBar
    from workbench.usecases.history_replacement import Change

RunWish = Literal["open", "proposal", "cases", "restore", "branch"]
"""What to do with a run: show it, read it as a proposal or as proposed cases, restore it, or branch from it."""
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
    """The window is complete: background activity begins."""


@dataclass(frozen=True, slots=True)
class HistoryChangeRequested:
    """The user requests a change for which the history has to be closed.

    The window closes with the usual questions; if the user answers one with staying, nothing is changed.
    """

    change: Change


@dataclass(frozen=True, slots=True)
class HistoryCleaningRequested:
    """The user requests rewriting the file, so that no trace of permanently deleted data is left in it."""


@dataclass(frozen=True, slots=True)
class HistoryChanged:
    """Runs, prompts or verdicts changed, by an action of this window or by another process: lists reload."""


@dataclass(frozen=True, slots=True)
class CommandStateChanged:
    """Something that decides which commands are enabled changed, unseen by the window."""


@dataclass(frozen=True, slots=True)
class UndoStateChanged:
    """Undo or redo may be possible now, or no longer; nothing else that commands depend on changed."""


@dataclass(frozen=True, slots=True)
class PaletteOpening:
    """The palette is about to open; subscribers add their sources."""

    add: Callable[[PaletteSource], object]


@dataclass(frozen=True, slots=True)
class KeyBindingsRequested:
    """A feature needs the keys of all commands; the window calls `use` at once with the current ones."""

    use: Callable[[KeyBindings], object]


@dataclass(frozen=True, slots=True)
class ViewShown:
    """Another view is shown."""

    view: View


@dataclass(frozen=True, slots=True)
class ViewStatus:
    """The status bar shows these words while a view is shown, in place of the next run in Compose; "" for none."""

    view: View
    words: str


@dataclass(frozen=True, slots=True)
class SideBarWanted:
    """The shown view requests the side bar beside it, or the full width."""

    is_shown: bool


@dataclass(frozen=True, slots=True)
class FocusPlaced:
    """A feature moved the focus as the user's last key or click requested, so that bare keys act there."""


@dataclass(frozen=True, slots=True)
class PackChosen:
    """The user chose a pack in a place that also offers other things, or dropped one."""

    path: Path


@dataclass(frozen=True, slots=True)
class PackExportRequested:
    """The user requests exporting one prompt as a pack."""

    prompt_uid: str


@dataclass(frozen=True, slots=True)
class TrainingRequested:
    """The user requests training files of one prompt."""

    prompt_uid: str


@dataclass(frozen=True, slots=True)
class TechniqueChosen:
    """The user chose a technique in the palette."""

    technique: Technique


@dataclass(frozen=True, slots=True)
class PromptOpened:
    """Compose shows another prompt."""

    prompt_uid: str


@dataclass(frozen=True, slots=True)
class ProposalChosen:
    """The user chose an earlier proposal for the open prompt."""

    run_uid: str


@dataclass(frozen=True, slots=True)
class CallSent:
    """A feature sent a request to a model, whose answer comes with `AnswersGrew`."""


@dataclass(frozen=True, slots=True)
class AnswersGrew:
    """Answers got more text, or ended; published at most once per frame."""

    outputs: Collection[str]


@dataclass(frozen=True, slots=True)
class RunEnded:
    """All answers of a run are saved, or it was refused."""

    run_uid: str


@dataclass(frozen=True, slots=True)
class EmptyPromptFilled:
    """The only message of an empty prompt received a text in one step, not typed letter by letter."""

    text: str


@dataclass(frozen=True, slots=True)
class RowsComparison:
    """The user compares two rows of the timeline; without `new` one with the draft, without `old` the shown one."""

    old: str | None = None
    new: str | None = None


@dataclass(frozen=True, slots=True)
class VersionsComparison:
    """The user compares two versions of any prompt."""

    prompt_uid: str
    old: int
    new: int


@dataclass(frozen=True, slots=True)
class ComparedRun:
    """One of two compared runs, with its displayed name."""

    name: str
    detail: IterationDetail


@dataclass(frozen=True, slots=True)
class RunsComparison:
    """The user compares the prompts of two runs, which may belong to different prompts."""

    older: ComparedRun
    newer: ComparedRun


@dataclass(frozen=True, slots=True)
class MarkedRowsCompared:
    """The two marked rows of the timeline are being compared, so their marks can be cleared."""


@dataclass(frozen=True, slots=True)
class RunChanged:
    """A run began, was judged, or was saved late."""

    run_uid: str


@dataclass(frozen=True, slots=True)
class RunChosen:
    """The user opens a run in Compose, where its prompt may not be open yet."""

    prompt_uid: str
    run_uid: str
    wish: RunWish


@dataclass(frozen=True, slots=True)
class RunsDeleted:
    """Runs were deleted, with or without the possibility of undo."""

    run_uids: Collection[str]


@dataclass(frozen=True, slots=True)
class RunsBroughtBack:
    """Deleted runs were restored to the history."""

    run_uids: Collection[str]


@dataclass(frozen=True, slots=True)
class RunNoted:
    """The note of a run changed."""

    run_uid: str


@dataclass(frozen=True, slots=True)
class NoteRequested:
    """The user requests editing the note of the run selected in the History."""


@dataclass(frozen=True, slots=True)
class SearchChosen:
    """The user chose a saved search."""

    query: str


@dataclass(frozen=True, slots=True)
class PromptDeletionRequested:
    """The user requests deleting a prompt with its runs."""

    prompt_uid: str


@dataclass(frozen=True, slots=True)
class SettingsRequested:
    """The user requests a page of the settings; `item` is the provider, endpoint uid or field name to select there."""

    page: SettingsPage = "keys"
    item: str = ""


@dataclass(frozen=True, slots=True)
class EndpointFormRequested:
    """The user requests adding an endpoint at an address, "" if unknown; `added` is called with its uid once saved."""

    address: str = ""
    added: Callable[[str], object] | None = None


@dataclass(frozen=True, slots=True)
class SettingsCloseRequested:
    """The settings must close before `then` is called; it is not called if unsaved input would be lost."""

    then: Callable[[], object]


@dataclass(frozen=True, slots=True)
class SettingsClosed:
    """The settings were closed; changed limits apply from now on."""


@dataclass(frozen=True, slots=True)
class ModelRequested:
    """The user requests another model for a task, in place of that of `lane`, over a dialog or the window.
    `use` gets the endpoint and the model once both can be used; `cancelled` is called if none is chosen."""

    lane: Lane
    use: Callable[[str, str], object]
    over: QWidget | None = None
    task: CallTask = "chat"
    cancelled: Callable[[], object] = lambda: None


@dataclass(frozen=True, slots=True)
class StartNotice:
    """A notice to show once the window is complete, together with other start-up notices.

    `act` is the action of its button `label`, and `dismissed` is called when the user closes the notice; `detail` is
    folded at first.
    """

    key: str
    sentence: str
    label: str
    act: Callable[[], object]
    dismissed: Callable[[], object]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class BuiltinModelRequested:
    """The user requests installing the built-in model."""


@dataclass(frozen=True, slots=True)
class AddressConfirmationRequested:
    """The user requests deciding whether the key of a lane may be sent to the address of its endpoint."""

    slot: str


@dataclass(frozen=True, slots=True)
class LaneRetryRequested:
    """The obstacle to a lane's answer was removed: its call is retried unchanged."""

    slot: str


@dataclass(frozen=True, slots=True)
class LaneModelChosen:
    """The user chose a model in the palette, for a new lane or for the focused one."""

    endpoint: str
    model: str
    in_focused: bool = False


@dataclass(frozen=True, slots=True)
class KeysChanged:
    """Keys or addresses of providers were saved or removed."""


@dataclass(frozen=True, slots=True)
class EndpointsChanged:
    """Endpoints were saved or removed; `then` is called once Compose has reloaded them."""

    then: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class SettingsPart:
    """A page of the settings contributed by another feature. `make` is called when the page is first shown and gets the
    parent for its questions; `close` is called when the settings close, if the page was made.
    """

    page: SettingsPage
    title: str
    make: Callable[[ConfirmBar], QWidget]
    close: Callable[[], object]


@dataclass(frozen=True, slots=True)
class SettingsOpening:
    """The settings are about to open; subscribers add their pages."""

    add: Callable[[SettingsPart], object]
