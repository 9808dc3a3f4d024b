"""The messages of a request in the format of chat completions.

Invariant: a message of text alone is sent as its role and its exact text; every addition is reported by a mark.
"""

from __future__ import annotations

from typing import Any

from workbench.core.chat_form import format_instruction, told_the_format
from workbench.engine.calls import Call
from workbench.engine.child.cache_breakpoints import with_breakpoint
from workbench.engine.child.request_files import RequestFiles, content_of


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
