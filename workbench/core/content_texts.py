"""All texts of a content, in reading order.

Invariant: `with_texts(content, texts_of(content)) == content`. Examples come after the leading system messages, tools
and the output format after all messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from workbench.core.blocks import Example, OutputFormat, Tool, ToolRow
from workbench.core.content import Content


@dataclass(frozen=True, slots=True)
class TextPlace:
    """The place of a text: an index into the messages, or into the texts of the other parts."""

    number: int
    is_message: bool


def texts_of(content: Content) -> tuple[str, ...]:
    """Return the texts of messages, examples, tools and the output schema if one is in use."""
    head = _head(content)
    messages = [message.text for message in content.messages]
    examples = [text for example in content.examples for text in (example.user, example.assistant)]
    tools = [text for tool in content.tools for text in _tool_texts(tool)]
    return (*messages[:head], *examples, *messages[head:], *tools, *_output_texts(content.output))


def place_of(content: Content, number: int) -> TextPlace:
    """Return the place of the text with this index in `texts_of`."""
    head, examples, messages = _head(content), 2 * len(content.examples), len(content.messages)
    if head <= number < head + examples:
        return TextPlace(number - head, is_message=False)
    if number < head:
        return TextPlace(number, is_message=True)
    if number < messages + examples:
        return TextPlace(number - examples, is_message=True)
    return TextPlace(number - messages, is_message=False)


def with_texts(content: Content, texts: Sequence[str]) -> Content:
    """Return `content` with its texts replaced, in the order of `texts_of`. Raises ValueError for a wrong number."""
    if len(texts) != len(texts_of(content)):
        raise ValueError(f"{len(texts)} texts do not fit {len(texts_of(content))} places")
    head, examples = _head(content), 2 * len(content.examples)
    of_messages = (*texts[:head], *texts[head + examples : len(content.messages) + examples])
    of_examples = texts[head : head + examples]
    rest = iter(texts[len(content.messages) + examples :])
    return replace(
        content,
        messages=tuple(replace(m, text=text) for m, text in zip(content.messages, of_messages, strict=True)),
        examples=tuple(_example(e, of_examples[2 * i : 2 * i + 2]) for i, e in enumerate(content.examples)),
        tools=tuple(_tool(tool, [next(rest) for _ in _tool_texts(tool)]) for tool in content.tools),
        output=_output(content.output, list(rest)),
    )


def _head(content: Content) -> int:
    return next((i for i, m in enumerate(content.messages) if m.role != "system"), len(content.messages))


def _example(example: Example, texts: Sequence[str]) -> Example:
    return replace(example, user=texts[0], assistant=texts[1])


def _tool_texts(tool: Tool) -> tuple[str, ...]:
    rows = [text for row in tool.rows for text in (row.arguments, row.answer)]
    return (tool.name, tool.description, tool.parameters, *rows, tool.answer)


def _tool(tool: Tool, texts: Sequence[str]) -> Tool:
    name, description, parameters, *rows, answer = texts
    pairs = tuple(ToolRow(rows[i], rows[i + 1]) for i in range(0, len(rows), 2))
    return replace(tool, name=name, description=description, parameters=parameters, rows=pairs, answer=answer)


def _output_texts(output: OutputFormat | None) -> tuple[str, ...]:
    return (output.name, output.schema) if output is not None and output.kind == "schema" else ()


def _output(output: OutputFormat | None, texts: Sequence[str]) -> OutputFormat | None:
    return replace(output, name=texts[0], schema=texts[1]) if output is not None and texts else output
