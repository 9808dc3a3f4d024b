"""Preparation of text for the search index, and folding for comparison.

Invariant: texts and queries go through the same functions, so that any text is found by typing it. The index
(SQLite FTS5) tokenises into words of letters and digits; everything else is converted into such words:

- Scripts without spaces between words (Chinese, Japanese, Korean, Thai, Lao, Burmese, Khmer) are split into characters,
  so that a phrase finds any substring. A trigram index does the same at five times the size of the text.
- Symbols, including emoji, are words of one character. They, and vowel signs, which the index would treat as spaces,
  are moved into planes 15 and 16, whose characters it treats as letters.
- Private use characters are removed, because the index uses some as markers.
"""

from __future__ import annotations

import functools
import re
import unicodedata

# Bopomofo, kana, Han with its extensions, Hangul syllables, compatibility forms and half-width kana.
_CJK = (
    "\u3005-\u3007\u3040-\u30ff\u3100-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3"
    "\uf900-\ufaff\uff66-\uff9f\U00020000-\U000323af"
)
_THAI_TO_KHMER = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
SPACELESS = _CJK + _THAI_TO_KHMER
"""Characters that are words of their own, as the inside of a regular expression's character class."""

ACCENTS = "\u0300-\u036f"
"""Combining marks that the index removes from the preceding letter."""
JOINERS = (
    "\u00ad\u034f\u180e\u200b-\u200d\u2060\ufe00-\ufe0f\ufeff"
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
)
"""Characters inside words that are invisible or optional: joiners, and the points of Hebrew and Arabic."""
SIGNS = "\u0900-\u0963\u0966-\u0df3"
"""Scripts whose vowel signs are parts of words."""

_MOVED = 0xF0000
_MOVABLE = 0x20000
# Letters and numbers in Unicode that SQLite nevertheless treats as spaces (New Tai Lue, Vedic signs).
_UNKNOWN = re.compile("[\u19b0-\u19c0\u19c8\u19c9\u1cf2\u1cf3]")
_FULL_WIDTH = (0xFF01, 0xFF5E, 0xFEE0)


@functools.cache
def _apart() -> re.Pattern[str]:
    # Compiled lazily: it takes 5 ms, which would delay the start of the window.
    return re.compile(f"[{SPACELESS}]")


@functools.cache
def _unseen() -> re.Pattern[str]:
    return re.compile(f"[{JOINERS}]")


class _Prepared(dict[int, str]):
    """A `str.translate` table that prepares characters, filled on first use."""

    def __missing__(self, code: int) -> str:
        made = self[code] = _prepare(chr(code))
        return made


def _prepare(character: str) -> str:
    code, category = ord(character), unicodedata.category(character)
    if category in ("Co", "Cs") or code == 0:
        return " "
    if _unseen().match(character):
        return ""
    if _FULL_WIDTH[0] <= code <= _FULL_WIDTH[1]:
        return chr(code - _FULL_WIDTH[2])
    moved = chr(code + _MOVED) if code < _MOVABLE else character
    if _apart().match(character):
        return f" {character if category[0] in 'LN' else moved} "
    if category == "So":
        return f" {moved} "
    if category[0] == "M" and not "\u0300" <= character <= "\u036f":
        return moved
    return character


_PREPARED = _Prepared()


def prepared(text: str) -> str:
    """Return `text` in the form that is indexed."""
    if text.isascii():
        return text.replace("\0", " ")
    return text.translate(_PREPARED)


def is_searchable(text: str) -> bool:
    """Whether `text` has any character that is indexed."""
    return any(_is_known(character) for character in prepared(text))


def first_words(text: str, most: int) -> tuple[str, int]:
    """Return the beginning of `text` with at most `most` index words, and their number."""
    count, inside = 0, False
    for at, character in enumerate(text):
        made = prepared(character)
        if not made or unicodedata.category(character)[0] == "M":
            # Joiners and marks neither begin nor end a word.
            continue
        known = is_searchable(character)
        if known and (made[0] == " " or not inside):
            if count == most:
                return text[:at].rstrip(), count
            count += 1
        inside = known and made[0] != " "
    return text, count


def words_of(text: str) -> list[str]:
    """Return the index words of a prepared text."""
    return "".join(c if _is_known(c) or "\u0300" <= c <= "\u036f" else " " for c in text).split()


def _is_known(character: str) -> bool:
    category = unicodedata.category(character)
    return (category[0] in "LN" and not _UNKNOWN.match(character)) or category == "Co"


class _Folded(dict[int, str]):
    """A `str.translate` table for comparison, filled on first use; always one character, to keep positions."""

    def __missing__(self, code: int) -> str:
        made = self[code] = _fold(chr(code))
        return made


def _fold(character: str) -> str:
    # Accents are removed from Latin letters only, as in the index; й is not и.
    base = unicodedata.normalize("NFD", character)[0]
    plain = base if base < "\u0250" and base.isalpha() else character
    if _FULL_WIDTH[0] <= ord(plain) <= _FULL_WIDTH[1]:
        plain = chr(ord(plain) - _FULL_WIDTH[2])
    low = plain.casefold()
    return low if len(low) == 1 else plain.lower() if len(plain.lower()) == 1 else plain


_FOLDED = _Folded()


def folded(text: str) -> str:
    """Return `text` without case and accents; positions of characters are unchanged."""
    return text.lower() if text.isascii() else text.translate(_FOLDED)


def beginning_length(text: str) -> int:
    """Return the number of letters of the last word of `text`; 0 for a character that is a word of its own."""
    length = 0
    for character in reversed(prepared(text.rstrip())):
        if _is_known(character):
            length += 1
        elif length or character == " ":
            break
    return length
