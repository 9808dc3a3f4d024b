"""Stand-ins for the services of features, for tests in which there is no window."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from typing import Any

from PySide6.QtWidgets import QWidget

from workbench.app.commands import View
from workbench.core.blocks import Example, OutputFormat
from workbench.core.content import Content
from workbench.core.drafts import Draft
from workbench.core.lanes import Lane
from workbench.core.limits import Limits
from workbench.core.marks import Mark
from workbench.core.techniques import Caret, Insertion
from workbench.host.clock import monotonic_ms, utc_now
from workbench.host.dirs import Places, places
from workbench.host.ids import new_uid
from workbench.store import Store
from workbench.ui.shell.events import EventBus, RunsComparison, VersionsComparison
from workbench.ui.shell.services import Services, ShownAnswer, ShownTimeline
from workbench.ui.theme import Theme
from workbench.usecases.history import History
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
    offered: Callable[[], object] = lambda: None
    """What the last button does."""

    def refused(self, sentence: str, detail: str = "") -> None:
        self.said.append(sentence)

    def quiet(self, key: str, sentence: str) -> None:
        self.said.append(sentence)

    def offer(
        self, sentence: str, label: str, act: Callable[[], object], is_undone: Callable[[], bool] | None = None
    ) -> None:
        self.said.append(f"{sentence} [{label}]")
        self.offered = act

    def offer_draft(self, sentence: str, before: Draft) -> None:
        self.said.append(f"{sentence} [Undo]")


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
    compared: RunsComparison | VersionsComparison | None = None

    def runs(self) -> tuple[str, ...]:
        return self.uids

    def query(self) -> str:
        return self.text

    def comparison(self) -> RunsComparison | VersionsComparison | None:
        return self.compared


@dataclass
class StandInSession:
    """An open prompt whose draft is shown in an editor."""

    editor: StandInEditor
    uid: str = ""
    lanes: tuple[Lane, ...] = ()
    limit: Limits = field(default_factory=Limits)
    answers: dict[str, ShownAnswer] = field(default_factory=dict)
    """By lane; that of the focused one under ""."""
    listed: ShownTimeline = field(default_factory=ShownTimeline)

    def prompt(self) -> str:
        return self.uid

    def draft(self) -> Draft:
        return Draft(self.editor.shown, lanes=self.lanes)

    def put_back(self, draft: Draft, before: Draft | None = None) -> None:
        self.editor.shown, self.lanes = draft.content, draft.lanes

    def back(self) -> None:
        pass

    def answer(self, slot: str = "") -> ShownAnswer | None:
        return self.answers.get(slot)

    def timeline(self) -> ShownTimeline:
        return self.listed

    def limits(self) -> Limits:
        return self.limit


@dataclass
class StandInNavigator:
    """Chooses a model at once."""

    model: tuple[str, str] = ("", "")
    view: View = "compose"

    def shown(self) -> View:
        return self.view

    def choose_model(self, lane: Lane, use: Callable[[str, str], object], over: QWidget) -> None:
        use(*self.model)


@dataclass(frozen=True)
class StandInBackend:
    """A real history behind a feature."""

    store: Store
    searcher: Searcher
    places: Places
    history: History
    improver: Any = None
    forecaster: Any = None


class StandInParent:
    """A widget that is never shown."""

    def __init__(self) -> None:
        self._widget = QWidget()

    def widget(self) -> QWidget:
        return self._widget


@dataclass
class StandInEditor:
    """An editor without widgets."""

    shown: Content = field(default_factory=Content)
    selection: str = ""
    inserted: list[tuple[Insertion, Mark | None]] = field(default_factory=list)

    def content(self) -> Content:
        return self.shown

    def caret(self) -> Caret | None:
        return None

    def selected(self) -> str:
        return self.selection

    def insert(self, found: Insertion, mark: Mark | None = None) -> None:
        self.inserted.append((found, mark))

    def focus_first(self) -> None:
        pass

    def focus_last(self) -> None:
        pass

    def add_examples(self, examples: tuple[Example, ...]) -> None:
        self.shown = replace(self.shown, examples=(*self.shown.examples, *examples))

    def set_output(self, output: OutputFormat) -> bool:
        before, self.shown = self.shown.output, replace(self.shown, output=output)
        return before is not None


def standins(store: Store, theme: Theme, selection: StandInSelection | None = None) -> Services:
    """Return services over a real history; the person's files are beside it."""
    home = places({"HOME": str(store.path.parent)}).make()
    editor = StandInEditor()
    return Services(
        backend=StandInBackend(store, Searcher(store, utc_now, monotonic_ms), home, History(store, new_uid, utc_now)),
        tasks=StandInTasks(),
        theme=theme,
        events=StandInEvents(),
        notices=StandInNotices(),
        selection=selection or StandInSelection(),
        session=StandInSession(editor),
        navigator=StandInNavigator(),
        dialogs=StandInParent(),
        editor=editor,
    )
