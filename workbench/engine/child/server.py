"""The engine's event loop: dispatches each message to a task.

Invariant: the loop never blocks; slow imports and loads run in threads, so a ping is always answered. Every call and
every question is ended, even one that cannot be parsed or whose answer cannot be sent.
"""

from __future__ import annotations

import asyncio
import logging
import os
import random
from collections.abc import Awaitable, Mapping
from typing import Any

from workbench.core.runs import Failure
from workbench.engine import protocol
from workbench.engine.calls import Call
from workbench.engine.child.call_runner import run_call, unforeseen
from workbench.engine.child.failures import CallError
from workbench.engine.child.faults import watch_loop
from workbench.engine.child.provider_registry import ProviderRegistry
from workbench.engine.child.rate_limit import RateLimits
from workbench.engine.child.streamed_answer import StreamedAnswer, tell_failure
from workbench.engine.pipes import ChildPipe
from workbench.engine.redactor import Redactor

_FLUSH_S = 1.0
REPLIES = {
    "models": "models",
    "prices": "prices",
    "parameters": "parameters",
    "check": "checked",
    "render": "rendered",
    "count": "counted",
}
"""Message types of questions, and the type of each answer."""
_TOO_LARGE = Failure("too_long", "The answer to this question is larger than 8 MB. Ask for less.")

logger = logging.getLogger(__name__)


def serve(pipe: ChildPipe) -> None:
    """Run the engine until stdin closes or a shutdown is requested."""
    asyncio.run(EngineServer(pipe).run())


class EngineServer:
    """Dispatches messages; all state is confined to the event loop."""

    def __init__(self, pipe: ChildPipe) -> None:
        self._pipe = pipe
        self._gates = RateLimits()
        self._rng = random.Random()
        self._calls: dict[str, asyncio.Task[None]] = {}
        self._others: set[asyncio.Task[None]] = set()
        self._house = ProviderRegistry(self._notice)
        self._down = asyncio.Event()

    async def run(self) -> None:
        """Serve until shutdown, then cancel the running calls and send their endings."""
        loop = asyncio.get_running_loop()
        watch_loop(self._pipe, loop)
        self._pipe.listen(lambda message: _hand_over(loop, self._receive, message))
        await self._down.wait()
        running = tuple(self._calls.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await asyncio.sleep(0)
        self._house.close()
        self._pipe.flush(_FLUSH_S)
        os._exit(0)

    def _receive(self, message: Mapping[str, Any]) -> None:
        try:
            self._dispatch(message)
        except Exception as error:
            logger.exception("A message of type %s could not be taken in", message["type"])
            if message["type"] == "run" and message.get("id") not in self._calls:
                tell_failure(self._pipe.send, str(message.get("id", "")), unforeseen(error))
            elif message["type"] in REPLIES:
                self._refuse(message, unforeseen(error))

    def _dispatch(self, message: Mapping[str, Any]) -> None:
        kind = message["type"]
        if kind == "run":
            self._run(protocol.call_from_json(message))
        elif kind == "cancel":
            if (task := self._calls.get(message["id"])) is not None:
                task.cancel()
        elif kind == "ping":
            self._pipe.send("pong")
        elif kind == "hello":
            self._hello(message)
        elif kind == "configure":
            self._configure(message)
        elif kind == "warm":
            self._spawn(self._house.warm(message["what"]))
        elif kind in REPLIES:
            self._spawn(self._reply(kind, message))
        elif kind == "shutdown":
            self._down.set()

    def _configure(self, message: Mapping[str, Any]) -> None:
        self._gates.set_limits(message["limits"])
        self._house.builtin_model = message["builtin_model"]

    def _hello(self, message: Mapping[str, Any]) -> None:
        self._configure(message)
        self._pipe.send("ready", pid=os.getpid())
        self._spawn(self._house.prepare())

    def _run(self, call: Call) -> None:
        answer = StreamedAnswer(call, self._pipe.send)
        answer.queued()
        task = asyncio.get_running_loop().create_task(self._perform(call, answer))
        self._calls[call.id] = task
        task.add_done_callback(lambda done: self._ended(call.id, answer, done))

    async def _perform(self, call: Call, answer: StreamedAnswer) -> None:
        try:
            provider, place = await self._house.provider(call)
        except ImportError as error:
            # A provider's library is missing or broken.
            answer.end("failed", unforeseen(error))
            return
        gate = None if place is None else self._gates.gate(place.name, place.limit)
        await run_call(call, answer, provider, gate, self._rng)

    def _ended(self, call_id: str, answer: StreamedAnswer, task: asyncio.Task[None]) -> None:
        del self._calls[call_id]
        if task.cancelled():
            # Cancelled before `run_call`, which therefore did not send the end.
            answer.end("stopped")
        elif (error := task.exception()) is not None:
            # `run_call` handles every error of a provider; an error here means that sending the end failed.
            logger.error("The end of a call could not be told", exc_info=error)
            answer.end_bare(unforeseen(error))

    async def _reply(self, kind: str, message: Mapping[str, Any]) -> None:
        try:
            self._pipe.send(REPLIES[kind], id=message["id"], **await self._house.answer(kind, message))
        except CallError as error:
            self._refuse(message, error.failure)
        except protocol.ProtocolError:
            self._refuse(message, _TOO_LARGE)
        except Exception as error:
            logger.exception("A question failed in a way that is not foreseen")
            self._refuse(message, unforeseen(error))

    def _refuse(self, message: Mapping[str, Any], failure: Failure) -> None:
        redact = Redactor([message.get("key", ""), *(value for _, value in message.get("secret_headers", ()))])
        told = [failure.code, redact.text(failure.sentence), redact.text(failure.detail)]
        self._pipe.send(REPLIES[message["type"]], id=message["id"], failure=told)

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._others.add(task)
        task.add_done_callback(self._others.discard)

    def _notice(self, text: str) -> None:
        self._pipe.send("notice", kind="runtime", text=text)


def _hand_over(loop: asyncio.AbstractEventLoop, dispatch: Any, message: Mapping[str, Any]) -> None:
    loop.call_soon_threadsafe(dispatch, message)
