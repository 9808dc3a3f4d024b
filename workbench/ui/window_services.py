"""The services of features, taken from the window as it is.

Invariant: features reach the window through these adapters alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from workbench.core.drafts import Draft, ValueSet
from workbench.ui.shell.events import Changed, DataChanged, EventBus
from workbench.ui.shell.services import Services

if TYPE_CHECKING:
    from workbench.ui.history.view import HistoryView
    from workbench.ui.window import MainWindow


class _Selection:
    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def runs(self) -> tuple[str, ...]:
        page = self._page()
        return () if page is None else tuple(row.row.run_uid for row in page.selected())

    def versions(self) -> Mapping[str, tuple[int, ...]]:
        found: dict[str, set[int]] = {}
        page = self._page()
        if page is not None and self._window.views.shown == "history":
            for row in page.selected():
                found.setdefault(row.prompt_uid, set()).add(row.row.version)
        return {uid: tuple(sorted(numbers)) for uid, numbers in found.items()}

    def query(self) -> str:
        page = self._page()
        return "" if page is None else page.model.text

    def _page(self) -> HistoryView | None:
        return self._window.history.view


class _Session:
    def __init__(self, window: MainWindow) -> None:
        self._compose = window.compose

    def prompt(self) -> str:
        return self._compose.prompt_uid

    def draft(self) -> Draft:
        return self._compose.draft()

    def use_values(self, values: ValueSet) -> Callable[[], None]:
        self._compose.back()
        return self._compose.sets.use(values)

    def save(self) -> None:
        self._compose.saver.flush()


class _Navigator:
    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def open_prompt(self, uid: str) -> None:
        self._window.choose_prompt(uid)

    def open_first_prompt(self) -> None:
        prompts = self._window.prompts
        if prompts.model.rowCount():
            self._window.choose_prompt(prompts.model.row(0).uid)
        else:
            prompts.create()

    def prompt_name(self, uid: str) -> str:
        prompts = self._window.prompts.model
        at = prompts.position(uid)
        return prompts.row(at).name if at >= 0 else ""

    def refresh_prompts(self, then: Callable[[], None]) -> None:
        self._window.prompts.refresh(then)


class _Dialogs:
    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def widget(self) -> QWidget:
        return self._window.frame


def window_services(window: MainWindow) -> Services:
    """Return the services of a window whose parts are made, and let it follow the events of features."""
    events = EventBus()
    events.subscribe(DataChanged, lambda event: _refresh(window, event.what))
    return Services(
        backend=window.workbench,
        tasks=window.tasks,
        theme=window.theme,
        events=events,
        notices=window.notices,
        selection=_Selection(window),
        session=_Session(window),
        navigator=_Navigator(window),
        dialogs=_Dialogs(window),
    )


def _refresh(window: MainWindow, what: Changed) -> None:
    if what & (Changed.RUNS | Changed.PROMPTS | Changed.VERDICTS):
        # As if another process had written: every list is read again.
        window.pulse.foreign_change.emit()
