"""The services that features may use, as small protocols, and the bus that delivers events.

Invariant: `Services` has at most ten members, and each protocol at most eight methods, so that a test can replace all
of them. None of them names a feature or the window. Subscribers are called synchronously on the UI thread, in the
order of their subscription.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future

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
    from workbench.core.testing.tested_answer import TestedAnswer
    from workbench.core.timeline import TimelineRow
    from workbench.engine.calls import CallTask
    from workbench.host.dirs import ProductDirs
    from workbench.store import Store
    from workbench.ui.shell.events import RunsComparison, VersionsComparison
    from workbench.ui.widgets.theme import Theme
    from workbench.usecases.forecaster import Forecaster
    from workbench.usecases.history import History
    from workbench.usecases.model_access import ModelAccess
    from workbench.usecases.runner import Runner
    from workbench.usecases.searcher import Searcher
    from workbench.usecases.testing.runner import SuiteRunner

T = TypeVar("T")
E = TypeVar("E")


class Backend(Protocol):
    """The open history and its use cases."""

    @property
    def store(self) -> Store:
        """The open history."""

    @property
    def searcher(self) -> Searcher:
        """Searches the history."""

    @property
    def history(self) -> History:
        """Reads runs and records verdicts."""

    @property
    def places(self) -> ProductDirs:
        """The directories of the user's files."""

    @property
    def forecaster(self) -> Forecaster:
        """Estimates time and cost of a run."""

    @property
    def models(self) -> ModelAccess:
        """Models, their endpoints, keys and prices."""

    @property
    def runner(self) -> Runner:
        """Runs lanes."""

    @property
    def tests(self) -> SuiteRunner:
        """Runs tests; made when first used."""


class Events(Protocol):
    """Typed events; see `shell.events`."""

    def publish(self, event: object) -> None:
        """Call all subscribers of this type of event."""

    def subscribe(self, kind: type[E], act: Callable[[E], object]) -> None:
        """Call `act` with every event of exactly this type, until the window closes."""


class Notices(Protocol):
    """Short messages above the views."""

    def refused(self, sentence: str, detail: str = "") -> None:
        """Report why an action was refused."""

    def problem(self, sentence: str, detail: str = "") -> None:
        """Report an error."""

    def quiet(
        self,
        key: str,
        sentence: str,
        *,
        label: str = "",
        act: Callable[[], object] | None = None,
        detail: str = "",
        lasting: bool = False,
    ) -> None:
        """Report an action, unless a problem is shown; replaces the message with the same key.

        `act` is the action of the button `label`; `detail` is folded at first. The message leaves by itself, and with
        the view, unless it is `lasting`, such as one about work that goes on, or a
        way back.
        """

    def offer(
        self, sentence: str, label: str, act: Callable[[], object], is_undone: Callable[[], bool] | None = None
    ) -> None:
        """Report an action, with a button that triggers `act`; removed once `is_undone` returns True.

        If the label is "Undo", the command Undo triggers `act`, too, also after the notice has left. `is_undone` tells
        that the editor's own undo may have done it.
        """

    def offer_draft(self, sentence: str, before: Draft) -> None:
        """Report what replaced the draft, with a button that restores the previous draft."""

    def withdraw_offer(self) -> None:
        """Remove the last offer."""

    def brief(self, key: str, sentence: str, label: str = "", act: Callable[[], object] | None = None) -> None:
        """Report an action for some seconds, with a button that triggers `act` if there is one; replaces the message
        with the same key."""

    def withdraw(self, key: str) -> None:
        """Remove the message with this key."""


@dataclass(frozen=True, slots=True)
class ShownTimeline:
    """The loaded rows of the open prompt's timeline, newest first.

    `shown` is the uid of the row that Compose shows, "" for none. `marked` are the older and the newer of two marked
    rows.
    """

    rows: tuple[TimelineRow, ...] = ()
    shown: str = ""
    marked: tuple[str, str] | None = None
    is_past: bool = False
    """Whether Compose shows a past entry, read-only, instead of the draft."""


class Selection(Protocol):
    """The selection in the History, and the marks in the timeline."""

    def runs(self) -> tuple[str, ...]:
        """Return the uids of the selected runs, in the order of the table."""

    def versions(self) -> Mapping[str, tuple[int, ...]]:
        """Return the sorted version numbers of the selected runs by prompt uid; empty while another view is shown."""

    def query(self) -> str:
        """Return the search whose runs are shown, "" for all."""

    def comparison(self) -> RunsComparison | VersionsComparison | None:
        """Return the comparison of the two selected runs, or of the one with its parent; None until it is read."""

    def timeline(self) -> ShownTimeline:
        """Return the timeline of the open prompt."""


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """A whole answer that a lane shows, and the displayed name of the lane."""

    run_uid: str
    output_uid: str
    lane: str


class Session(Protocol):
    """The state of Compose."""

    def prompt(self) -> str:
        """Return the uid of the open prompt, "" for none."""

    def draft(self) -> Draft:
        """Return the current draft from the editor, with all value sets."""

    def put_back(self, draft: Draft, before: Draft | None = None, answer: TestedAnswer | None = None) -> None:
        """Make `draft` the draft as one step; undo restores all of `before`, or only the text without it.

        `answer` is one of a test, which its lane shows until it is run.
        """

    def use_values(self, values: ValueSet) -> Callable[[], None]:
        """Show the draft with a value set, which is added or replaces the one of its uid; return a callable that undoes
        this."""

    def save(self) -> Future[None] | None:
        """Write the draft to the history now. A reader there finds the current text once the future is done.

        None if it is there already. Whatever is written after this call is written behind the draft.
        """

    def back(self) -> None:
        """Return to the draft, if a past entry is shown."""

    def answer(self, slot: str = "") -> ShownAnswer | None:
        """Return the answer of a lane (by default the focused one); None unless it shows an answer that has ended."""

    def limits(self) -> Limits:
        """Return the limits above which a run asks for confirmation."""


class Navigator(Protocol):
    """Opens views, prompts and models, and reads the list of prompts."""

    def shown(self) -> View:
        """Return the view that is shown."""

    def show(self, view: View) -> None:
        """Show a view, making it if necessary, and focus it; `ViewShown` is published before that."""

    def open_prompt(self, uid: str) -> None:
        """Open a prompt in Compose; `PromptOpened` follows."""

    def open_first_prompt(self) -> None:
        """Open the first listed prompt, or a new one if none is listed."""

    def prompt_name(self, uid: str) -> str:
        """Return the name of a listed prompt, "" for others."""

    def refresh_prompts(self, then: Callable[[], None]) -> None:
        """Read the list of prompts again, then call `then`."""

    def choose_model(
        self, lane: Lane, use: Callable[[str, str], object], over: QWidget, task: CallTask = "chat"
    ) -> None:
        """Open the picker of models for a task on the model of `lane` over a dialog.

        `use` gets the chosen endpoint and model, once both can be used.
        """

    def action(self, command_id: str) -> QAction:
        """Return the action of a command, for a menu; it is enabled while the command is."""


class DialogParent(Protocol):
    """Parents for dialogs and views."""

    def widget(self) -> QWidget:
        """Return the window, as the parent of a dialog."""

    def stage(self) -> QWidget:
        """Return the parent of a view being made; changing the parent later would style the widget twice."""


class Editor(Protocol):
    """The editor of the draft. Every change is one step of its undo history."""

    def content(self) -> Content:
        """Return the draft's content."""

    def caret(self) -> CaretPlace | None:
        """Return the current or last position of the caret; None if there was none."""

    def selected(self) -> str:
        """Return the text that is selected in the message with the caret, "" for none."""

    def insert(self, found: Insertion, mark: TechniqueMark | None = None) -> None:
        """Insert text and select its first gap; `mark` records which technique it came from."""

    def focus_first(self) -> None:
        """Focus the first message."""

    def focus_last(self) -> None:
        """Put the caret at the end of the last message."""

    def add_examples(self, examples: tuple[Example, ...]) -> None:
        """Append examples."""

    def set_output(self, output: OutputFormat) -> bool:
        """Set the output format and focus it; return whether it replaced another one."""


@dataclass(frozen=True, slots=True)
class Services:
    """All services of a feature."""

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
    """Subscriptions by event type."""

    def __init__(self) -> None:
        self._subscribers: defaultdict[type, list[Callable[[Any], object]]] = defaultdict(list)

    def subscribe(self, kind: type[E], act: Callable[[E], object]) -> None:
        """Call `act` with every event of exactly this type."""
        self._subscribers[kind].append(act)

    def publish(self, event: object) -> None:
        """Call all subscribers of the type of `event`."""
        for act in tuple(self._subscribers[type(event)]):
            act(event)
