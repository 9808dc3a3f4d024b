"""Fuzzy search of entries.

There are two kinds of result, which are never mixed: entries that match every typed word, and entries that only contain
the typed letters in order. The latter are offered as similar and never chosen automatically.

Invariant: the highlighted parts are those that the ranking matched; case, accents and width of letters never matter.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import IntEnum
from functools import lru_cache

_MOST_LETTERS = 40
_SPREAD = 3
"""The matched part of a name may be at most this many times as long as the typed letters."""
_TRIES = 4
_WORDS = re.compile(r"[^\W_]+")


class MatchCloseness(IntEnum):
    """Quality of a match, best first. Of several words, the worst counts."""

    EXACT = 0
    PREFIX = 1
    WORDS = 2
    """Each typed word begins a word of the name, or of a model's provider."""
    INITIALS = 3
    DETAIL = 4
    """A typed word begins a word of the detail."""
    INSIDE = 5
    """A typed word occurs inside a word: such an entry is offered, but never chosen automatically."""

    @property
    def is_sure(self) -> bool:
        """Whether Enter may take such an entry without an explicit choice."""
        return self is not MatchCloseness.INSIDE


@lru_cache(maxsize=4096)
def _fold_one(character: str) -> str:
    base = "".join(c for c in unicodedata.normalize("NFKD", character) if not unicodedata.combining(c))
    return base.casefold()


def fold(text: str) -> str:
    """Return `text` normalised for comparison: no accents, one case, one width."""
    return text.lower() if text.isascii() else "".join(map(_fold_one, text))


def _folded_places(text: str) -> tuple[str, list[int]]:
    """Return the folded text, and for each of its characters the index of its source in `text`."""
    parts = [_fold_one(character) for character in text]
    return "".join(parts), [place for place, part in enumerate(parts) for _ in part]


class FuzzyIndex:
    """Searches titles and details; of two equally good entries, the earlier one comes first."""

    def __init__(self, entries: Iterable[tuple[str, ...]], *, initials: bool = True) -> None:
        """`entries` are (title, detail) or (title, detail, kind); the word for a kind matches loosely.

        `initials` enables matching by initials: "rtf" finds "Remove the focused lane".
        """
        self._titles: list[str] = []
        self._spaced: list[str] = []
        self._initials: list[str] = []
        self._details: list[str] = []
        self._spaced_details: list[str] = []
        for title, detail, *kind in entries:
            folded = fold(title)
            words = _WORDS.findall(folded)
            self._titles.append(folded)
            self._spaced.append(_spaced(words))
            self._initials.append("".join(word[0] for word in words) if initials else "")
            folded = fold(detail)
            self._details.append(" ".join((folded, *kind)))
            self._spaced_details.append(_spaced(_WORDS.findall(folded)))

    def __len__(self) -> int:
        return len(self._titles)

    def matches(self, query: str) -> list[tuple[MatchCloseness, int]]:
        """Return (closeness, position) of the entries that match every word of `query`.

        Words that occur in a name consecutively and as typed count as one.
        """
        found = [(MatchCloseness.EXACT, i) for i in range(len(self._titles))]
        words = fold(query).split()
        for word in words:
            found = self._with_word(found, word)
        return self._with_phrase(found, " ".join(words)) if words else found

    def similar(self, query: str) -> list[tuple[int, int]]:
        """Return (distance, position) of the entries that contain only the letters of `query` in order, close
        together."""
        letters = "".join(fold(query).split())
        found = []
        for i, title in enumerate(self._titles):
            if (span := letters_in_order(letters, title)) is not None:
                found.append((span[-1] - span[0], i))
        return found

    def _with_phrase(self, found: list[tuple[MatchCloseness, int]], phrase: str) -> list[tuple[MatchCloseness, int]]:
        titles, start = self._titles, f" {phrase}"
        better: list[tuple[MatchCloseness, int]] = []
        for closeness, i in found:
            title = titles[i]
            if title.startswith(phrase):
                closeness = MatchCloseness.EXACT if title == phrase else MatchCloseness.PREFIX
            elif start in title:
                closeness = min(closeness, MatchCloseness.WORDS)
            better.append((closeness, i))
        return better

    def _with_word(self, found: list[tuple[MatchCloseness, int]], word: str) -> list[tuple[MatchCloseness, int]]:
        titles, spaced, initials, details = self._titles, self._spaced, self._initials, self._details
        parts = _WORDS.findall(word)
        start, many = _spaced(parts) if parts else "\n", len(word) > 1
        left: list[tuple[MatchCloseness, int]] = []
        for closeness, i in found:
            title = titles[i]
            if word in title:
                begins = start in spaced[i] or title.startswith(word)
                this = MatchCloseness.WORDS if begins else MatchCloseness.INSIDE
            elif many and word in initials[i]:
                this = MatchCloseness.INITIALS if initials[i].startswith(word) else MatchCloseness.INSIDE
            elif word in details[i]:
                this = MatchCloseness.DETAIL if start in self._spaced_details[i] else MatchCloseness.INSIDE
            else:
                continue
            left.append((max(closeness, this), i))
        return left


def _spaced(words: list[str]) -> str:
    """Return words joined so that the beginning of one or of several in a row is found with a preceding space."""
    return " " + " ".join(words)


def matched(query: str, text: str, *, loosely: bool = False) -> list[tuple[int, int]]:
    """Return the parts of `text` (start, end) that a search for `query` matched, in order, without overlaps.

    `loosely` means that `text` was found as a similar entry.
    """
    folded, places = _folded_places(text)
    hit: set[int] = set()
    words = fold(query).split()
    if loosely:
        hit.update(letters_in_order("".join(words), folded) or ())
    else:
        for word in words:
            hit.update(_places_of(word, folded))
    spans: list[tuple[int, int]] = []
    for place in sorted({places[at] for at in hit}):
        if spans and spans[-1][1] == place:
            spans[-1] = (spans[-1][0], place + 1)
        else:
            spans.append((place, place + 1))
    return spans


def _places_of(word: str, folded: str) -> Iterable[int]:
    starts = [m.start() for m in _WORDS.finditer(folded)]
    at = next((start for start in starts if folded.startswith(word, start)), folded.find(word))
    if at >= 0:
        return range(at, at + len(word))
    initials = "".join(folded[start] for start in starts)
    first = initials.find(word) if len(word) > 1 else -1
    return starts[first : first + len(word)] if first >= 0 else ()


def letters_in_order(letters: str, text: str) -> list[int] | None:
    """Return the indexes where `text` contains all of `letters` in order, close together; None if it does not.

    Takes time proportional to the text, whatever is typed.
    """
    if not 2 <= len(letters) <= _MOST_LETTERS:
        return None
    start = 0
    for _ in range(_TRIES):
        end = start - 1
        for letter in letters:
            end = text.find(letter, end + 1)
            if end < 0:
                return None
        # Backwards from the first possible end the letters lie closest together.
        places, before = [], end + 1
        for letter in reversed(letters):
            before = text.rfind(letter, start, before)
            places.append(before)
        if end - before < _SPREAD * len(letters):
            return places[::-1]
        start = before + 1
    return None
