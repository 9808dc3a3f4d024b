"""Extraction of text and reasoning from a delta or message, in the formats of all vendors.

Invariant: every field may hold any JSON value; everything that is text, or can be written as text, is extracted, and
nothing raises.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from workbench.engine.calls import DeltaKind

_THOUGHTS = ("reasoning_content", "reasoning", "reasoning_text", "thinking", "thinking_blocks", "reasoning_details")
"""Fields with reasoning: DeepSeek, vLLM; OpenRouter, Groq, Ollama; Copilot; Ollama's native API; Anthropic through
LiteLLM; OpenRouter's signed form. Many servers send the same reasoning in two of these fields."""
_BESIDES = frozenset({*_THOUGHTS, "refusal", "tool_calls", "function_call"})
"""The relevant keys of a delta besides its content."""
_TEXTS = ("text", "thinking", "summary", "content", "reasoning")
"""Fields with the text of a reasoning block."""
_THOUGHT_PARTS = frozenset({"thinking", "reasoning", "reasoning_text", "summary_text", "redacted_thinking"})
_MAX_DEPTH = 8
"""Maximum nesting of reasoning blocks and content parts."""


class PartSink(Protocol):
    """Receives the parts of one choice."""

    def text(self, piece: str, kind: DeltaKind = "text") -> None:
        """Receive the next chunk of text or reasoning."""

    def extras(self, part: Mapping[str, Any]) -> None:
        """Receive a whole delta or message, for the tool calls and signatures in it."""


class PartReader:
    """Reads the deltas, or the single message, of one choice into a sink."""

    def __init__(self, sink: PartSink) -> None:
        self._sink = sink
        self._source = ""
        self._thoughts: list[str] = []
        self._length = 0

    def read(self, part: Mapping[str, Any]) -> None:
        """Read a delta or a message. Propagates the exceptions of the sink."""
        # Fast path: nearly every delta holds only text.
        has_more = not _BESIDES.isdisjoint(part)
        if has_more:
            source, thought = reasoning_of(part)
            if thought and not self._is_repeated(source, thought):
                self._think(thought)
            self._source = source or self._source
        content = part.get("content")
        if isinstance(content, str):
            self._sink.text(content)
        else:
            self._say(content)
        if has_more:
            # Some servers send false when nothing is refused.
            if refusal := part.get("refusal"):
                self._say(refusal)
            self._sink.extras(part)

    def _say(self, content: Any) -> None:
        for kind, piece in content_pieces(content):
            if kind == "reasoning":
                self._think(piece)
            else:
                self._sink.text(piece)

    def _think(self, thought: str) -> None:
        self._thoughts.append(thought)
        self._length += len(thought)
        self._sink.text(thought, "reasoning")

    def _is_repeated(self, source: str, thought: str) -> bool:
        """Whether `thought` repeats all reasoning so far: some servers send the whole once more in another field."""
        # Compares only equal lengths, after which the length doubles or the text is dropped: linear in the total.
        return 0 < self._length == len(thought) and source != self._source and thought == "".join(self._thoughts)


def reasoning_of(part: Mapping[str, Any]) -> tuple[str, str]:
    """Return the field and the text of the reasoning that a delta or a message has besides its content.

    Of several fields the first with text is used; ("", "") for none.
    """
    for name in _THOUGHTS:
        if text := _words(part.get(name)):
            return name, text
    return "", ""


def content_pieces(content: Any, depth: int = 0) -> Iterator[tuple[DeltaKind, str]]:
    """Yield the text and reasoning of a content, in order; values of unknown form are written as JSON."""
    if content is None or content == {} or content == []:
        return
    if isinstance(content, str):
        yield "text", content
    elif isinstance(content, list) and depth < _MAX_DEPTH and all(map(_is_part, content)):
        for part in content:
            yield from content_pieces(part, depth + 1)
    elif isinstance(content, Mapping) and _is_thought(content):
        yield "reasoning", _words(content)
    elif isinstance(content, Mapping) and isinstance(text := _text_of(content), str):
        yield "text", text
    else:
        yield "text", json.dumps(content, ensure_ascii=False)


def _is_thought(part: Mapping[str, Any]) -> bool:
    kind = part.get("type")
    return (isinstance(kind, str) and kind in _THOUGHT_PARTS) or part.get("thought") is True


def _is_part(item: Any) -> bool:
    return item is None or isinstance(item, str) or (isinstance(item, Mapping) and ("type" in item or "text" in item))


def _text_of(part: Mapping[str, Any]) -> Any:
    """Return the text of a content part, None when it has none."""
    for name in ("text", "refusal"):
        text = part.get(name)
        # The Assistants API wraps texts in another object.
        text = text.get("value") if isinstance(text, Mapping) else text
        if isinstance(text, str):
            return text
    return None


def _words(thought: Any, depth: int = 0) -> str:
    """Return the text of reasoning given as text, a list of blocks, or an object; "" when it is encrypted."""
    if isinstance(thought, str):
        return thought
    if depth >= _MAX_DEPTH:
        return ""
    if isinstance(thought, list):
        return "".join(_words(item, depth + 1) for item in thought)
    if isinstance(thought, Mapping):
        return next((text for name in _TEXTS if (text := _words(thought.get(name), depth + 1))), "")
    return ""
