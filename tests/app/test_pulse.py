"""Frames are short and fair."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workbench.app.pulse import Turns


class Clock:
    """Shows a time that only moves when something is shown."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@given(
    st.lists(st.sets(st.sampled_from("abcdefgh")), max_size=20),
    st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0, 20)),
    st.floats(0.1, 10),
)
def test_every_output_has_its_turn_and_no_frame_is_long(
    frames: list[set[str]], costs: dict[str, float], budget: float
) -> None:
    clock, shown = Clock(), []
    turns = Turns(clock)

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
    turns = Turns(clock)

    def show(output: str) -> None:
        shown.append(output)
        clock.now += 1.0

    for _ in range(4):
        turns.add(set("abcdefgh"))
        turns.take(show, 4.0)
    assert "".join(shown) == "abcdefghabcdefgh"
