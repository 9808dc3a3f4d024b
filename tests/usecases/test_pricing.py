"""What calls cost: by the list that comes with LiteLLM, by hand, and by what a gateway says."""

from __future__ import annotations

import pytest

from workbench.core.lanes import FIXED_ENDPOINTS
from workbench.core.money import Usage
from workbench.core.runs import Result
from workbench.engine.catalogue import Catalogue
from workbench.usecases.pricing import Pricing

LITELLM = FIXED_ENDPOINTS[2]


class NoPrices:
    def prices(self) -> dict:
        return {}


@pytest.fixture(scope="module")
def pricing() -> Pricing:
    catalogue = Catalogue.load()

    def rates(model: str):
        info = catalogue.get(model)
        return info and info.rates

    return Pricing(NoPrices(), rates, lambda: "2026-01-01T00:00:00.000Z")


def test_long_prompts_cost_what_their_tier_costs(pricing: Pricing) -> None:
    result = Result("finished", usage=Usage(300_000, 1_000), request={})
    assert pricing.price(result, LITELLM, "gemini/gemini-2.5-pro").cost_usd == pytest.approx(0.3 * 2.5 + 0.001 * 15)
