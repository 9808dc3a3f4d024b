"""Intervals hold the truth as often as they say, and equal columns are seldom called different."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests import depth
from tests.core.statistics.simulated import DESIGNS, HEAD, SHORT, Design, line, shares


@pytest.mark.deep
@pytest.mark.parametrize("design", depth.pick(SHORT, DESIGNS), ids=str)
def test_intervals_and_tests_have_nominal_error_rates(design: Design, figure: Callable[[str], None]) -> None:
    found = shares(design, depth.pick(150, 2000), 7)
    figure(f"{HEAD}\n{line(design, found)}")
    # About three standard errors of the simulation.
    slack = depth.pick(0.055, 0.015)
    for coverage in (found.rate, found.difference, found.score):
        assert coverage >= 0.93 - slack
    assert found.lower >= 0.96 - slack
    if not design.better:
        assert found.alarms <= 0.05 + slack
        assert found.score_alarms <= 0.05 + slack
