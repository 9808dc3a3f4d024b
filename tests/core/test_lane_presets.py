"""Lanes for reuse: without what belongs to one prompt, each once, and only at endpoints that exist."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core import strategies as make
from workbench.core.lane_presets import LanePreset, available, calls_real_model, in_slots, lanes_from_json, reusable
from workbench.core.lanes import BUILTIN, ECHO, LITELLM, Lane, Params

MINI, BIG = Lane("a", LITELLM, "acme/mini"), Lane("b", "own", "big", Params(temperature=0.2), samples=3)


@given(st.lists(make.lanes, min_size=1, max_size=5, unique_by=lambda lane: lane.slot))
def test_lanes_of_a_preset_come_back_from_their_stored_form(lanes: list[Lane]) -> None:
    stored = json.loads(json.dumps([lane.to_json() for lane in lanes]))
    assert lanes_from_json(stored) == tuple(lanes)


@pytest.mark.parametrize("data", [None, {}, [], [3], [{"slot": "a"}], [MINI.to_json()] * 201])
def test_damaged_lanes_are_refused_with_a_sentence(data: object) -> None:
    with pytest.raises(ValueError, match="lane"):
        lanes_from_json(data)


def test_hidden_lanes_and_baselines_are_not_reused() -> None:
    hidden = Lane("c", LITELLM, "acme/hidden", hidden=True)
    baseline = Lane("d", LITELLM, "acme/kept", baseline="run-1")
    assert reusable([hidden, MINI, baseline, BIG]) == (MINI, BIG)


def test_lane_with_a_pinned_version_is_reused_once_and_without_its_label() -> None:
    pinned = Lane("c", LITELLM, "acme/mini", pinned=3, label="Before the rewrite")
    assert reusable([pinned, MINI]) == (Lane("c", LITELLM, "acme/mini"),)


def test_same_model_with_other_parameters_is_another_lane() -> None:
    warm = Lane("c", LITELLM, "acme/mini", Params(temperature=1.0), label="Warm")
    assert reusable([MINI, warm]) == (MINI, warm)


def test_lanes_at_removed_endpoints_are_left_out_and_named() -> None:
    found = available([MINI, BIG], {LITELLM, BUILTIN})
    assert found.lanes == (MINI,)
    assert found.sentence == "big was left out, because its endpoint was removed. Add a lane with another model."
    both = available([MINI, BIG, Lane("c", "own", "big")], set())
    assert both.sentence == (
        "mini and big were left out, because their endpoints were removed. Add lanes with other models."
    )
    assert available([MINI, BIG], {LITELLM, "own"}).sentence == ""


def test_built_in_model_and_echo_are_no_real_models() -> None:
    assert not calls_real_model([Lane("a", BUILTIN, "tiny"), Lane("b", ECHO, "echo")])
    assert calls_real_model([Lane("a", BUILTIN, "tiny"), BIG])


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
