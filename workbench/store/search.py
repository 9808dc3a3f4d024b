"""The index of texts that write no spaces between words.

Invariant: a row is in a `_cjk` table exactly if its text holds such characters; it is there with every one of them
as a word of its own, so that a phrase of characters finds any substring. (An index of trigrams does the same at five
times the size of the text.)
"""

from __future__ import annotations

import functools
import re
import sqlite3
from typing import Literal

# Bopomofo, kana, Han with its extensions, Hangul syllables, compatibility forms and half-width kana.
_RANGES = (
    "\u3005-\u3007\u3040-\u30ff\u3100-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3"
    "\uf900-\ufaff\uff66-\uff9f\U00020000-\U000323af"
)


@functools.cache
def _cjk() -> re.Pattern[str]:
    # Compiling takes 5 ms, which the start of the window can do without.
    return re.compile(f"([{_RANGES}])")


def separate(text: str) -> str:
    """Return `text` with a space on both sides of every CJK character, or "" when there is none."""
    if text.isascii():
        return ""
    separated, count = _cjk().subn(r" \1 ", text)
    return separated if count else ""


def index_cjk(connection: sqlite3.Connection, table: Literal["contents", "outputs"], row_id: int, text: str) -> None:
    """Add a new text to the index. The row must not be in it yet."""
    if separated := separate(text):
        connection.execute(f"INSERT INTO {table}_cjk (rowid, text) VALUES (?, ?)", (row_id, separated))


def unindex_cjk(connection: sqlite3.Connection, table: Literal["contents", "outputs"], row_id: int, text: str) -> None:
    """Take a text out of the index; `text` must be what was indexed."""
    if separated := separate(text):
        connection.execute(
            f"INSERT INTO {table}_cjk ({table}_cjk, rowid, text) VALUES ('delete', ?, ?)", (row_id, separated)
        )
