"""Where in a text the words of a search stand, and a piece of the text around them.

Invariant: marks are places in the text as it is, in order, and do not overlap. They are found by the same rules as in
the index; where an unusual script is judged differently there, a hit is shown without a mark.
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
"""How much of a snippet stands before its first mark."""
_INSIDE = f"[{ACCENTS}{JOINERS}]*+"
_LETTER = f"(?:[^\\W_{SPACELESS}]|[{SIGNS}])"
_ASCII_LETTER = "[a-z0-9]"
# Characters that were moved for the index are letters there.
_MOVED = 0xF0000
_WORD = re.compile(f"(?:[^\\W_]|[{chr(_MOVED)}-\U0010ffff])(?:[^\\W_]|[{chr(_MOVED)}-\U0010ffff{ACCENTS}])*")


@dataclass(frozen=True, slots=True)
class MatchSnippet:
    """A piece of a text on one line; `marks` are places in it. `cut_start` and `cut_end` say that more stands there."""

    text: str
    marks: tuple[Mark, ...] = ()
    cut_start: bool = False
    cut_end: bool = False


class _Looked:
    """What one word or phrase looks like in a folded text."""

    __slots__ = ("_any", "_ascii", "_at_letter", "_tokens", "_words")

    def __init__(self, words: QueryWords, tokens: Sequence[str]) -> None:
        self._words, self._tokens = words, tokens
        self._at_letter = not _stands_alone(tokens[0])
        # Nearly all texts are ASCII. There nothing stands between the letters of a word, and a pattern that begins with
        # plain letters is found many times faster. The other takes some ms to compile, so only when it is needed.
        is_ascii = all(_token(token, "").isascii() for token in tokens)
        self._ascii = re.compile(_pattern(words, tokens, "", _ASCII_LETTER)) if is_ascii else None
        self._any: re.Pattern[str] | None = None

    def find(self, low: str) -> Iterator[Mark]:
        """Yield where it stands, at most MOST_MARKS times."""
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
    """Finds the words of one query in many texts."""

    def __init__(self, query: SearchQuery) -> None:
        self._looked = [_Looked(words, tokens) for words in query.words if (tokens := _tokens(words.text))]

    def __bool__(self) -> bool:
        return bool(self._looked)

    def marks(self, text: str) -> tuple[Mark, ...]:
        """Return where words stand in `text`, at most MOST_MARKS of each."""
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
    """Return the pattern of a word or phrase, but for what may not stand before it."""
    parts = [_token(tokens[0], inside)]
    for before, after in itertools.pairwise(tokens):
        apart = _stands_alone(before) or _stands_alone(after)
        parts.append(r"[\W_]*" if apart else r"[\W_]+")
        parts.append(_token(after, inside))
    if words.prefix:
        end = f"(?:{letter}{inside})*"
    else:
        end = "" if _stands_alone(tokens[-1]) else f"(?!{letter})"
    # Signs behind the last letter belong to it.
    return f"{''.join(parts)}{inside}{end}"


@functools.cache
def _letter(is_ascii: bool) -> re.Pattern[str]:
    return re.compile(_ASCII_LETTER if is_ascii else _LETTER)


def _tokens(text: str) -> list[str]:
    """Return the words that the index knows in a text, characters back where they were."""
    found: list[str] = _WORD.findall(prepared(text))
    return ["".join(chr(ord(c) - _MOVED) if ord(c) >= _MOVED else c for c in word) for word in found]


def _token(token: str, inside: str) -> str:
    return inside.join(re.escape(c) for c in folded(token) if not re.match(f"[{ACCENTS}]", c))


def _stands_alone(token: str) -> bool:
    return len(token) == 1 and not token.isascii() and (not token.isalnum() or bool(_gap().match(token)))


def snippet(text: str, marks: Sequence[Mark], width: int = 160) -> MatchSnippet:
    """Return about `width` characters of `text` around the first mark, from its beginning when there is none."""
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
    """Return where the first whole word behind `start` begins, at most `until`."""
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
    """Return a text without what is blank at its start, and with single spaces for any other white space."""
    return _BLANKS.sub(" ", text).lstrip()
