"""Every call and every query ends, also after unexpected errors."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import pytest

from workbench.core.lanes import FIXED_ENDPOINTS
from workbench.engine import protocol
from workbench.engine.calls import Call
from workbench.engine.child.server import EngineServer
from workbench.engine.child.streamed_answer import StreamedAnswer
from workbench.engine.client import child_env, engine_command
from workbench.engine.process import EngineProcess

ECHO = FIXED_ENDPOINTS[1]


class Pipe:
    """The child's side of a pipe, which records the messages."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, Any]]] = []

    def send(self, kind: str, /, **fields: Any) -> None:
        protocol.encode(kind, 1, fields)
        self.told.append((kind, fields))


def test_unsendable_result_is_reported_as_internal_failure(caplog: pytest.LogCaptureFixture) -> None:
    async def go() -> list[tuple[str, dict[str, Any]]]:
        pipe = Pipe()
        server = EngineServer(pipe)  # type: ignore[arg-type]
        call = Call("c1", ECHO, "m", ())
        answer = StreamedAnswer(call, pipe.send)

        async def telling() -> None:
            raise protocol.ProtocolError("too long")

        task = asyncio.ensure_future(telling())
        server._calls["c1"] = task
        await asyncio.wait([task])
        server._ended("c1", answer, task)
        return pipe.told

    ((kind, fields),) = asyncio.run(go())
    assert (kind, fields["id"], fields["failure"][0]) == ("failed", "c1", "internal")
    assert "could not be told" in caplog.text


def test_malformed_messages_are_answered_with_internal_failure() -> None:
    process = EngineProcess(engine_command(), child_env(os.environ))
    bad: list[tuple[str, dict[str, Any]]] = [
        ("run", {"id": "c1", "endpoint": 7}),
        ("models", {"id": "?1", "endpoint": {"kind": "nonsense", "no": 1}, "key": "k", "secret_headers": []}),
        ("render", {"id": "?2"}),
        ("check", {"id": "?3", "endpoint": {}}),
    ]
    process.send(protocol.encode("hello", 1, {"builtin_model": "", "limits": {}}))
    for number, (kind, fields) in enumerate(bad, start=2):
        process.send(protocol.encode(kind, number, fields))
    ends: dict[str, str] = {}
    for message in process.messages():
        if "failure" in message:
            ends[message["id"]] = message["failure"][0]
        if len(ends) == len(bad):
            break
    process.kill("The test is over.")
    process.finish()
    assert ends == dict.fromkeys(("c1", "?1", "?2", "?3"), "internal")


def test_oversized_query_reply_is_reported_as_too_long() -> None:
    async def go() -> list[tuple[str, dict[str, Any]]]:
        pipe = Pipe()
        server = EngineServer(pipe)  # type: ignore[arg-type]

        async def huge(kind: str, message: Any) -> dict[str, Any]:
            return {"models": ["x" * protocol.MAX_LINE]}

        server._house.answer = huge  # type: ignore[method-assign]
        await server._reply("models", {"type": "models", "id": "?1"})
        return pipe.told

    ((kind, fields),) = asyncio.run(go())
    assert (kind, fields["failure"][0]) == ("models", "too_long")
