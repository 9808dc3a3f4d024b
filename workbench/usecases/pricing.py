"""What a call costs.

Invariant: a price that a person set wins over the catalogue, unknown stays None, and only our own runtime and echo are
free. The catalogue is read on the first question that needs it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from typing import Protocol

from workbench.core.lanes import LITELLM, Endpoint
from workbench.core.money import FREE, Rates, cost
from workbench.core.runs import Result


class PriceStore(Protocol):
    """The part of the history that keeps the prices that people set."""

    def prices(self) -> dict[tuple[str, str], Rates]:
        """Return them by endpoint uid and model."""

    def set_price(self, endpoint_uid: str, model: str, rates: Rates | None, now: str) -> Future[None]:
        """Set one, or with None take it away."""


class Pricing:
    """Rates by endpoint and model; safe in any thread."""

    def __init__(
        self, store: PriceStore, catalogue_rates: Callable[[str], Rates | None], now: Callable[[], str]
    ) -> None:
        self._store = store
        self._now = now
        self._catalogue_rates = catalogue_rates
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

    def rates_for(self, endpoint: Endpoint, model: str) -> Rates | None:
        """Return the rates of a model there, None when nobody knows them."""
        if endpoint.is_local:
            return FREE
        if (set_by_user := self._user().get((endpoint.uid, model))) is not None:
            return set_by_user
        # A custom address may call anything "gpt-5": only LiteLLM's own names have LiteLLM's prices.
        return self._catalogue_rates(model) if endpoint.uid == LITELLM else None

    def price(self, result: Result, endpoint: Endpoint, model: str) -> Result:
        """Return the result with its rates and its cost in dollars."""
        rates = self.rates_for(endpoint, model)
        if rates is FREE:
            return replace(result, rates=rates, cost_usd=0.0)
        # Nothing was sent: nothing was spent, and there is no usage that could say so.
        spent = None if result.request is None else cost(result.usage, rates)
        return replace(result, rates=rates, cost_usd=spent)

    def _user(self) -> Mapping[tuple[str, str], Rates]:
        with self._lock:
            if self._prices is None:
                self._prices = self._store.prices()
            return self._prices
