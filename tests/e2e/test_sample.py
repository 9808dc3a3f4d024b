"""The sample with the real built-in model; `tests.e2e.sample_seeds` asks more often."""

from __future__ import annotations

import pytest

from tests.e2e.sample_seeds import ask
from workbench.host.weights import builtin_weights

SEEDS = 5


@pytest.mark.e2e
@pytest.mark.builtin
@pytest.mark.skipif(builtin_weights() is None, reason="the built-in model is not installed")
def test_a_newcomer_sees_the_difference() -> None:
    answers = ask(range(SEEDS))
    good = {lane: sum(a.good for a in answers if a.lane == lane) for lane in {a.lane for a in answers}}
    assert good["Refined prompt"] >= SEEDS - 1
    assert good["One-line prompt"] == 0
