"""A guard between LiteLLM and the network: which server may see the key of a call.

Invariant: a request that carries a secret of the call, in its address, a header or its body, or any header that
authorises it, goes to the origin of the call's address or to a host that the provider table names, or it is not sent.
LiteLLM builds some addresses out of model ids and settings, so its own choice is not enough.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from workbench.core.origins import origin_of
from workbench.core.providers import PROVIDERS
from workbench.core.redaction import pattern_of
from workbench.engine.calls import Call

_AUTHORISING = frozenset(
    {"authorization", "x-api-key", "api-key", "x-goog-api-key", "x-amz-security-token", "x-auth-token", "cookie"}
)
_SETTING = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class AllowedServer:
    """Where the secrets of a call may go: to one origin ("" for none), and to those that `hosts` match.

    `base_url` is the address of the call, `asked` the hosts that were asked for it so far. A call `by_token` proves who
    it is by a bearer token alone.
    """

    origin: str
    hosts: tuple[re.Pattern[str], ...]
    secrets: tuple[str, ...] = field(repr=False)
    by_token: bool = False
    base_url: str = ""
    asked: list[str] = field(default_factory=list)

    def takes(self, url: str) -> bool:
        """Return whether a request to `url` may carry a secret."""
        origin = origin_of(url)
        return bool(origin) and (origin == self.origin or any(host.fullmatch(origin) for host in self.hosts))


HELD_BACK = "because it held a key that is not for it"
"""LiteLLM wraps the error, so its words tell what it was."""


class KeyHeldBackError(Exception):
    """A request that would have taken a key to a server that it is not for."""


_allowed: ContextVar[AllowedServer | None] = ContextVar("allowed", default=None)


@contextlib.contextmanager
def guarded(call: Call, provider_id: str) -> Iterator[None]:
    """Hold back what would take a secret of `call` elsewhere, in this task and those that it starts."""
    token = _allowed.set(_allowed_for(call, provider_id))
    try:
        yield
    finally:
        _allowed.reset(token)


def has_asked() -> bool:
    """Return whether the call that this task makes has sent a request; True outside of one."""
    allowed = _allowed.get()
    return allowed is None or bool(allowed.asked)


def call_address() -> str:
    """Return the address of the call that this task makes, "" outside of one."""
    allowed = _allowed.get()
    return "" if allowed is None else allowed.base_url


def _allowed_for(call: Call, provider_id: str) -> AllowedServer:
    provider = PROVIDERS.get(provider_id)
    base_url = call.endpoint.base_url or (provider.base_url if provider else "")
    origin = origin_of(base_url)
    hosts = provider.key_hosts if provider else ()
    if call.endpoint.has_address:
        # Which provider's protocol it speaks stands in the history, where somebody else may have changed it.
        hosts = tuple(host for host in hosts if _company(f"https://{host}") == _company(origin))
    patterns = tuple(pattern for host in hosts if (pattern := _pattern(host, dict(call.settings))))
    by_token = any(name == "auth_token" for name, _ in call.settings)
    return AllowedServer(origin, patterns, tuple(secret for secret in call.secrets if secret), by_token, base_url)


def _company(url: str) -> str:
    return ".".join((urlsplit(url).hostname or "").split(".")[-2:])


def _pattern(host: str, settings: Mapping[str, str]) -> re.Pattern[str] | None:
    """Return what matches the origins that a host of the table stands for; None when a setting in it is not set."""
    filled = _SETTING.sub(lambda found: settings.get(found[1], ""), host)
    origin = origin_of(filled if "://" in filled else f"https://{filled.replace('*', 'x--x')}")
    return re.compile(re.escape(origin).replace(r"x\-\-x", "[a-z0-9-]+")) if origin else None


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
    if allowed is None:
        return
    allowed.asked.append(request.url.host)
    if allowed.by_token and "authorization" in request.headers:
        request.headers.pop("x-api-key", None)
    if allowed.takes(str(request.url)):
        return
    if not _AUTHORISING.isdisjoint(request.headers) or _holds_secret(request, allowed.secrets):
        raise KeyHeldBackError(f"The request to {request.url.host} was not sent, {HELD_BACK}.")


def _holds_secret(request: httpx.Request, secrets: tuple[str, ...]) -> bool:
    pattern = pattern_of(secrets)
    if pattern is None:
        return False
    try:
        body = request.content.decode("utf-8", "replace")
    except httpx.RequestNotRead:
        body = ""
    parts = (str(request.url), body, *(value for _, value in request.headers.multi_items()))
    return any(pattern.search(part) for part in parts)
