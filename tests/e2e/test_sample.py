"""The sample with the real built-in model; `tests.e2e.sample_seeds` tries more seeds."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests import depth
from tests.e2e.sample_seeds import ask
from workbench.host.weights import builtin_weights

SEEDS = depth.pick(2, 30)


@pytest.mark.deep
@pytest.mark.e2e
@pytest.mark.builtin
@pytest.mark.skipif(builtin_weights() is None, reason="the built-in model is not installed")
def test_refined_sample_prompt_gives_better_answers_than_one_line_prompt(figure: Callable[[str], None]) -> None:
    answers = ask(range(SEEDS), one_line=depth.pick(1, SEEDS))
    good = {lane: sum(a.good for a in answers if a.lane == lane) for lane in {a.lane for a in answers}}
    figure(f"of {SEEDS} answers of the built-in model {good['Refined prompt']} are good with the refined prompt")
    assert good["Refined prompt"] >= SEEDS * 0.8 - 1
    assert good["One-line prompt"] == 0
