"""What one delta or message of a chat completion says: its thoughts and its text, in the shapes of all vendors.

Invariant: any JSON value may stand in any place; what is text, or can be written as text, is found, and nothing
raises.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from workbench.engine.calls import DeltaKind

_THOUGHTS = ("reasoning_content", "reasoning", "reasoning_text", "thinking", "thinking_blocks", "reasoning_details")
"""Where thoughts stand: DeepSeek, vLLM; OpenRouter, Groq, Ollama; Copilot; Ollama's own; Anthropic through LiteLLM;
OpenRouter's signed form. Many servers send the same thoughts under two of these names."""
_BESIDES = frozenset({*_THOUGHTS, "refusal", "tool_calls", "function_call"})
"""The keys of a delta that count beside its content."""
_TEXTS = ("text", "thinking", "summary", "content", "reasoning")
"""Where the words of a thought stand in it."""
_THOUGHT_PARTS = frozenset({"thinking", "reasoning", "reasoning_text", "summary_text", "redacted_thinking"})
_MAX_DEPTH = 8
"""How deep thoughts and parts of a content may be nested."""


class PartSink(Protocol):
    """What takes in what one choice says."""

    def text(self, piece: str, kind: DeltaKind = "text") -> None:
        """Take the next piece of text or of reasoning."""

    def extras(self, part: Mapping[str, Any]) -> None:
        """Take a whole delta or message, for the tool calls and signatures in it."""


class PartReader:
    """Reads the deltas of one choice, or its one message, into a sink."""

    def __init__(self, sink: PartSink) -> None:
        self._sink = sink
        self._source = ""
        self._thoughts: list[str] = []
        self._length = 0

    def read(self, part: Mapping[str, Any]) -> None:
        """Take a delta or a message. Raises what the sink raises."""
        # Nearly every delta is a piece of text and nothing else.
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
            # Some servers send false where none is refused.
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
        """Whether these are all thoughts so far once more: some servers end with the whole under another name."""
        # Only what is as long as all before is compared with it, which doubles it or is dropped: linear in the whole.
        return 0 < self._length == len(thought) and source != self._source and thought == "".join(self._thoughts)


def reasoning_of(part: Mapping[str, Any]) -> tuple[str, str]:
    """Return the thoughts that a delta or a message has beside its content, and the key they stand under.

    Of several keys the first that has words counts; ("", "") for none.
    """
    for name in _THOUGHTS:
        if text := _words(part.get(name)):
            return name, text
    return "", ""


def content_pieces(content: Any, depth: int = 0) -> Iterator[tuple[DeltaKind, str]]:
    """Yield what a content says, in order. What is neither text nor a list of parts is written as JSON."""
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
    """Return the text of a part of a content, None when it has none."""
    for name in ("text", "refusal"):
        text = part.get(name)
        # Assistants wrap their texts once more.
        text = text.get("value") if isinstance(text, Mapping) else text
        if isinstance(text, str):
            return text
    return None


def _words(thought: Any, depth: int = 0) -> str:
    """Return the words of a thought: text, a list of blocks, or an object around it; "" for what is encrypted."""
    if isinstance(thought, str):
        return thought
    if depth >= _MAX_DEPTH:
        return ""
    if isinstance(thought, list):
        return "".join(_words(item, depth + 1) for item in thought)
    if isinstance(thought, Mapping):
        return next((text for name in _TEXTS if (text := _words(thought.get(name), depth + 1))), "")
    return ""
