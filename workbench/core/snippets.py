"""Snippets: text with gaps to fill in.

Invariant: `parse(escape(text)).text == text` for every text. Gaps are ordered by number, with 0, the final position of
the caret, last; they never overlap.

A gap is `${1:what to write}`, `${1}`, or `$0` for the last one. Everything else is text, including `{{variables}}` and
LaTeX. A `$` that would begin a gap is written `\\$`; backslashes are escapes only before a `$`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_DOLLAR = re.compile(r"(\\*)\$")
_GAP = re.compile(r"\$(?:0(?!\d)|\{(\d{1,2})(:|\}))")
MOST_GAPS = 40


class SnippetError(ValueError):
    """An invalid snippet: a sentence, and the line of the error, from 1."""

    def __init__(self, sentence: str, line: int) -> None:
        super().__init__(sentence)
        self.sentence, self.line = sentence, line


@dataclass(frozen=True, slots=True)
class SnippetGap:
    """A gap from `start` to `end` in the text, in code points; the text between is its placeholder."""

    start: int
    end: int

    def moved(self, by: int) -> SnippetGap:
        """Return the gap moved by `by` code points."""
        return SnippetGap(self.start + by, self.end + by)


@dataclass(frozen=True, slots=True)
class TextSnippet:
    """The text to insert, and its gaps in visiting order."""

    text: str
    gaps: tuple[SnippetGap, ...] = ()


def escape(text: str) -> str:
    """Return the source of a snippet without gaps whose text is `text`."""
    return _DOLLAR.sub(lambda match: 2 * match[1] + "\\$", text)


def parse(source: str) -> TextSnippet:
    """Parse a snippet. Raises SnippetError with the line of the error."""
    parts: list[str] = []
    found: dict[int, SnippetGap] = {}
    length = at = 0
    for match in _DOLLAR.finditer(source):
        if match.start() < at:
            continue  # inside a gap that was already parsed
        slashes, dollar = match[1], match.end() - 1
        before = source[at : match.start()] + "\\" * (len(slashes) // 2)
        parts.append(before)
        length += len(before)
        gap = None if len(slashes) % 2 else _GAP.match(source, dollar)
        if gap is None:
            parts.append("$")
            length, at = length + 1, match.end()
            continue
        number = int(gap[1] or 0)
        words, at = _words(source, gap)
        if number in found:
            raise SnippetError(f"Gap {number} appears twice. Give each gap its own number.", _line(source, dollar))
        if len(found) == MOST_GAPS:
            raise SnippetError(f"There are more than {MOST_GAPS} gaps. Remove some.", _line(source, dollar))
        found[number] = SnippetGap(length, length + len(words))
        parts.append(words)
        length += len(words)
    parts.append(source[at:])
    order = sorted(found, key=lambda number: (number == 0, number))
    return TextSnippet("".join(parts), tuple(found[number] for number in order))


def filled(snippet: TextSnippet, text: str) -> TextSnippet:
    """Return the snippet with its first gap replaced by `text`; unchanged if it has no gap."""
    if not snippet.gaps:
        return snippet
    first, rest = snippet.gaps[0], snippet.gaps[1:]
    by = len(text) - (first.end - first.start)
    moved = tuple(gap.moved(by) if gap.start >= first.end else gap for gap in rest)
    return TextSnippet(snippet.text[: first.start] + text + snippet.text[first.end :], moved)


def _words(source: str, gap: re.Match[str]) -> tuple[str, int]:
    """Return a gap's placeholder and its end; braces inside must be balanced, so that it may contain `{{name}}`."""
    if gap[2] != ":":
        return "", gap.end()
    depth = 1
    for at in range(gap.end(), len(source)):
        depth += {"{": 1, "}": -1}.get(source[at], 0)
        if not depth:
            return source[gap.end() : at], at + 1
    raise SnippetError(f"Gap {gap[1]} is not closed. Add a }} after it.", _line(source, gap.start()))


def _line(source: str, at: int) -> int:
    return source.count("\n", 0, at) + 1
