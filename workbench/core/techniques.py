"""Techniques (building blocks of prompts) and their insertion.

Invariant: inserting changes no existing text; it adds text at one place of one message, or adds a message.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal, get_args

from workbench.core.blocks import Example, OutputFormat
from workbench.core.content import ROLE_NAMES, Content, Role
from workbench.core.json_parts import fault
from workbench.core.snippets import SnippetGap, TextSnippet, filled, parse

Place = Literal["system start", "system end", "user start", "user end", "caret", "examples", "output"]
PLACES: tuple[Place, ...] = get_args(Place)
PLACE_WORDS: dict[Place, str] = {
    "system start": "at the start of the system message",
    "system end": "at the end of the system message",
    "user start": "at the start of the last user message",
    "user end": "at the end of the last user message",
    "caret": "at the caret, around the selection",
    "examples": "among the examples; a line --- separates question and answer",
    "output": "as the output format; the text is a JSON Schema",
}


_PARTING = re.compile(r"^---$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Technique:
    """One technique.

    `id` is its file name without extension. `what`, `helps`, `hurts` and `evidence` are texts for the user; `evidence`
    may be "". `snippet` is valid source for `snippets.parse`. `own` marks techniques made by the user.
    """

    id: str
    name: str
    what: str
    helps: str
    hurts: str
    place: Place
    snippet: str
    evidence: str = ""
    own: bool = False

    def parsed(self) -> TextSnippet:
        """Parse the snippet."""
        return parse(self.snippet)


def example_pairs(technique: Technique) -> tuple[Example, ...]:
    """Return the examples of a technique with place `examples`. Raises ValueError for an incomplete pair or a gap."""
    snippet = technique.parsed()
    texts = [text.strip("\n") for text in _PARTING.split(snippet.text)]
    if len(texts) % 2 or not all(texts) or snippet.gaps:
        raise ValueError("Examples are pairs of texts without gaps: a question, a line ---, an answer.")
    return tuple(Example(user, assistant) for user, assistant in zip(texts[::2], texts[1::2], strict=True))


def output_format(technique: Technique) -> OutputFormat:
    """Return the format of a technique with place `output`. Raises ValueError for invalid JSON or a gap."""
    snippet = technique.parsed()
    if snippet.gaps:
        raise ValueError("A JSON Schema cannot have gaps. Write it in full; it can be edited in its block.")
    if wrong := fault(snippet.text):
        raise ValueError(f"The snippet is a JSON Schema. {wrong}")
    return OutputFormat("schema", snippet.text)


@dataclass(frozen=True, slots=True)
class CaretPlace:
    """The caret: the message's index, and the selection in code points of its text."""

    index: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Insertion:
    """The edit of an insertion: `text` replaces `removed` at `offset` (code points) of message `index`.

    With `new` a message of `role` is created at `index`. `gaps` are positions in the resulting text of the message;
    `body` is the inserted part of it, without surrounding blank lines.
    """

    index: int
    role: Role
    new: bool
    offset: int
    removed: str
    text: str
    gaps: tuple[SnippetGap, ...]
    body: SnippetGap


def insertion(content: Content, technique: Technique, caret: CaretPlace | None = None) -> Insertion:
    """Return the insertion of a technique into `content`; without a caret, place `caret` means `user end`."""
    snippet, place = technique.parsed(), technique.place
    messages = content.messages
    if place == "caret":
        if caret is not None and caret.index < len(messages):
            return _at_caret(messages[caret.index].text, messages[caret.index].role, snippet, caret)
        place = "user end"
    role: Role = "system" if place.startswith("system") else "user"
    indices = [i for i, message in enumerate(messages) if message.role == role]
    if not indices:
        index = 0 if role == "system" else len(messages)
        return Insertion(index, role, True, 0, "", snippet.text, snippet.gaps, SnippetGap(0, len(snippet.text)))
    index = indices[0] if role == "system" else indices[-1]
    text = messages[index].text
    if place.endswith("start"):
        after = _blank_line(snippet.text, text)
        return Insertion(
            index, role, False, 0, "", snippet.text + after, snippet.gaps, SnippetGap(0, len(snippet.text))
        )
    before = _blank_line(text, snippet.text)
    offset = len(text)
    start = offset + len(before)
    gaps = tuple(gap.moved(start) for gap in snippet.gaps)
    return Insertion(
        index, role, False, offset, "", before + snippet.text, gaps, SnippetGap(start, start + len(snippet.text))
    )


def _at_caret(text: str, role: Role, snippet: TextSnippet, caret: CaretPlace) -> Insertion:
    start, end = sorted((min(caret.start, len(text)), min(caret.end, len(text))))
    selected = text[start:end]
    if selected:
        snippet = filled(snippet, selected)
    gaps = tuple(gap.moved(start) for gap in snippet.gaps)
    body = SnippetGap(start, start + len(snippet.text))
    return Insertion(caret.index, role, False, start, selected, snippet.text, gaps, body)


def _blank_line(before: str, after: str) -> str:
    """Return the newlines needed to separate two texts by a blank line."""
    if not before or not after:
        return ""
    there = (len(before) - len(before.rstrip("\n"))) + (len(after) - len(after.lstrip("\n")))
    return "\n" * max(0, 2 - there)


def where(found: Insertion, count: int) -> str:
    """Describe the place of an insertion in a prompt of `count` messages."""
    name = ROLE_NAMES[found.role]
    if found.new:
        place = "" if not count else " at the top" if found.index == 0 else " at the end"
        return f"A new {name} message{place}"
    if found.removed:
        return f"{name} message {found.index + 1}, around the selection"
    return f"{name} message {found.index + 1} of {count}"


def matches(technique: Technique, query: str) -> bool:
    """Whether every word of `query` is in the name or the texts, ignoring case and accents."""
    text = _folded(" ".join((technique.name, technique.what, technique.helps, technique.snippet)))
    return all(word in text for word in _folded(query).split())


def ranked(techniques: tuple[Technique, ...], query: str) -> tuple[Technique, ...]:
    """Return the matches: first names that start with the query, then names that contain it, then the others."""
    wanted = _folded(query).strip()
    found = [technique for technique in techniques if matches(technique, query)]
    return tuple(sorted(found, key=lambda t: (not _folded(t.name).startswith(wanted), wanted not in _folded(t.name))))


def file_name(name: str, taken: frozenset[str] = frozenset()) -> str:
    """Return an id for a technique of this name that is not in `taken`: a-z, digits and hyphens."""
    stem = re.sub(r"[^a-z0-9]+", "-", _folded(name)).strip("-")[:60].strip("-") or "technique"
    number, found = 2, stem
    while found in taken:
        found, number = f"{stem}-{number}", number + 1
    return found


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
