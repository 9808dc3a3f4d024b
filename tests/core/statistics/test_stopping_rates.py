"""How often the stopping rule is right and wrong over simulated histories, against the rates that it was chosen by."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

import pytest

from tests import depth
from tests.core.statistics.simulated_stopping import TryDesign, VerdictDesign, endings

EQUAL = {
    TryDesign(100): (0.95, 0.02),
    TryDesign(100, 0.2): (0.65, 0.07),
    TryDesign(200): (0.97, 0.03),
    TryDesign(200, 0.2): (0.95, 0.04),
    TryDesign(20): (0.09, 0.00),
    TryDesign(20, 0.2): (0.01, 0.02),
    TryDesign(50): (0.57, 0.02),
    TryDesign(50, 0.2): (0.18, 0.08),
}
"""All versions equal, by the rule alone: the shares that end in a plateau, and in another version settled as better."""
BETTER = {
    TryDesign(100, gain=0.1): (0.68, 0.08, 0.22),
    TryDesign(100, 0.2, gain=0.1): (0.53, 0.06, 0.36),
    TryDesign(200, gain=0.1): (0.92, 0.06, 0.01),
    TryDesign(200, 0.2, gain=0.1): (0.86, 0.07, 0.06),
    TryDesign(20, gain=0.1): (0.01, 0.02, 0.97),
    TryDesign(20, 0.2, gain=0.1): (0.02, 0.003, 0.96),
    TryDesign(50, gain=0.1): (0.27, 0.05, 0.65),
    TryDesign(50, 0.2, gain=0.1): (0.20, 0.02, 0.70),
}
"""The third try 10 points better, by the rule alone: the shares that find it, end in a false plateau, and stay
undecided."""
PLATEAUS: dict[TryDesign | VerdictDesign, float] = {
    TryDesign(400, margin=0.05): 0.94,
    TryDesign(100, margin=0.05): 0.18,
    TryDesign(200, margin=0.05): 0.62,
    TryDesign(100, gain=0.05, margin=0.05): 0.03,
    TryDesign(200, gain=0.05, margin=0.05): 0.06,
    TryDesign(400, gain=0.05, margin=0.05): 0.07,
    VerdictDesign(50): 0.13,
    VerdictDesign(100): 0.71,
    VerdictDesign(200): 0.95,
    VerdictDesign(50, 0.65): 0.01,
    VerdictDesign(100, 0.65): 0.04,
    VerdictDesign(200, 0.65): 0.02,
}
"""With the smaller margin, and by verdicts: the share that ends in a plateau."""
T = TypeVar("T")
HISTORIES = depth.pick(150, 6000)
SLACK = depth.pick(0.12, 0.02)


def chosen(designs: Iterable[T]) -> list[T]:
    """Return the first design, or all of them in the deep depth."""
    return list(designs)[: depth.pick(1, None)]


@pytest.mark.deep
@pytest.mark.parametrize("design", chosen(EQUAL), ids=str)
def test_equal_versions_end_in_a_plateau(design: TryDesign, figure: Callable[[str], None]) -> None:
    found = endings(design, HISTORIES, 3)
    figure(str(found))
    plateau, better = EQUAL[design]
    assert found.plateau == pytest.approx(plateau, abs=SLACK)
    assert found.found + found.other == pytest.approx(better, abs=SLACK)


@pytest.mark.deep
@pytest.mark.parametrize("design", chosen(BETTER), ids=str)
def test_a_better_version_is_found(design: TryDesign, figure: Callable[[str], None]) -> None:
    found = endings(design, HISTORIES, 3)
    figure(str(found))
    better, plateau, undecided = BETTER[design]
    assert found.found == pytest.approx(better, abs=SLACK)
    assert found.plateau == pytest.approx(plateau, abs=SLACK)
    assert found.undecided == pytest.approx(undecided, abs=SLACK)


@pytest.mark.deep
@pytest.mark.parametrize("design", chosen(PLATEAUS), ids=str)
def test_plateaus_by_a_smaller_margin_and_by_verdicts(
    design: TryDesign | VerdictDesign, figure: Callable[[str], None]
) -> None:
    found = endings(design, HISTORIES, 3)
    figure(str(found))
    assert found.plateau == pytest.approx(PLATEAUS[design], abs=SLACK)


@pytest.mark.deep
@pytest.mark.parametrize("cases", [20, 50, 99])
@pytest.mark.parametrize("gain", [0.0, 0.1])
def test_the_product_claims_no_plateau_below_100_cases(cases: int, gain: float) -> None:
    assert endings(TryDesign(cases, gain=gain, is_guarded=True), depth.pick(40, 6000), 3).plateau == 0


@pytest.mark.deep
@pytest.mark.parametrize("design", chosen(one for one in (*EQUAL, *BETTER) if one.cases >= 100), ids=str)
def test_the_product_ends_like_the_rule_from_100_cases(design: TryDesign) -> None:
    guarded = TryDesign(design.cases, design.differing, design.gain, design.margin, is_guarded=True)
    assert endings(guarded, HISTORIES, 3) == endings(design, HISTORIES, 3)
