"""Lanes of the draft that show answers of a test run.

Invariant: such a lane is beside every run: it takes part in no verdict and is not retried. It is in memory only,
because a test run may have thousands of answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workbench.app.compose.output_cache import OutputCache
from workbench.app.compose.run_view_state import NO_RUN, LaneRequest, LaneViewState, RunViewState
from workbench.app.lanes.shown_answers import OutputChecks
from workbench.core.lanes import Lane
from workbench.core.runs import BesideLane
from workbench.core.testing.tested_answer import TestedAnswer


class TestedLanes:
    """The answer of a test that was opened last. It is shown while the draft has its lane."""

    __test__ = False

    def __init__(self, outputs: OutputCache) -> None:
        self._outputs = outputs
        self.run = NO_RUN
        self._answer: TestedAnswer | None = None
        self._slots: frozenset[str] = frozenset()

    def hold(self, answer: TestedAnswer, *, free: bool) -> None:
        """Take an answer; `free`: its model costs nothing."""
        self.run, self._answer = tested(answer, free=free), answer
        self._outputs.hold(answer.run_uid, [answer.output])

    def forget(self) -> None:
        """Show answers of runs only."""
        self.run = NO_RUN

    def checks_of(self, output_uid: str) -> OutputChecks | None:
        """Return the results of the test for an answer, None for one that no lane took from a test.

        They outlast `forget`, because the lane may be shown beside later runs.
        """
        answer = self._answer
        if answer is None or not answer.checks or answer.output.uid != output_uid:
            return None
        return OutputChecks(answer.checks, answer.results)

    def follow(self, lanes: Iterable[Lane] | None) -> None:
        """Take the lanes of the draft; None if they have not changed."""
        if lanes is not None:
            self._slots = frozenset(lane.slot for lane in lanes)

    def over(self, run: RunViewState) -> RunViewState:
        """Return what the draft's lanes show: the answer, or else `run`."""
        return self.run if any(lane.slot in self._slots for lane in self.run.lanes) else run


def tested(answer: TestedAnswer, *, free: bool) -> RunViewState:
    """Return a state that shows nothing but an answer of a test."""
    lane = LaneViewState(
        answer.lane.slot,
        -1,
        answer.version,
        free,
        LaneRequest(answer.lane, answer.content, (answer.case,)),
        kept=answer.name,
        kept_run=answer.run_uid,
        tested=True,
    )
    attempts = {(answer.lane.slot, 0, 0): (answer.output.uid,)}
    return RunViewState(f"test:{answer.output.uid}", (lane,), (answer.case,), attempts)


def with_tested(run: RunViewState, sources: Sequence[RunViewState], lanes: Sequence[Lane]) -> RunViewState:
    """Return a copy of a run with those lanes of the draft beside it that showed an answer of a test in `sources`."""
    for source in sources:
        beside = [
            BesideLane(one.slot, one.kept_run, place)
            for one in source.lanes
            for place, lane in enumerate(lanes)
            if one.tested and one.slot == lane.slot
        ]
        run = run.with_beside(source, beside, "")
    return run
