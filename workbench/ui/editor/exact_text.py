"""Exact text in a document that cannot hold every character.

Invariant: `from_document(to_document(text)) == text` for every text that can be encoded, and both map character by
character, so that a part of a document maps to the same part of the text.

QTextDocument turns CR, U+2029, U+FDD0 and U+FDD1 into new paragraphs, and a leading U+FEFF or U+FFFE is lost on
conversion to a Qt string, as a byte order mark. Each of them is replaced by one of the noncharacters, which Unicode
reserves for internal use; a replacement character (or the escape itself) that is part of the text is preceded by the
escape.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from workbench.core.text import unify_newlines

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData

ESCAPE = "\ufdd2"
STAND_INS = {
    "\r": "\ufdd3",
    "\u2029": "\ufdd4",
    "\ufdd0": "\ufdd5",
    "\ufdd1": "\ufdd6",
    "\ufeff": "\ufdd7",
    "\ufffe": "\ufdd8",
}
_ORIGINALS = {stand_in: original for original, stand_in in STAND_INS.items()}
_SPECIAL = (*STAND_INS, ESCAPE, *_ORIGINALS)
_FOREIGN = f"[{''.join(_SPECIAL)}]"
_ENCODED = f"{ESCAPE}([{ESCAPE}{''.join(_ORIGINALS)}])|([{''.join(_ORIGINALS)}])"
PARAGRAPH = "\u2029"
"""The paragraph separator of Qt in raw text and selections."""


def encodable(text: str) -> str:
    """Return `text` with lone surrogates, which no encoding can carry, replaced by U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def pasted(text: str) -> str:
    """Return pasted or dropped text in normal form: CRLF becomes LF."""
    return unify_newlines(encodable(text))


def to_document(text: str) -> str:
    """Return the document text that represents `text`."""
    text = encodable(text)
    if not _holds_any(text, _SPECIAL):
        return text
    return re.sub(_FOREIGN, lambda match: STAND_INS.get(match[0]) or ESCAPE + match[0], text)


def from_document(raw: str) -> str:
    """Return the text that raw document text represents; paragraphs may be separated by LF or by U+2029."""
    raw = raw.replace(PARAGRAPH, "\n")
    if not _holds_any(raw, (ESCAPE, *_ORIGINALS)):
        return raw
    return re.sub(_ENCODED, lambda match: match[1] or _ORIGINALS[match[2]], raw)


def _holds_any(text: str, characters: Iterable[str]) -> bool:
    """Whether `text` contains one of `characters`; a hundred times faster than a regular expression."""
    return any(character in text for character in characters)


def units(text: str) -> int:
    """Return the length in UTF-16 code units, in which Qt counts positions."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def text_data(text: str) -> QMimeData:
    """Return plain text for the clipboard.

    The clipboard outlives the interpreter, and deleting an object created by Python crashes then; so Qt creates it.
    """
    from PySide6.QtCore import QStringListModel  # takes a ms to load, not needed before the first paint

    model = QStringListModel([""])
    data = model.mimeData([model.index(0)])
    data.clear()
    data.setText(text)
    return data
