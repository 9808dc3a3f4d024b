"""Displays the forecast of the next run.

Invariant: the forecast never shifts the layout; a warning is a word and a mark, never a colour alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.drafts import Draft
from workbench.core.forecast import Forecast, detail, line

if TYPE_CHECKING:
    from workbench.app.compose.session import ComposeSession
    from workbench.ui.editor import ContentEditor
    from workbench.ui.shell.bars import StatusBar


def next_run(compose: ComposeSession) -> tuple[str, Draft] | None:
    """Return the prompt and the draft that would be run, None while no run can be started."""
    if not compose.prompt_uid or not compose.ready or compose.viewing is not None:
        return None
    return compose.prompt_uid, compose.draft()


def to_foresee(compose: ComposeSession) -> tuple[str, Draft] | None:
    """Return the prompt and the draft to forecast; None also while the forecast would reveal a hidden name."""
    return None if compose.stage.shown.is_blind else next_run(compose)


def show_forecast(status: StatusBar, editor: ContentEditor, forecast: Forecast | None) -> None:
    """Show a forecast in the status bar and at the messages; None clears it."""
    if forecast is None:
        status.set_forecast("", "")
        editor.set_counts(())
        return
    text = line(forecast)
    status.set_forecast(text, detail(forecast) if text else "", warns=bool(forecast.over))
    editor.set_counts(forecast.parts(len(editor.content().messages)))
