"""Streams of Anthropic's Messages API with blocks other than text."""

from __future__ import annotations

from typing import Any

from tests.fakes.provider import SSE, Reply, Send, event

Block = tuple[dict[str, Any], list[dict[str, Any]]]
"""A content block: its start event and its deltas."""


def thought(*pieces: str, signature: str) -> Block:
    added: list[dict[str, Any]] = [{"type": "thinking_delta", "thinking": piece} for piece in pieces]
    signed = {"type": "signature_delta", "signature": signature}
    return {"type": "thinking", "thinking": "", "signature": ""}, [*added, signed]


def said(*pieces: str) -> Block:
    return {"type": "text", "text": ""}, [{"type": "text_delta", "text": piece} for piece in pieces]


def called(call_id: str, name: str, *pieces: str) -> Block:
    start = {"type": "tool_use", "id": call_id, "name": name, "input": {}}
    return start, [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]


def message(*blocks: Block, stop: str = "tool_use", counted: tuple[int, int] = (9, 6)) -> Reply:
    """Return a stream of these blocks, in order."""
    begun = {"id": "m1", "type": "message", "role": "assistant", "model": "claude-fake", "content": []}
    usage = {"input_tokens": counted[0], "output_tokens": 1}
    events: list[dict[str, Any]] = [{"type": "message_start", "message": {**begun, "usage": usage}}]
    for index, (start, added) in enumerate(blocks):
        events.append({"type": "content_block_start", "index": index, "content_block": start})
        events += [{"type": "content_block_delta", "index": index, "delta": delta} for delta in added]
        events.append({"type": "content_block_stop", "index": index})
    ending = {"type": "message_delta", "delta": {"stop_reason": stop}, "usage": {"output_tokens": counted[1]}}
    events += [ending, {"type": "message_stop"}]
    return Reply(tuple(Send(event(one, str(one["type"]))) for one in events), headers=SSE)
