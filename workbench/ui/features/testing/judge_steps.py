"""What the buttons about judges in the pane of a cell do.

Invariant: features know each other by commands and events only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui.shell.events import SearchChosen

if TYPE_CHECKING:
    from workbench.core.testing.grid import CellDetail
    from workbench.ui.features.testing.cell_pane import CellPane
    from workbench.ui.shell.services import Services

_COMMANDS = {"choose": "choose_judge", "label": "label_answers"}


class JudgeSteps:
    """Takes the steps for the cell that a pane shows."""

    def __init__(self, services: Services, pane: CellPane) -> None:
        self._services, self._pane = services, pane

    def take(self, step: str, place: int) -> None:
        """Take a step (JudgeStep) for the check at `place`."""
        shown = self._pane.shown
        if step in _COMMANDS:
            self._services.navigator.action(_COMMANDS[step]).trigger()
        elif shown is not None:
            self._services.events.publish(SearchChosen(judge_query(shown.detail)))


def judge_query(detail: CellDetail) -> str:
    """Return the search that finds what judges wrote about a cell."""
    name = detail.case.name or f"Case {detail.key.case + 1}"
    plain = " ".join(name.replace('"', " ").split())
    return f'kind:judge case:"{plain}, column {detail.key.column + 1}"'
