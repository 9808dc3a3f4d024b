"""A fake model provider on 127.0.0.1: real HTTP, scripted per request, which records the requests.

    with FakeProvider() as fake:
        fake.script(status(429, headers={"retry-after": "1"}), stream("Hel", "lo"))
        ... ask fake.base_url ...
        assert fake.requests[0].headers["authorization"] == "Bearer k"

Without a script it answers like a provider: chat completions (whole or streamed), Anthropic messages, and models.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

SSE = {"content-type": "text/event-stream"}
JSON = {"content-type": "application/json"}


@dataclass(frozen=True)
class Send:
    data: bytes


@dataclass(frozen=True)
class Wait:
    seconds: float


@dataclass(frozen=True)
class Hold:
    """Send nothing until `release()` or until the client disconnects."""


@dataclass(frozen=True)
class Cut:
    """Close the connection here, in the middle of the answer."""


@dataclass(frozen=True)
class Flood:
    """Send `data` every `seconds` until `release()` or until the client disconnects."""

    data: bytes
    seconds: float


Step = Send | Wait | Hold | Flood | Cut


@dataclass(frozen=True)
class Reply:
    steps: tuple[Step, ...] = ()
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    closes: bool = False
    """Whether the server closes the connection after the whole answer without announcing it."""
    before: tuple[Step, ...] = ()
    """Steps before the status line: slow headers, or a closed connection instead of an answer."""


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: Any
    raw: bytes
    at: float
    """time.monotonic() when the request was complete."""


def event(data: Any, name: str = "") -> bytes:
    text = data if isinstance(data, str) else json.dumps(data)
    return (f"event: {name}\n" if name else "").encode() + f"data: {text}\n\n".encode()


def chunk(delta: dict[str, Any] | None = None, *, finish: str | None = None, **more: Any) -> bytes:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    return event({"id": "c1", "object": "chat.completion.chunk", "model": "fake-1", "choices": choices, **more})


def usage(given: int = 7, answered: int = 3, cached: int | None = None, reasoning: int | None = None) -> dict[str, Any]:
    data: dict[str, Any] = {"prompt_tokens": given, "completion_tokens": answered, "total_tokens": given + answered}
    if cached is not None:
        data["prompt_tokens_details"] = {"cached_tokens": cached}
    if reasoning is not None:
        data["completion_tokens_details"] = {"reasoning_tokens": reasoning}
    return data


def stream(
    *tokens: str,
    delay: float = 0.0,
    reasoning: Sequence[str] = (),
    finish: str | None = "stop",
    counted: dict[str, Any] | None = None,
    done: bool = True,
    then: Iterable[Step] = (),
) -> Reply:
    """Return an OpenAI stream. `counted` is its usage chunk; `then` replaces the ending after the last token."""
    steps: list[Step] = []
    for delta in ({"reasoning_content": t} for t in reasoning), ({"content": t} for t in tokens):
        for item in delta:
            steps += [Send(chunk(item)), *([Wait(delay)] if delay else [])]
    if then:
        return Reply((*steps, *then), headers=SSE)
    if finish:
        steps.append(Send(chunk({}, finish=finish)))
    if counted is not None:
        steps.append(Send(chunk(usage=counted)))
    if done:
        steps.append(Send(event("[DONE]")))
    return Reply(tuple(steps), headers=SSE)


def whole(text: str, *, finish: str = "stop", counted: dict[str, Any] | None = None, **message: Any) -> Reply:
    body = {
        "id": "c1",
        "object": "chat.completion",
        "model": "fake-1",
        "choices": [
            {"index": 0, "message": {"role": "assistant", "content": text, **message}, "finish_reason": finish}
        ],
        "usage": usage() if counted is None else counted,
    }
    return Reply((Send(json.dumps(body).encode()),), headers=JSON)


def status(code: int, body: Any = None, headers: dict[str, str] | None = None) -> Reply:
    data = (
        body if isinstance(body, bytes) else json.dumps({"error": {"message": "no"}} if body is None else body).encode()
    )
    return Reply((Send(data),), code, {**JSON, **(headers or {})})


def error(message: str, **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, **more}}


def raw(*pieces: bytes, content_type: str = "text/event-stream") -> Reply:
    return Reply(tuple(Send(piece) for piece in pieces), headers={"content-type": content_type})


def anthropic_stream(
    *tokens: str, counted: tuple[int, int] = (7, 3), delay: float = 0.0, cache: dict[str, int] | None = None
) -> Reply:
    start = {"id": "m1", "type": "message", "role": "assistant", "model": "claude-fake", "content": []}
    steps: list[Step] = [
        Send(
            event(
                {
                    "type": "message_start",
                    "message": {**start, "usage": {"input_tokens": counted[0], "output_tokens": 1, **(cache or {})}},
                },
                "message_start",
            )
        ),
        Send(
            event(
                {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
                "content_block_start",
            )
        ),
    ]
    for token in tokens:
        delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": token}}
        steps += [Send(event(delta, "content_block_delta")), *([Wait(delay)] if delay else [])]
    steps += [
        Send(event({"type": "content_block_stop", "index": 0}, "content_block_stop")),
        Send(
            event(
                {
                    "type": "message_delta",
                    "delta": {"stop_reason": "end_turn", "stop_sequence": None},
                    "usage": {"output_tokens": counted[1]},
                },
                "message_delta",
            )
        ),
        Send(event({"type": "message_stop"}, "message_stop")),
    ]
    return Reply(tuple(steps), headers=SSE)


def anthropic_whole(text: str, counted: tuple[int, int] = (7, 3)) -> Reply:
    body = {
        "id": "m1",
        "type": "message",
        "role": "assistant",
        "model": "claude-fake",
        "content": [{"type": "text", "text": text}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": counted[0], "output_tokens": counted[1]},
    }
    return Reply((Send(json.dumps(body).encode()),), headers=JSON)


def models(*ids: str) -> Reply:
    return Reply((Send(json.dumps({"object": "list", "data": [{"id": i} for i in ids]}).encode()),), headers=JSON)


def usual(request: Request) -> Reply:
    """Return the default answer, like a real provider's."""
    if request.path.endswith("/models"):
        return models("fake-1", "fake-2")
    asked = request.body if isinstance(request.body, dict) else {}
    streams = bool(asked.get("stream"))
    if request.path.endswith("/messages"):
        return anthropic_stream("Hello", " world") if streams else anthropic_whole("Hello world")
    if request.path.endswith("/chat/completions"):
        return stream("Hello", " world", counted=usage()) if streams else whole("Hello world")
    return status(404, error("no such path"))


class FakeProvider:
    """The server, on a thread with its own event loop."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.disconnects = 0
        """Answers that the client disconnected from before their end."""
        self.connections = 0
        self.connected = 0
        self.open = 0
        """Number of answers in progress."""
        self.most_open = 0
        self.answer: Callable[[Request], Reply] = usual
        self._script: deque[tuple[str, Reply]] = deque()
        self._changed = threading.Condition()
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._release = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="fake-provider", daemon=True)

    def __enter__(self) -> FakeProvider:
        self._thread.start()
        if not self._ready.wait(10):
            raise TimeoutError("the fake provider did not start")
        return self

    def __exit__(self, *exc: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        return f"{self.url}/v1"

    def script(self, *replies: Reply, method: str = "") -> None:
        """Answer the next requests with these, in order; later ones are answered by `answer`.

        With a `method` only requests with that method count: a run also requests model prices with GET.
        """
        with self._changed:
            self._script.extend((method, reply) for reply in replies)

    def release(self) -> None:
        """Let all held answers continue."""
        self._loop.call_soon_threadsafe(self._release.set)

    def wait_for(self, condition: Callable[[FakeProvider], bool], timeout: float = 10.0) -> None:
        """Wait until `condition(self)` holds; it is checked at each change of the server's state."""
        with self._changed:
            if not self._changed.wait_for(lambda: condition(self), timeout):
                raise TimeoutError(f"the fake provider saw {len(self.requests)} requests, {self.disconnects} hang-ups")

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0, limit=1 << 20, backlog=512)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        # New connections may not have registered themselves yet.
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # Their transports are told of the close in the next iteration of the loop.
        await asyncio.sleep(0)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with self._changed:
            self.connections += 1
            self.connected += 1
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                while (request := await _read(reader)) is not None:
                    with self._changed:
                        self.requests.append(request)
                        is_scripted = bool(self._script) and self._script[0][0] in ("", request.method)
                        reply = self._script.popleft()[1] if is_scripted else None
                        self.open += 1
                        self.most_open = max(self.open, self.most_open)
                        self._changed.notify_all()
                    if not await self._reply(reply or self.answer(request), reader, writer):
                        break
        finally:
            # Also when `answer` raises: otherwise the client would wait for its full timeout.
            writer.close()
            with self._changed:
                self.connected -= 1
                self._changed.notify_all()

    async def _reply(self, reply: Reply, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Play a reply; return whether the connection can be kept."""
        gone = asyncio.ensure_future(reader.read(1))
        complete = False
        try:
            for step in reply.before:
                if not await self._step(step, writer, gone, chunked=False):
                    return False
            writer.write(_head(reply))
            for step in reply.steps:
                if not await self._step(step, writer, gone, chunked=True):
                    return False
            writer.write(b"0\r\n\r\n")
            await writer.drain()
            complete = True
        finally:
            with self._changed:
                self.open -= 1
                self.disconnects += not complete and gone.done()
                self._changed.notify_all()
            gone.cancel()
            await asyncio.gather(gone, return_exceptions=True)
        return (not gone.done() or gone.cancelled()) and not reply.closes

    async def _step(
        self, step: Step, writer: asyncio.StreamWriter, gone: asyncio.Future[bytes], *, chunked: bool
    ) -> bool:
        if isinstance(step, Send):
            if gone.done():
                return False
            writer.write(b"%x\r\n%s\r\n" % (len(step.data), step.data) if chunked and step.data else step.data)
            await writer.drain()
            return True
        if isinstance(step, Flood):
            while not self._release.is_set() and await self._step(Send(step.data), writer, gone, chunked=chunked):
                await asyncio.wait([gone], timeout=step.seconds)
            return not gone.done()
        if isinstance(step, Cut):
            writer.transport.abort()
            return False
        waits = [gone]
        if isinstance(step, Wait):
            await asyncio.wait(waits, timeout=step.seconds)
        else:
            release = asyncio.ensure_future(self._release.wait())
            try:
                await asyncio.wait([*waits, release], return_when=asyncio.FIRST_COMPLETED)
            finally:
                release.cancel()
                await asyncio.gather(release, return_exceptions=True)
        return not gone.done()


async def _read(reader: asyncio.StreamReader) -> Request | None:
    try:
        start = await reader.readexactly(1)
        if not start.isalpha():
            return None  # a TLS handshake, which real servers refuse at its first byte too
        head = (start + await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    first, *lines = head.split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    body = await _body(reader, headers)
    try:
        parsed = json.loads(body) if body else None
    except ValueError:
        parsed = None
    return Request(method, path, headers, parsed, body, time.monotonic())


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if headers.get("transfer-encoding", "").lower() != "chunked":
        return await reader.readexactly(int(headers.get("content-length", "0")))
    parts = []
    while size := int(await reader.readline(), 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readexactly(2)
    return b"".join(parts)


def _head(reply: Reply) -> bytes:
    lines = [
        f"HTTP/1.1 {reply.status} X",
        "transfer-encoding: chunked",
        *(f"{k}: {v}" for k, v in reply.headers.items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
