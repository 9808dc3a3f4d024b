"""Text of a damaged file whose bytes are not valid UTF-8.

Invariant: such a text never keeps a row from being read. It is read with U+FFFD for invalid bytes and recognised by its
type. Its stored bytes stay unchanged: as a parameter it becomes a BLOB, which the STRICT tables refuse.
"""

from __future__ import annotations

from workbench.store.sqlite import sqlite3


class DamagedText(str):
    """A text with U+FFFD for bytes that are not UTF-8; `raw` holds the original bytes."""

    __slots__ = ("raw",)
    raw: bytes


def read_text(raw: bytes) -> str:
    """Decode the text of a column; a `text_factory`, so it is called for every text that is read."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        text = DamagedText(raw.decode(errors="replace"))
        text.raw = raw
        return text


sqlite3.register_adapter(DamagedText, lambda text: text.raw)
