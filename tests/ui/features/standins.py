"""Stand-ins for the services of features, for tests in which there is no window."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any

from PySide6.QtWidgets import QWidget

from workbench.core.drafts import Draft, ValueSet
from workbench.host.clock import monotonic_ms, utc_now
from workbench.store import Store
from workbench.ui.shell.events import EventBus, PromptOpened
from workbench.ui.shell.services import Services
from workbench.ui.theme import Theme
from workbench.usecases.searching import Searcher


@dataclass
class StandInTasks:
    """Runs everything at once; failures without a handler end the test."""

    def run(
        self,
        work: Callable[[], Any],
        then: Callable[[Any], None] | None = None,
        on_error: Callable[[Exception], None] | None = None,
    ) -> None:
        try:
            result = work()
        except Exception as error:
            if on_error is None:
                raise
            on_error(error)
            return
        if then is not None:
            then(result)

    run_large = run

    def watch(
        self,
        future: Future[Any],
        then: Callable[[Any], None] | None = None,
        on_error: Callable[[Exception], None] | None = None,
    ) -> None:
        self.run(future.result, then, on_error)

    def on_ui(self, call: Callable[[], Any]) -> None:
        call()


@dataclass
class StandInNotices:
    """Keeps what is said."""

    said: list[str] = field(default_factory=list)

    def refused(self, sentence: str, detail: str = "") -> None:
        self.said.append(sentence)

    def problem(self, sentence: str, detail: str = "") -> None:
        self.said.append(sentence)

    def quiet(self, key: str, sentence: str) -> None:
        self.said.append(sentence)

    def offer(self, sentence: str, label: str, act: Callable[[], object]) -> None:
        self.said.append(f"{sentence} [{label}]")

    def withdraw_offer(self) -> None:
        self.said.append("[withdrawn]")


class StandInEvents(EventBus):
    """Keeps what is published, too."""

    def __init__(self) -> None:
        super().__init__()
        self.published: list[object] = []

    def publish(self, event: object) -> None:
        self.published.append(event)
        super().publish(event)


@dataclass
class StandInSelection:
    """A selection that tests set."""

    uids: tuple[str, ...] = ()
    text: str = ""
    numbers: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def runs(self) -> tuple[str, ...]:
        return self.uids

    def versions(self) -> Mapping[str, tuple[int, ...]]:
        return self.numbers

    def query(self) -> str:
        return self.text


@dataclass
class StandInSession:
    """An open prompt and its draft, which tests set; counts how often it is saved."""

    uid: str = ""
    shown: Draft = field(default_factory=Draft)
    saved: int = 0

    def prompt(self) -> str:
        return self.uid

    def draft(self) -> Draft:
        return self.shown

    def use_values(self, values: ValueSet) -> Callable[[], None]:
        before = self.shown
        self.shown = replace(before, values=values.values, sets=(*before.sets, values), active=values.uid)

        def undo() -> None:
            self.shown = before

        return undo

    def save(self) -> None:
        self.saved += 1


class StandInNavigator:
    """Opens prompts in a session at once, and says so."""

    def __init__(self, store: Store, session: StandInSession, events: StandInEvents) -> None:
        self._store, self._session, self._events = store, session, events

    def open_prompt(self, uid: str) -> None:
        self._session.uid = uid
        self._events.publish(PromptOpened(uid))

    def open_first_prompt(self) -> None:
        self.open_prompt(self._store.prompts()[0].uid)

    def prompt_name(self, uid: str) -> str:
        return next((row.name for row in self._store.prompts() if row.uid == uid), "")

    def refresh_prompts(self, then: Callable[[], None]) -> None:
        then()


@dataclass(frozen=True)
class StandInBackend:
    """A real history behind a feature."""

    store: Store
    searcher: Searcher


class StandInParent:
    """A widget that is never shown."""

    def __init__(self) -> None:
        self._widget = QWidget()

    def widget(self) -> QWidget:
        return self._widget


def standins(
    store: Store, theme: Theme, selection: StandInSelection | None = None, session: StandInSession | None = None
) -> Services:
    """Return services over a real history."""
    events, session = StandInEvents(), session or StandInSession()
    return Services(
        backend=StandInBackend(store, Searcher(store, utc_now, monotonic_ms)),
        tasks=StandInTasks(),
        theme=theme,
        events=events,
        notices=StandInNotices(),
        selection=selection or StandInSelection(),
        session=session,
        navigator=StandInNavigator(store, session, events),
        dialogs=StandInParent(),
    )
