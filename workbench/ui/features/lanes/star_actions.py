"""Starring the answer that a lane shows.

Invariant: only a finished answer can be starred, because training data needs complete answers.
"""

from __future__ import annotations

from PySide6.QtCore import QObject

from workbench.app.lanes.answer_stars import AnswerStars
from workbench.app.lanes.lane_presenter import LanePresenter
from workbench.ui.shell.events import HistoryChanged, PromptOpened
from workbench.ui.shell.services import Services


class StarActions(QObject):
    """Stars answers in the lanes of one window."""

    def __init__(self, services: Services, board: LanePresenter, parent: QObject) -> None:
        super().__init__(parent)
        self._board, self._notices = board, services.notices
        self._stars = AnswerStars(services.backend.store, services.tasks, board, self)
        self._stars.changed.connect(lambda sentence: services.notices.quiet("star", sentence))
        self._stars.refused.connect(services.notices.refused)
        services.events.subscribe(PromptOpened, lambda event: self._stars.follow(event.prompt_uid))
        services.events.subscribe(HistoryChanged, lambda _: self._stars.read())

    def toggle(self, slot: str) -> None:
        """Add or remove the star of the answer that a lane shows."""
        output, shown = self._board.output(slot), self._board.shown(slot) if slot else None
        if not output or shown is None or shown.state != "finished":
            self._notices.refused("Only finished answers can be starred. Run the lane, or wait for it to finish.")
            return
        self._stars.toggle(output)
