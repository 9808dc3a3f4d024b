"""What a call costs.

Invariant: a price that a person set on this computer wins over what a server reports, that over a price list; unknown
stays None, and only our own runtime and echo are free. The catalogue is read on the first question that needs it.
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
    """The prices that a person set on this computer."""

    def prices(self) -> Mapping[tuple[str, str], Rates]:
        """Return them by endpoint uid and model."""

    def set_price(self, endpoint_uid: str, model: str, rates: Rates | None) -> None:
        """Keep one, or with None forget it. Raises HostError."""


ListedRates = Callable[[Endpoint, str], Rates | None]


class Pricing:
    """Rates by endpoint and model; safe in any thread."""

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
        """Return the prices that a person set, by endpoint uid and model."""
        return self._own.prices()

    def set_price(self, endpoint_uid: str, model: str, rates: Rates | None) -> None:
        """Set what a model costs there, or with None leave it to the catalogue; outputs that ended keep their rates.

        Waits for the disk. Raises HostError.
        """
        self._own.set_price(endpoint_uid, model, rates)

    def prepare(self, endpoint: Endpoint) -> None:
        """Ask an endpoint for its price list, because a person runs or looks at its models. Waits for its key."""
        if self._gateways is not None:
            self._gateways.prepare(endpoint)

    def rates_for(self, endpoint: Endpoint, model: str) -> Rates | None:
        """Return the rates of a model there as far as they are known, None when they are not; asks no server."""
        return self._rates(endpoint, model, None if self._gateways is None else self._gateways.known_rates)

    def _rates(self, endpoint: Endpoint, model: str, listed: ListedRates | None) -> Rates | None:
        if endpoint.is_local:
            return FREE
        if (set_by_user := self._own.prices().get((endpoint.uid, model))) is not None:
            return set_by_user
        if endpoint.uid == LITELLM:
            return self._catalogue_rates(model)
        # A custom address may call anything "gpt-5": only LiteLLM's own names have LiteLLM's prices.
        return None if listed is None else listed(endpoint, model)

    def price(self, result: Result, endpoint: Endpoint, model: str) -> Result:
        """Return the result with its rates and its cost in dollars.

        What the server reported counts more than a price list, and a price that a person set counts most. May wait two
        seconds for the price list of a gateway.
        """
        rates = self._rates(endpoint, model, None if self._gateways is None else self._gateways.rates)
        if rates is FREE:
            return replace(result, rates=rates, cost_usd=0.0)
        if result.request is None:
            # Nothing was sent: nothing was spent, and there is no usage that could say so.
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
