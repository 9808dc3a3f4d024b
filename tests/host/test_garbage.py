"""Collections of garbage stay small during background work, and the thresholds are restored afterwards."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from workbench.host.garbage import BATCHES, SmallCollections

MANY = 50_000


def test_collections_are_small_while_anything_works() -> None:
    collections, thresholds = SmallCollections(), gc.get_threshold()
    with collections.during():
        assert gc.get_threshold() == BATCHES
        with collections.during():
            assert gc.get_threshold() == BATCHES
        assert gc.get_threshold() == BATCHES
    assert gc.get_threshold() == thresholds


def test_no_collection_scans_much_at_once_during_the_work_or_at_its_end() -> None:
    seen: list[tuple[int, int]] = []

    def note(phase: str, info: dict[str, Any]) -> None:
        if phase == "start":
            young, middle, _ = gc.get_count()
            seen.append((info["generation"], young + BATCHES[0] * middle * (info["generation"] > 0)))

    assert gc.isenabled()
    gc.collect()
    gc.callbacks.append(note)
    try:
        with SmallCollections().during():
            made = [[number] for number in range(MANY)]
        after = [[number] for number in range(5 * BATCHES[0])]
    finally:
        gc.callbacks.remove(note)
    assert len(made) + len(after) == MANY + 5 * BATCHES[0]
    assert len(seen) > MANY / BATCHES[0] / 2
    assert max(generation for generation, _ in seen) == 1
    assert max(objects for _, objects in seen) < 15 * BATCHES[0]


def test_a_failure_restores_the_thresholds_too() -> None:
    thresholds = gc.get_threshold()
    with pytest.raises(ValueError, match="no"), SmallCollections().during():
        raise ValueError("no")
    assert gc.get_threshold() == thresholds


def test_collection_that_was_off_stays_off() -> None:
    gc.disable()
    try:
        with SmallCollections().during():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()
