"""Prices that gateways tell of their own models: a LiteLLM Proxy, OpenRouter, and servers like them.

Invariant: only `prepare` asks a server, once while its list is fresh, and only the address that answers the lane, with
that address's key; everything else reads the last list that is known. A server that fails, or tells no prices, is not
asked again for a while.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Protocol

from workbench.core.lanes import Endpoint
from workbench.core.money import Rates
from workbench.engine.calls import EngineError
from workbench.engine.price_list import rates_of

FRESH_S = 3600.0
RETRY_S = 300.0
PATIENCE_S = 2.0
"""How long after its question a list is waited for when a call has ended."""
Rows = Mapping[str, Mapping[str, Any]]


class ListCache(Protocol):
    """Where the last lists are kept between sessions."""

    def prices(self, endpoint: Endpoint) -> Rows:
        """Return the last list of an endpoint, empty when there is none."""

    def put_prices(self, endpoint: Endpoint, rows: Rows) -> None:
        """Keep the list that an endpoint gave now."""


@dataclass(slots=True)
class _Listed:
    rows: Rows
    asked_at: float | None = None
    """None before it is asked for the first time."""
    fresh_s: float = 0.0
    arrived: threading.Event = field(default_factory=threading.Event)


class GatewayPrices:
    """Price lists by endpoint; safe in any thread."""

    def __init__(
        self, ask: Callable[[Endpoint], Future[Rows]], clock: Callable[[], float], cache: ListCache | None = None
    ) -> None:
        """`ask` asks an endpoint for the rows of its models, or raises EngineError when it sent nothing; it may block.
        `clock` returns seconds.
        """
        self._ask, self._clock, self._cache = ask, clock, cache
        self._lock = threading.Lock()
        self._lists: dict[tuple[str, str], _Listed] = {}

    def prepare(self, endpoint: Endpoint) -> None:
        """Ask for the list unless it is fresh; the answer is waited for by `rates` only."""
        if not tells_prices(endpoint):
            return
        listed, now = self._list(endpoint), self._clock()
        with self._lock:
            if listed.asked_at is not None and now - listed.asked_at <= listed.fresh_s:
                return
            before = listed.asked_at
            listed.asked_at, listed.fresh_s = now, RETRY_S
            listed.arrived.clear()
        try:
            # Without the lock: the keyring may keep this thread waiting.
            asked = self._ask(endpoint)
        except EngineError:
            # Nothing was sent, such as to an address that is not confirmed yet, so the next call may ask.
            listed.asked_at = before
            listed.arrived.set()
            return
        asked.add_done_callback(lambda done: self._take(endpoint, listed, done))

    def rates(self, endpoint: Endpoint, model: str) -> Rates | None:
        """Return the price of a model, None when its endpoint tells none; a list on its way is waited for shortly."""
        if not tells_prices(endpoint):
            return None
        listed = self._list(endpoint)
        if listed.asked_at is not None:
            listed.arrived.wait(max(0.0, listed.asked_at + PATIENCE_S - self._clock()))
        return self.known_rates(endpoint, model)

    def known_rates(self, endpoint: Endpoint, model: str) -> Rates | None:
        """Return the price of a model in the last list of its endpoint, None without one; asks nobody."""
        row = self._list(endpoint).rows.get(model) if tells_prices(endpoint) else None
        if row is None:
            return None
        provider = str(row.get("litellm_provider") or "")
        return rates_of(model, provider, row, "gateway", f"price list of {endpoint.name or endpoint.base_url}")

    def _list(self, endpoint: Endpoint) -> _Listed:
        place = (endpoint.uid, endpoint.base_url)
        with self._lock:
            if place not in self._lists:
                self._lists[place] = _Listed({} if self._cache is None else self._cache.prices(endpoint))
            return self._lists[place]

    def _take(self, endpoint: Endpoint, listed: _Listed, done: Future[Rows]) -> None:
        if not done.cancelled() and done.exception() is None:
            listed.rows = done.result()
            listed.fresh_s = FRESH_S if listed.rows else RETRY_S
            if self._cache is not None:
                self._cache.put_prices(endpoint, listed.rows)
        listed.arrived.set()


def tells_prices(endpoint: Endpoint) -> bool:
    """Whether an endpoint may have a price list of its own."""
    return endpoint.kind == "openai" or (endpoint.has_address and endpoint.provider == "litellm_proxy")
