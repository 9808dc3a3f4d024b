"""The state of lanes that show answers of a test run.

Invariant: such a lane is beside every run: it takes part in no verdict and is not retried. It is in memory only,
because a test run may have thousands of answers.
"""

from __future__ import annotations

from collections.abc import Sequence

from workbench.app.compose.run_view_state import LaneRequest, LaneViewState, RunViewState
from workbench.core.lanes import Lane
from workbench.core.runs import BesideLane
from workbench.core.testing.tested_answer import TestedAnswer


def tested(answer: TestedAnswer, *, free: bool) -> RunViewState:
    """Return a state that shows nothing but an answer of a test; `free`: its model costs nothing."""
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
