"""Figures in the sentences of Decide as people write them."""

from __future__ import annotations

import pytest

from workbench.core.decide.figure_words import call_dollars, dollars


@pytest.mark.parametrize(
    ("usd", "words"),
    [
        (0.0, "$0"),
        (0.00000012345, "$0.000000123"),
        (0.000068, "$0.000068"),
        (0.003832, "$0.00383"),
        (0.005, "$0.005"),
        (0.25, "$0.25"),
        (12.5, "$12.5"),
        (1234.5, "$1,234"),
    ],
)
def test_price_of_a_call_has_no_exponent(usd: float, words: str) -> None:
    assert call_dollars(usd) == words


@pytest.mark.parametrize(
    ("usd", "words"),
    [
        (0.0, "$0"),
        (0.0000004, "$0.0000004"),
        (0.0042, "$0.0042"),
        (0.04, "$0.04"),
        (12.5, "$12.50"),
        (5280.0, "$5,280"),
        (-3.0, "−$3"),
    ],
)
def test_dollars_have_as_many_digits_as_small_sums_need(usd: float, words: str) -> None:
    assert dollars(usd) == words
