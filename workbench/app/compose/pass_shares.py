"""Keeps the pass shares of the timeline's rows.

Invariant: shares are read off the UI thread, with one read for the versions of a page, and only once until tests may
have changed; a read that is outdated when it arrives is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from PySide6.QtCore import QModelIndex, QObject

from workbench.app.compose.timeline_model import TimelineModel
from workbench.app.tasks import BackgroundTasks
from workbench.core.testing.pass_share import PassShare
from workbench.core.timeline import TimelineRow, version_of

Read = Callable[[str, Collection[int]], Mapping[int, PassShare]]
"""(prompt uid, versions) → the shares of those that have one."""


class PassShares(QObject):
    """Reads the shares of rows as they are loaded, and again on `refresh`."""

    def __init__(
        self, timeline: TimelineModel, tasks: BackgroundTasks, read: Read, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._timeline, self._tasks, self._read = timeline, tasks, read
        self._asked: set[int] = set()
        self._generation = 0
        self._is_reading = self._again = False
        timeline.modelReset.connect(self._begin)
        timeline.rowsInserted.connect(self._inserted)
        timeline.dataChanged.connect(self._replaced)

    def refresh(self) -> None:
        """Read the shares of all loaded rows again, because a test ended or was scored anew."""
        if self._is_reading:
            self._again = True
        elif self._asked:
            self._generation += 1
            self._ask(self._asked, is_whole=True)

    def _begin(self) -> None:
        """Forget the shares of another prompt."""
        self._generation += 1
        self._asked = set()
        self._timeline.set_shares({})
        self._want(range(self._timeline.rowCount()))

    def _inserted(self, _: QModelIndex, first: int, last: int) -> None:
        self._want(range(first, last + 1))

    def _replaced(self, first: QModelIndex, last: QModelIndex) -> None:
        # A run of another version may replace the row of a version. A whole repaint brings none.
        if first.row() == last.row():
            self._want([first.row()])

    def _want(self, places: Iterable[int]) -> None:
        rows: list[TimelineRow] = [row for place in places if (row := self._timeline.row(place)) is not None]
        fresh = {version_of(row) for row in rows} - self._asked
        if fresh:
            self._asked |= fresh
            self._ask(fresh, is_whole=False)

    def _ask(self, versions: Collection[int], *, is_whole: bool) -> None:
        prompt, generation, wanted = self._timeline.prompt_uid, self._generation, tuple(versions)
        if not prompt:
            return
        self._is_reading = self._is_reading or is_whole

        def done(found: Mapping[int, PassShare]) -> None:
            if is_whole:
                self._is_reading = False
            if generation == self._generation:
                # Versions that were not asked about keep theirs: they may have been read meanwhile.
                others = {one: share for one, share in self._timeline.shares.items() if one not in wanted}
                self._timeline.set_shares({**others, **found})
            if is_whole and self._again:
                self._again = False
                self.refresh()

        def failed(_: Exception) -> None:
            # The prompt may be deleted meanwhile; the timeline itself says what cannot be read.
            if is_whole:
                self._is_reading = self._again = False

        self._tasks.run(lambda: self._read(prompt, wanted), done, failed)
