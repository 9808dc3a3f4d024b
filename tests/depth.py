"""The two depths of the tests: `make test` runs the quick one, `make deep` the deep one.

Tests that generate, mutate, kill or simulate use few seeds or examples in the quick depth and many in the deep one.
`make deep` runs the tests with the mark `deep`, which Hypothesis tests get automatically.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from hypothesis import settings

VARIABLE = "WORKBENCH_TEST_DEPTH"
DEEP = os.environ.get(VARIABLE) == "deep"
MOST_QUICK = 200
"""The most seeds or examples of one test in `make test`."""

FIGURE = "figure"
"""Name of the property of a test report that holds a line for the summary."""

T = TypeVar("T")
Decorator = Callable[[Any], Any]


def pick(quick: T, deep: T) -> T:
    """Return the value for the current depth; the test needs the mark `deep`."""
    return deep if DEEP else quick


def seeds(quick: int, deep: int) -> list[Any]:
    """Parameters 0, 1, 2, … for `pytest.mark.parametrize`, marked `deep`; with `quick` 0 only for `make deep`."""
    assert quick <= MOST_QUICK, f"make test has room for {MOST_QUICK} seeds, not for {quick}"
    if not DEEP and not quick:
        return [pytest.param(0, marks=pytest.mark.deep(only=True))]
    return [pytest.param(seed, marks=pytest.mark.deep) for seed in range(pick(quick, deep))]


def examples(quick: int, deep: int, **more: Any) -> Decorator:
    """Decorate a Hypothesis test with its numbers of examples; `more` are other settings."""
    return settings(max_examples=pick(quick, deep), **more)


def collect(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark Hypothesis tests, and deselect tests that only the deep depth runs when it is not chosen."""
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker(pytest.mark.deep)
    if DEEP:
        return
    left_out = {item for item in items if any(mark.kwargs.get("only") for mark in item.iter_markers("deep"))}
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


def summary(terminal: pytest.TerminalReporter) -> None:
    """Print the figures that the deep tests reported, sorted by test name."""
    reports = [report for kind in ("passed", "failed") for report in terminal.stats.get(kind, [])]
    told = [
        (report.nodeid, text)
        for report in reports
        for name, text in getattr(report, "user_properties", [])
        if name == FIGURE and report.when == "call"
    ]
    if DEEP and told:
        terminal.section("figures")
        for nodeid, text in sorted(told):
            terminal.line(f"{nodeid.partition('::')[2]}: {text}")
