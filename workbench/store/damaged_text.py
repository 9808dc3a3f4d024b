"""Texts of a damaged file, whose bytes are no UTF-8.

Invariant: such a text keeps no row from being read. It is read with U+FFFD for what is broken and known by its type;
its bytes stay as they are, because the tables, which are STRICT, refuse what it becomes as a parameter.
"""

from __future__ import annotations

from workbench.store.sqlite import sqlite3


class DamagedText(str):
    """A text with U+FFFD where its bytes, which are `raw`, are no UTF-8."""

    __slots__ = ("raw",)
    raw: bytes


def read_text(raw: bytes) -> str:
    """Return the text of a column; for `text_factory`, which is called for every text that is read."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        text = DamagedText(raw.decode(errors="replace"))
        text.raw = raw
        return text


sqlite3.register_adapter(DamagedText, lambda text: text.raw)
