"""Limits per run, and which runs need a confirmation."""

from __future__ import annotations

import pytest

from workbench.core.forecast import AmountSpan, Forecast, LaneForecast
from workbench.core.money import Rates
from workbench.core.run_limits import Limits, excess
from workbench.core.token_counts import Tokenizer, count_of

RATES = Rates(0.001, 0.002)
COUNT = count_of(Tokenizer("o", "o", exact=True), (93,))


LENGTH = AmountSpan(10, 50)


def forecast(output: AmountSpan | None = LENGTH, rates: Rates | None = RATES, samples: int = 1) -> Forecast:
    return Forecast((LaneForecast("a", "gpt", (COUNT,), samples, output=output, rates=rates),))


def test_run_without_limits_needs_no_confirmation() -> None:
    assert not Limits().any
    assert excess(Limits(), forecast(rates=None, samples=20)) == ""


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (Limits(usd=0.10), "about $0.2000 (your limit is $0.1000)"),
        (Limits(tokens=149), "about 150 tokens (your limit is 149)"),
        (Limits(calls=0), "1 call (your limit is 0)"),
    ],
)
def test_exceeded_limit_is_reported(limits: Limits, said: str) -> None:
    assert said in excess(limits, forecast())


def test_run_within_limits_needs_no_confirmation() -> None:
    assert excess(Limits(0.20, 150, 1), forecast()) == ""


def test_samples_count_towards_the_call_limit() -> None:
    assert "20 calls" in excess(Limits(calls=19), forecast(samples=20))


def test_unknown_price_or_output_length_is_reported() -> None:
    assert excess(Limits(usd=1), forecast(rates=None)) == "The price of gpt is unknown."
    assert excess(Limits(usd=1, calls=0), forecast(rates=None)).endswith(
        "(your limit is 0). The price of gpt is unknown."
    )
    assert "not known yet" in excess(Limits(usd=0.05), forecast(output=None))


def test_limits_round_trip_and_invalid_text_is_refused() -> None:
    assert Limits.from_text(Limits(0.5, 2000, None).to_text()) == Limits(0.5, 2000, None)
    for wrong in (
        "[]",
        '{"usd": true}',
        '{"calls": 1.5}',
        '{"usd": -1}',
        '{"calls": "3"}',
        "{",
        "[" * 100_000,
        f'{{"usd": 1{"0" * 400}}}',
    ):
        with pytest.raises(ValueError):
            Limits.from_text(wrong)
