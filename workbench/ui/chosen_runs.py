"""Opens runs in Compose that were chosen elsewhere.

Invariant: a run is opened only once its prompt is open in Compose, and the last wish counts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from workbench.ui.shell.events import ProposalChosen, RunChosen

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow


class ChosenRuns(QObject):
    """Shows, restores or branches from a run in Compose, after its prompt was opened there."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._wish: tuple[str, Callable[[], object]] | None = None
        window.compose.prompt_changed.connect(self._prompt_changed)
        window.compose.changed.connect(self._act)
        window.services.events.subscribe(RunChosen, self._chosen)

    def _chosen(self, run: RunChosen) -> None:
        window, uid = self._window, run.run_uid
        acts: dict[str, Callable[[], object]] = {
            "open": lambda: window.compose.view(uid),
            "proposal": lambda: window.services.events.publish(ProposalChosen(uid)),
            "restore": lambda: window.handlers.take_over_row(uid, branch=False),
            "branch": lambda: window.handlers.take_over_row(uid, branch=True),
        }
        self._do(run.prompt_uid, acts[run.wish])

    def _do(self, prompt_uid: str, act: Callable[[], object]) -> None:
        """Go to Compose, open a prompt there, and act once it is shown; when another one is opened meanwhile, never."""
        window = self._window
        window.views.show("compose")
        is_open = prompt_uid == window.compose.prompt_uid and window.compose.ready
        self._wish = None if is_open else (prompt_uid, act)
        window.choose_prompt(prompt_uid)
        if is_open:
            act()

    def _prompt_changed(self, uid: str) -> None:
        if self._wish is not None and self._wish[0] != uid:
            self._wish = None

    def _act(self) -> None:
        wish, compose = self._wish, self._window.compose
        if wish is not None and compose.ready and compose.prompt_uid == wish[0]:
            self._wish = None
            wish[1]()
