"""Settings during background work: small collections, a short switch interval, and both restored afterwards."""

from __future__ import annotations

import gc
import sys
from typing import Any

import pytest

from workbench.app.thread_switching import PIECES, SWITCH_S, ThreadSwitching

MANY = 50_000


def test_while_anybody_works_collections_are_small_and_the_lock_is_given_up_often() -> None:
    background, before, thresholds = ThreadSwitching(), sys.getswitchinterval(), gc.get_threshold()
    with background.working():
        assert gc.get_threshold() == PIECES
        assert sys.getswitchinterval() == pytest.approx(SWITCH_S)
        with background.working():
            assert gc.get_threshold() == PIECES
        assert gc.get_threshold() == PIECES
    assert gc.get_threshold() == thresholds
    assert sys.getswitchinterval() == pytest.approx(before)


def test_no_collection_looks_at_much_at_once_during_the_work_or_at_its_end() -> None:
    seen: list[tuple[int, int]] = []

    def note(phase: str, info: dict[str, Any]) -> None:
        if phase == "start":
            young, middle, _ = gc.get_count()
            seen.append((info["generation"], young + PIECES[0] * middle * (info["generation"] > 0)))

    assert gc.isenabled()
    gc.collect()
    gc.callbacks.append(note)
    try:
        with ThreadSwitching().working():
            made = [[number] for number in range(MANY)]
        after = [[number] for number in range(5 * PIECES[0])]
    finally:
        gc.callbacks.remove(note)
    assert len(made) + len(after) == MANY + 5 * PIECES[0]
    assert len(seen) > MANY / PIECES[0] / 2
    assert max(generation for generation, _ in seen) == 1
    assert max(objects for _, objects in seen) < 15 * PIECES[0]


def test_a_failure_ends_it_too() -> None:
    background, thresholds = ThreadSwitching(), gc.get_threshold()
    with pytest.raises(ValueError, match="no"), background.working():
        raise ValueError("no")
    assert gc.get_threshold() == thresholds


def test_what_was_off_stays_off() -> None:
    gc.disable()
    try:
        with ThreadSwitching().working():
            assert not gc.isenabled()
        assert not gc.isenabled()
    finally:
        gc.enable()
