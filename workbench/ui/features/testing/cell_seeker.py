"""Goes to the next failing or differing cell.

Invariant: a search that ends without a cell says so for some seconds, and moves nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.app.testing.cell_search import CellSearch, Matches, differs_from, fails
from workbench.app.testing.controller import SuiteController
from workbench.core.testing.grid_shape import CellPlace
from workbench.ui.shell.events import FocusPlaced

if TYPE_CHECKING:
    from workbench.ui.features.testing.view import TestView
    from workbench.ui.shell.services import Services


class CellSeeker:
    """Searches the rows of the grid. `key` is that of notices."""

    def __init__(self, services: Services, suites: SuiteController, view: TestView, key: str) -> None:
        self._services, self._suites, self._view, self._key = services, suites, view, key
        self._search = CellSearch(suites.pivot)
        self._sought = ("failures", 1)
        self._search.found.connect(self._found)
        self._search.not_found.connect(self._not_found)

    def failure(self, step: int) -> None:
        """Go to the next failing cell (1) or the previous one (-1)."""
        self._seek("failures", step, fails)

    def difference(self) -> None:
        """Go to the next cell whose answer differs from the baseline's."""
        self._seek("differences", 1, differs_from(self._suites.baseline))

    def _seek(self, sought: str, step: int, matches: Matches) -> None:
        if self._suites.model.heads:
            self._sought = sought, step
            self._search.seek(self._view.grid.current_cell(), step, matches)

    def _found(self, cell: CellPlace) -> None:
        self._services.notices.withdraw(self._key)
        self._suites.pivot.reveal(cell)
        self._view.grid.select_cell(cell)
        self._view.grid.setFocus()
        self._services.events.publish(FocusPlaced())

    def _not_found(self) -> None:
        sought, step = self._sought
        self._services.notices.brief(self._key, f"No more {sought} {'below' if step > 0 else 'above'} this cell.")
