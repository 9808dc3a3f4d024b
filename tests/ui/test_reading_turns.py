"""Lanes write one after the other."""

from __future__ import annotations

from workbench.ui.lanes.reading.turns import Turns


def test_one_lane_never_waits_and_several_wait_for_each_other() -> None:
    turns = Turns()
    assert [turns.wait_ms(1) for _ in range(5)] == [0] * 5
    waits = [turns.wait_ms(lane) for lane in range(2, 6)]
    assert waits == sorted(waits)
    assert 6 <= waits[-1] <= 12
