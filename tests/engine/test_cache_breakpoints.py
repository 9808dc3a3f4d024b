"""Cache breakpoints in requests, for models that support them."""

from __future__ import annotations

import pytest

from workbench.core.content import Message
from workbench.core.lanes import Endpoint
from workbench.core.providers import takes_breakpoints
from workbench.engine.calls import Call
from workbench.engine.child.request import RequestAdjustments, build
from workbench.engine.child.wire_messages import with_breakpoint

MESSAGES = (Message("system", "Long.", cache=True), Message("user", "Hi"))


@pytest.mark.parametrize(
    ("model", "has"),
    [
        ("claude-haiku-4-5", True),
        ("anthropic/claude-haiku-4-5", True),
        ("bedrock/anthropic.claude-3", True),
        ("bedrock/amazon.nova", False),
        ("gpt-4o", False),
        ("openrouter/anthropic/claude-haiku-4.5", False),
    ],
)
def test_only_supporting_models_take_cache_breakpoints(model: str, has: bool) -> None:
    assert takes_breakpoints(model) is has


def test_cache_breakpoint_is_set_on_last_part_of_message() -> None:
    assert with_breakpoint("a") == [{"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}]
    two = with_breakpoint([{"type": "text", "text": "a"}, {"type": "text", "text": "b"}])
    assert ["cache_control" in part for part in two] == [False, True]


def test_unsupported_cache_breakpoint_is_omitted_and_marked_refused() -> None:
    body, marks = build(Call("c", Endpoint("x", "openai", "Mine"), "m", MESSAGES), "m", RequestAdjustments())
    assert body["messages"] == [{"role": "system", "content": "Long."}, {"role": "user", "content": "Hi"}]
    assert ("refused", "cache") in {(mark.kind, mark.name) for mark in marks}
