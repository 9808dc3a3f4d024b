"""The breakdown of a cost, read from untrusted histories."""

from __future__ import annotations

import pytest

from workbench.core.money import Rates, Usage, cost
from workbench.store.runs.stored_bills import with_billing

HUGE = "9" * 400
USAGE, RATES = Usage(10, 5), Rates(1e-6, 2e-6)


@pytest.mark.parametrize(
    "stored",
    [
        f'{{"rate_written": {HUGE}}}',
        f'{{"usage": {{"details": {{"reported_usd": {HUGE}}}}}}}',
        f'{{"usage": {{"rounds": [{{"input": {HUGE}, "output": 1}}]}}}}',
        '{"usage": {"rounds": [{"input": -5, "output": 1}]}}',
        f'{{"sheet": {{"input_cost_per_token": {HUGE}}}}}',
        '{"sheet": {"input_cost_per_token": 1e999}}',
        '{"rate_written": NaN}',
        '{"rate_written": -1.5}',
    ],
)
def test_cost_breakdown_with_invalid_numbers_is_ignored(stored: str) -> None:
    usage, rates = with_billing(stored, USAGE, RATES)
    assert (usage, rates) == (USAGE, RATES)
    assert cost(usage, rates) == pytest.approx(20e-6)
