"""Text as people typed it.

Invariant: the only change ever made to typed or pasted text is CRLF to LF. No Unicode normalisation, no trimming;
a lone CR, NBSP, U+2028 and trailing newlines are part of the text.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

# CJK has no spaces between words: every character counts as one, also right after a Latin word.
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"


@functools.cache
def _word() -> re.Pattern[str]:
    """Return what a word is. Its large classes take as long to compile as some modules to import."""
    return re.compile(rf"[{_CJK}]|[^\W{_CJK}]+|[^\w\s]")


def unify_newlines(text: str) -> str:
    """Return `text` with CRLF as LF; a lone CR stays."""
    return text.replace("\r\n", "\n")


def words(text: str) -> list[str]:
    """Split into words and single punctuation marks, white space dropped; a CJK character is a word."""
    return _word().findall(text)


def spaced_words(text: str) -> Iterator[tuple[str, bool]]:
    """Yield what `words` returns, each with whether white space stands before it."""
    end = 0
    for match in _word().finditer(text):
        yield match.group(), match.start() > end
        end = match.end()


def first_line(text: str, limit: int = 80) -> str:
    """Return the first line that is not blank, cut to `limit` characters with an ellipsis; empty if there is none."""
    for line in text.splitlines():
        stripped = line.strip()
        if stripped:
            return stripped if len(stripped) <= limit else stripped[: limit - 1].rstrip() + "…"
    return ""
