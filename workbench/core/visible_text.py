"""Characters that steer a terminal or turn the direction of text, made visible.

Invariant: what comes back holds none of them; everything else is as it was, but that CR LF ends a line as LF does. It
is meant for what is shown, and for names and messages, which are only shown; never for prompts, values and answers.
"""

from __future__ import annotations

import re
from typing import ClassVar

# C0 but tab and line feed, DEL, C1, separators of lines and paragraphs, embeddings, overrides and isolates, deprecated
# format characters, annotations, tags (an alphabet that is not drawn), and halves of characters.
_STEERING = "\x00-\x08\x0b-\x1f\x7f-\x9f\u180e\u2028-\u202e\u2066-\u206f\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f"
# Right-to-left names are spelled with them, and they reach no further than their neighbours.
_MARKS = "\u061c\u200e\u200f"
# The flag of a part of a country is spelled with tags.
_FLAG = "\U0001f3f4[\U000e0020-\U000e007e]{2,6}\U000e007f"
_IN_TEXT = re.compile(f"{_FLAG}|\r\n|[{_STEERING}{_MARKS}]")
_IN_NOTE = re.compile(f"{_FLAG}|\r\n|[{_STEERING}]")
_IN_NAME = re.compile(f"{_FLAG}|[{_STEERING}\t\n]")
_PLAIN = 0x20, 0x7E
_PICTURES = 0x2400
_DELETE = "␡"


def visible(text: str) -> str:
    """Return a text with such characters as pictures (␛) or escapes (\\u202e); tabs and line feeds stay."""
    return _IN_TEXT.sub(_shown, text)


def visible_name(name: str) -> str:
    """Return a name for a place of one line: the same, also of tabs and line feeds; direction marks stay."""
    return _IN_NAME.sub(_shown, name)


def visible_note(text: str) -> str:
    """Return a text of people for the window: the same, tabs, line feeds and direction marks stay."""
    return _IN_NOTE.sub(_shown, text)


class VisibleFields:
    """Base of records: makes the fields visible that `SHOWN` names, which are only shown. Lines stay lines.

    A record that is stored again is stored so: a name or message with such characters loses them at its next change.
    """

    __slots__ = ()
    SHOWN: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        for field in self.SHOWN:
            text = getattr(self, field)
            # A damaged row may hold no text here, which the store replaces.
            if isinstance(text, str) and not text.isprintable():
                # The record is frozen for everybody else.
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
