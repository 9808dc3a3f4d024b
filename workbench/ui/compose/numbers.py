"""Where the numbers of the next run are shown.

Invariant: the numbers move nothing; a warning is a word and a mark, never a colour alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.drafts import Draft
from workbench.core.forecast import Forecast, detail, line

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow


def next_run(window: MainWindow) -> tuple[str, Draft] | None:
    """Return the prompt and the draft that would be run, None while no run can be started."""
    compose = window.compose
    if not compose.prompt_uid or not compose.ready or compose.viewing is not None:
        return None
    return compose.prompt_uid, compose.draft()


def to_foresee(window: MainWindow) -> tuple[str, Draft] | None:
    """Return what the numbers are about, None also while they would give a hidden name away."""
    return None if window.compose.stage.shown.is_blind else next_run(window)


def show_forecast(window: MainWindow, forecast: Forecast | None) -> None:
    """Show a forecast in the status bar and at the messages, or with None nothing."""
    if forecast is None:
        window.status.set_forecast("", "")
        window.view.editor.set_counts(())
        return
    text = line(forecast)
    window.status.set_forecast(text, detail(forecast) if text else "", warns=bool(forecast.over))
    window.view.editor.set_counts(forecast.parts(len(window.view.editor.content().messages)))
