"""Texts about costs."""

from __future__ import annotations

import pytest

from workbench.core.cost_words import cost_words
from workbench.core.money import FREE, Rates
from workbench.core.runs import Result


@pytest.mark.parametrize(
    ("usd", "rates", "words"),
    [
        (0.0, FREE, "free"),
        (0.0, Rates(0.0, 0.0, None, "provider"), "$0"),
        (0.0, None, "$0"),
        (None, None, "unknown"),
        (0.25, None, "$0.2500"),
    ],
)
def test_only_the_local_runtime_is_shown_as_free(usd: float | None, rates: Rates | None, words: str) -> None:
    assert cost_words(Result("finished", "x", cost_usd=usd, rates=rates)) == words
