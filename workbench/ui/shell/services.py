"""What a feature may use of the window: a few small protocols, and the bus that carries its events.

Invariant: `Services` has at most ten members, and each protocol at most eight methods, so that a test can stand in for
all of them. None of them names a feature or the window. Subscribers are called synchronously on the UI thread, in the
order of their subscription.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QWidget

    from workbench.app.commands import View
    from workbench.app.tasks import BackgroundTasks
    from workbench.core.blocks import Example, OutputFormat
    from workbench.core.content import Content
    from workbench.core.drafts import Draft, ValueSet
    from workbench.core.lanes import Lane
    from workbench.core.run_limits import Limits
    from workbench.core.technique_marks import TechniqueMark
    from workbench.core.techniques import CaretPlace, Insertion
    from workbench.core.timeline import TimelineRow
    from workbench.host.dirs import ProductDirs
    from workbench.store import Store
    from workbench.ui.shell.events import RunsComparison, VersionsComparison
    from workbench.ui.widgets.theme import Theme
    from workbench.usecases.forecaster import Forecaster
    from workbench.usecases.history import History
    from workbench.usecases.improver import Improver
    from workbench.usecases.model_access import ModelAccess
    from workbench.usecases.runner import Runner
    from workbench.usecases.searcher import Searcher

T = TypeVar("T")
E = TypeVar("E")


class Backend(Protocol):
    """The open history and what is done with it."""

    @property
    def store(self) -> Store:
        """The open history."""

    @property
    def searcher(self) -> Searcher:
        """Searches it."""

    @property
    def history(self) -> History:
        """Reads what ran."""

    @property
    def places(self) -> ProductDirs:
        """The directories of the person's files."""

    @property
    def improver(self) -> Improver:
        """Asks models for better prompts."""

    @property
    def forecaster(self) -> Forecaster:
        """Estimates what a run takes."""

    @property
    def models(self) -> ModelAccess:
        """Where models are, which keys they need and what they cost."""

    @property
    def runner(self) -> Runner:
        """Runs lanes."""


class Events(Protocol):
    """Typed events; see `shell.events`."""

    def publish(self, event: object) -> None:
        """Call all subscribers of this type of event."""

    def subscribe(self, kind: type[E], act: Callable[[E], object]) -> None:
        """Call `act` with every event of exactly this type, until the window closes."""


class Notices(Protocol):
    """Short sentences above the views."""

    def refused(self, sentence: str, detail: str = "") -> None:
        """Say why an action was not carried out."""

    def problem(self, sentence: str, detail: str = "") -> None:
        """Say what went wrong."""

    def quiet(
        self, key: str, sentence: str, *, label: str = "", act: Callable[[], object] | None = None, detail: str = ""
    ) -> None:
        """Say what was done, unless a problem is shown; it replaces what was said under the same key.

        `act` is what a button with `label` does; `detail` is folded until it is asked for.
        """

    def offer(
        self, sentence: str, label: str, act: Callable[[], object], is_undone: Callable[[], bool] | None = None
    ) -> None:
        """Say what was done, with a button that carries out `act`; it goes once `is_undone` returns True."""

    def offer_draft(self, sentence: str, before: Draft) -> None:
        """Say what replaced the draft, with a button that brings the draft back as it was."""

    def withdraw_offer(self) -> None:
        """Remove the last offer."""

    def brief(self, key: str, sentence: str, label: str, act: Callable[[], object]) -> None:
        """Say for some seconds what was done, with a button that carries out `act`; it replaces the last of its key."""

    def withdraw(self, key: str) -> None:
        """Remove what was said under a key."""


@dataclass(frozen=True, slots=True)
class ShownTimeline:
    """The rows of the open prompt's timeline that are read, newest first.

    `shown` is the uid of the row that Compose shows, "" for none. `marked` are the older and the newer of two marked
    rows.
    """

    rows: tuple[TimelineRow, ...] = ()
    shown: str = ""
    marked: tuple[str, str] | None = None
    is_past: bool = False
    """Whether Compose shows something past, read-only, instead of the draft."""


class Selection(Protocol):
    """What is selected in the History, and marked in the timeline."""

    def runs(self) -> tuple[str, ...]:
        """Return the uids of the selected runs, in the order of the table."""

    def versions(self) -> Mapping[str, tuple[int, ...]]:
        """Return the sorted version numbers of the selected runs by prompt uid; empty while another view is shown."""

    def query(self) -> str:
        """Return the search whose runs are shown, "" for all."""

    def comparison(self) -> RunsComparison | VersionsComparison | None:
        """Return what the two selected runs, or the one with its parent, are compared as; None until they are read."""

    def timeline(self) -> ShownTimeline:
        """Return the timeline of the open prompt."""


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """A whole answer that a lane shows, and the lane's name on the screen."""

    run_uid: str
    output_uid: str
    lane: str


class Session(Protocol):
    """What Compose shows."""

    def prompt(self) -> str:
        """Return the uid of the open prompt, "" for none."""

    def draft(self) -> Draft:
        """Return the draft as it is in the editor, with all value sets."""

    def put_back(self, draft: Draft, before: Draft | None = None) -> None:
        """Make `draft` the draft as one step; undo brings back all of `before`, without it the text alone."""

    def use_values(self, values: ValueSet) -> Callable[[], None]:
        """Show the draft with a value set, which replaces the one of its uid or is added; return what undoes that."""

    def save(self) -> None:
        """Write the draft to the history now, so that what reads it there finds what is on the screen."""

    def back(self) -> None:
        """Show the draft, if something past is shown."""

    def answer(self, slot: str = "") -> ShownAnswer | None:
        """Return what a lane shows, without `slot` the focused one; None while it shows no answer that has ended."""

    def limits(self) -> Limits:
        """Return what one run may take before a person is asked."""


class Navigator(Protocol):
    """Goes to views, prompts and models, and knows the list of prompts."""

    def shown(self) -> View:
        """Return the view that is shown."""

    def show(self, view: View) -> None:
        """Show a view, made now if it was not yet, and give it the keyboard; `ViewShown` comes before that."""

    def open_prompt(self, uid: str) -> None:
        """Open a prompt in Compose; `PromptOpened` follows."""

    def open_first_prompt(self) -> None:
        """Open the first listed prompt, or a new one if none is listed."""

    def prompt_name(self, uid: str) -> str:
        """Return the name of a listed prompt, "" for others."""

    def refresh_prompts(self, then: Callable[[], None]) -> None:
        """Read the list of prompts again, then call `then`."""

    def choose_model(self, lane: Lane, use: Callable[[str, str], object], over: QWidget) -> None:
        """Open the model picker on the model of `lane` over a dialog.

        `use` gets the endpoint and the model that a person chose, once both can be used.
        """

    def action(self, command_id: str) -> QAction:
        """Return the action of a command, for a menu; it is enabled while the command is."""


class DialogParent(Protocol):
    """Where dialogs and views belong."""

    def widget(self) -> QWidget:
        """Return the window, as the parent of a dialog."""

    def stage(self) -> QWidget:
        """Return the parent of a view that is made; a widget that gets another parent later is styled twice."""


class Editor(Protocol):
    """The editor of the draft. Every change is one step of its undo history."""

    def content(self) -> Content:
        """Return the draft's content."""

    def caret(self) -> CaretPlace | None:
        """Return where the caret is, or was last; None when it was nowhere."""

    def selected(self) -> str:
        """Return the text that is selected in the message with the caret, "" for none."""

    def insert(self, found: Insertion, mark: TechniqueMark | None = None) -> None:
        """Insert text and go to its first gap; `mark` remembers which technique it came from."""

    def focus_first(self) -> None:
        """Give the keyboard to the first message."""

    def focus_last(self) -> None:
        """Put the caret at the end of the last message."""

    def add_examples(self, examples: tuple[Example, ...]) -> None:
        """Add examples behind the present ones."""

    def set_output(self, output: OutputFormat) -> bool:
        """Set the output format and go there; return whether it replaced another one."""


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that a feature gets."""

    backend: Backend
    tasks: BackgroundTasks
    theme: Theme
    events: Events
    notices: Notices
    selection: Selection
    session: Session
    navigator: Navigator
    dialogs: DialogParent
    editor: Editor


class EventBus:
    """Subscriptions by the type of an event."""

    def __init__(self) -> None:
        self._subscribers: defaultdict[type, list[Callable[[Any], object]]] = defaultdict(list)

    def subscribe(self, kind: type[E], act: Callable[[E], object]) -> None:
        """Call `act` with every event of exactly this type."""
        self._subscribers[kind].append(act)

    def publish(self, event: object) -> None:
        """Call all subscribers of the type of `event`."""
        for act in tuple(self._subscribers[type(event)]):
            act(event)
