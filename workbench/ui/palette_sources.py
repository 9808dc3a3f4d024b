"""What the window adds to the palette: its commands and the listed prompts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from workbench.app.palette.palette import Entry, Source
from workbench.core.runs import PromptRow
from workbench.ui.shell.command_source import command_source
from workbench.ui.state import window_state

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow


def add_sources(window: MainWindow, add: Callable[[Source], object]) -> None:
    """Add them in the order in which equally good matches are shown."""
    add(command_source(window.keys, window.actions_, lambda: window_state(window)))
    add(Source("prompts", "/", lambda: _prompts(window)))


def _prompts(window: MainWindow) -> Sequence[Entry]:
    model, opened = window.prompts.model, window.compose.prompt_uid

    def entry(row: PromptRow) -> Entry:
        count = "1 iteration" if row.iterations == 1 else f"{row.iterations:,} iterations"
        is_open = "is open" if row.uid == opened else ""
        return Entry("prompt", row.uid, row.name, lambda: window.choose_prompt(row.uid), count, unavailable=is_open)

    return [entry(model.row(position)) for position in range(model.rowCount())]
