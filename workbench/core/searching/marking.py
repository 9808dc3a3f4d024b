"""Where in a text the words of a search stand, and a piece of the text around them.

Invariant: marks are places in the text as it is, in order, and do not overlap. They are found by the same rules as in
the index; where an unusual script is judged differently there, a hit is shown without a mark.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.core.searching.folding import ACCENTS, JOINERS, SIGNS, SPACELESS, folded, prepared
from workbench.core.searching.language import Query, Words

Mark = tuple[int, int]
MOST_MARKS = 1000
_BEFORE = 0.3
"""How much of a snippet stands before its first mark."""
_INSIDE = f"[{ACCENTS}{JOINERS}]*+"
_LETTER = f"(?:[^\\W_{SPACELESS}]|[{SIGNS}])"
# Characters that were moved for the index are letters there.
_MOVED = 0xF0000
_WORD = re.compile(f"(?:[^\\W_]|[{chr(_MOVED)}-\U0010ffff])(?:[^\\W_]|[{chr(_MOVED)}-\U0010ffff{ACCENTS}])*")


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of a text on one line; `marks` are places in it. `cut_start` and `cut_end` say that more stands there."""

    text: str
    marks: tuple[Mark, ...] = ()
    cut_start: bool = False
    cut_end: bool = False


class Marker:
    """Finds the words of one query in many texts."""

    def __init__(self, query: Query) -> None:
        self._patterns = [pattern for words in query.words if (pattern := _pattern(words))]

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def marks(self, text: str) -> tuple[Mark, ...]:
        """Return where words stand in `text`, at most MOST_MARKS of each."""
        low = folded(text)
        found: list[Mark] = []
        for pattern in self._patterns:
            for count, match in enumerate(pattern.finditer(low), start=1):
                found.append(match.span())
                if count == MOST_MARKS:
                    break
        return _joined(found)


def _joined(found: list[Mark]) -> tuple[Mark, ...]:
    joined: list[Mark] = []
    for start, end in sorted(found):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def _pattern(words: Words) -> re.Pattern[str] | None:
    """Return what the words look like in a folded text; None when nothing of them can be searched for."""
    tokens = _tokens(words.text)
    if not tokens:
        return None
    parts = [_token(tokens[0])]
    for before, after in itertools.pairwise(tokens):
        apart = _stands_alone(before) or _stands_alone(after)
        parts.append(r"[\W_]*" if apart else r"[\W_]+")
        parts.append(_token(after))
    start = "" if _stands_alone(tokens[0]) else f"(?<!{_LETTER})"
    if words.prefix:
        end = f"(?:{_LETTER}{_INSIDE})*"
    else:
        end = "" if _stands_alone(tokens[-1]) else f"(?!{_LETTER})"
    # Signs behind the last letter belong to it.
    return re.compile(f"{start}{''.join(parts)}{_INSIDE}{end}")


def _tokens(text: str) -> list[str]:
    """Return the words that the index knows in a text, characters back where they were."""
    found: list[str] = _WORD.findall(prepared(text))
    return ["".join(chr(ord(c) - _MOVED) if ord(c) >= _MOVED else c for c in word) for word in found]


def _token(token: str) -> str:
    return _INSIDE.join(re.escape(c) for c in folded(token) if not re.match(f"[{ACCENTS}]", c))


def _stands_alone(token: str) -> bool:
    return len(token) == 1 and (not token.isalnum() or bool(re.match(f"[{SPACELESS}]", token)))


def snippet(text: str, marks: Sequence[Mark], width: int = 160) -> Snippet:
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


def _space_after(text: str, start: int, until: int) -> int | None:
    """Return where the first whole word behind `start` begins, at most `until`."""
    for at in range(start, until):
        if text[at].isspace() or re.match(f"[{SPACELESS}]", text[at]):
            return at + text[at].isspace()
    return None


def _on_one_line(text: str, start: int, end: int, marks: Sequence[Mark]) -> Snippet:
    line: list[str] = []
    places: list[int] = []
    for character in text[start:end]:
        places.append(len(line))
        blank = character.isspace()
        if not (blank and (not line or line[-1] == " ")):
            line.append(" " if blank else character)
    places.append(len(line))
    made = "".join(line).rstrip()
    inside = [(max(start, s) - start, min(end, e) - start) for s, e in marks if s < end and e > start]
    moved = [(min(places[s], len(made)), min(places[e], len(made))) for s, e in inside]
    return Snippet(made, tuple((s, e) for s, e in moved if s < e), start > 0, end < len(text))
