"""Newlines and words of typed text, and nouns that follow a number.

Invariant: the only change ever made to typed or pasted text is CRLF to LF. No Unicode normalisation, no trimming;
a lone CR, NBSP, U+2028 and trailing newlines are part of the text.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

# CJK has no spaces between words: every character counts as a word, also directly after a Latin word.
CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
# Accents, vowel signs and joiners that belong to the letter before them, but are not matched by \w.
_SIGNS = (
    "\u0300-\u036f\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0903\u093a-\u0963\u0981-\u0df3"
    "\u0f71-\u0f84\u200c\u200d"
)
# Thai, Lao, Burmese and Khmer have no spaces between words either. A consonant forms one cluster with a vowel before
# it, signs above, below and after it, a stacked consonant, and in Burmese the consonant that ends the syllable.
_SPACELESS = (
    "\u0e01-\u0e46\u0e81-\u0ec6\u0edc-\u0edf\u1000-\u103f\u1050-\u108f\u1780-\u17dd"
    "\ua9e0-\ua9ef\ua9fa-\ua9fe\uaa60-\uaa7f"
)
_THAI = (
    "[\u0e40-\u0e44\u0ec0-\u0ec4]?"
    "[\u0e01-\u0e30\u0e32\u0e33\u0e40-\u0e46\u0e81-\u0eb0\u0eb2\u0eb3\u0ebd\u0ec0-\u0ec6\u0edc-\u0edf]"
    "[\u0e30-\u0e3a\u0e45\u0e47-\u0e4e\u0eb0-\u0ebc\u0ec8-\u0ece\u200c\u200d]*"
)
_BURMESE_LETTER = (
    "[\u1000-\u102a\u103f\u1050-\u1055\u105a-\u105d\u1061\u1065\u1066\u106e-\u1070\u1075-\u1081\u108e"
    "\ua9e0-\ua9e4\ua9e6-\ua9ef\ua9fa-\ua9fe\uaa60-\uaa76\uaa7a\uaa7e\uaa7f]"
)
_BURMESE_SIGNS = (
    f"(?:\u1039{_BURMESE_LETTER}?|[\u102b-\u1038\u103a-\u103e\u1056-\u1060\u1062-\u1064\u1067-\u106d"
    "\u1071-\u1074\u1082-\u108d\u108f\u109a-\u109d\ua9e5\uaa7b-\uaa7d\u200c\u200d])*"
)
_BURMESE = f"{_BURMESE_LETTER}{_BURMESE_SIGNS}(?:{_BURMESE_LETTER}\u1037?\u103a{_BURMESE_SIGNS})?"
_KHMER = "[\u1780-\u17b3\u17d7\u17dc](?:\u17d2[\u1780-\u17b3]|[\u17b4-\u17d3\u17dd\u200c\u200d])*"


@functools.cache
def _ascii_word() -> re.Pattern[str]:
    return re.compile(r"[A-Za-z0-9]+(?:[_']+[A-Za-z0-9]+)*")


@functools.cache
def _any_word() -> re.Pattern[str]:
    """Return the pattern for words of any script. Compiled lazily, because its large classes are slow to compile."""
    letters = rf"[^\W_{CJK}{_SPACELESS}]+"
    latin = rf"{letters}(?:[_'’{_SIGNS}]+{letters}|[{_SIGNS}]+)*"
    return re.compile(rf"[{CJK}]|{latin}|{_THAI}|{_BURMESE}|{_KHMER}")


_STRETCH = 20_000
"""Characters searched for words per call, because a regular expression search holds the GIL."""


@functools.cache
def boundary() -> re.Pattern[str]:
    """Return the pattern for characters that no word extends across."""
    return re.compile(rf"[\s{CJK}]")


@functools.cache
def _visible() -> re.Pattern[str]:
    return re.compile(r"\S")


def unify_newlines(text: str) -> str:
    """Return `text` with CRLF replaced by LF; a lone CR is kept."""
    return text.replace("\r\n", "\n")


def word_pattern(text: str) -> re.Pattern[str]:
    """Return a pattern whose matches in `text` are its words."""
    # Most prompts are ASCII, for which this pattern finds the same words several times faster.
    return _ascii_word() if text.isascii() else _any_word()


def words(text: str) -> list[str]:
    """Return the words of a text, without punctuation, symbols and white space.

    Words are runs of letters and digits with inner `_` and apostrophes, single CJK characters, and clusters of a letter
    and its signs in other scripts without spaces between words.
    """
    found: list[str] = []
    for start, end in stretches(text, 0, len(text)):
        found += word_pattern(text).findall(text, start, end)
    return found


def stretches(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of the chunks of a part of a text, cut only at word boundaries."""
    while end - start > _STRETCH:
        found = boundary().search(text, start + _STRETCH, end)
        cut = end if found is None else found.start()
        yield start, cut
        start = cut
    if start < end:
        yield start, end


def first_line(text: str, limit: int = 80) -> str:
    """Return the first non-blank line, truncated to `limit` characters with an ellipsis; "" if there is none."""
    # Reads only the beginning, because a text may be megabytes.
    if (start := _visible().search(text)) is None:
        return ""
    stripped = text[start.start() : start.start() + _STRETCH].splitlines()[0].strip()
    return stripped if len(stripped) <= limit else stripped[: limit - 1].rstrip() + "…"


def opening_words(text: str, limit: int) -> str:
    """Return the beginning of a text on one line, white space collapsed, cut at a word after at most `limit`."""
    # Reads only the beginning, because a text may be a megabyte.
    line = " ".join(text[: 4 * limit].split())
    if len(line) <= limit:
        return line
    cut = line.rfind(" ", 0, limit)
    return (line[:cut] if cut > limit // 2 else line[: limit - 1]) + "…"


@functools.cache
def _figure_gap() -> re.Pattern[str]:
    units = r"(?<=\d) (?=(?:%|points?\b|ms\b|s\b|million\b))"
    # In Markdown, a sign may stand behind a backslash.
    p = r"(?<=\bp) (?=\\?[=<] \d)|(?<=\bp [=<]) (?=\d)|(?<=\bp \\[=<]) (?=\d)"
    return re.compile(f"{units}|{p}")


def unbroken(text: str) -> str:
    """Return text to be shown in lines, with no-break spaces between figures and units: "86.7 %", "p = 0.02"."""
    return _figure_gap().sub("\u00a0", text)


def plural(number: int, word: str, many: str = "") -> str:
    """Return a noun as it follows a number: `word` after 1, else `many`, by default `word` with an s."""
    return word if number == 1 else many or f"{word}s"


def counted(number: int, word: str, many: str = "") -> str:
    """Return a number and its noun: "1 call", "1,200 calls"; `many` as for `plural`."""
    return f"{number:,} {plural(number, word, many)}"
