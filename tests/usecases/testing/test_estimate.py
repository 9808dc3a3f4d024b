"""Estimates before a test: unknown amounts are said to be unknown."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.usecases.making import cloud, new_prompt, opened
from tests.usecases.testing import suites
from workbench.core.forecast import AmountSpan
from workbench.core.lanes import LITELLM
from workbench.core.money import Rates
from workbench.usecases.testing.estimate import SuiteEstimate


@pytest.mark.parametrize(
    ("estimate", "sentence"),
    [
        (SuiteEstimate(8, 8, 0), "All 8 answers are here already; nothing is sent."),
        (SuiteEstimate(8, 0, 8), "8 new · cost unknown · duration unknown"),
        (
            SuiteEstimate(800, 736, 64, 52_000, AmountSpan(0.12, 0.12), minutes=1.8),
            "64 new, 736 reused · about 52,000 tokens · est. $0.1200 · about 2 min",
        ),
        (
            SuiteEstimate(8, 0, 8, 100, AmountSpan(0.0, 0.0), minutes=0.2),
            "8 new · about 100 tokens · free · under a minute",
        ),
        (
            SuiteEstimate(8, 0, 8, 100, AmountSpan(0.5, 1.0), ("a", "b"), ("c",), 0.2),
            "8 new · about 100 tokens · est. at least $0.5000–1.00 + 2 lanes without prices · under a minute",
        ),
    ],
)
def test_an_estimate_is_one_line(estimate: SuiteEstimate, sentence: str) -> None:
    assert estimate.sentence == sentence


def test_tokens_and_dollars_are_scaled_to_all_cases(tmp_path: Path) -> None:
    with opened(tmp_path, {}, {"OPENAI_API_KEY": "sk-test"}) as (workbench, _):
        workbench.pricing.set_price(LITELLM, "gpt-5-mini", Rates(0.001, 0.0, source="user"))
        prompt = new_prompt(workbench)
        given = suites.settings(cloud(), cloud(slot="d"), samples=2)
        few = workbench.tests.estimator.estimate(suites.plan(workbench, prompt, given, suites.cases(20)))
        many = workbench.tests.estimator.estimate(suites.plan(workbench, prompt, given, suites.cases(200)))
        assert (few.calls, many.calls, many.minutes) == (80, 800, None)
        assert few.tokens is not None
        assert many.tokens is not None
        assert many.tokens == pytest.approx(10 * few.tokens, rel=0.1)
        assert many.cost is not None
        assert many.cost.high == pytest.approx(0.001 * many.tokens)


def test_minutes_come_from_earlier_tests_of_the_same_models(tmp_path: Path) -> None:
    with opened(tmp_path, {"default": [{"wait_ms": 30}, {"echo": True}]}) as (workbench, _):
        prompt = new_prompt(workbench)
        given = suites.settings(*suites.lanes(1))
        suites.run(workbench, prompt, given, suites.cases(4))
        made = suites.plan(workbench, prompt, given, suites.cases(1604))
        minutes = workbench.tests.estimator.estimate(made).minutes
        # 1,600 calls of at least 30 ms, 16 at once.
        assert minutes is not None
        assert 0.04 < minutes < 1.0
