"""Text as people typed it.

Invariant: the only change ever made to typed or pasted text is CRLF to LF. No Unicode normalisation, no trimming;
a lone CR, NBSP, U+2028 and trailing newlines are part of the text.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

# CJK has no spaces between words: every character counts as one, also right after a Latin word.
CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
# Accents, vowel signs and joiners that belong to the letter before them, which regular expressions do not know.
_SIGNS = (
    "\u0300-\u036f\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0903\u093a-\u0963\u0981-\u0df3"
    "\u0f71-\u0f84\u200c\u200d"
)
# Thai, Lao, Burmese and Khmer write no spaces between words either. There a vowel before its consonant, what is written
# above, below and behind it, a stacked consonant, and in Burmese the consonant that ends a syllable are one with it.
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
    """Return what a word is. Its large classes take as long to compile as some modules to import."""
    letters = rf"[^\W_{CJK}{_SPACELESS}]+"
    latin = rf"{letters}(?:[_'’{_SIGNS}]+{letters}|[{_SIGNS}]+)*"
    return re.compile(rf"[{CJK}]|{latin}|{_THAI}|{_BURMESE}|{_KHMER}")


_STRETCH = 20_000
"""Characters in which words are looked for in one go: while that goes on no other thread can do anything."""


@functools.cache
def boundary() -> re.Pattern[str]:
    """Return what no word goes on across."""
    return re.compile(rf"[\s{CJK}]")


@functools.cache
def _visible() -> re.Pattern[str]:
    return re.compile(r"\S")


def unify_newlines(text: str) -> str:
    """Return `text` with CRLF as LF; a lone CR stays."""
    return text.replace("\r\n", "\n")


def word_pattern(text: str) -> re.Pattern[str]:
    """Return a pattern whose matches in `text` are its words."""
    # Most prompts are ASCII, and there the same words are found several times faster.
    return _ascii_word() if text.isascii() else _any_word()


def words(text: str) -> list[str]:
    """Return the words of a text: runs of letters and digits, with `_` and apostrophes inside; each CJK character, and
    each cluster of letter and signs where a script has no spaces between words.

    Punctuation, symbols and white space are none.
    """
    found: list[str] = []
    for start, end in stretches(text, 0, len(text)):
        found += word_pattern(text).findall(text, start, end)
    return found


def stretches(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield where a part of a text can be cut so that its words are those of its pieces."""
    while end - start > _STRETCH:
        found = boundary().search(text, start + _STRETCH, end)
        cut = end if found is None else found.start()
        yield start, cut
        start = cut
    if start < end:
        yield start, end


def first_line(text: str, limit: int = 80) -> str:
    """Return the first line that is not blank, cut to `limit` characters with an ellipsis; empty if there is none."""
    # No more is looked at than can be needed: a text may be megabytes.
    if (start := _visible().search(text)) is None:
        return ""
    stripped = text[start.start() : start.start() + _STRETCH].splitlines()[0].strip()
    return stripped if len(stripped) <= limit else stripped[: limit - 1].rstrip() + "…"


def opening_words(text: str, limit: int) -> str:
    """Return the beginning of a text on one line, white space as single spaces, cut at a word if it is longer."""
    # No more is looked at than can be needed: a text may be a megabyte.
    line = " ".join(text[: 4 * limit].split())
    if len(line) <= limit:
        return line
    cut = line.rfind(" ", 0, limit)
    return (line[:cut] if cut > limit // 2 else line[: limit - 1]) + "…"
