"""Escaping of control characters and of characters that change the direction of text.

Invariant: the result contains none of them; everything else is unchanged, except that CRLF becomes LF. Use it for text
that is only displayed, such as names and messages, never for prompts, values and answers.
"""

from __future__ import annotations

import re
from typing import ClassVar

# C0 except tab and line feed, DEL, C1, line and paragraph separators, bidirectional embeddings, overrides and isolates,
# deprecated format characters, interlinear annotations, tags (invisible letters), and lone surrogates.
_STEERING = "\x00-\x08\x0b-\x1f\x7f-\x9f\u180e\u2028-\u202e\u2066-\u206f\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f"
# Direction marks are needed in right-to-left names, and affect only adjacent characters.
_MARKS = "\u061c\u200e\u200f"
# Flags of subdivisions (emoji tag sequences) are encoded with tags.
_FLAG = "\U0001f3f4[\U000e0020-\U000e007e]{2,6}\U000e007f"
_IN_TEXT = re.compile(f"{_FLAG}|\r\n|[{_STEERING}{_MARKS}]")
_IN_NOTE = re.compile(f"{_FLAG}|\r\n|[{_STEERING}]")
_IN_NAME = re.compile(f"{_FLAG}|[{_STEERING}\t\n]")
_PLAIN = 0x20, 0x7E
_PICTURES = 0x2400
_DELETE = "␡"


def visible(text: str) -> str:
    """Return a text with such characters as control pictures (␛) or escapes (\\u202e); keeps tabs and line feeds."""
    return _IN_TEXT.sub(_shown, text)


def visible_name(name: str) -> str:
    """Return a name for display on one line: escapes tabs and line feeds too, keeps direction marks."""
    return _IN_NAME.sub(_shown, name)


def visible_note(text: str) -> str:
    """Return user text for display: keeps tabs, line feeds and direction marks."""
    return _IN_NOTE.sub(_shown, text)


class VisibleFields:
    """Mixin for records that applies `visible_note` to the display-only fields named in `SHOWN`.

    A record that is stored again is stored in this form, so such characters are lost when it is next changed.
    """

    __slots__ = ()
    SHOWN: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        for field in self.SHOWN:
            text = getattr(self, field)
            # A damaged row may have a value that is not a string; the store replaces it.
            if isinstance(text, str) and not text.isprintable():
                # The record is a frozen dataclass.
                object.__setattr__(self, field, visible_note(text))


def _shown(found: re.Match[str]) -> str:
    if len(found[0]) > 1:
        return "\n" if found[0] == "\r\n" else found[0]
    code = ord(found[0])
    if code < _PLAIN[0]:
        return chr(_PICTURES + code)
    if code == _PLAIN[1] + 1:
        return _DELETE
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
