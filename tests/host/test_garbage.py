"""Collections of garbage stay small during background work, and the thresholds are restored afterwards."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from workbench.host.garbage import BATCHES, SmallCollections

MANY = 50_000


def test_gc_thresholds_are_small_while_any_work_runs() -> None:
    collections, thresholds = SmallCollections(), gc.get_threshold()
    with collections.during():
        assert gc.get_threshold() == BATCHES
        with collections.during():
            assert gc.get_threshold() == BATCHES
        assert gc.get_threshold() == BATCHES
    assert gc.get_threshold() == thresholds


def test_no_collection_scans_many_objects_during_or_after_work() -> None:
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


def test_failure_restores_gc_thresholds() -> None:
    thresholds = gc.get_threshold()
    with pytest.raises(ValueError, match="no"), SmallCollections().during():
        raise ValueError("no")
    assert gc.get_threshold() == thresholds


def test_disabled_collection_stays_disabled() -> None:
    gc.disable()
    try:
        with SmallCollections().during():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()
