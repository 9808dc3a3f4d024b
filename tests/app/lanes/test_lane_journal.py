"""Edits of lanes are undone exactly, in one order."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import depth
from workbench.app.lanes.lane_journal import LaneJournal
from workbench.app.lanes.lane_list import LaneList
from workbench.core.lanes import BUILTIN, LITELLM, Lane, Params

ABC = tuple(Lane(slot, LITELLM, f"model-{slot}") for slot in "abc")
EDITS = {
    "add": lambda lanes: lanes.add(LITELLM, "new"),
    "duplicate": lambda lanes: lanes.duplicate("b"),
    "remove": lambda lanes: lanes.remove("a"),
    "move": lambda lanes: lanes.move("a", 1),
    "place": lambda lanes: lanes.place("c", "a"),
    "model": lambda lanes: lanes.set_model("b", LITELLM, "other"),
    "params": lambda lanes: lanes.set_params("b", Params(temperature=0.5)),
    "samples": lambda lanes: lanes.set_samples("c", 3),
    "hide": lambda lanes: lanes.set_hidden("c", hidden=True),
    "show": lambda lanes: lanes.show_all(),
    "label": lambda lanes: lanes.set_label("a", "mine"),
}


def _made() -> tuple[LaneList, LaneJournal]:
    slots = itertools.count()
    lanes = LaneList(lambda: f"new-{next(slots)}")
    lanes.load(ABC)
    return lanes, LaneJournal(lanes)


@given(st.lists(st.sampled_from(sorted(EDITS)), max_size=12))
@depth.examples(50, 500)
def test_undo_and_redo_restore_every_state(edits: list[str]) -> None:
    lanes, journal = _made()
    states = [lanes.lanes]
    for name in edits:
        EDITS[name](lanes)
        if lanes.lanes != states[-1]:
            states.append(lanes.lanes)
    for state in reversed(states[:-1]):
        assert journal.done_at
        journal.undo()
        assert lanes.lanes == state
    assert journal.done_at == 0
    for state in states[1:]:
        assert journal.undone_at
        journal.redo()
        assert lanes.lanes == state
    assert journal.undone_at == 0


@pytest.mark.parametrize(
    ("slot", "before", "order"),
    [("a", "c", "bac"), ("a", "", "bca"), ("c", "a", "cab"), ("b", "b", "abc"), ("x", "a", "abc")],
)
def test_lane_is_placed_before_another(slot: str, before: str, order: str) -> None:
    lanes, _ = _made()
    lanes.place(slot, before)
    assert "".join(lane.slot for lane in lanes.lanes) == order


def test_new_edit_ends_what_can_be_redone_and_a_load_ends_all() -> None:
    lanes, journal = _made()
    lanes.move("a", 1)
    journal.undo()
    lanes.move("c", -1)
    assert (journal.undone_at, bool(journal.done_at)) == (0, True)
    lanes.replace_all(ABC)
    assert (journal.undone_at, journal.done_at) == (0, 0)


def test_leaving_the_built_in_model_is_one_step() -> None:
    lanes, journal = _made()
    lane = Lane("d", BUILTIN, "small", Params(temperature=0.3), label="mine")
    lanes.load((lane,))
    lanes.set_model("d", LITELLM, "large")
    assert (lanes.lanes[0].params, lanes.lanes[0].label) == (Params(), "")
    journal.undo()
    assert lanes.lanes == (lane,)
