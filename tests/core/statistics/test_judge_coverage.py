"""Corrected intervals hold the truth as often as they say, for a fake judge; raw ones do not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests import depth
from tests.core.statistics.judge_studies import HEAD, PAIRS, SHORT, STUDIES, Study, coverage, difference_coverage, line


@pytest.mark.deep
@pytest.mark.parametrize("study", depth.pick(SHORT, STUDIES), ids=str)
def test_corrected_interval_covers_and_raw_interval_does_not(study: Study, figure: Callable[[str], None]) -> None:
    found = coverage(study, depth.pick(200, 2000), 7)
    figure(f"{HEAD}\n{line(study, found)}")
    assert 0.93 <= found.corrected <= 0.97
    # At 50 % the errors of the judge nearly cancel out.
    assert found.raw < 0.90 or study.design.rate == 0.5
    assert found.mean == pytest.approx(study.design.rate, abs=0.015)


@pytest.mark.deep
@pytest.mark.parametrize("study", depth.pick(PAIRS[:1], PAIRS), ids=str)
def test_corrected_difference_covers(study: Study, figure: Callable[[str], None]) -> None:
    found = difference_coverage(study, depth.pick(50, 2000), 7)
    figure(f"{HEAD}\n{line(study, found)}")
    assert 0.93 - depth.pick(0.05, 0) <= found.corrected <= depth.pick(1, 0.975)
    assert found.mean == pytest.approx(study.design.better, abs=depth.pick(0.04, 0.015))
