"""Timings of an output, and the median loop."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.runs import ENDED, LOOP_GAP_MS, OutputState, Result, Timing, median_loop_ms


@pytest.mark.parametrize(
    ("timing", "ttft", "duration"),
    [
        (Timing(0, 10, 310, 1310), 300, 1300),
        (Timing(0, 10, None, 1310), None, 1300),
        (Timing(0, None, None, 5), None, None),
        (Timing(0, None, 10, 20), None, None),
        (Timing(0, 0, 0, 0), 0, 0),
        (Timing(5, 10, 20, None), 10, None),
        (Timing(), None, None),
    ],
)
def test_time_to_first_token_and_duration_are_computed(timing: Timing, ttft: int | None, duration: int | None) -> None:
    assert timing.ttft == ttft
    assert timing.duration == duration


@pytest.mark.parametrize(
    ("timing", "tokens", "rate"),
    [
        (Timing(0, 10, 310, 1310), 142, 142.0),
        (Timing(0, 10, 310, 810), 71, 142.0),
        (Timing(0, 10, 310, 1310), 5, 5.0),
        (Timing(0, 10, 310, 1310), 4, None),
        (Timing(0, 10, 310, 410), 10, 100.0),
        (Timing(0, 10, 310, 409), 10, None),
        (Timing(0, 10, 310, 1310), None, None),
        (Timing(0, 10, None, 1310), 5, None),
        (Timing(0, 10, 310, None), 5, None),
        (Timing(0, 10, 310, 310), 5, None),
        (Timing(0, 10, 310, 300), 5, None),
        (Timing(0, 0, 0, 27), 20337, None),
    ],
)
def test_tokens_per_second_count_from_the_first_token(timing: Timing, tokens: int | None, rate: float | None) -> None:
    assert timing.tokens_per_second(tokens) == rate


def test_waiting_queued_and_streaming_outputs_have_not_ended() -> None:
    assert set(get_args(OutputState)) - ENDED == {"waiting", "queued", "streaming"}
    assert Result("failed").cost_usd is None
    assert Result("failed").timing == Timing()


@pytest.mark.parametrize(
    ("starts", "median"),
    [
        ([], None),
        ([5], None),
        ([0, 4000], 4000),
        ([0, 4000, 10_000], 5000),
        ([0, 1, 4, 104], 3),
        ([0, LOOP_GAP_MS], LOOP_GAP_MS),
        ([0, LOOP_GAP_MS + 1], None),
        ([0, 2000, 2000 + LOOP_GAP_MS + 1, 6000 + LOOP_GAP_MS + 1], 3000),
        ([1000, 0, 500], 500),
        ([7, 7], 0),
    ],
)
def test_median_loop_ignores_long_gaps(starts: list[int], median: int | None) -> None:
    assert median_loop_ms(starts) == median


@given(st.lists(st.integers(0, LOOP_GAP_MS), min_size=1, max_size=20))
def test_median_loop_splits_the_loops_in_half(gaps: list[int]) -> None:
    starts = [0]
    for gap in gaps:
        starts.append(starts[-1] + gap)
    median = median_loop_ms(starts)
    assert median is not None
    assert sum(gap < median for gap in gaps) <= len(gaps) / 2
    assert sum(gap > median for gap in gaps) <= len(gaps) / 2


def test_longest_loop_is_ten_minutes() -> None:
    assert LOOP_GAP_MS == 600_000
