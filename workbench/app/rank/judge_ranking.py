"""Computes the ranking by a judge, plans what it would compare next, and runs that, off the UI thread.

Invariant: one ranking or plan is computed at a time, and only the newest of each is delivered. At most one run of a
judge is open; its verdicts are stored by `PairJudging`, whether or not anything is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from workbench.app.tasks import BackgroundTasks
from workbench.host.clock import monotonic_ms, utc_now
from workbench.host.ids import new_uid
from workbench.store import Store
from workbench.usecases.model_access import ModelAccess
from workbench.usecases.problems import RefusedError
from workbench.usecases.ranking_result import Grouping, JudgeRanking
from workbench.usecases.runner import Runner, RunOwner

if TYPE_CHECKING:
    from workbench.usecases.judging.pair_judging import PairJudging, PairRun
    from workbench.usecases.judging.pair_plan import JudgeChoice, PairPlan


class JudgeRankingController(QObject):
    """Ranks by a judge and lets it compare pairs."""

    ranked = Signal(object)
    """JudgeRanking"""
    failed = Signal()
    planned = Signal(object)
    """PairPlan of the newest request"""
    planning_failed = Signal()
    """The error was reported."""
    progressed = Signal(object)
    """PairRun"""
    ended = Signal(object)
    """PairRun"""
    refused = Signal(str)
    """A sentence about why a run was not started."""

    def __init__(
        self, store: Store, tasks: BackgroundTasks, runner: Runner, models: ModelAccess, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._store, self._tasks, self._runner, self._models = store, tasks, runner, models
        self._judging: PairJudging | None = None
        self._prompt = ""
        self._grouping: Grouping = "both"
        self._is_computing = self._is_wanted = self._is_closed = False
        self._asked = 0
        self.run: PairRun | None = None
        """The open run."""

    def show(self, prompt_uid: str, grouping: Grouping) -> None:
        """Rank the verdicts of the judge that compared last; computes again for the same prompt."""
        self._prompt, self._grouping = prompt_uid, grouping
        self._is_wanted = bool(prompt_uid)
        if self._is_wanted and not self._is_computing:
            self._compute()

    def plan(self, prompt_uid: str, choice: JudgeChoice | None = None) -> None:
        """Plan what a start would compare; with the choice of the last time for None."""
        self._asked += 1
        number = self._asked

        def work() -> PairPlan:
            judging = self._made()
            return judging.plan(prompt_uid, judging.choice(prompt_uid) if choice is None else choice)

        def broke(error: Exception) -> None:
            self._tasks.report(error)
            self.planning_failed.emit()

        self._tasks.run_large(work, lambda plan: self._planned(number, plan), broke)

    def start(self, plan: PairPlan) -> None:
        """Start a plan."""
        if self.run is not None:
            return
        judging = self._made()
        for kept in judging.remember(plan.choice):
            self._tasks.watch(kept)
        try:
            self.run = judging.start(plan, self._tell)
        except RefusedError as error:
            self.refused.emit(error.sentence)
            return
        self.progressed.emit(self.run)

    def stop(self) -> None:
        """Stop the open run; verdicts so far are kept."""
        if self.run is not None:
            self._made().stop(self.run)

    def close(self) -> None:
        """Show nothing any more; a run ends with the engine."""
        self._is_closed = True

    def _tell(self, run: PairRun) -> None:
        if not self._is_closed:
            self._tasks.on_ui(lambda: self._changed(run))

    def _made(self) -> PairJudging:
        if self._judging is None:
            # Imports checks and templates.
            from workbench.usecases.judging.pair_judging import PairJudging

            owner = RunOwner(new_uid(), new_uid, utc_now, monotonic_ms)
            self._judging = PairJudging(self._store, self._runner, self._models, owner)
        return self._judging

    def _planned(self, number: int, plan: PairPlan) -> None:
        if number == self._asked:
            self.planned.emit(plan)

    def _changed(self, run: PairRun) -> None:
        if run is not self.run:
            return
        if run.ended.is_set():
            self.run = None
            self.ended.emit(run)
        else:
            self.progressed.emit(run)

    def _compute(self) -> None:
        self._is_computing, self._is_wanted = True, False
        store, prompt, grouping = self._store, self._prompt, self._grouping

        def work() -> JudgeRanking:
            # Imports numpy.
            from workbench.usecases.judging.judge_ranking import rank_by_judge

            return rank_by_judge(store, prompt, grouping)

        self._tasks.run_large(work, self._done, self._broke)

    def _done(self, found: JudgeRanking) -> None:
        self._is_computing = False
        if self._is_wanted:
            self._compute()
        elif found.result.prompt_uid == self._prompt:
            self.ranked.emit(found)

    def _broke(self, error: Exception) -> None:
        self._is_computing = False
        if self._is_wanted:
            self._compute()
        else:
            self._tasks.report(error)
            self.failed.emit()
