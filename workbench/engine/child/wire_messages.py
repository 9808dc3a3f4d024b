"""The messages of a request in the format of chat completions.

Invariant: a message of text alone is sent as its role and its exact text; every addition is reported by a mark. A
cache breakpoint, before which the provider is to cache everything for the next call, is sent where the provider
supports it; elsewhere it is marked as refused, with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workbench.core.chat_form import format_instruction, told_the_format
from workbench.core.content import Message
from workbench.core.runs import Mark
from workbench.engine.calls import Call
from workbench.engine.child.request_files import RequestFiles, content_of

_BY_ITSELF = Mark("refused", "cache", "The cache breakpoint was not sent: this provider has none, or caches by itself.")


def refusals(messages: Sequence[Message]) -> tuple[Mark, ...]:
    """Return the marks for messages whose breakpoints are not sent."""
    return (_BY_ITSELF,) if any(m.cache for m in messages) else ()


def with_breakpoint(content: Any) -> Any:
    """Return a message's content with a breakpoint after its last part."""
    parts = [{"type": "text", "text": content}] if isinstance(content, str) else list(content)
    return [*parts[:-1], {**parts[-1], "cache_control": {"type": "ephemeral"}}] if parts else content


def wire_messages(
    call: Call,
    turns: list[dict[str, Any]],
    files: RequestFiles | None = None,
    *,
    format_in_words: bool = False,
    caches: bool = False,
) -> list[dict[str, Any]]:
    """Return the call's messages and the later turns.

    With `format_in_words` the system message describes the output format. Without `files`, hashes replace the attached
    files, as in recorded requests. `caches` says that the provider supports cache breakpoints.
    """
    messages = list(call.messages)
    if format_in_words and call.output is not None:
        messages = told_the_format(messages, format_instruction(call.output))
    sent = []
    for message in messages:
        content = content_of(message, files) if message.attachments else message.text
        sent.append(
            {"role": message.role, "content": with_breakpoint(content) if message.cache and caches else content}
        )
    return [*sent, *turns]
