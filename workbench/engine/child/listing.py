"""Which models an endpoint lists, and whether a key is good.

Invariant: a check costs nothing where the provider has a free question that needs the key, else at most one token; it
never says more than it has proved.
"""

from __future__ import annotations

from typing import Any

import httpx

from workbench.core.content import Message
from workbench.core.lanes import Endpoint
from workbench.engine.calls import Call, Timeouts
from workbench.engine.child.answer import Answer
from workbench.engine.child.failures import (
    CallError,
    Where,
    bad_address,
    broken_stream,
    connect_failed,
    http_failure,
    no_key,
    timed_out,
)
from workbench.engine.child.http import HttpClients, auth_headers
from workbench.engine.child.provider import Provider
from workbench.engine.child.reading import parse
from workbench.engine.providers import PROVIDERS, provider_name

SecretHeaders = tuple[tuple[str, str], ...]
_TIMEOUT_S = 15.0
_UNUSABLE = (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError, ValueError)
_ANTHROPIC = ("https://api.anthropic.com/v1", "2023-06-01")
_GEMINI = "https://generativelanguage.googleapis.com/v1beta"


class Listing:
    """Asks endpoints about themselves."""

    def __init__(self, clients: HttpClients, litellm: Provider) -> None:
        self._clients, self._litellm = clients, litellm

    async def models(self, endpoint: Endpoint, key: str, secret: SecretHeaders) -> list[str]:
        """Return the ids under `/models`, in the endpoint's order. Raises CallError."""
        where = Where(endpoint.name or endpoint.base_url, "", bool(key or secret), page="Endpoints")
        data = await self._get(endpoint.base_url, "/models", auth_headers(key, endpoint.headers, secret), where)
        listed = data.get("data", data.get("models")) if isinstance(data, dict) else data
        if not isinstance(listed, list):
            raise broken_stream(where, str(data)[:500])
        ids = (item.get("id", item.get("name")) if isinstance(item, dict) else item for item in listed)
        return [found for found in ids if isinstance(found, str) and found]

    async def check(self, endpoint: Endpoint, key: str, secret: SecretHeaders, provider: str, model: str) -> str:
        """Return a sentence that says what the endpoint accepted. Raises CallError."""
        if endpoint.kind != "litellm":
            count = len(await self.models(endpoint, key, secret))
            return f"{endpoint.name or endpoint.base_url} answers and lists {count} models."
        name = provider_name(provider)
        where = Where(name, model, bool(key))
        if not key:
            raise no_key(where)
        question = _question(endpoint, provider, key)
        if question is not None:
            base_url, path, headers = question
            await self._get(base_url, path, headers, where)
            return f"{name} accepts the key."
        if not model:
            raise CallError(
                "bad_request",
                f"{name} has no free way to test a key. Run a lane with one of its models; "
                "an error names the key if it is wrong.",
            )
        await self._one_token(endpoint, key, secret, model)
        return f"{name} accepts the key and answered with {model}."

    async def _get(self, base_url: str, path: str, headers: dict[str, str], where: Where) -> Any:
        url = base_url.rstrip("/") + path
        try:
            with self._clients.lend(url) as client:
                response = await client.get(url, headers=headers, timeout=_TIMEOUT_S)
        except httpx.TimeoutException as error:
            phase = "connect" if isinstance(error, httpx.ConnectTimeout) else "first"
            raise timed_out(phase, _TIMEOUT_S, where) from error
        except _UNUSABLE as error:
            raise bad_address(where, error) from error
        except (httpx.HTTPError, ImportError) as error:
            raise connect_failed(where, type(error).__name__) from error
        if not response.is_success:
            raise http_failure(response.status_code, response.text, where)
        try:
            return parse(response.content.decode("utf-8", "replace"))
        except ValueError as error:
            raise broken_stream(where, response.text[:500]) from error

    async def _one_token(self, endpoint: Endpoint, key: str, secret: SecretHeaders, model: str) -> None:
        call = Call(
            id="check",
            endpoint=endpoint,
            model=model,
            messages=(Message("user", "Hi"),),
            params={"max_tokens": 1},
            key=key,
            secret_headers=secret,
            stream=False,
            timeouts=Timeouts(_TIMEOUT_S, _TIMEOUT_S, _TIMEOUT_S),
        )
        await self._litellm.ask(call, Answer(call, _silent))


def _question(endpoint: Endpoint, provider: str, key: str) -> tuple[str, str, dict[str, str]] | None:
    known = PROVIDERS.get(provider)
    if provider == "anthropic":
        base_url = f"{endpoint.base_url.rstrip('/')}/v1" if endpoint.base_url else _ANTHROPIC[0]
        return base_url, "/models", {"x-api-key": key, "anthropic-version": _ANTHROPIC[1]}
    if provider == "gemini":
        return endpoint.base_url or _GEMINI, "/models", {"x-goog-api-key": key}
    if known is not None and known.base_url:
        return endpoint.base_url or known.base_url, known.check, auth_headers(key, endpoint.headers, ())
    return None


def _silent(kind: str, /, **fields: Any) -> None:
    """The answer to a check is not told: only that there was one counts."""
