"""Reasoning of all vendors, in whatever shape it comes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.engine.answer_shapes import CLAUDE, KEY, VLLM, at, choice, deltas, lean, piece, wholly
from tests.engine.listening import Engine, address
from tests.fakes.anthropic import message, said, thought
from tests.fakes.provider import SSE, FakeProvider, Reply, Send, chunk, event, raw, usage

__all__ = ["lean"]


GEMINI = "gemini/gemini-2.5-flash"
THOUGHTS: list[dict[str, Any]] = [
    {"reasoning_content": "hm"},
    {"reasoning": "hm"},
    {"reasoning": {"content": "hm"}},
    {"reasoning": {"summary": [{"type": "summary_text", "text": "h"}, {"type": "summary_text", "text": "m"}]}},
    {"reasoning": [{"text": "hm"}]},
    {"thinking": "hm"},
    {"reasoning_text": "hm"},
    {"thinking_blocks": [{"type": "thinking", "thinking": "hm", "signature": "s"}]},
    {"thinking_blocks": {"type": "thinking", "thinking": "hm"}},
    {"reasoning_details": [{"type": "reasoning.text", "text": "hm", "signature": "s"}]},
    {
        "reasoning_details": [
            {"type": "reasoning.summary", "summary": "hm"},
            {"type": "reasoning.encrypted", "data": "x"},
        ]
    },
    {"reasoning": "hm", "reasoning_details": [{"type": "reasoning.text", "text": "hm"}]},
    {"reasoning_content": "hm", "thinking_blocks": [{"type": "thinking", "thinking": "hm"}]},
    {"reasoning_content": {"text": "hm"}},
    {"content": "<think>\nhm</think>\n\na"},
]


@pytest.mark.parametrize("stream", [True, False])
def test_reasoning_of_all_vendors_is_read(lean: Engine, fake: FakeProvider, stream: bool) -> None:
    for thoughts in THOUGHTS:
        parts = {"content": "a", **thoughts}
        fake.script(deltas(parts) if stream else wholly(choice(**parts)))
        result = lean.ask(address(fake.base_url), stream=stream)
        assert (result.state, result.text, result.reasoning) == ("finished", "a", "hm"), thoughts


def test_reasoning_repeated_at_the_end_is_not_duplicated(lean: Engine, fake: FakeProvider) -> None:
    blocks = [{"type": "thinking", "thinking": "hmhm", "signature": "s"}]
    fake.script(deltas({"reasoning": "hm"}, {"reasoning": "hm"}, {"content": "a"}, {"thinking_blocks": blocks}))
    assert lean.ask(address(fake.base_url)).reasoning == "hmhm"


def test_reasoning_through_litellm_is_read(translating: Engine, fake: FakeProvider) -> None:
    cases: list[tuple[str, str, Reply]] = [
        (CLAUDE, "", message(thought("h", "m", signature="s"), said("a"), stop="end_turn")),
        (GEMINI, "", gemini({"text": "hm", "thought": True}, {"text": "a"})),
        (VLLM, "/v1", litellm_deltas({"reasoning_content": "hm"}, {"content": "a"})),
        (VLLM, "/v1", litellm_deltas({"reasoning": "hm"}, {"content": "a"})),
        (VLLM, "/v1", litellm_deltas({"content": "<thi"}, {"content": "nk>hm</think>"}, {"content": "a"})),
        ("openrouter/x/y", "/v1", litellm_deltas({"reasoning": "hm", "reasoning_details": DETAILS}, {"content": "a"})),
        ("openrouter/x/y", "/v1", litellm_deltas({"reasoning_details": DETAILS}, {"content": "a"})),
    ]
    for model, path, reply in cases:
        fake.script(reply)
        result = translating.ask(at(fake, path), model=model, key=KEY)
        assert (result.state, result.text, result.reasoning) == ("finished", "a", "hm"), (model, result)


DETAILS = [{"type": "reasoning.text", "text": "hm", "signature": None, "format": "unknown", "index": 0}]


def litellm_deltas(*parts: dict[str, Any]) -> Reply:
    return raw(*(piece(0, **part) for part in parts), piece(0, finish="stop"), chunk(usage=usage()), event("[DONE]"))


def gemini(*parts: dict[str, Any]) -> Reply:
    counts = {"promptTokenCount": 7, "candidatesTokenCount": 3, "totalTokenCount": 10}
    candidate = {"content": {"role": "model", "parts": list(parts)}, "finishReason": "STOP", "index": 0}
    return Reply((Send(event({"candidates": [candidate], "usageMetadata": counts})),), headers=SSE)


@pytest.mark.parametrize(
    ("mode", "pieces", "text", "reasoning"),
    [
        ("", ["<think>", "hm", "</think>", "a"], "a", "hm"),
        ("", ["\n<th", "ink>h<", "m</th", "ink>\n", "\n", "a </think>"], "a </think>", "h<m"),
        ("", ["<think>\n\n</think>\n\na"], "a", ""),
        ("", ["<think>hm</thi"], "", "hm</thi"),
        ("", ["<thin"], "<thin", ""),
        ("", ["a <think>b</think>"], "a <think>b</think>", ""),
        ("", ["<b>a</b>"], "<b>a</b>", ""),
        ("", [" a"], " a", ""),
        ("kept", ["<think>hm</think>a"], "<think>hm</think>a", ""),
        ("unopened", ["hm", "</think>", "a"], "a", "hm"),
        ("unopened", ["<think>hm</think>a"], "a", "hm"),
    ],
)
def test_think_tags_are_split_into_reasoning_and_text(
    lean: Engine, fake: FakeProvider, mode: str, pieces: list[str], text: str, reasoning: str
) -> None:
    fake.script(deltas(*({"content": one} for one in pieces)))
    result = lean.ask(address(fake.base_url), think_tags=mode)
    assert (result.state, result.text, result.reasoning) == ("finished", text, reasoning)


def test_echo_keeps_think_tags_as_text(lean: Engine) -> None:
    assert lean.ask(text="<think>a</think>b").text == "<think>a</think>b"
