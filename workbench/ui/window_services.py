"""The services of features, taken from the window as it is.

Invariant: features reach the window through these adapters alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from workbench.ui.shell.events import Changed, DataChanged, EventBus, PackChosen
from workbench.ui.shell.services import Services

if TYPE_CHECKING:
    from workbench.core.blocks import Example, OutputFormat
    from workbench.core.content import Content
    from workbench.core.marks import Mark
    from workbench.core.techniques import Caret, Insertion
    from workbench.ui.history.view import HistoryView
    from workbench.ui.window import MainWindow


class _Selection:
    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def runs(self) -> tuple[str, ...]:
        page = self._page()
        return () if page is None else tuple(row.row.run_uid for row in page.selected())

    def query(self) -> str:
        page = self._page()
        return "" if page is None else page.model.text

    def _page(self) -> HistoryView | None:
        return self._window.history.view


class _Dialogs:
    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def widget(self) -> QWidget:
        return self._window.frame


class _Editor:
    def __init__(self, window: MainWindow) -> None:
        self._window, self._editor = window, window.view.editor

    def content(self) -> Content:
        return self._editor.content()

    def caret(self) -> Caret | None:
        return self._editor.inserting.caret()

    def selected(self) -> str:
        return self._editor.inserting.selected()

    def insert(self, found: Insertion, mark: Mark | None = None) -> None:
        self._editor.inserting.insert(found)
        if mark is not None:
            self._window.compose.lineage.inserted(mark)

    def add_examples(self, examples: tuple[Example, ...]) -> None:
        self._editor.parts_shown.add_examples(examples)

    def set_output(self, output: OutputFormat) -> bool:
        return self._editor.parts_shown.set_output(output)


def window_services(window: MainWindow) -> Services:
    """Return the services of a window whose parts are made, and let it follow the events of features."""
    events = EventBus()
    events.subscribe(DataChanged, lambda event: _refresh(window, event.what))
    events.subscribe(PackChosen, lambda event: window.dialogs.packing.imports.look(event.path))
    return Services(
        backend=window.workbench,
        tasks=window.tasks,
        theme=window.theme,
        events=events,
        notices=window.notices,
        selection=_Selection(window),
        dialogs=_Dialogs(window),
        editor=_Editor(window),
    )


def _refresh(window: MainWindow, what: Changed) -> None:
    if what & (Changed.RUNS | Changed.PROMPTS | Changed.VERDICTS):
        # As if another process had written: every list is read again.
        window.pulse.foreign_change.emit()
