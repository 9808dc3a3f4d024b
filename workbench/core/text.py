"""Text as people typed it.

Invariant: the only change ever made to typed or pasted text is CRLF to LF. No Unicode normalisation, no trimming;
a lone CR, NBSP, U+2028 and trailing newlines are part of the text.
"""

from __future__ import annotations

import functools
import re

# CJK has no spaces between words: every character counts as one, also right after a Latin word.
CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
# Accents, vowel signs and joiners that belong to the letter before them, which regular expressions do not know.
_SIGNS = (
    "\u0300-\u036f\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0903\u093a-\u0963\u0981-\u0df3"
    "\u0e31-\u0e3a\u0e47-\u0e4e\u0eb1-\u0ecd\u0f71-\u0f84\u102b-\u103e\u17b4-\u17d3\u200c\u200d"
)
_ASCII_WORD = re.compile(r"[A-Za-z0-9]+(?:[_']+[A-Za-z0-9]+)*")


@functools.cache
def _any_word() -> re.Pattern[str]:
    """Return what a word is. Its large classes take as long to compile as some modules to import."""
    letters = rf"[^\W_{CJK}]+"
    return re.compile(rf"[{CJK}]|{letters}(?:[_'’{_SIGNS}]+{letters}|[{_SIGNS}]+)*")


def unify_newlines(text: str) -> str:
    """Return `text` with CRLF as LF; a lone CR stays."""
    return text.replace("\r\n", "\n")


def word_pattern(text: str) -> re.Pattern[str]:
    """Return a pattern whose matches in `text` are its words."""
    # Most prompts are ASCII, and there the same words are found several times faster.
    return _ASCII_WORD if text.isascii() else _any_word()


def words(text: str) -> list[str]:
    """Return the words of a text: runs of letters and digits, with `_` and apostrophes inside; each CJK character.

    Punctuation, symbols and white space are none.
    """
    return word_pattern(text).findall(text)


def first_line(text: str, limit: int = 80) -> str:
    """Return the first line that is not blank, cut to `limit` characters with an ellipsis; empty if there is none."""
    for line in text.splitlines():
        stripped = line.strip()
        if stripped:
            return stripped if len(stripped) <= limit else stripped[: limit - 1].rstrip() + "…"
    return ""


def opening_words(text: str, limit: int) -> str:
    """Return the beginning of a text on one line, white space as single spaces, cut at a word if it is longer."""
    # No more is looked at than can be needed: a text may be a megabyte.
    line = " ".join(text[: 4 * limit].split())
    if len(line) <= limit:
        return line
    cut = line.rfind(" ", 0, limit)
    return (line[:cut] if cut > limit // 2 else line[: limit - 1]) + "…"
