"""Computes the ranking of the Rank view off the UI thread.

Invariant: one ranking is computed at a time, and only the result of the newest request is delivered. A request made
meanwhile is computed next, and an older result is dropped.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from workbench.app.tasks import BackgroundTasks
from workbench.host.dirs import ProductDirs
from workbench.store import Store
from workbench.usecases.ranking_result import Grouping, RankingResult


class RankingController(QObject):
    """Computes rankings. `prepare` is called on the worker thread before the first one, for slow imports."""

    waiting = Signal()
    """A request differs from the result delivered last."""
    ranked = Signal(object)
    """RankingResult"""
    failed = Signal()
    """The newest request failed; the error was reported."""
    grouping_changed = Signal(str)

    def __init__(
        self,
        store: Store,
        tasks: BackgroundTasks,
        prepare: Callable[[], object],
        places: ProductDirs,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store, self._tasks, self._prepare, self._places = store, tasks, prepare, places
        self._prompt = ""
        self._told: tuple[str, Grouping] | None = None
        self.grouping: Grouping = "both"
        self._is_computing = self._is_wanted = False

    def show(self, prompt_uid: str) -> None:
        """Rank the verdicts of a prompt; computes again for the same prompt."""
        self._prompt = prompt_uid
        self.refresh()

    def group(self, grouping: Grouping) -> None:
        """Set the grouping."""
        if grouping != self.grouping:
            self.grouping = grouping
            self.grouping_changed.emit(grouping)
            self.refresh()

    def say(self, version: int, key: str, name: str, used: bool) -> None:
        """Store whether a version uses a technique, and compute again."""
        saying = self._store.techniques.say(self._prompt, version, key, name, used=used)
        self._tasks.watch(saying, lambda _: self.refresh())

    def forget(self) -> None:
        """Announce the next ranking as a new one, because another page was shown meanwhile."""
        self._told = None

    def refresh(self) -> None:
        """Compute again."""
        self._is_wanted = bool(self._prompt)
        if self._is_wanted and self._told != (self._prompt, self.grouping):
            self.waiting.emit()
        if self._is_wanted and not self._is_computing:
            self._compute()

    def _compute(self) -> None:
        self._is_computing, self._is_wanted = True, False
        store, prompt, grouping = self._store, self._prompt, self.grouping
        prepare, places = self._prepare, self._places

        def work() -> RankingResult:
            prepare()
            # All import numpy.
            if grouping == "technique":
                from workbench.usecases.technique_ranking import rank_techniques
                from workbench.usecases.techniques import Techniques

                return rank_techniques(store, prompt, Techniques(places))
            from workbench.usecases.judging.judge_ranking import with_agreement
            from workbench.usecases.ranking import rank

            return with_agreement(store, rank(store, prompt, grouping))

        self._tasks.run_large(work, self._done, self._broke)

    def _done(self, found: RankingResult) -> None:
        self._is_computing = False
        if self._is_wanted:
            self._compute()
        else:
            self._told = found.prompt_uid, found.grouping
            self.ranked.emit(found)

    def _broke(self, error: Exception) -> None:
        self._is_computing = False
        if self._is_wanted:
            self._compute()
        else:
            self._told = None
            self._tasks.report(error)
            self.failed.emit()
