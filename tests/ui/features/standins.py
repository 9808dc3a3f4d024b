"""Stand-ins for the services of features, for tests without a window."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, cast

from PySide6.QtCore import QEventLoop
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from tests.patience import PATIENCE_S
from workbench.app.commands import View
from workbench.core.blocks import Example, OutputFormat
from workbench.core.content import Content
from workbench.core.drafts import Draft, ValueSet
from workbench.core.lanes import Endpoint, Lane
from workbench.core.run_limits import Limits
from workbench.core.technique_marks import TechniqueMark
from workbench.core.techniques import CaretPlace, Insertion
from workbench.core.testing.tested_answer import TestedAnswer
from workbench.engine.calls import CallTask
from workbench.engine.catalogue import ModelCatalogue
from workbench.host.clock import monotonic_ms, utc_now
from workbench.host.dirs import ProductDirs, places
from workbench.host.ids import new_uid
from workbench.host.provider_choices import ProviderChoices
from workbench.store import Store
from workbench.ui.shell.events import PromptOpened, RunsComparison, VersionsComparison, ViewShown
from workbench.ui.shell.services import EventBus, Services, ShownAnswer, ShownTimeline
from workbench.ui.shell.views import ViewPlace
from workbench.ui.widgets.theme import Theme
from workbench.usecases.credentials import open_keys
from workbench.usecases.endpoints import EndpointEngine, Endpoints
from workbench.usecases.history import History
from workbench.usecases.known_models import KnownModels
from workbench.usecases.model_access import ModelAccess
from workbench.usecases.pricing import Pricing
from workbench.usecases.searcher import Searcher


@dataclass
class StandInTasks:
    """Runs everything synchronously; an error without a handler fails the test."""

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

    def report(self, error: BaseException) -> None:
        raise error


@dataclass
class StandInNotices:
    """Records the notices."""

    said: list[str] = field(default_factory=list)
    offered: Callable[[], object] = lambda: None
    """The action of the last button."""

    def refused(self, sentence: str, detail: str = "") -> None:
        self.said.append(sentence)

    def problem(self, sentence: str, detail: str = "") -> None:
        self.said.append(sentence)

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
        self.said.append(f"{sentence} [{label}]" if label else sentence)
        self.offered = act or self.offered

    def offer(
        self, sentence: str, label: str, act: Callable[[], object], is_undone: Callable[[], bool] | None = None
    ) -> None:
        self.said.append(f"{sentence} [{label}]")
        self.offered = act

    def offer_draft(self, sentence: str, before: Draft) -> None:
        self.said.append(f"{sentence} [Undo]")

    def withdraw_offer(self) -> None:
        self.said.append("[withdrawn]")

    def brief(self, key: str, sentence: str, label: str = "", act: Callable[[], object] | None = None) -> None:
        self.quiet(key, sentence, label=label, act=act)

    def withdraw(self, key: str) -> None:
        self.said.append(f"[{key} withdrawn]")


class StandInEvents(EventBus):
    """An event bus that also records the published events."""

    def __init__(self) -> None:
        super().__init__()
        self.published: list[object] = []

    def publish(self, event: object) -> None:
        self.published.append(event)
        super().publish(event)


@dataclass
class StandInSelection:
    """A selection that the test sets."""

    uids: tuple[str, ...] = ()
    text: str = ""
    numbers: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    compared: RunsComparison | VersionsComparison | None = None
    rows: ShownTimeline = field(default_factory=ShownTimeline)

    def runs(self) -> tuple[str, ...]:
        return self.uids

    def versions(self) -> Mapping[str, tuple[int, ...]]:
        return self.numbers

    def query(self) -> str:
        return self.text

    def comparison(self) -> RunsComparison | VersionsComparison | None:
        return self.compared

    def timeline(self) -> ShownTimeline:
        return self.rows


@dataclass
class StandInSession:
    """An open prompt and its draft, set by the test; counts how often it is saved."""

    uid: str = ""
    shown: Draft = field(default_factory=Draft)
    saved: int = 0
    limit: Limits = field(default_factory=Limits)
    answers: dict[str, ShownAnswer] = field(default_factory=dict)
    """By lane; the answer of the focused lane under ""."""

    def prompt(self) -> str:
        return self.uid

    def draft(self) -> Draft:
        return self.shown

    def put_back(self, draft: Draft, before: Draft | None = None, answer: TestedAnswer | None = None) -> None:
        self.shown = draft

    def use_values(self, values: ValueSet) -> Callable[[], None]:
        before = self.shown
        self.shown = replace(before, values=values.values, sets=(*before.sets, values), active=values.uid)

        def undo() -> None:
            self.shown = before

        return undo

    def save(self) -> Future[None] | None:
        self.saved += 1
        return None

    def back(self) -> None:
        pass

    def answer(self, slot: str = "") -> ShownAnswer | None:
        return self.answers.get(slot)

    def limits(self) -> Limits:
        return self.limit


class StandInNavigator:
    """Opens prompts in a session at once and publishes that; the test sets the chosen model and the views."""

    def __init__(self, store: Store, session: StandInSession, events: StandInEvents) -> None:
        self._store, self._session, self._events = store, session, events
        self.model = ("", "")
        self._actions: dict[str, QAction] = {}
        self.view: View = "compose"
        self.places: Mapping[View, ViewPlace] = {}
        """The available views, whose pages need no window."""
        self.pages: dict[View, QWidget] = {}

    def shown(self) -> View:
        return self.view

    def show(self, view: View) -> None:
        if view not in self.pages:
            self.pages[view] = made(self.places[view])
        if view != self.view:
            self.view = view
            self._events.publish(ViewShown(view))
        self.places[view].enter()

    def open_prompt(self, uid: str) -> None:
        self._session.uid = uid
        self._events.publish(PromptOpened(uid))

    def open_first_prompt(self) -> None:
        self.open_prompt(next((row.uid for row in self._store.prompts()), ""))

    def prompt_name(self, uid: str) -> str:
        return next((row.name for row in self._store.prompts() if row.uid == uid), "")

    def refresh_prompts(self, then: Callable[[], None]) -> None:
        then()

    def choose_model(
        self, lane: Lane, use: Callable[[str, str], object], over: QWidget, task: CallTask = "chat"
    ) -> None:
        use(*self.model)

    def action(self, command_id: str) -> QAction:
        return self._actions.setdefault(command_id, QAction(command_id))


@dataclass(frozen=True)
class StandInBackend:
    """A backend with a real history; parts that call models are None until a test sets them."""

    store: Store
    searcher: Searcher
    history: History
    places: ProductDirs
    forecaster: Any = None
    models: Any = None
    runner: Any = None
    tests: Any = None


class StandInParent:
    """A widget that is never shown."""

    def __init__(self) -> None:
        self._widget = QWidget()
        self._stage = QStackedWidget(self._widget)

    def widget(self) -> QWidget:
        return self._widget

    def stage(self) -> QWidget:
        return self._stage


class StandInEditor:
    """An editor over the draft of a session, without widgets."""

    def __init__(self, session: StandInSession) -> None:
        self._session = session
        self.selection = ""
        self.inserted: list[tuple[Insertion, TechniqueMark | None]] = []

    def content(self) -> Content:
        return self._session.shown.content

    def caret(self) -> CaretPlace | None:
        return None

    def selected(self) -> str:
        return self.selection

    def insert(self, found: Insertion, mark: TechniqueMark | None = None) -> None:
        self.inserted.append((found, mark))

    def focus_first(self) -> None:
        pass

    def focus_last(self) -> None:
        pass

    def add_examples(self, examples: tuple[Example, ...]) -> None:
        self._show(replace(self.content(), examples=(*self.content().examples, *examples)))

    def set_output(self, output: OutputFormat) -> bool:
        before = self.content().output
        self._show(replace(self.content(), output=output))
        return before is not None

    def _show(self, content: Content) -> None:
        self._session.shown = replace(self._session.shown, content=content)


class NoCatalogue:
    """An empty model catalogue."""

    def get(self) -> ModelCatalogue:
        return ModelCatalogue()

    def provider_of(self, model: str) -> str:
        return ""

    def retires(self, endpoint: Endpoint, model: str) -> date | None:
        return None


def standin_models(store: Store, folder: Path) -> ModelAccess:
    """Return model access that stores endpoints and prices, without keys, catalogue or engine."""
    keys, engine, known = open_keys({}), cast(EndpointEngine, None), KnownModels(folder)
    endpoints = Endpoints(store, keys, engine, lambda _: "", new_uid, utc_now, known)
    pricing = Pricing(ProviderChoices(folder), lambda _: None, utc_now)
    return ModelAccess(keys, endpoints, NoCatalogue(), pricing, lambda: None, date.today, tuple)


def window_modules() -> list[str]:
    """Return the imported modules of the window; it should be empty."""
    return [name for name in ("workbench.ui.shell.window", "workbench.ui.shell.window_builder") if name in sys.modules]


def wait_for(condition: Callable[[], object]) -> None:
    """Process events until the condition holds."""
    until = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < until, "the condition did not hold in time"
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)


def made(place: ViewPlace) -> QWidget:
    """Make the page of a view in one go and return it."""
    making = place.make()
    while True:
        try:
            next(making)
        except StopIteration as done:
            page: QWidget = done.value
            return page


def standins(
    store: Store, theme: Theme, selection: StandInSelection | None = None, session: StandInSession | None = None
) -> Services:
    """Return services over a real history; the user's files are in the folder beside it."""
    events, session = StandInEvents(), session or StandInSession()
    return Services(
        backend=StandInBackend(
            store,
            Searcher(store, utc_now, monotonic_ms),
            History(store, new_uid, utc_now),
            places({"HOME": str(store.path.parent)}).make(),
        ),
        tasks=StandInTasks(),
        theme=theme,
        events=events,
        notices=StandInNotices(),
        selection=selection or StandInSelection(),
        session=session,
        navigator=StandInNavigator(store, session, events),
        dialogs=StandInParent(),
        editor=StandInEditor(session),
    )
