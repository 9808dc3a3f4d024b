"""Frames are short, and share their time fairly between outputs."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from workbench.app.frame_clock import FrameClock, FrameTurns


class Clock:
    """A clock that only advances when something is shown."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@given(
    st.lists(st.sets(st.sampled_from("abcdefgh")), max_size=20),
    st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0, 20)),
    st.floats(0.1, 10),
)
def test_every_output_is_shown_and_no_frame_exceeds_its_budget(
    frames: list[set[str]], costs: dict[str, float], budget: float
) -> None:
    clock, shown = Clock(), []
    turns = FrameTurns(clock)

    def show(output: str) -> None:
        shown.append(output)
        clock.now += costs.get(output, 1.0)

    for changed in frames:
        turns.add(changed)
        if turns:
            before = len(shown)
            spent = turns.take(show, budget)
            assert len(shown) > before
            assert spent - costs.get(shown[-1], 1.0) < budget + 1e-6
    while turns:
        turns.take(show, budget)
    assert set(shown) == set().union(*frames)
    assert len(shown) <= sum(len(changed) for changed in frames)


def test_outputs_that_change_in_every_frame_take_turns() -> None:
    clock, shown = Clock(), []
    turns = FrameTurns(clock)

    def show(output: str) -> None:
        shown.append(output)
        clock.now += 1.0

    for _ in range(4):
        turns.add(set("abcdefgh"))
        turns.take(show, 4.0)
    assert "".join(shown) == "abcdefghabcdefgh"


class Runner:
    """A runner whose output ends right after the first call of a given method."""

    def __init__(self, ends_after: str) -> None:
        self._ends_after = ends_after
        self._live, self._dirty = {"o1"}, set[str]()

    def running(self) -> tuple[str, ...]:
        found = tuple(self._live)
        self._asked("running")
        return found

    def drain_dirty(self) -> set[str]:
        found, self._dirty = self._dirty, set()
        self._asked("drain_dirty")
        return found

    def _asked(self, what: str) -> None:
        if what == self._ends_after and self._live:
            self._live, self._dirty = set(), {"o1"}


@pytest.mark.parametrize("ends_after", ["running", "drain_dirty"])
def test_output_that_ends_during_a_frame_gets_another_frame(qtbot: QtBot, ends_after: str) -> None:
    pulse = FrameClock(cast(Any, SimpleNamespace(runner=Runner(ends_after))), cast(Any, None))
    shown: list[set[str]] = []
    pulse.frame.connect(shown.append)
    pulse.start()
    qtbot.waitUntil(lambda: not pulse._frames.isActive())
    assert shown == [{"o1"}]
    pulse.deleteLater()
