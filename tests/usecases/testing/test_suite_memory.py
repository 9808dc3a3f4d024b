"""A long test holds some of its cells in memory, not all of them."""

from __future__ import annotations

import gc
from pathlib import Path

from tests.usecases.making import new_prompt, opened
from tests.usecases.testing import suites
from workbench.usecases.testing.suite_parts import AskedCell

CASES = 1_000
MOST = 400
"""Cells that may be in memory at once, whatever the size of the test."""


def asked_cells() -> int:
    """Return how many cells with their requests are in memory."""
    return sum(isinstance(one, AskedCell) for one in gc.get_objects())


def test_a_few_hundred_cells_of_a_long_test_are_in_memory(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        prompt = new_prompt(workbench)
        made = suites.plan(workbench, prompt, suites.settings(*suites.lanes(2)), suites.cases(CASES))
        gc.collect()
        before = asked_cells()
        handle = workbench.tests.start(prompt, made)
        most = 0
        while not handle.wait(0.05):
            most = max(most, asked_cells() - before)
        assert handle.progress().answered == 2 * CASES
        assert 0 < most <= MOST
