"""The content of a request: a version's content with values filled in.

Invariant: only text that the user wrote or chose is sent, except for the tags around examples in a system message.
Empty and disabled parts are not sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workbench.core.content import TOOL_ROUNDS, Content, Message
from workbench.core.templates import content_variables, render_plain, template_texts
from workbench.core.value_kinds import Kinds, files_of, plain_values

if TYPE_CHECKING:
    from workbench.core.blocks import OutputFormat, Tool


@dataclass(frozen=True, slots=True)
class RenderedRequest:
    """A request without its model: the messages as sent, output format, tools, and maximum rounds of tool calls."""

    messages: tuple[Message, ...]
    output: OutputFormat | None = None
    tools: tuple[Tool, ...] = ()
    tool_rounds: int = TOOL_ROUNDS


def assemble(content: Content, texts: Sequence[str]) -> RenderedRequest:
    """Return the request for `content`, with `texts` in place of `template_texts(content)`.

    Examples are inserted as messages before the first non-system message, or appended to the first system message.
    Messages without text and attachments are left out, because providers reject them. Raises ValueError for a wrong
    number of texts.
    """
    if len(texts) != len(template_texts(content)):
        raise ValueError("there is one text for each place of the content")
    messages = [Message(m.role, text, m.attachments, m.cache) for m, text in zip(content.messages, texts, strict=False)]
    given = texts[len(messages) :]
    pairs = [(user, assistant) for user, assistant in zip(given[::2], given[1::2], strict=True) if user or assistant]
    if pairs and content.examples_in == "system":
        messages = _folded(messages, pairs)
    elif pairs:
        first = next((i for i, m in enumerate(messages) if m.role != "system"), len(messages))
        messages[first:first] = [
            m for user, assistant in pairs for m in (Message("user", user), Message("assistant", assistant))
        ]
    sent = tuple(m for m in messages if m.text or m.attachments)
    tools = tuple(tool for tool in content.tools if tool.enabled)
    return RenderedRequest(sent, content.output, tools, content.tool_rounds)


def with_files(content: Content, values: Mapping[str, str], kinds: Kinds) -> Content:
    """Return a content whose messages of the user have the files that their variables are."""
    files = files_of(values, kinds)
    if not files:
        return content
    messages = []
    for message in content.messages:
        used = content_variables(Content((message,), content.template)) if message.role == "user" else ()
        more = [files[name] for name in used if name in files]
        messages.append(replace(message, attachments=tuple(dict.fromkeys((*message.attachments, *more)))))
    return replace(content, messages=tuple(messages))


def fill_case(content: Content, values: Mapping[str, str], kinds: Kinds) -> RenderedRequest:
    """Return the request for `content` as a plain template with these values, whatever their kinds."""
    return fill_plain(with_files(content, values, kinds), plain_values(values, kinds))


def fill_plain(content: Content, values: Mapping[str, str]) -> RenderedRequest:
    """Return the request for `content` as a plain template with these values."""
    return assemble(content, render_plain(template_texts(content), values))


def _folded(messages: list[Message], pairs: Iterable[tuple[str, str]]) -> list[Message]:
    parts = [
        f"<example>\n<user>\n{user}\n</user>\n<assistant>\n{assistant}\n</assistant>\n</example>"
        for user, assistant in pairs
    ]
    block = "<examples>\n" + "\n".join(parts) + "\n</examples>"
    at = next((i for i, m in enumerate(messages) if m.role == "system"), None)
    if at is None:
        return [Message("system", block), *messages]
    system = messages[at]
    text = f"{system.text}\n\n{block}" if system.text else block
    return [*messages[:at], Message("system", text, system.attachments, system.cache), *messages[at + 1 :]]
