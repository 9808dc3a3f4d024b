"""A filter between LiteLLM and the network that keeps the key of a call from other servers.

Invariant: a request that carries a secret of the call, in its address, a header or its body, or any authorising
header, is sent only to the origin of the call's address or to a host that the provider table names. LiteLLM builds
some addresses from model ids and settings, so its choice cannot be trusted.
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
    """The servers that may receive the secrets of a call: one origin ("" for none), and origins matched by `hosts`.

    `base_url` is the address of the call, `asked` the hosts that requests were made to so far. A call `by_token`
    authenticates by a bearer token only.
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


HELD_BACK = "because it carried a key for another address"
"""Identifies a KeyHeldBackError by its message, because LiteLLM wraps the exception."""


class KeyHeldBackError(Exception):
    """A request was blocked because it would have sent a key to another server."""


_allowed: ContextVar[AllowedServer | None] = ContextVar("allowed", default=None)


@contextlib.contextmanager
def guarded(call: Call, provider_id: str) -> Iterator[None]:
    """Block requests that would send a secret of `call` to other servers, in this task and the tasks it starts."""
    token = _allowed.set(_allowed_for(call, provider_id))
    try:
        yield
    finally:
        _allowed.reset(token)


def has_asked() -> bool:
    """Return whether the current task's call has attempted a request; True outside of `guarded`."""
    allowed = _allowed.get()
    return allowed is None or bool(allowed.asked)


def call_address() -> str:
    """Return the address of the current task's call, "" outside of `guarded`."""
    allowed = _allowed.get()
    return "" if allowed is None else allowed.base_url


def _allowed_for(call: Call, provider_id: str) -> AllowedServer:
    provider = PROVIDERS.get(provider_id)
    base_url = call.endpoint.base_url or (provider.base_url if provider else "")
    origin = origin_of(base_url)
    hosts = provider.key_hosts if provider else ()
    if call.endpoint.has_address:
        # The endpoint's provider is read from the history file, which somebody else may have changed.
        hosts = tuple(host for host in hosts if _company(f"https://{host}") == _company(origin))
    patterns = tuple(pattern for host in hosts if (pattern := _pattern(host, dict(call.settings))))
    by_token = any(name == "auth_token" for name, _ in call.settings)
    return AllowedServer(origin, patterns, tuple(secret for secret in call.secrets if secret), by_token, base_url)


def _company(url: str) -> str:
    return ".".join((urlsplit(url).hostname or "").split(".")[-2:])


def _pattern(host: str, settings: Mapping[str, str]) -> re.Pattern[str] | None:
    """Return the pattern of the origins that a host of the provider table covers; None if it needs an unset setting."""
    filled = _SETTING.sub(lambda found: settings.get(found[1], ""), host)
    origin = origin_of(filled if "://" in filled else f"https://{filled.replace('*', 'x--x')}")
    return re.compile(re.escape(origin).replace(r"x\-\-x", "[a-z0-9-]+")) if origin else None


def install() -> None:
    """Patch httpx, which LiteLLM and its client libraries use, so that every request is checked first."""
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
