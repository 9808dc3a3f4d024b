"""Positions of the words of a search in a text, and snippets around them.

Invariant: marks are positions in the original text, in order and without overlaps. They follow the same rules as the
index; where the index treats an unusual script differently, a hit is shown without a mark.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbench.core.search.query import QueryWords, SearchQuery
from workbench.core.search.text_folding import ACCENTS, JOINERS, SIGNS, SPACELESS, folded, prepared

Mark = tuple[int, int]
_BLANKS = re.compile(r"\s+")
MOST_MARKS = 1000
_BEFORE = 0.3
"""Share of a snippet before its first mark."""
_INSIDE = f"[{ACCENTS}{JOINERS}]*+"
_LETTER = f"(?:[^\\W_{SPACELESS}]|[{SIGNS}])"
_ASCII_LETTER = "[a-z0-9]"
# Offset of characters that were moved for the index, where they count as letters.
_MOVED = 0xF0000
_WORD = re.compile(f"(?:[^\\W_]|[{chr(_MOVED)}-\U0010ffff])(?:[^\\W_]|[{chr(_MOVED)}-\U0010ffff{ACCENTS}])*")


@dataclass(frozen=True, slots=True)
class MatchSnippet:
    """A part of a text on one line, with positions of `marks`. `cut_start` and `cut_end`: text was cut off there."""

    text: str
    marks: tuple[Mark, ...] = ()
    cut_start: bool = False
    cut_end: bool = False


class _Looked:
    """A matcher for one word or phrase in folded text."""

    __slots__ = ("_any", "_ascii", "_at_letter", "_tokens", "_words")

    def __init__(self, words: QueryWords, tokens: Sequence[str]) -> None:
        self._words, self._tokens = words, tokens
        self._at_letter = not _stands_alone(tokens[0])
        # Nearly all texts are ASCII, which has no marks between the letters of a word, and a pattern of plain letters
        # is many times faster. The general pattern takes some ms to compile, so it is compiled only when needed.
        is_ascii = all(_token(token, "").isascii() for token in tokens)
        self._ascii = re.compile(_pattern(words, tokens, "", _ASCII_LETTER)) if is_ascii else None
        self._any: re.Pattern[str] | None = None

    def find(self, low: str) -> Iterator[Mark]:
        """Yield the positions of its occurrences, at most MOST_MARKS."""
        is_ascii = low.isascii()
        if not is_ascii and self._any is None:
            self._any = re.compile(_pattern(self._words, self._tokens, _INSIDE, _LETTER))
        pattern = self._ascii if is_ascii else self._any
        at = count = 0
        while pattern is not None and count < MOST_MARKS and (match := pattern.search(low, at)) is not None:
            start, end = match.span()
            if self._at_letter and start and _letter(is_ascii).match(low, start - 1):
                at = start + 1
                continue
            yield start, end
            at, count = end, count + 1


class MatchMarker:
    """Marks the words of one query in any number of texts."""

    def __init__(self, query: SearchQuery) -> None:
        self._looked = [_Looked(words, tokens) for words in query.words if (tokens := _tokens(words.text))]

    def __bool__(self) -> bool:
        return bool(self._looked)

    def marks(self, text: str) -> tuple[Mark, ...]:
        """Return the positions of the words in `text`, at most MOST_MARKS of each."""
        low = folded(text)
        return _joined([mark for looked in self._looked for mark in looked.find(low)])


def _joined(found: list[Mark]) -> tuple[Mark, ...]:
    joined: list[Mark] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def _pattern(words: QueryWords, tokens: Sequence[str], inside: str, letter: str) -> str:
    """Return the pattern of a word or phrase, without the condition on the preceding character."""
    parts = [_token(tokens[0], inside)]
    for before, after in itertools.pairwise(tokens):
        apart = _stands_alone(before) or _stands_alone(after)
        parts.append(r"[\W_]*" if apart else r"[\W_]+")
        parts.append(_token(after, inside))
    if words.prefix:
        end = f"(?:{letter}{inside})*"
    else:
        end = "" if _stands_alone(tokens[-1]) else f"(?!{letter})"
    # Marks after the last letter belong to it.
    return f"{''.join(parts)}{inside}{end}"


@functools.cache
def _letter(is_ascii: bool) -> re.Pattern[str]:
    return re.compile(_ASCII_LETTER if is_ascii else _LETTER)


def _tokens(text: str) -> list[str]:
    """Return the words of a text as tokenised by the index, with moved characters restored."""
    found: list[str] = _WORD.findall(prepared(text))
    return ["".join(chr(ord(c) - _MOVED) if ord(c) >= _MOVED else c for c in word) for word in found]


def _token(token: str, inside: str) -> str:
    return inside.join(re.escape(c) for c in folded(token) if not re.match(f"[{ACCENTS}]", c))


def _stands_alone(token: str) -> bool:
    return len(token) == 1 and not token.isascii() and (not token.isalnum() or bool(_gap().match(token)))


def snippet(text: str, marks: Sequence[Mark], width: int = 160) -> MatchSnippet:
    """Return about `width` characters of `text` around the first mark, or its beginning without marks."""
    first = marks[0][0] if marks else 0
    start = max(0, min(first - int(width * _BEFORE), len(text) - width))
    if start:
        space = _space_after(text, start, first)
        start = first if space is None else space
    end = min(len(text), start + width)
    if end < len(text):
        cut = text.rfind(" ", max(start, end - width // 4, marks[0][1] if marks else start), end)
        end = cut if cut > 0 else end
    return _on_one_line(text, start, end, marks)


@functools.cache
def _gap() -> re.Pattern[str]:
    return re.compile(rf"\s|[{SPACELESS}]")


def _space_after(text: str, start: int, until: int) -> int | None:
    """Return the start of the first whole word after `start` and up to `until`, None if there is none."""
    found = _gap().search(text, start, until)
    return None if found is None else found.start() + found.group().isspace()


def _on_one_line(text: str, start: int, end: int, marks: Sequence[Mark]) -> MatchSnippet:
    window = text[start:end]
    made = _joined_up(window).rstrip()
    inside = [(max(start, s) - start, min(end, e) - start) for s, e in marks if s < end and e > start]
    moved = [(len(_joined_up(window[:s])), len(_joined_up(window[:e]))) for s, e in inside]
    return MatchSnippet(
        made, tuple((s, min(e, len(made))) for s, e in moved if s < len(made)), start > 0, end < len(text)
    )


def _joined_up(text: str) -> str:
    """Return a text without leading white space, with other white space collapsed to single spaces."""
    return _BLANKS.sub(" ", text).lstrip()
