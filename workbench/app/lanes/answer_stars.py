"""Stars on answers to the open prompt, usable as a filter for training files.

Invariant: the lanes show the stars stored in the history; they are read again after each change, by whichever process.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from workbench.app.lanes.lane_presenter import LanePresenter
from workbench.app.tasks import BackgroundTasks
from workbench.store import Store, StoreError
from workbench.usecases.problems import problem_of


class AnswerStars(QObject):
    """Reads and changes the stars of one prompt, and updates the `LanePresenter`."""

    changed = Signal(str)
    """A sentence about the change."""
    refused = Signal(str, str)

    def __init__(
        self, store: Store, tasks: BackgroundTasks, board: LanePresenter, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._store, self._tasks, self._board = store, tasks, board
        self._prompt = ""
        self._stars: frozenset[str] = frozenset()

    def follow(self, prompt_uid: str) -> None:
        """Show the stars of another prompt."""
        self._prompt = prompt_uid
        self.read()

    def read(self) -> None:
        """Read the stars again."""
        prompt = self._prompt
        if not prompt:
            return

        def show(stars: frozenset[str]) -> None:
            if prompt == self._prompt:
                self._stars = stars
                self._board.show_stars(stars)

        def failed(error: Exception) -> None:
            # The answers of a deleted prompt are gone; another prompt is opened in its place.
            if not (isinstance(error, StoreError) and error.code == "missing"):
                self._refuse(error)

        self._tasks.run(lambda: frozenset(uid for _, uid in self._store.judgements.starred(prompt)), show, failed)

    def toggle(self, output_uid: str) -> None:
        """Star an answer, or remove its star."""
        wanted = output_uid not in self._stars

        def written(_: None) -> None:
            self.read()
            self.changed.emit(
                "Answer starred. You can make training files from starred answers." if wanted else "Star removed."
            )

        self._tasks.watch(self._store.curation.star_answers([output_uid], wanted), written, self._refuse)

    def _refuse(self, error: Exception) -> None:
        problem = problem_of(error)
        self.refused.emit(problem.sentence, problem.detail)
