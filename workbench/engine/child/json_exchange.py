"""Requests with JSON bodies whose responses are read as a whole.

Invariant: a response is read up to a limit, an unsuccessful one becomes a CallError, and the connection is released at
the end of the exchange, also when it is cancelled.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from workbench.engine.calls import Timeouts
from workbench.engine.child.failures import (
    CallError,
    FailureSubject,
    bad_address,
    broken_stream,
    http_failure,
    retry_after_seconds,
    whole_too_long,
)
from workbench.engine.child.http import CertificatesError, HttpClients, body, extensions, read_up_to
from workbench.engine.child.request import dumps
from workbench.engine.child.transport_failures import no_certificates, time_out, transport_failure
from workbench.engine.untrusted_json import parse

_MAX_ERROR_BODY = 256 * 1024
_MAX_WHOLE = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class RefusedRequest:
    """A response with status 400 or 422, which may concern a field that can be omitted."""

    status: int
    raw: str


def encoded(fields: Mapping[str, Any]) -> bytes:
    """Return the body of a request. Raises CallError for a parameter that is no number of JSON."""
    try:
        return dumps(fields)
    except ValueError as error:
        raise CallError(
            "bad_request",
            "A parameter is not a number that JSON can hold. Change it in the lane's parameters.",
            str(error),
        ) from error


def json_request(
    client: httpx.AsyncClient, url: str, headers: Mapping[str, str], content: bytes, connect: float, accept: str
) -> httpx.Request:
    """Return a POST request; `connect` is its timeout to connect in seconds. Raises ValueError for a bad header."""
    every = {"content-type": "application/json", "accept": accept, **headers}
    return client.build_request("POST", url, content=content, headers=every, extensions=extensions(connect))


async def refusal_of(response: httpx.Response, where: FailureSubject) -> RefusedRequest:
    """Read an unsuccessful response of status 400 or 422. Raises CallError for any other."""
    raw = (await read_up_to(body(response), _MAX_ERROR_BODY))[0].decode("utf-8", "replace")
    if response.status_code in (400, 422):
        return RefusedRequest(response.status_code, raw)
    after = response.headers.get("retry-after")
    seconds = None if after is None else retry_after_seconds(after, time.time())
    raise http_failure(response.status_code, raw, where, after=seconds)


async def whole_json(chunks: AsyncIterator[bytes], where: FailureSubject) -> Any:
    """Read a whole body as JSON. Raises CallError when it is too long or something else."""
    raw, complete = await read_up_to(chunks, _MAX_WHOLE)
    if not complete:
        raise whole_too_long(f"{_MAX_WHOLE // 2**20} MB", where)
    try:
        return parse(raw.decode("utf-8-sig", "replace"))
    except ValueError as error:
        raise broken_stream(where, f"{error}: {raw[:500].decode('utf-8', 'replace')}") from error


async def post_json(
    clients: HttpClients,
    url: str,
    headers: Mapping[str, str],
    fields: Mapping[str, Any],
    timeouts: Timeouts,
    where: FailureSubject,
    before: Callable[[], None] = lambda: None,
) -> tuple[Any, httpx.Headers]:
    """Send `fields` and return the response's JSON and headers; `before` runs when the request is about to be sent.

    Raises CallError.
    """
    content, limit = encoded(fields), timeouts.first + timeouts.silence
    async with contextlib.AsyncExitStack() as held:
        try:
            client = held.enter_context(clients.lend(url))
            request = json_request(client, url, headers, content, timeouts.connect, "application/json")
        except (httpx.InvalidURL, ValueError, ImportError) as error:
            raise bad_address(where, error) from error
        except CertificatesError as error:
            raise no_certificates(error) from error
        before()
        try:
            async with asyncio.timeout(limit):
                response = await client.send(request, stream=True)
                held.push_async_callback(response.aclose)
                if not response.is_success:
                    refusal = await refusal_of(response, where)
                    raise http_failure(refusal.status, refusal.raw, where)
                return await whole_json(body(response), where), response.headers
        except TimeoutError as error:
            raise await time_out(error, url, where, limit, "first") from error
        except httpx.ConnectTimeout as error:
            raise await time_out(error, url, where, timeouts.connect, "connect") from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise await transport_failure(error, url, where, has_text=False) from error
