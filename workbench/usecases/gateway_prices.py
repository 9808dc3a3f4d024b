"""Prices that gateways tell of their own models: a LiteLLM Proxy, OpenRouter, and servers like them.

Invariant: a list is asked for once while it is fresh, whoever needs it, and only from the address that answers the
lane, with that address's key; a server that tells no prices is not asked again for a while.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import dataclass
from typing import Any

from workbench.core.lanes import Endpoint
from workbench.core.money import Rates
from workbench.engine.calls import EngineError
from workbench.engine.price_list import rates_of

FRESH_S = 3600.0
RETRY_S = 300.0
PATIENCE_S = 2.0
Rows = Mapping[str, Mapping[str, Any]]


@dataclass(slots=True)
class _Listed:
    rows: Future[Rows]
    at: float


class GatewayPrices:
    """Price lists by endpoint; safe in any thread."""

    def __init__(self, ask: Callable[[Endpoint], Future[Rows]], clock: Callable[[], float]) -> None:
        """`ask` asks an endpoint for the rows of its models; `clock` returns seconds."""
        self._ask, self._clock = ask, clock
        self._lock = threading.Lock()
        self._lists: dict[tuple[str, str], _Listed] = {}

    def prepare(self, endpoint: Endpoint) -> None:
        """Ask for the list in the background unless it is known."""
        if tells_prices(endpoint):
            self._list(endpoint)

    def rates(self, endpoint: Endpoint, model: str) -> Rates | None:
        """Return the price of a model in the list of its endpoint, None when it tells none. Waits for PATIENCE_S."""
        if not tells_prices(endpoint):
            return None
        try:
            rows = self._list(endpoint).rows.result(PATIENCE_S)
        except (EngineError, TooSlow):
            return None
        row = rows.get(model)
        if row is None:
            return None
        provider = str(row.get("litellm_provider") or "")
        return rates_of(model, provider, row, "gateway", f"price list of {endpoint.name or endpoint.base_url}")

    def _list(self, endpoint: Endpoint) -> _Listed:
        place = (endpoint.uid, endpoint.base_url)
        with self._lock:
            known = self._lists.get(place)
            if known is None or self._clock() - known.at > (RETRY_S if _failed(known.rows) else FRESH_S):
                known = self._lists[place] = _Listed(self._asked(endpoint), self._clock())
        return known

    def _asked(self, endpoint: Endpoint) -> Future[Rows]:
        try:
            return self._ask(endpoint)
        except EngineError as error:
            failed: Future[Rows] = Future()
            failed.set_exception(error)
            return failed


def tells_prices(endpoint: Endpoint) -> bool:
    """Whether an endpoint may have a price list of its own."""
    return endpoint.kind == "openai" or (endpoint.has_address and endpoint.provider == "litellm_proxy")


def _failed(rows: Future[Rows]) -> bool:
    return rows.done() and (rows.exception() is not None or not rows.result())
