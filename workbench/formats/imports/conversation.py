"""Read recorded conversations: OpenAI and Anthropic JSON, JSON Lines, and plain text with a speaker before each turn.

Invariant: nothing is guessed silently. A text has one of the forms below, or is refused with a sentence. The result
names the recognised form and lists what was left out or converted to text. Texts are exact, but CRLF becomes LF.

JSON: a list of messages, or an object with `messages` (or OpenAI's `input`) and optionally `system` (Anthropic) or
`instructions` (OpenAI). `content` is text or a list of parts; tool calls and their results become text.
"""

from __future__ import annotations

import bisect
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.core.content import Message, Role
from workbench.core.text import unify_newlines
from workbench.formats.imports.format import ImportFormat

LIMIT = 4 * 1024 * 1024
"""Longest text that is read, in characters."""
MOST_MESSAGES = 2_000
_ROLES: dict[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "you": "user",
    "you said": "user",
    "assistant": "assistant",
    "ai": "assistant",
    "model": "assistant",
    "bot": "assistant",
    "chatgpt": "assistant",
    "chatgpt said": "assistant",
    "claude": "assistant",
}
_NAMES = "|".join(sorted((re.escape(name) for name in _ROLES), key=len, reverse=True))
# A name at the start of a line: `User:`, `**User:**`, `**User**:`, `## User`, `### Assistant:`.
_TURN = re.compile(
    rf"^(?:\#{{1,6}}[ \t]+(?:\*\*)?(?P<heading>{_NAMES})(?:\*\*)?:?(?:\*\*)?[ \t]*$"
    rf"|(?:\*\*|__)(?P<bold>{_NAMES})(?::(?:\*\*|__)|(?:\*\*|__):)[ \t]?"
    rf"|(?P<plain>{_NAMES}):(?:[ \t]|$))",
    re.IGNORECASE | re.MULTILINE,
)


class ConversationError(Exception):
    """Raised for a text that is not a conversation, with a sentence that says why and the technical detail."""

    def __init__(self, sentence: str, detail: str = "") -> None:
        super().__init__(sentence)
        self.sentence, self.detail = sentence, detail


@dataclass(frozen=True, slots=True)
class Conversation:
    """Messages, the recognised form of the text, and notes on what was left out or changed."""

    messages: tuple[Message, ...]
    kind: str
    notes: tuple[str, ...] = ()


def read_conversation(text: str) -> Conversation:
    """Read a recorded conversation. Raises ConversationError."""
    if len(text) > LIMIT:
        raise ConversationError(f"This text has {len(text):,} characters; at most {LIMIT:,} are read. Shorten it.")
    text = unify_newlines(text.removeprefix("\ufeff"))
    if not text.strip():
        raise ConversationError("There is no text here yet. Paste a dialogue.")
    found = _read_json(text) if text.lstrip()[0] in "[{" else _read_text(text)
    if len(found.messages) > MOST_MESSAGES:
        raise ConversationError(
            f"This dialogue has {len(found.messages):,} messages; at most {MOST_MESSAGES:,} are read. Shorten it."
        )
    return found


def _read_json(text: str) -> Conversation:
    notes: Counter[str] = Counter()
    try:
        data, kind = json.loads(text), ""
    except (ValueError, RecursionError) as error:
        data, kind, more = _first_line(text, error)
        if more:
            notes[f"Only the first line is used; {more:,} more were left out."] += 1
    try:
        messages, shape = _messages(data, notes)
    except RecursionError as error:
        raise ConversationError("This JSON is nested too deeply. Paste the messages alone.") from error
    sentences = tuple(f"{note} ({count} times)" if count > 1 else note for note, count in notes.items())
    return Conversation(messages, f"{kind}{shape}", sentences)


def _first_line(text: str, error: Exception) -> tuple[Any, str, int]:
    lines = [line for line in text.split("\n") if line.strip()]
    try:
        return json.loads(lines[0]), "JSON line, ", len(lines) - 1
    except (ValueError, RecursionError):
        pass  # not JSON Lines; report the error in the text as a whole
    if not isinstance(error, json.JSONDecodeError):
        raise ConversationError("This JSON is nested too deeply. Paste the messages alone.", str(error)) from error
    where = f"at line {error.lineno}, column {error.colno}"
    raise ConversationError(f"This begins like JSON but is not valid {where}. Correct it there.", str(error)) from error


def _messages(data: Any, notes: Counter[str]) -> tuple[tuple[Message, ...], str]:
    if isinstance(data, Mapping) and isinstance(body := data.get("body"), Mapping):
        data = body  # a line of OpenAI's batch format
    if isinstance(data, list):
        raw, system, beside = data, None, []
    elif isinstance(data, Mapping):
        key = next((key for key in ("messages", "input") if isinstance(data.get(key), list)), "")
        if not key:
            raise ConversationError("This JSON has no list of `messages`. Paste a list of messages or a whole request.")
        raw, system = data[key], data.get("system", data.get("instructions"))
        beside = sorted(str(name) for name in data if name not in (key, "system", "instructions"))
    else:
        raise ConversationError("This JSON is neither a list of messages nor a request that has one.")
    if beside:
        notes[f"Left out: {', '.join(beside[:12])}{' and others' if len(beside) > 12 else ''}."] += 1
    messages = []
    if system is not None and (text := _content(system, notes, "the system prompt")):
        messages.append(Message("system", text))
    is_anthropic = isinstance(data, Mapping) and "system" in data
    for number, item in enumerate(raw, start=1):
        message, anthropic = _message(item, number, notes)
        is_anthropic = is_anthropic or anthropic
        if message is not None:
            messages.append(message)
    if not messages:
        raise ConversationError("There is no message with text in this JSON.")
    return tuple(messages), f"{'Anthropic' if is_anthropic else 'OpenAI'} JSON"


def _message(item: Any, number: int, notes: Counter[str]) -> tuple[Message | None, bool]:
    if not isinstance(item, Mapping):
        raise ConversationError(f"Message {number} is not an object with a `role` and `content`.")
    kind = item.get("type")
    if kind == "function_call":
        notes["A tool call became assistant text."] += 1
        return Message("assistant", _call(item.get("name"), item.get("arguments"))), False
    if kind == "function_call_output":
        notes["A tool result became a user message."] += 1
        return Message("user", f"[Result of the tool]\n{_plain(item.get('output'))}"), False
    if kind == "reasoning" and "role" not in item:
        notes["Reasoning was left out."] += 1
        return None, False
    name = item.get("role")
    if name in ("tool", "function"):
        notes["A tool result became a user message."] += 1
        text = _content(item.get("content"), notes, f"message {number}")
        return Message("user", f"[Result of {_plain(item.get('name') or 'the tool')}]\n{text}"), False
    role = _ROLES.get(name) if isinstance(name, str) else None
    if role is None:
        raise ConversationError(f"Message {number} has the role {name!r}. Roles are system, user, assistant and tool.")
    content = item.get("content")
    parts = [_content(content, notes, f"message {number}")]
    calls = item.get("tool_calls")
    for call in calls if isinstance(calls, list) else []:
        function = call.get("function") if isinstance(call, Mapping) else None
        if isinstance(function, Mapping):
            notes["A tool call became assistant text."] += 1
            parts.append(_call(function.get("name"), function.get("arguments")))
    for key in ("reasoning", "reasoning_content"):
        if item.get(key):
            notes["Reasoning was left out."] += 1
    kinds = {part.get("type") for part in content if isinstance(part, Mapping)} if isinstance(content, list) else set()
    text = "\n".join(part for part in parts if part)
    if not text:
        notes["A message without text was left out."] += 1
        return None, False
    return Message(role, text), bool({"tool_use", "tool_result", "thinking"} & {k for k in kinds if isinstance(k, str)})


def _content(content: Any, notes: Counter[str], where: str) -> str:
    """Return the text of a message's content, each part on a line of its own."""
    if content is None:
        return ""
    if isinstance(content, str):
        return _whole(content)
    if not isinstance(content, list):
        raise ConversationError(f"The content of {where} is neither text nor a list of parts.")
    texts = []
    for part in content:
        if isinstance(part, str):
            texts.append(_whole(part))
            continue
        kind = part.get("type") if isinstance(part, Mapping) else None
        if kind in ("text", "input_text", "output_text") and isinstance(part.get("text"), str):
            texts.append(_whole(part["text"]))
        elif kind == "tool_use":
            notes["A tool call became assistant text."] += 1
            texts.append(_call(part.get("name"), part.get("input")))
        elif kind == "tool_result":
            notes["A tool result became user text."] += 1
            texts.append(f"[Result of the tool]\n{_content(part.get('content'), notes, where)}")
        elif kind in ("thinking", "redacted_thinking", "reasoning"):
            notes["Reasoning was left out."] += 1
        else:
            notes[f"A part of type {_plain(kind)[:40]} was left out."] += 1
    return "\n".join(text for text in texts if text)


def _call(name: Any, arguments: Any) -> str:
    return f"[Calls {_plain(name)} with {_plain(arguments)}]"


def _plain(value: Any) -> str:
    return _whole(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _whole(text: str) -> str:
    """Return text with LF line ends, surrogate pairs from JSON escapes joined, lone surrogates replaced by U+FFFD."""
    return unify_newlines(text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace"))


def _read_text(text: str) -> Conversation:
    # A name inside a code fence is quoted text and starts no turn.
    fences = [match.span() for match in re.finditer(r"^```.*?(?:^```[ \t]*$|\Z)", text, re.MULTILINE | re.DOTALL)]
    starts = [start for start, _ in fences]

    def is_quoted(at: int) -> bool:
        before = bisect.bisect_right(starts, at)
        return before > 0 and at < fences[before - 1][1]

    turns = [turn for turn in _TURN.finditer(text) if not is_quoted(turn.start())]
    roles = [_ROLES[(turn["heading"] or turn["bold"] or turn["plain"]).lower()] for turn in turns]
    if not turns or "user" not in roles or len(set(roles)) < 2:
        raise ConversationError(
            "No dialogue was found. Write User: and Assistant: at the start of each turn, or paste JSON."
        )
    notes = []
    if text[: turns[0].start()].strip():
        notes.append("The text before the first turn was left out.")
    messages = []
    empty = 0
    for index, (turn, role) in enumerate(zip(turns, roles, strict=True)):
        end = turns[index + 1].start() if index + 1 < len(turns) else len(text)
        body = text[turn.end() : end].strip("\n")
        if body.strip():
            messages.append(Message(role, body))
        else:
            empty += 1
    if empty:
        notes.append(f"Turns without text were left out: {empty}.")
    if not messages:
        raise ConversationError("The turns of this dialogue have no text.")
    return Conversation(tuple(messages), "Text with speaker names", tuple(notes))


def looks_like_json_conversation(text: str) -> bool:
    """Whether a text may be a JSON conversation. Looks at the first 4,096 characters only."""
    head = text[:4096].lstrip()
    return head[:1] in ("[", "{") and bool(re.search(r'"(?:role|messages|input)"\s*:', head))


FORMAT = ImportFormat(
    id="conversation",
    order=60,
    title="Dialogue",
    noun="a recorded dialogue",
    help="messages for the draft, from JSON or from text with speaker names",
    brings="text",
    recognise=lambda file: looks_like_json_conversation(file.start.decode("utf-8", "replace")),
    instead="is a recorded dialogue. Copy its text, then use “Paste a dialogue…”.",
)
