"""Which views the window has.

Invariant: nothing of a view is imported before it is first shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.app.commands import View
from workbench.ui.shell.views import Place

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow


def places(window: MainWindow) -> dict[View, Place]:
    """Return the views in the order of their tabs."""
    return {
        "compose": Place("Compose", lambda: window.view, window.view.editor.focus_first),
        "rank": Place("Rank", window.ranking.make, window.ranking.enter),
    }
