"""Answers of unspecified shapes: writing them, and the client that reads them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.engine.listening import Engine
from tests.fakes.provider import JSON, FakeProvider, Reply, Send, event, raw, usage
from workbench.core.lanes import Endpoint

KEY = "sk-planted-0123456789"
CLAUDE = "anthropic/claude-haiku-4-5"
VLLM = "hosted_vllm/x"


@pytest.fixture
def lean(shared_engine: Engine) -> Engine:
    return shared_engine


def at(fake: FakeProvider, path: str = "") -> Endpoint:
    return Endpoint("litellm", "litellm", "LiteLLM", fake.url + path)


def deltas(*parts: Any, finish: Any = "stop", index: Any = 0) -> Reply:
    """Return a stream with one chunk for each of these deltas."""
    chunks = [event({"choices": [{"index": index, "delta": part}]}) for part in parts]
    ending = event({"choices": [{"index": index, "delta": {}, "finish_reason": finish}]})
    return raw(*chunks, ending, event("[DONE]"))


def wholly(*choices: Any, **more: Any) -> Reply:
    body = {"id": "c1", "model": "fake-1", "object": "chat.completion", "created": 1, "choices": choices, **more}
    return Reply((Send(json.dumps({"usage": usage(), **body}).encode()),), headers=JSON)


def choice(content: Any, index: Any = 0, finish: str = "stop", **more: Any) -> dict[str, Any]:
    return {
        "index": index,
        "finish_reason": finish,
        "message": {"role": "assistant", "content": content, **more},
    }


def piece(index: Any, content: str = "", finish: str | None = None, **delta: Any) -> bytes:
    """Return a stream chunk with one choice."""
    parts = {"content": content, **delta} if content else delta
    one = {"index": index, "delta": parts, "finish_reason": finish}
    return event({"id": "c1", "object": "chat.completion.chunk", "model": "fake-1", "choices": [one]})
