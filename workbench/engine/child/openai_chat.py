"""Direct client for OpenAI-compatible servers.

Invariant: a call makes one request at a time, to one address with that address's key; the connection is closed as soon
as the call is cancelled or fails.

Reads are throttled: a network read is followed by a pause until JOIN_S after the previous one; there is no pause after
chunks already buffered by that read, nor after a chunk so large that more must be waiting. Deltas are coalesced over
that time anyway; text that arrives during the pause is read in one go, which halves the cost per chunk.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace

import httpx

from workbench.engine.calls import Call
from workbench.engine.child.completion_reader import ChunkReader, read_whole
from workbench.engine.child.failures import (
    FailureSubject,
    bad_address,
    broken_stream,
    event_too_long,
    half_answer,
    http_failure,
    refused_param_of,
)
from workbench.engine.child.http import CertificatesError, HttpClients, auth_headers, body
from workbench.engine.child.json_exchange import RefusedRequest, encoded, json_request, refusal_of, whole_json
from workbench.engine.child.request import RequestAdjustments, build
from workbench.engine.child.sse import MAX_EVENT, EventStream, EventTooLongError
from workbench.engine.child.streamed_answer import JOIN_S, StreamedAnswer
from workbench.engine.child.transport_failures import no_certificates, time_out, transport_failure
from workbench.engine.child.usage_reader import header_cost
from workbench.engine.untrusted_json import parse

_DRAIN_S = 1.0
_BEGINNING = 200
_EVENT_STARTS = (b"data", b":", b"event", b"id", b"retry")
_ABOUT_FORMAT = re.compile(
    r"response_format|json_schema|json_object|structured.?output|json mode|grammar|guided", re.IGNORECASE
)
_THIS_SCHEMA = re.compile(r"(invalid|unsupported|bad).{0,40}schema", re.IGNORECASE)
_ABOUT_USAGE = re.compile(
    r"stream_options|include_usage|extra (inputs|fields)|additional propert"
    r"|(unknown|unrecognized|unexpected) (field|param|arg)",
    re.IGNORECASE,
)


FORMAT_REFUSED = "the server does not accept response_format with this model."
_SCHEMA_REFUSED = "the server does not accept this schema."


@dataclass(frozen=True, slots=True)
class ChatTarget:
    """The address and model of a request, with the adjustments known for them."""

    base_url: str
    model: str
    where: FailureSubject
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    known: RequestAdjustments = field(default_factory=RequestAdjustments)

    @property
    def url(self) -> str:
        """The URL of chat completions."""
        return self.base_url.rstrip("/") + "/chat/completions"


class OpenAIChat:
    """Sends calls over HTTP. Caches what each server refused for a model, so that later calls omit it."""

    def __init__(self, clients: HttpClients) -> None:
        self._clients = clients
        self._learned: dict[tuple[str, str], RequestAdjustments] = {}
        self._draining: set[asyncio.Task[None]] = set()

    async def ask(self, call: Call, answer: StreamedAnswer, target: ChatTarget) -> None:
        """Send the call; resend it without what the server refuses. Raises CallError."""
        place = (target.base_url, target.model)
        answer.address = target.base_url
        known = self._learned.get(place, target.known)
        while True:
            refusal = await self._ask_once(call, answer, target, known)
            if refusal is None:
                break
            less = adjusted(known, call, refusal)
            if less is None:
                raise http_failure(refusal.status, refusal.raw, target.where)
            known = less
        # Not cached: a parameter or schema refused for its value may be accepted with another one.
        in_words = "" if known.format_in_words == _SCHEMA_REFUSED else known.format_in_words
        self._learned[place] = replace(known, refused={}, format_in_words=in_words)

    async def _ask_once(
        self, call: Call, answer: StreamedAnswer, target: ChatTarget, known: RequestAdjustments
    ) -> RefusedRequest | None:
        fields, marks = build(call, target.model, known, answer.turns)
        if (files := answer.files) is None:
            content = encoded(fields)
        else:
            # In a thread: files may have many megabytes.
            content = await asyncio.to_thread(lambda: encoded(build(call, target.model, known, answer.turns, files)[0]))
        async with contextlib.AsyncExitStack() as held:
            try:
                client = held.enter_context(self._clients.lend(target.url))
                accept = "text/event-stream" if call.stream else "application/json"
                request = json_request(client, target.url, target.headers, content, call.timeouts.connect, accept)
            except (httpx.InvalidURL, ValueError, ImportError) as error:
                raise bad_address(target.where, error) from error
            except CertificatesError as error:
                raise no_certificates(error) from error
            answer.sent(fields, marks)
            return await self._exchange(client, request, call, answer, target, held)

    async def _exchange(
        self,
        client: httpx.AsyncClient,
        request: httpx.Request,
        call: Call,
        answer: StreamedAnswer,
        target: ChatTarget,
        held: contextlib.AsyncExitStack,
    ) -> RefusedRequest | None:
        where = target.where
        limit = call.timeouts.first if call.stream else call.timeouts.first + call.timeouts.silence
        try:
            async with asyncio.timeout(limit) as deadline:
                response = await client.send(request, stream=True)
                held.push_async_callback(response.aclose)
                if not response.is_success:
                    return await refusal_of(response, where)
                answer.header_usd = header_cost(response.headers)
                chunks = body(response)
                if not call.stream:
                    await _read_json(chunks, answer, where)
                elif _is_json(start := await _start(chunks), response.headers.get("content-type", "")):
                    await _read_json(_again(start, chunks), answer, where)
                elif await _read_events(_again(start, chunks), call, answer, where, deadline):
                    self._drain(chunks, held.pop_all())
        except TimeoutError as error:
            phase = "silence" if answer.has_text else "first"
            seconds = call.timeouts.silence if answer.has_text else limit
            raise await time_out(error, target.url, where, seconds, phase) from error
        except httpx.ConnectTimeout as error:
            raise await time_out(error, target.url, where, call.timeouts.connect, "connect") from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise await transport_failure(error, target.url, where, has_text=answer.has_text) from error
        return None

    def _drain(self, chunks: AsyncIterator[bytes], held: contextlib.AsyncExitStack) -> None:
        # A connection read to its end can be reused; the call does not wait for that.
        task = asyncio.get_running_loop().create_task(_drain(chunks, held))
        self._draining.add(task)
        task.add_done_callback(self._draining.discard)


def about_format(words: str) -> bool:
    """Whether a refusal concerns the output format."""
    return bool(_ABOUT_FORMAT.search(words))


def adjusted(known: RequestAdjustments, call: Call, refusal: RefusedRequest) -> RequestAdjustments | None:
    """Return the adjustments for the next attempt, None when the refusal concerns something else."""
    if known.wish_usage and call.stream and "stream_options" not in call.params and _ABOUT_USAGE.search(refusal.raw):
        return replace(known, wish_usage=False)
    if call.output and not (call.format_in_words or known.format_in_words) and about_format(refusal.raw):
        why = _SCHEMA_REFUSED if _THIS_SCHEMA.search(refusal.raw) else FORMAT_REFUSED
        return replace(known, format_in_words=why)
    try:
        words = parse(refusal.raw)
    except ValueError:
        return None
    name = refused_param_of(words)
    if name not in call.params or name in known.refused:
        return None
    if name == "max_tokens" and "max_completion_tokens" in refusal.raw and name not in known.renames:
        return replace(known, renames={**known.renames, name: "max_completion_tokens"})
    error = words.get("error") if isinstance(words, dict) else None
    if isinstance(error, dict) and error.get("code") in ("unsupported_parameter", "unsupported_value"):
        reason = str(error.get("message") or "The provider refused it.")
        return replace(known, refused={**known.refused, name: reason[:500]})
    return None


async def _start(chunks: AsyncIterator[bytes]) -> bytes:
    """Return the first chunks, up to one that is not blank or more than _BEGINNING bytes."""
    start = b""
    async for chunk in chunks:
        start += chunk
        if start.strip() or len(start) > _BEGINNING:
            break
    return start


def _is_json(start: bytes, content_type: str) -> bool:
    """Whether a server answers a streaming request with JSON; its content type may be wrong either way."""
    begun = start.lstrip(b"\xef\xbb\xbf \r\n\t")
    # No line of an event stream starts with a brace.
    return begun.startswith(b"{") or ("json" in content_type and not begun.startswith(_EVENT_STARTS))


async def _again(start: bytes, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield start
    async for chunk in chunks:
        yield chunk


async def _read_json(chunks: AsyncIterator[bytes], answer: StreamedAnswer, where: FailureSubject) -> None:
    read_whole(await whole_json(chunks, where), answer, where)


async def _read_events(
    chunks: AsyncIterator[bytes], call: Call, answer: StreamedAnswer, where: FailureSubject, deadline: asyncio.Timeout
) -> bool:
    """Read a stream to its last event; return whether the rest of the response is still to be read."""
    stream, reader = EventStream(), ChunkReader(answer, where)
    now = asyncio.get_running_loop().time
    beginning, pace = b"", ReadPace()
    try:
        async for chunk in chunks:
            if len(beginning) < _BEGINNING:
                beginning += chunk[:_BEGINNING]
            for event in stream.feed(chunk):
                reader.read(event.data, event.name)
            if reader.done:
                return True
            if answer.has_text:
                deadline.reschedule(now() + call.timeouts.silence)
                await pace.after_read(len(chunk))
            else:
                # Yields to the loop: megabytes of decompressed blanks may arrive without any wait.
                await asyncio.sleep(0)
            pace.before_read()
        for event in stream.close():
            reader.read(event.data, event.name)
    except EventTooLongError as error:
        raise event_too_long(f"{MAX_EVENT // 2**20} MB", where) from error
    except httpx.TransportError:
        if not reader.finished:
            raise
    except asyncio.CancelledError:
        if not reader.finished or not _only_expired(deadline):
            raise
    finally:
        reader.close()
    if reader.finished or reader.done:
        return False
    if beginning and not answer.has_text and not beginning.lstrip().startswith(_EVENT_STARTS):
        raise broken_stream(where, beginning.decode("utf-8", "replace"))
    raise half_answer(where, "The stream ended without a finish reason.")


def _only_expired(deadline: asyncio.Timeout) -> bool:
    task = asyncio.current_task()
    return deadline.expired() and (task is None or task.cancelling() <= 1)


async def _drain(chunks: AsyncIterator[bytes], held: contextlib.AsyncExitStack) -> None:
    with contextlib.suppress(TimeoutError, httpx.HTTPError):
        async with held, asyncio.timeout(_DRAIN_S):
            async for _ in chunks:
                pass


def target_headers(call: Call) -> dict[str, str]:
    """Return the authorising headers, which are sent to the call's endpoint only."""
    return auth_headers(call.key, call.endpoint.headers, call.secret_headers)


_FLOOD = 32 * 1024
"""Chunk size in bytes from which no pause is made; a read returns at most twice as many."""


class ReadPace:
    """Throttles the reads of one stream."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._turned: list[bool] = [True]
        self._last = 0.0

    def before_read(self) -> None:
        """Start to watch whether the event loop runs before the next chunk, which only a network read causes."""
        self._turned = []
        self._loop.call_soon(self._turned.append, True)

    async def after_read(self, size: int) -> None:
        """Pause if the chunk of `size` bytes came from the network and not from the buffer of the previous read."""
        if not self._turned or size >= _FLOOD:
            return
        pause = self._last + JOIN_S - self._loop.time()
        if pause > 0:
            await asyncio.sleep(pause)
        self._last = self._loop.time()
