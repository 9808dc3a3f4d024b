"""Stand-ins for the services of features, for tests in which there is no window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtWidgets import QWidget

from workbench.host.clock import monotonic_ms, utc_now
from workbench.store import Store
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

    def on_ui(self, call: Callable[[], Any]) -> None:
        call()


@dataclass
class StandInNotices:
    """Keeps what is said."""

    said: list[str] = field(default_factory=list)

    def refused(self, sentence: str, detail: str = "") -> None:
        self.said.append(sentence)

    def offer(self, sentence: str, label: str, act: Callable[[], object]) -> None:
        self.said.append(f"{sentence} [{label}]")


@dataclass
class StandInEvents:
    """Keeps what is published."""

    published: list[object] = field(default_factory=list)

    def publish(self, event: object) -> None:
        self.published.append(event)


@dataclass
class StandInSelection:
    """A selection that tests set."""

    uids: tuple[str, ...] = ()
    text: str = ""

    def runs(self) -> tuple[str, ...]:
        return self.uids

    def query(self) -> str:
        return self.text


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


def standins(store: Store, theme: Theme, selection: StandInSelection | None = None) -> Services:
    """Return services over a real history."""
    return Services(
        backend=StandInBackend(store, Searcher(store, utc_now, monotonic_ms)),
        tasks=StandInTasks(),
        theme=theme,
        events=StandInEvents(),
        notices=StandInNotices(),
        selection=selection or StandInSelection(),
        dialogs=StandInParent(),
    )
