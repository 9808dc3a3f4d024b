"""Characters that steer a terminal or turn the direction of text, made visible.

Invariant: what comes back holds none of them; everything else is as it was. It is meant for what is shown, never for
what is stored or sent.
"""

from __future__ import annotations

import re

# C0 but tab and line feed, DEL, C1, separators of lines and paragraphs, embeddings, overrides and isolates, deprecated
# format characters, annotations, tags (an alphabet that is not drawn), and halves of characters.
_STEERING = "\x00-\x08\x0b-\x1f\x7f-\x9f\u180e\u2028-\u202e\u2066-\u206f\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f"
# Right-to-left names are spelled with them, and they reach no further than their neighbours.
_MARKS = "\u061c\u200e\u200f"
_IN_TEXT = re.compile(f"[{_STEERING}{_MARKS}]")
_IN_NAME = re.compile(f"[{_STEERING}\t\n]")
_PLAIN = 0x20, 0x7E
_PICTURES = 0x2400
_DELETE = "␡"


def visible(text: str) -> str:
    """Return a text with such characters as pictures (␛) or escapes (\\u202e); tabs and line feeds stay."""
    return _IN_TEXT.sub(_shown, text)


def visible_name(name: str) -> str:
    """Return a name for a place of one line: the same, also of tabs and line feeds; direction marks stay."""
    return _IN_NAME.sub(_shown, name)


def _shown(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < _PLAIN[0]:
        return chr(_PICTURES + code)
    if code == _PLAIN[1] + 1:
        return _DELETE
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
