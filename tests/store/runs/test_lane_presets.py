"""Presets of lanes in the file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.making import opened
from workbench.core.lanes import LITELLM, Lane, Params
from workbench.store import Store, StoreError

MINI = Lane("a", LITELLM, "acme/mini", Params(temperature=0.2))
BIG = Lane("b", "own", "big")


def test_presets_are_there_after_the_file_is_opened_again(tmp_path: Path) -> None:
    store = opened(tmp_path / "history.db")
    store.lane_presets.save("Two", [MINI, BIG]).result(60)
    store.lane_presets.save("fast", [MINI]).result(60)
    store.lane_presets.choose("fast").result(60)
    store.close()
    again = opened(tmp_path / "history.db")
    assert [(one.name, one.lanes) for one in again.lane_presets.all()] == [("fast", (MINI,)), ("Two", (MINI, BIG))]
    assert again.lane_presets.chosen() == "fast"
    again.close()


def test_saving_under_a_known_name_replaces_the_preset(store: Store) -> None:
    store.lane_presets.save("fast", [MINI]).result(60)
    store.lane_presets.save("fast", [BIG]).result(60)
    assert [one.lanes for one in store.lane_presets.all()] == [(BIG,)]


def test_removing_the_chosen_preset_chooses_the_last_used_lanes(store: Store) -> None:
    store.lane_presets.save("fast", [MINI]).result(60)
    store.lane_presets.choose("fast").result(60)
    store.lane_presets.remove("fast").result(60)
    assert (store.lane_presets.all(), store.lane_presets.chosen()) == ((), "")
    store.lane_presets.save("fast", [BIG]).result(60)
    assert store.lane_presets.chosen() == ""


def test_numbers_in_names_are_in_their_order(store: Store) -> None:
    for name in ("run 10", "Run 2", "run 2 b", "10", "9", "x"):
        store.lane_presets.save(name, [MINI]).result(60)
    assert [one.name for one in store.lane_presets.all()] == ["9", "10", "Run 2", "run 2 b", "run 10", "x"]


def test_removing_another_preset_keeps_the_choice(store: Store) -> None:
    for name in ("fast", "slow"):
        store.lane_presets.save(name, [MINI]).result(60)
    store.lane_presets.choose("fast").result(60)
    store.lane_presets.remove("slow").result(60)
    assert store.lane_presets.chosen() == "fast"


def test_renamed_preset_is_still_the_chosen_one(store: Store) -> None:
    store.lane_presets.save("fast", [MINI]).result(60)
    store.lane_presets.choose("fast").result(60)
    store.lane_presets.rename("fast", "quick").result(60)
    assert [(one.name, one.lanes) for one in store.lane_presets.all()] == [("quick", (MINI,))]
    assert store.lane_presets.chosen() == "quick"
    store.lane_presets.rename("quick", "quick").result(60)
    store.lane_presets.rename("gone", "other").result(60)
    assert [one.name for one in store.lane_presets.all()] == ["quick"]


def test_choice_of_a_preset_that_is_not_there_counts_as_none(store: Store) -> None:
    store.lane_presets.choose("gone").result(60)
    assert store.lane_presets.chosen() == ""


@pytest.mark.parametrize("body", ["", "{", "[]", '[{"slot": 1}]', "[" * 100_000])
def test_damaged_preset_is_left_out(store: Store, body: str) -> None:
    store.lane_presets.save("good", [MINI]).result(60)
    store.set_meta("lane_preset:bad", body).result(60)
    assert [one.name for one in store.lane_presets.all()] == ["good"]


def test_name_with_a_lone_surrogate_is_refused(store: Store) -> None:
    with pytest.raises(StoreError):
        store.lane_presets.save("\ud800", [MINI]).result(60)
    # Nothing else in the file is taken for a preset.
    store.set_meta("lane_presets", "x").result(60)
    assert store.lane_presets.all() == ()
