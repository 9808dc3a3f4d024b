"""The messages of a request as chat completions take them.

Invariant: a message of text alone goes out as its role and its exact text; what else is added is said by a mark.
"""

from __future__ import annotations

from typing import Any

from workbench.core.chat_form import format_instruction
from workbench.core.content import Message
from workbench.engine.calls import Call
from workbench.engine.child.caching import with_breakpoint


def wire_messages(
    call: Call, turns: list[dict[str, Any]], *, format_in_words: bool = False, caches: bool = False
) -> list[dict[str, Any]]:
    """Return the call's messages and the turns since; the wanted form is told in the system message if asked for.

    `caches` says that the provider takes breakpoints of its cache.
    """
    messages = list(call.messages)
    if format_in_words and call.output is not None:
        messages = told_the_format(messages, format_instruction(call.output))
    return [
        *({"role": m.role, "content": with_breakpoint(m.text) if m.cache and caches else m.text} for m in messages),
        *turns,
    ]


def told_the_format(messages: list[Message], words: str) -> list[Message]:
    """Return the messages with `words` at the end of the first system message, or in one of their own before all."""
    at = next((i for i, m in enumerate(messages) if m.role == "system"), None)
    if at is None:
        return [Message("system", words), *messages]
    system = messages[at]
    told = Message("system", f"{system.text}\n\n{words}" if system.text else words, system.attachments, system.cache)
    return [*messages[:at], told, *messages[at + 1 :]]
