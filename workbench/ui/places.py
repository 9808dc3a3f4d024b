"""Which views the window has, those of features last.

Invariant: nothing of a view but Compose is imported before its making begins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.app.commands import View
from workbench.ui.shell.views import Place, at_once

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow


def places(window: MainWindow) -> dict[View, Place]:
    """Return the views in the order of their tabs."""
    history = window.history
    return {
        "compose": Place("Compose", at_once(lambda: window.view), window.view.editor.focus_first),
        "history": Place("History", history.make, history.enter, has_side=False),
        **window.features.places(),
    }
