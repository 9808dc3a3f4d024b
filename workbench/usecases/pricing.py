"""What a call costs.

Invariant: a price that a person set wins over what a server reports, that over a price list; unknown stays None, and
only our own runtime and echo are free. The catalogue is read on the first question that needs it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from workbench.core.lanes import LITELLM, Endpoint
from workbench.core.money import FREE, Rates, cost, reported_cost
from workbench.core.runs import Result
from workbench.usecases.gateway_prices import GatewayPrices


class PriceStore(Protocol):
    """The part of the history that keeps the prices that people set."""

    def prices(self) -> dict[tuple[str, str], Rates]:
        """Return them by endpoint uid and model."""

    def set_price(self, endpoint_uid: str, model: str, rates: Rates | None, now: str) -> Future[None]:
        """Set one, or with None take it away."""


class Pricing:
    """Rates by endpoint and model; safe in any thread."""

    def __init__(
        self,
        store: PriceStore,
        catalogue_rates: Callable[[str], Rates | None],
        now: Callable[[], str],
        gateways: GatewayPrices | None = None,
    ) -> None:
        """`now` returns the time in UTC as ISO text."""
        self._store = store
        self._now = now
        self._catalogue_rates = catalogue_rates
        self._gateways = gateways
        self._lock = threading.Lock()
        self._prices: Mapping[tuple[str, str], Rates] | None = None

    def set_price(self, endpoint_uid: str, model: str, rates: Rates | None) -> Future[None]:
        """Set what a model costs there, or with None leave it to the catalogue; outputs that ended keep their rates."""
        done = self._store.set_price(endpoint_uid, model, rates and replace(rates, source="user"), self._now())
        done.add_done_callback(lambda _: self.refresh())
        return done

    def refresh(self) -> None:
        """Read the prices that people set again on the next question."""
        with self._lock:
            self._prices = None

    def prepare(self, endpoint: Endpoint) -> None:
        """Ask an endpoint for its price list, so that it is there when a call ends."""
        if self._gateways is not None:
            self._gateways.prepare(endpoint)

    def rates_for(self, endpoint: Endpoint, model: str) -> Rates | None:
        """Return the rates of a model there, None when they are not known. May wait two seconds for a gateway."""
        if endpoint.is_local:
            return FREE
        if (set_by_user := self._user().get((endpoint.uid, model))) is not None:
            return set_by_user
        if endpoint.uid == LITELLM:
            return self._catalogue_rates(model)
        # A custom address may call anything "gpt-5": only LiteLLM's own names have LiteLLM's prices.
        return None if self._gateways is None else self._gateways.rates(endpoint, model)

    def price(self, result: Result, endpoint: Endpoint, model: str) -> Result:
        """Return the result with its rates and its cost in dollars.

        What the server reported counts more than a price list, and a price that a person set counts most.
        """
        rates = self.rates_for(endpoint, model)
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

    def _user(self) -> Mapping[tuple[str, str], Rates]:
        with self._lock:
            if self._prices is None:
                self._prices = self._store.prices()
            return self._prices
