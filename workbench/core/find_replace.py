"""Finding and replacing in several texts.

Invariant: pure; what is found is never empty and never overlaps, and no pattern takes longer than it is given, because
people type patterns that would take forever. Positions are code points.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import regex

SECONDS = 1.0
MOST = 20_000
"""Hits that are counted; a search for a single letter in a megabyte needs no more."""

LONGEST = 20_000
"""Characters of a pattern."""
MOST_UNROLLED = 100_000
MOST_MADE = 50_000_000
"""Characters of a text after everything in it was replaced."""
_COUNT = regex.compile(r"\{([0-9]+)")


class FindError(ValueError):
    """A sentence that says why a search cannot be done, and what to do."""


@dataclass(frozen=True, slots=True)
class FindQuery:
    """What to look for. `regex`: `text` is a regular expression; `word`: only whole words."""

    text: str
    regex: bool = False
    case: bool = False
    word: bool = False


@dataclass(frozen=True, slots=True)
class FindHit:
    """Where something was found: the number of the text, and where it starts and ends in it."""

    text: int
    start: int
    end: int


def find(texts: Sequence[str], query: FindQuery, seconds: float = SECONDS) -> tuple[FindHit, ...]:
    """Return the first `MOST` hits in order. Raises FindError when the pattern is wrong or takes too long."""
    if not query.text:
        return ()
    pattern, deadline, found = _compiled(query), time.monotonic() + seconds, []
    for number, text in enumerate(texts):
        for match in _matches(pattern, text, deadline):
            found.append(FindHit(number, match.start(), match.end()))
            if len(found) == MOST:
                return tuple(found)
    return tuple(found)


def replacement(text: str, hit: FindHit, query: FindQuery, by: str, seconds: float = SECONDS) -> str:
    """Return what takes the place of one hit. Raises FindError, also when `by` names a group that is not there."""
    if not query.regex:
        return by
    match = next(_matches(_compiled(query), text, time.monotonic() + seconds, hit.start), None)
    if match is None or match.span() != (hit.start, hit.end):
        raise FindError("The text has changed since it was searched. Search again, then replace.")
    return _expanded(match, by)


def replace_all(
    texts: Sequence[str], query: FindQuery, by: str, seconds: float = SECONDS
) -> tuple[tuple[str, ...], int]:
    """Return the texts with every hit replaced, and how many there were. Raises FindError like `replacement`."""
    pattern, deadline = _compiled(query), time.monotonic() + seconds
    made, count = [], 0
    for text in texts:
        parts, position, size = [], 0, 0
        for match in _matches(pattern, text, deadline):
            made_of = _expanded(match, by) if query.regex else by
            size += match.start() - position + len(made_of)
            if size > MOST_MADE:
                raise FindError(
                    f"The text would grow over {MOST_MADE:,} characters. Replace by something shorter, or one by one."
                )
            parts += [text[position : match.start()], made_of]
            position = match.end()
            count += 1
        made.append("".join((*parts, text[position:])))
    return tuple(made), count


def _compiled(query: FindQuery) -> Any:
    # Making a pattern cannot be stopped, and one of a few characters can ask for gigabytes.
    if len(query.text) > LONGEST or (query.regex and _unrolled(query.text) > MOST_UNROLLED):
        raise FindError("This pattern is too large. Search for something shorter.")
    source = query.text if query.regex else regex.escape(query.text)
    if query.word:
        source = rf"(?<!\w)(?:{source})(?!\w)"
    flags = regex.MULTILINE | (0 if query.case else regex.IGNORECASE)
    try:
        return regex.compile(source, flags)
    except regex.error as error:
        reason = str(error.msg or "it is not one")
        raise FindError(f"This is no regular expression: {reason}. Correct it, or search for plain text.") from error
    except (OverflowError, RecursionError, MemoryError) as error:
        raise FindError("This pattern is too large. Search for something shorter.") from error


def _unrolled(source: str) -> int:
    """Return how often a part of the pattern is written out at most, as if all its counts were nested."""
    product = 1
    for found in _COUNT.finditer(source):
        product *= max(1, int(found[1][:9]))
    return product


def _matches(pattern: Any, text: str, deadline: float, start: int = 0) -> Iterator[Any]:
    """Yield the matches that are not empty."""
    try:
        for match in pattern.finditer(text, start, timeout=max(0.001, deadline - time.monotonic())):
            if time.monotonic() > deadline:
                raise TimeoutError
            if match.end() > match.start():
                yield match
    except TimeoutError as error:
        raise FindError(
            "This pattern takes too long on this text. Make it more exact: repetitions inside repetitions are slow."
        ) from error


def _expanded(match: Any, by: str) -> str:
    try:
        return str(match.expand(by))
    except (regex.error, IndexError, KeyError) as error:
        raise FindError(
            "The replacement names a group that the pattern does not have, or ends in a backslash. "
            "Write \\1 for the first group and \\\\ for a backslash."
        ) from error
