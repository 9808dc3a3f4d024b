"""Texts of a column about finished attempts."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.app.lanes.attempts import status_of, stored_snapshot
from workbench.app.lanes.lane_state import LaneStatus
from workbench.core.money import FREE, Rates, Usage, UsageDetails
from workbench.core.runs import OutputRecord, Result

REPORTED = Rates(0.0, 0.0, None, "provider", named="reported by openrouter.ai")


def status(usd: float | None, usage: Usage, *, free: bool = False, **more: Any) -> LaneStatus:
    result = Result("finished", "x", usage=usage, cost_usd=usd, **more)
    return status_of(stored_snapshot("r", OutputRecord("o", 0, 0, 1, result)), 0, free=free)


@pytest.mark.parametrize(
    ("usd", "usage", "rates", "shown", "source"),
    [
        (0.25, Usage(details=UsageDetails(reported_usd=0.25)), REPORTED, "$0.2500", "reported by openrouter.ai"),
        (0.0, Usage(10, 20), REPORTED, "$0", "reported by openrouter.ai"),
        (0.0, Usage(), REPORTED, "$0", "reported by openrouter.ai"),
        (None, Usage(10, 20), None, "unknown", ""),
        (None, Usage(), None, "", ""),
        (0.0, Usage(10, 20), FREE, "free", ""),
        (0.0, Usage(), FREE, "", ""),
        (0.5, Usage(10, 20, source="estimate"), Rates(1.0, 1.0), "about $0.5000", "LiteLLM's price list"),
    ],
)
def test_cost_is_shown_with_its_source(
    usd: float | None, usage: Usage, rates: Rates | None, shown: str, source: str
) -> None:
    found = status(usd, usage, rates=rates)
    assert (found.cost, found.cost_source) == (shown, source)
