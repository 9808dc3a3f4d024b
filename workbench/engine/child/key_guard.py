"""A guard between LiteLLM and the network: which server may see the key of a call.

Invariant: a request that carries a secret of the call, in its address, a header or its body, goes to the call's address
or it is not sent. LiteLLM builds some addresses out of model ids and settings, so its own choice is not enough.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from workbench.core.origins import origin_of
from workbench.core.providers import PROVIDERS
from workbench.core.redaction import pattern_of
from workbench.engine.calls import Call


@dataclass(frozen=True, slots=True)
class Allowed:
    """Where the secrets of a call may go: to one origin, or with "" to hosts under `domains`."""

    origin: str
    domains: tuple[str, ...]
    secrets: tuple[str, ...] = field(repr=False)

    def takes(self, url: str) -> bool:
        """Return whether a request to `url` may carry a secret."""
        if self.origin and origin_of(url) == self.origin:
            return True
        host = (urlsplit(url).hostname or "").lower()
        return any(host == domain or host.endswith(f".{domain}") for domain in self.domains)


HELD_BACK = "because it held a key that is not for it"
"""LiteLLM wraps the error, so its words tell what it was."""


class KeyHeldBackError(Exception):
    """A request that would have taken a key to a server that it is not for."""


_allowed: ContextVar[Allowed | None] = ContextVar("allowed", default=None)


@contextlib.contextmanager
def guarded(call: Call, provider_id: str) -> Iterator[None]:
    """Hold back what would take a secret of `call` elsewhere, in this task and those that it starts."""
    token = _allowed.set(_allowed_for(call, provider_id))
    try:
        yield
    finally:
        _allowed.reset(token)


def _allowed_for(call: Call, provider_id: str) -> Allowed | None:
    secrets = tuple(secret for secret in call.secrets if secret)
    provider = PROVIDERS.get(provider_id)
    hosts = provider.key_hosts if provider else ()
    if not secrets:
        return None
    if call.endpoint.base_url:
        return Allowed(origin_of(call.endpoint.base_url), hosts, secrets)
    if provider is None or not provider.base_url:
        # LiteLLM makes the address from a region or an account; what is in those is checked where they are entered.
        return None
    host = urlsplit(provider.base_url).hostname or ""
    return Allowed(origin_of(provider.base_url), (".".join(host.split(".")[-2:]), *hosts), secrets)


def install() -> None:
    """Put the guard before every request of httpx, which LiteLLM and the clients under it send theirs with."""
    send, asend = httpx.Client.send, httpx.AsyncClient.send

    def guarded_send(self: httpx.Client, request: httpx.Request, **options: Any) -> httpx.Response:
        _check(request)
        return send(self, request, **options)

    async def guarded_asend(self: httpx.AsyncClient, request: httpx.Request, **options: Any) -> httpx.Response:
        _check(request)
        return await asend(self, request, **options)

    httpx.Client.send = guarded_send  # type: ignore[method-assign]
    httpx.AsyncClient.send = guarded_asend  # type: ignore[method-assign]


def _check(request: httpx.Request) -> None:
    allowed = _allowed.get()
    if allowed is None or allowed.takes(str(request.url)):
        return
    pattern = pattern_of(allowed.secrets)
    if pattern is None:
        return
    try:
        body = request.content.decode("utf-8", "replace")
    except httpx.RequestNotRead:
        body = ""
    parts = (str(request.url), body, *(value for _, value in request.headers.multi_items()))
    if any(pattern.search(part) for part in parts):
        host = request.url.host
        raise KeyHeldBackError(f"The request to {host} was not sent, {HELD_BACK}.")
