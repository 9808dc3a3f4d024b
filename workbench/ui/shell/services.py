"""What a feature may use of the window: a few small protocols.

Invariant: `Services` has at most ten members, and each protocol at most eight methods, so that a test can stand in for
all of them. None of them names a feature or the window.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from workbench.core.drafts import Draft, ValueSet
    from workbench.store import Store
    from workbench.ui.theme import Theme
    from workbench.usecases.searching import Searcher

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


class Tasks(Protocol):
    """Background work; every callback comes back on the UI thread, and none after the window has closed."""

    def run(
        self,
        work: Callable[[], T],
        then: Callable[[T], None] | None = None,
        on_error: Callable[[Exception], None] | None = None,
    ) -> None:
        """Run `work` on a worker thread. Without `on_error` a failure becomes a notice."""

    def run_large(
        self,
        work: Callable[[], T],
        then: Callable[[T], None] | None = None,
        on_error: Callable[[Exception], None] | None = None,
    ) -> None:
        """Like `run`, for long work in Python: the UI thread gets the interpreter's lock first."""

    def watch(
        self,
        future: Future[T],
        then: Callable[[T], None] | None = None,
        on_error: Callable[[Exception], None] | None = None,
    ) -> None:
        """Like `run` for work that goes on already."""

    def on_ui(self, call: Callable[[], Any]) -> None:
        """Run `call` on the UI thread; may be called from any thread."""


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

    def quiet(self, key: str, sentence: str) -> None:
        """Say what was done, unless a problem is shown; it replaces what was said under the same key."""

    def offer(self, sentence: str, label: str, act: Callable[[], object]) -> None:
        """Say what was done, with a button that carries out `act`."""

    def withdraw_offer(self) -> None:
        """Remove the last offer."""


class Selection(Protocol):
    """What is selected in the History."""

    def runs(self) -> tuple[str, ...]:
        """Return the uids of the selected runs, in the order of the table."""

    def versions(self) -> Mapping[str, tuple[int, ...]]:
        """Return the sorted version numbers of the selected runs by prompt uid; empty while another view is shown."""

    def query(self) -> str:
        """Return the search whose runs are shown, "" for all."""


class Session(Protocol):
    """What Compose shows."""

    def prompt(self) -> str:
        """Return the uid of the open prompt, "" for none."""

    def draft(self) -> Draft:
        """Return the draft as it is in the editor, with all value sets."""

    def use_values(self, values: ValueSet) -> Callable[[], None]:
        """Show the draft with a value set, which replaces the one of its uid or is added; return what undoes that."""

    def save(self) -> None:
        """Write the draft to the history now, so that what reads it there finds what is on the screen."""


class Navigator(Protocol):
    """Goes to views and prompts, and knows the list of prompts."""

    def open_prompt(self, uid: str) -> None:
        """Open a prompt in Compose; `PromptOpened` follows."""

    def open_first_prompt(self) -> None:
        """Open the first listed prompt, or a new one if none is listed."""

    def prompt_name(self, uid: str) -> str:
        """Return the name of a listed prompt, "" for others."""

    def refresh_prompts(self, then: Callable[[], None]) -> None:
        """Read the list of prompts again, then call `then`."""


class DialogParent(Protocol):
    """Where dialogs belong."""

    def widget(self) -> QWidget:
        """Return the window, as the parent of a dialog."""


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that a feature gets."""

    backend: Backend
    tasks: Tasks
    theme: Theme
    events: Events
    notices: Notices
    selection: Selection
    session: Session
    navigator: Navigator
    dialogs: DialogParent
