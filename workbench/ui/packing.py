"""What leads to cases: their commands.

Invariant: what does the work is imported when it is first asked for; whatever goes on ends with the window.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from workbench.ui.features.cases.controller import CaseActions
    from workbench.ui.window import MainWindow


class Packing(QObject):
    """Serves the commands of one window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._cases: CaseActions | None = None

    @property
    def cases(self) -> CaseActions:
        """What shows and changes cases; made when it is first asked for."""
        if self._cases is None:
            from workbench.ui.features.cases.controller import CaseActions

            self._cases = CaseActions(self._window)
        return self._cases

    def stop(self) -> None:
        """Let what goes on end, because the window closes."""
        if self._cases is not None:
            self._cases.stop()

    def table(self) -> dict[str, Callable[[], object]]:
        """Return a handler for every command."""
        return {
            "cases": lambda: self.cases.open(),
            "keep_case": lambda: self.cases.keep(),
        }
