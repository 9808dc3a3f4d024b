"""Prices of calls.

Invariant: a price set by the person takes precedence over the server's reported cost, and that over a price list. An
unknown price is None; only our runtime and echo are free. The catalogue is read on first use.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from workbench.core.lanes import LITELLM, Endpoint
from workbench.core.money import FREE, Rates, cost, reported_cost
from workbench.core.runs import Result
from workbench.usecases.gateway_prices import GatewayPrices


class OwnPrices(Protocol):
    """The prices set by the person on this computer."""

    def prices(self) -> Mapping[tuple[str, str], Rates]:
        """Return them by endpoint uid and model."""

    def set_price(self, endpoint_uid: str, model: str, rates: Rates | None) -> None:
        """Store a price, or remove it with None. Raises HostError."""


ListedRates = Callable[[Endpoint, str], Rates | None]


class Pricing:
    """Rates by endpoint and model; thread-safe."""

    def __init__(
        self,
        own: OwnPrices,
        catalogue_rates: Callable[[str], Rates | None],
        now: Callable[[], str],
        gateways: GatewayPrices | None = None,
    ) -> None:
        """`now` returns the time in UTC as ISO text."""
        self._own = own
        self._now = now
        self._catalogue_rates = catalogue_rates
        self._gateways = gateways

    def own_prices(self) -> Mapping[tuple[str, str], Rates]:
        """Return the prices set by the person, by endpoint uid and model."""
        return self._own.prices()

    def set_price(self, endpoint_uid: str, model: str, rates: Rates | None) -> None:
        """Set a model's price at an endpoint, or remove it with None; outputs that have ended keep their rates.

        Blocks for the disk. Raises HostError.
        """
        self._own.set_price(endpoint_uid, model, rates)

    def prepare(self, endpoint: Endpoint) -> None:
        """Request an endpoint's price list, before a run or when its models are shown. Blocks for its key."""
        if self._gateways is not None:
            self._gateways.prepare(endpoint)

    def rates_for(self, endpoint: Endpoint, model: str) -> Rates | None:
        """Return the known rates of a model at an endpoint, None if unknown; sends no request."""
        return self._rates(endpoint, model, None if self._gateways is None else self._gateways.known_rates)

    def _rates(self, endpoint: Endpoint, model: str, listed: ListedRates | None) -> Rates | None:
        if endpoint.is_local:
            return FREE
        if (set_by_user := self._own.prices().get((endpoint.uid, model))) is not None:
            return set_by_user
        if endpoint.uid == LITELLM:
            return self._catalogue_rates(model)
        # A custom address may name any model "gpt-5": LiteLLM's prices are valid for LiteLLM's names only.
        return None if listed is None else listed(endpoint, model)

    def price(self, result: Result, endpoint: Endpoint, model: str) -> Result:
        """Return the result with its rates and its cost in dollars.

        A price set by the person takes precedence over the reported cost, and that over a price list. May wait two
        seconds for the price list of a gateway.
        """
        rates = self._rates(endpoint, model, None if self._gateways is None else self._gateways.rates)
        if rates is FREE:
            return replace(result, rates=rates, cost_usd=0.0)
        if result.request is None:
            # Nothing was sent, so there is no cost and no usage from which to compute one.
            return replace(result, rates=rates, cost_usd=None)
        took = result.timing.duration
        seconds = None if took is None else took / 1000
        listed_usd = cost(result.usage, rates, seconds=seconds, at=self._time())
        is_by_hand = rates is not None and rates.source == "user" and listed_usd is not None
        if not is_by_hand and (reported := reported_cost(result.usage)) is not None:
            usd, who = reported
            listed = rates or Rates(0.0, 0.0)
            return replace(result, rates=replace(listed, source="provider", named=f"reported by {who}"), cost_usd=usd)
        return replace(result, rates=rates, cost_usd=listed_usd)

    def _time(self) -> datetime | None:
        try:
            return datetime.fromisoformat(self._now())
        except ValueError:
            return None
