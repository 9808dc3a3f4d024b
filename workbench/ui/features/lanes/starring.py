"""Starring the answer that a lane shows.

Invariant: only an answer that came to its end can have a star, because nobody can train with another one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from workbench.app.lanes.answer_stars import AnswerStars

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow


class Starring(QObject):
    """Serves the lanes of one window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        compose = window.compose
        self._stars = AnswerStars(window.workbench.store, window.tasks, compose.board, self)
        self._stars.changed.connect(lambda sentence: window.notices.quiet("star", sentence))
        self._stars.refused.connect(window.notices.refused)
        compose.prompt_changed.connect(self._stars.follow)
        window.pulse.foreign_change.connect(self._stars.read)
        self._stars.follow(compose.prompt_uid)

    def toggle(self, slot: str) -> None:
        """Star what a lane shows, or take the star away."""
        board = self._window.compose.board
        output, shown = board.output(slot), board.shown(slot) if slot else None
        if not output or shown is None or shown.state != "finished":
            self._window.notices.refused("This lane shows no answer that came to its end, and only those are starred.")
            return
        self._stars.toggle(output)
