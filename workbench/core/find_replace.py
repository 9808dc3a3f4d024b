"""Find and replace in several texts.

Invariant: hits are never empty and never overlap, and every search ends by its deadline, because users can type
patterns with catastrophic backtracking. Positions are code points.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import regex

SECONDS = 1.0
MOST = 20_000
"""Maximum number of hits; enough for a search for a single letter in a megabyte."""

LONGEST = 20_000
"""Maximum length of a pattern in characters."""
MOST_UNROLLED = 100_000
MOST_MADE = 50_000_000
"""Maximum length of a text after replacing, in characters."""
_COUNT = regex.compile(r"\{([0-9]+)")


class FindError(ValueError):
    """A failed search. The text gives the reason and a next step."""


@dataclass(frozen=True, slots=True)
class FindQuery:
    """A search. `regex`: `text` is a regular expression; `case`: match case; `word`: whole words only."""

    text: str
    regex: bool = False
    case: bool = False
    word: bool = False


@dataclass(frozen=True, slots=True)
class FindHit:
    """The position of a hit: the index of the text, and start and end in it."""

    text: int
    start: int
    end: int


def find(texts: Sequence[str], query: FindQuery, seconds: float = SECONDS) -> tuple[FindHit, ...]:
    """Return the first `MOST` hits in order. Raises FindError if the pattern is invalid or takes too long."""
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
    """Return the replacement of one hit. Raises FindError, also if `by` refers to a group that does not exist."""
    if not query.regex:
        return by
    match = next(_matches(_compiled(query), text, time.monotonic() + seconds, hit.start), None)
    if match is None or match.span() != (hit.start, hit.end):
        raise FindError("The text has changed since it was searched. Search again, then replace.")
    return _expanded(match, by)


def replace_all(
    texts: Sequence[str], query: FindQuery, by: str, seconds: float = SECONDS
) -> tuple[tuple[str, ...], int]:
    """Return the texts with every hit replaced, and the number of hits. Raises FindError like `replacement`."""
    pattern, deadline = _compiled(query), time.monotonic() + seconds
    made, count = [], 0
    for text in texts:
        parts, position, size = [], 0, 0
        for match in _matches(pattern, text, deadline):
            made_of = _expanded(match, by) if query.regex else by
            size += match.start() - position + len(made_of)
            if size > MOST_MADE:
                raise FindError(
                    f"The text would grow beyond {MOST_MADE:,} characters. Use a shorter replacement, or replace one "
                    "by one."
                )
            parts += [text[position : match.start()], made_of]
            position = match.end()
            count += 1
        made.append("".join((*parts, text[position:])))
    return tuple(made), count


def _compiled(query: FindQuery) -> Any:
    # Compiling has no timeout, and a pattern of a few characters can take gigabytes.
    if len(query.text) > LONGEST or (query.regex and _unrolled(query.text) > MOST_UNROLLED):
        raise FindError("This pattern is too large. Search for something shorter.")
    source = query.text if query.regex else regex.escape(query.text)
    if query.word:
        source = rf"(?<!\w)(?:{source})(?!\w)"
    flags = regex.MULTILINE | (0 if query.case else regex.IGNORECASE)
    try:
        return regex.compile(source, flags)
    except regex.error as error:
        reason = str(error.msg or "it cannot be read")
        raise FindError(f"This is not a regular expression: {reason}. Correct it, or search for plain text.") from error
    except (OverflowError, RecursionError, MemoryError) as error:
        raise FindError("This pattern is too large. Search for something shorter.") from error


def _unrolled(source: str) -> int:
    """Return an upper bound of the expansion of a pattern: the product of its repeat counts, as if all were nested."""
    product = 1
    for found in _COUNT.finditer(source):
        product *= max(1, int(found[1][:9]))
    return product


def _matches(pattern: Any, text: str, deadline: float, start: int = 0) -> Iterator[Any]:
    """Yield the non-empty matches. Raises FindError after the deadline (`time.monotonic()`)."""
    try:
        for match in pattern.finditer(text, start, timeout=max(0.001, deadline - time.monotonic())):
            if time.monotonic() > deadline:
                raise TimeoutError
            if match.end() > match.start():
                yield match
    except TimeoutError as error:
        raise FindError(
            "This pattern takes too long on this text. Make it more specific: repetitions inside repetitions are slow."
        ) from error


def _expanded(match: Any, by: str) -> str:
    try:
        return str(match.expand(by))
    except (regex.error, IndexError, KeyError) as error:
        raise FindError(
            "The replacement names a group that the pattern does not have, or ends in a backslash. "
            "Write \\1 for the first group and \\\\ for a backslash."
        ) from error
