"""Several answers of one lane."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from workbench.core.lanes import Lane, Params
from workbench.core.runs import Result, Timing
from workbench.core.samples import nth, spread, spread_words


def test_every_sample_has_a_different_seed() -> None:
    lane = Lane("a", "e", "m", Params(seed=7, extra='{"seed": 1, "top_k": 2}'))
    assert nth(lane, 0) is lane
    asked = [nth(lane, sample).params for sample in range(5)]
    assert [params.get("seed") for params in asked] == [7, 8, 9, 10, 11]
    assert [json.loads(params.extra) for params in asked] == [{"seed": n, "top_k": 2} for n in range(1, 6)]
    assert nth(Lane("a", "e", "m"), 3).params == Params()


def test_spread_describes_answers_lengths_times_and_cost() -> None:
    results = [
        Result("finished", "Yes. \n", cost_usd=0.001, timing=Timing(0, 0, 1, 900)),
        Result("finished", "yes.", cost_usd=0.002, timing=Timing(0, 0, 1, 1200)),
        Result("finished", "No.", cost_usd=0.001, timing=Timing(0, 0, 1, 1000)),
        Result("failed"),
    ]
    words = spread_words(spread(results))
    spoken = "3 samples, 2 distinct · 3 to 6 characters · 0.90 to 1.20 s · $0.001"
    assert words.startswith(spoken)
    assert spread_words(spread(results[:1])) == "Two finished samples are needed to compare."
    assert spread_words(spread([Result("finished", "a")] * 2)).startswith("2 samples, all alike")


def test_spread_omits_equal_bounds_and_zero_times() -> None:
    def words(*took: int) -> str:
        results = [Result("finished", "Yes.", cost_usd=0.001, timing=Timing(0, 0, 1, ms)) for ms in took]
        return spread_words(spread(results))

    assert words(900, 904) == "2 samples, all alike · 4 characters · 0.90 s · $0.0010"
    assert "· <0.01 s ·" in words(0, 4)
    assert "· up to 0.02 s ·" in words(0, 20)


@given(st.lists(st.text(max_size=5), max_size=8))
def test_spread_counts_every_answer_once(texts: list[str]) -> None:
    found = spread([Result("finished", text) for text in texts])
    assert found.count == len(texts)
    assert found.distinct <= found.count
    assert (found.agreeing == 0) == (not texts)
