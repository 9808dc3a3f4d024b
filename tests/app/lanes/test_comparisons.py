"""Comparisons of lanes whose results arrive late or in another order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from tests.app.lanes.test_lane_presenter import ENDED
from workbench.app.lanes.attempts import ColumnSource
from workbench.app.lanes.comparisons import LaneComparisons
from workbench.app.lanes.lane_presenter import LanePresenter
from workbench.app.lanes.lane_state import LaneDiff
from workbench.core.runs import Verdict
from workbench.store import Store
from workbench.usecases.comparison import IS_WINNER, NO_WINNER, ComparedAnswer, ComparisonBase


class _LateTasks:
    """Collects the work of the pool, so that a test decides which result arrives first."""

    def __init__(self) -> None:
        self.results: list[Callable[[ComparedAnswer], None]] = []

    def run_large(self, work: Callable[[], Any], then: Callable[[Any], None], on_error: object = None) -> None:
        self.results.append(then)


def test_late_result_of_an_earlier_comparison_is_dropped() -> None:
    """A verdict is compared with when it is given and when it is stored; the first may find no winner yet."""
    board = LanePresenter(lambda *_: ENDED, lambda: 0)
    board.show("r1", [ColumnSource("a", 0, 1, True, ("o1",))], Verdict("none"))
    board.tick({"o1"})
    tasks = _LateTasks()
    comparisons = LaneComparisons(
        cast(Store, object()), cast(Any, tasks), board, lambda: [("a", "A")], lambda slot: True
    )
    said: list[str] = []
    comparisons.ready.connect(lambda slot, made: said.append(cast(LaneDiff, made).compared.sentence))
    comparisons.base = ComparisonBase("winner")
    comparisons.want("a")
    comparisons.winner_stored()
    given, stored = tasks.results
    stored(ComparedAnswer("winner", sentence=IS_WINNER))
    given(ComparedAnswer("winner", sentence=NO_WINNER))
    assert said == [IS_WINNER]


def test_chosen_lane_that_is_not_shown_gives_way_to_the_previous_iteration() -> None:
    board = LanePresenter(lambda *_: ENDED, lambda: 0)
    shown = [("a", "A"), ("b", "B")]
    comparisons = LaneComparisons(cast(Store, object()), cast(Any, _LateTasks()), board, lambda: shown, lambda _: True)
    comparisons.base = ComparisonBase("lane", "b")
    assert comparisons.current == ComparisonBase("lane", "b")
    assert [choice.title for choice in comparisons.choices("a") if choice.chosen] == ["B"]
    del shown[1]
    assert comparisons.current == ComparisonBase()
    assert [choice.title for choice in comparisons.choices("a") if choice.chosen] == ["The lane's previous iteration"]
