"""Presets of lanes: their stored form, and the slots that their lanes take in a draft."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core import strategies as make
from workbench.core.lane_presets import LanePreset, in_slots, lanes_from_json
from workbench.core.lanes import ECHO, LITELLM, Lane, Params

MINI, BIG = Lane("a", LITELLM, "acme/mini"), Lane("b", "own", "big", Params(temperature=0.2), samples=3)


@given(st.lists(make.lanes, min_size=1, max_size=5, unique_by=lambda lane: lane.slot))
def test_lanes_of_a_preset_come_back_from_their_stored_form(lanes: list[Lane]) -> None:
    stored = json.loads(json.dumps([lane.to_json() for lane in lanes]))
    assert lanes_from_json(stored) == tuple(lanes)


@pytest.mark.parametrize("data", [None, {}, [], [3], [{"slot": "a"}], [MINI.to_json()] * 201])
def test_damaged_lanes_are_refused_with_a_sentence(data: object) -> None:
    with pytest.raises(ValueError, match="lane"):
        lanes_from_json(data)


def test_lanes_take_the_slots_of_the_same_models() -> None:
    before = [Lane("x", "own", "big"), Lane("y", LITELLM, "acme/mini", Params(seed=1)), Lane("z", ECHO, "echo")]
    fresh = iter(["n1", "n2"])
    placed = in_slots([MINI, BIG, BIG], before, lambda: next(fresh))
    assert [(lane.slot, lane.model) for lane in placed] == [("y", "acme/mini"), ("x", "big"), ("n1", "big")]
    assert (placed[1].params, placed[1].samples) == (BIG.params, 3)


def test_preset_is_summarised_by_its_titles_and_shows_a_hostile_name_safely() -> None:
    preset = LanePreset("fast\u202e", (MINI, BIG))
    assert preset.summary == "mini, big"
    assert "\u202e" not in preset.name
