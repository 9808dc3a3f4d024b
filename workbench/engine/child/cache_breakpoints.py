"""Cache breakpoints of a prompt: the provider is to cache everything before them for the next call.

Invariant: a breakpoint is sent where the provider supports it; elsewhere it is marked as refused, with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.core.content import Message
from workbench.core.runs import Mark

_BY_ITSELF = Mark("refused", "cache", "The cache breakpoint was not sent: this provider has none, or caches by itself.")


def refusals(messages: Sequence[Message]) -> tuple[Mark, ...]:
    """Return the marks for messages whose breakpoints are not sent."""
    return (_BY_ITSELF,) if any(m.cache for m in messages) else ()


def with_breakpoint(content: Any) -> Any:
    """Return a message's content with a breakpoint after its last part."""
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else list(content)
    return [*parts[:-1], {**parts[-1], "cache_control": {"type": "ephemeral"}}] if parts else content
