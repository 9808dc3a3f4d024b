"""Model lists and prices of endpoints, and key checks.

Invariant: a check is free where the provider has a free request that needs the key, else it costs at most one token; it
never claims more than it proved. A question that queries no model ends within 15 s, whatever the server does, and its
answer fits into a wire message.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from workbench.core.content import Message
from workbench.core.lanes import Endpoint
from workbench.core.providers import PROVIDERS, provider_name, with_provider
from workbench.engine.calls import Call, KeyCheck, ModelIds, Timeouts
from workbench.engine.child.failures import (
    CallError,
    FailureSubject,
    bad_address,
    broken_stream,
    connect_failed,
    http_failure,
    no_key,
    retry_after_seconds,
)
from workbench.engine.child.http import CertificatesError, HttpClients, auth_headers, body, extensions, read_up_to
from workbench.engine.child.provider import CallProvider
from workbench.engine.child.streamed_answer import StreamedAnswer
from workbench.engine.child.transport_failures import no_certificates, time_out, transport_failure
from workbench.engine.price_list import gateway_row, rates_of
from workbench.engine.untrusted_json import parse

SecretHeaders = tuple[tuple[str, str], ...]
PATIENCE_S = 15.0
CONNECT_S = 10.0
_ALONE_S = 0.05
"""Time for the first of two requests for prices before the second one is sent as well."""
MAX_BYTES = 16 * 1024 * 1024
MAX_IDS = 10_000
_MAX_ID = 200
"""Code points; with twelve bytes each in the worst case, MAX_IDS ids of a usual length fit into a message."""
_MAX_TOGETHER = 500_000
_MAX_ROWS, _MAX_ROW = 2_000, 3_000
"""Number of price rows, and characters of each, that together fit into a message."""
_UNUSABLE = (httpx.InvalidURL, httpx.UnsupportedProtocol, httpx.LocalProtocolError, ValueError)
_ANTHROPIC_VERSION = "2023-06-01"


class ModelLister:
    """Queries endpoints for their models and prices, and checks keys."""

    def __init__(
        self, clients: HttpClients, litellm: CallProvider, patience_s: float = PATIENCE_S, connect_s: float = CONNECT_S
    ) -> None:
        self._clients, self._litellm = clients, litellm
        self._patience_s, self._connect_s = patience_s, connect_s

    async def models(self, endpoint: Endpoint, key: str, secret: SecretHeaders) -> ModelIds:
        """Return the ids under `/models`, in the endpoint's order, at most MAX_IDS. Raises CallError."""
        where = FailureSubject(
            endpoint.name or endpoint.base_url, "", bool(key or secret), page="Endpoints", address=endpoint.base_url
        )
        if endpoint.kind != "litellm":
            asked = (endpoint.base_url, "/models", auth_headers(key, endpoint.headers, secret))
        elif (found := _question(endpoint, endpoint.provider, key)) is None:
            raise CallError(
                "not_listed", f"{where.endpoint} has no list of models. Type the name of the model or deployment."
            )
        else:
            asked = (*found[:2], {**found[2], **auth_headers("", endpoint.headers, secret)})
        data = await self._get(*asked, where)
        listed = data.get("data", data.get("models")) if isinstance(data, dict) else data
        if not isinstance(listed, list):
            raise broken_stream(where, str(data)[:500])
        return _ids(listed)

    async def prices(self, endpoint: Endpoint, key: str, secret: SecretHeaders) -> dict[str, dict[str, Any]]:
        """Return the prices that the endpoint publishes, by model, in the format of LiteLLM's list.

        A LiteLLM Proxy has them under `/model/info`, others in `/models`, most nowhere. A slow server gets both
        requests at once, because the first answers of a test wait for their price. Raises CallError.
        """
        where = FailureSubject(
            endpoint.name or endpoint.base_url, "", bool(key or secret), page="Endpoints", address=endpoint.base_url
        )
        headers = auth_headers(key, endpoint.headers, secret)
        info = asyncio.create_task(self._get(endpoint.base_url, "/model/info", headers, where))
        tasks = [info]
        try:
            await asyncio.wait(tasks, timeout=_ALONE_S)
            if not info.done():
                tasks.append(asyncio.create_task(self._get(endpoint.base_url, "/models", headers, where)))
            try:
                if rows := price_rows(await info, "model_name", lambda item: item.get("model_info")):
                    return rows
            except CallError as error:
                if error.failure.code in ("connect_failed", "timeout_connect", "no_key", "bad_key", "bad_address"):
                    raise
            told = await (tasks[1] if len(tasks) > 1 else self._get(endpoint.base_url, "/models", headers, where))
            return price_rows(told, "id", lambda item: gateway_row(item.get("pricing")))
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def check(self, endpoint: Endpoint, key: str, secret: SecretHeaders, question: KeyCheck) -> str:
        """Check a key; return a sentence that says what the endpoint accepted. Raises CallError."""
        if endpoint.has_address:
            found = await self.models(endpoint, key, secret)
            return f"{endpoint.name or endpoint.base_url} answers and lists {len(found) + found.left_out} models."
        provider, model = question.provider, question.model
        name = provider_name(provider)
        known = PROVIDERS.get(provider)
        address = endpoint.base_url or (known.base_url if known else "")
        where = FailureSubject(name, model, bool(key), provider=provider, address=address)
        if not key and (known is None or (known.needs_key and not question.settings)):
            raise no_key(where)
        asked = _question(endpoint, provider, key) if key else None
        if asked is not None:
            base_url, path, headers = asked
            await self._get(base_url, path, headers, where)
            return f"{name} accepts the key."
        if not model:
            raise CallError(
                "bad_request",
                f"{name} has no free way to test a key. Run a lane with one of its models; "
                "an error names the key if it is wrong.",
            )
        await self._one_token(endpoint, key, secret, question)
        return f"{name} accepts the key and answered with {model}."

    async def _get(self, base_url: str, path: str, headers: dict[str, str], where: FailureSubject) -> Any:
        url = base_url.rstrip("/") + path
        try:
            async with asyncio.timeout(self._patience_s):
                status, raw, after = await self._fetch(url, headers, where)
        except TimeoutError as error:
            raise await time_out(error, url, where, self._patience_s, "listing") from error
        except httpx.ConnectTimeout as error:
            raise await time_out(error, url, where, self._connect_s, "connect") from error
        except _UNUSABLE as error:
            raise bad_address(where, error) from error
        except httpx.DecodingError as error:
            raise broken_stream(where, str(error)) from error
        except CertificatesError as error:
            raise no_certificates(error) from error
        except httpx.TransportError as error:
            raise await transport_failure(error, url, where, has_text=False) from error
        except (httpx.HTTPError, ImportError) as error:
            raise connect_failed(where, type(error).__name__) from error
        if not 200 <= status < 300:
            seconds = None if after is None else retry_after_seconds(after, time.time())
            raise http_failure(status, raw.decode("utf-8", "replace"), where, after=seconds)
        try:
            # In a thread: parsing megabytes takes a tenth of a second, in which no lane would stream.
            return await asyncio.to_thread(parse, raw.decode("utf-8-sig", "replace"))
        except ValueError as error:
            raise broken_stream(where, raw[:500].decode("utf-8", "replace")) from error

    async def _fetch(self, url: str, headers: dict[str, str], where: FailureSubject) -> tuple[int, bytes, str | None]:
        with self._clients.lend(url) as client:
            async with client.stream("GET", url, headers=headers, extensions=extensions(self._connect_s)) as response:
                raw, complete = await read_up_to(body(response), MAX_BYTES)
                if not complete:
                    raise CallError(
                        "list_too_long",
                        f"{where.endpoint} lists more than {MAX_BYTES // 2**20} MB of models, too many to show. Type "
                        "the name of the model.",
                    )
                return response.status_code, raw, response.headers.get("retry-after")

    async def _one_token(self, endpoint: Endpoint, key: str, secret: SecretHeaders, question: KeyCheck) -> None:
        call = Call(
            id="check",
            endpoint=endpoint,
            model=with_provider(question.model, question.provider),
            settings=question.settings,
            messages=(Message("user", "Hi"),),
            params={"max_tokens": 1},
            key=key,
            secret_headers=secret,
            stream=False,
            timeouts=Timeouts(*[self._patience_s] * 3),
        )
        await self._litellm.ask(call, StreamedAnswer(call, _silent))


def price_rows(told: Any, name: str, row_of: Callable[[Mapping[str, Any]], Any]) -> dict[str, dict[str, Any]]:
    """Return the rows with prices in a list of models, by model; of rows with the same name, the first."""
    listed = told.get("data") if isinstance(told, dict) else None
    found: dict[str, dict[str, Any]] = {}
    for item in listed[:MAX_IDS] if isinstance(listed, list) else ():
        model = item.get(name) if isinstance(item, dict) else None
        if not isinstance(model, str) or len(model) > _MAX_ID or model in found:
            continue
        row = row_of(item)
        if not isinstance(row, Mapping):
            continue
        rates = rates_of(model, str(row.get("litellm_provider") or ""), row)
        if rates is not None and len(json.dumps(rates.sheet)) <= _MAX_ROW and len(found) < _MAX_ROWS:
            found[model] = dict(rates.sheet)
    return found


def _ids(listed: list[Any]) -> ModelIds:
    named = (item.get("id", item.get("name")) if isinstance(item, dict) else item for item in listed)
    found = [one for one in named if isinstance(one, str) and one]
    kept: list[str] = []
    size = 0
    for one in found:
        size += len(one)
        if len(kept) == MAX_IDS or size > _MAX_TOGETHER:
            break
        if len(one) <= _MAX_ID:
            kept.append(one)
    return ModelIds.cut(kept, len(found) - len(kept))


def _question(endpoint: Endpoint, provider: str, key: str) -> tuple[str, str, dict[str, str]] | None:
    known = PROVIDERS.get(provider)
    if provider == "anthropic":
        base_url = (endpoint.base_url or PROVIDERS[provider].base_url).rstrip("/").removesuffix("/v1")
        return f"{base_url}/v1", "/models", {"x-api-key": key, "anthropic-version": _ANTHROPIC_VERSION}
    if provider == "gemini":
        return endpoint.base_url or f"{PROVIDERS[provider].base_url}/v1beta", "/models", {"x-goog-api-key": key}
    if known is not None and known.speaks_openai:
        return endpoint.base_url or known.base_url, known.check, auth_headers(key, endpoint.headers, ())
    return None


def _silent(kind: str, /, **fields: Any) -> None:
    """Discard the messages of a check's answer: only its success matters."""
