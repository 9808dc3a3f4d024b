"""Prices that gateways list for their own models: a LiteLLM Proxy, OpenRouter, and similar servers.

Invariant: only `prepare` sends a request, at most once while the list is fresh, only to the address of the lane's
endpoint, with that address's key; everything else reads the last known list. A server that fails or lists no prices is
not asked again for RETRY_S seconds.
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
"""Maximum seconds after the request that `rates` waits for a list."""
Rows = Mapping[str, Mapping[str, Any]]


class ListCache(Protocol):
    """Persistent cache of price lists."""

    def prices(self, endpoint: Endpoint) -> Rows:
        """Return the last list of an endpoint, empty if there is none."""

    def put_prices(self, endpoint: Endpoint, rows: Rows) -> None:
        """Store the current list of an endpoint."""


@dataclass(slots=True)
class _Listed:
    rows: Rows
    asked_at: float | None = None
    """None before the first request."""
    fresh_s: float = 0.0
    arrived: threading.Event = field(default_factory=threading.Event)


class GatewayPrices:
    """Price lists by endpoint; thread-safe."""

    def __init__(
        self, ask: Callable[[Endpoint], Future[Rows]], clock: Callable[[], float], cache: ListCache | None = None
    ) -> None:
        """Use `ask` to request the rows of an endpoint; it may block, and raises EngineError if it sent nothing.
        `clock` returns seconds.
        """
        self._ask, self._clock, self._cache = ask, clock, cache
        self._lock = threading.Lock()
        self._lists: dict[tuple[str, str], _Listed] = {}

    def prepare(self, endpoint: Endpoint) -> None:
        """Request the list unless it is fresh; only `rates` waits for the answer."""
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
            # Without the lock, because the keyring may block this thread.
            asked = self._ask(endpoint)
        except EngineError:
            # Nothing was sent, for example because the address is not confirmed, so the next call may ask.
            with self._lock:
                listed.asked_at = before
            listed.arrived.set()
            return
        asked.add_done_callback(lambda done: self._take(endpoint, listed, done))

    def rates(self, endpoint: Endpoint, model: str) -> Rates | None:
        """Return the price of a model, None if its endpoint lists none; waits briefly for a list in flight."""
        if not tells_prices(endpoint):
            return None
        listed = self._list(endpoint)
        if listed.asked_at is not None:
            listed.arrived.wait(max(0.0, listed.asked_at + PATIENCE_S - self._clock()))
        return self.known_rates(endpoint, model)

    def known_rates(self, endpoint: Endpoint, model: str) -> Rates | None:
        """Return the price of a model in the last known list, None without one; sends nothing."""
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
            with self._lock:
                listed.rows = done.result()
                listed.fresh_s = FRESH_S if listed.rows else RETRY_S
            if self._cache is not None:
                self._cache.put_prices(endpoint, listed.rows)
        listed.arrived.set()


def tells_prices(endpoint: Endpoint) -> bool:
    """Whether an endpoint may have its own price list."""
    return endpoint.kind == "openai" or (endpoint.has_address and endpoint.provider == "litellm_proxy")
