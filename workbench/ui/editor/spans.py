"""The marked spans of a paragraph: variables, and characters that are invisible or easily mistaken.

Invariant: pure; positions are UTF-16 units of the paragraph as the document holds it.
"""

import re
from typing import Literal, NamedTuple, cast

from workbench.core.templates import PLAIN_VARIABLE
from workbench.ui.editor.exact_text import ESCAPE, STAND_INS, units

SpanKind = Literal["variable", "stand_in", "space", "hidden", "line"]

_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
# Not the zero-width joiner and non-joiner, nor variation selectors: emoji and several scripts need them.
_HIDDEN = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufeff\ufff9-\ufffb\U000e0001-\U000e007f"
)
# Most prompts have none, so it is compiled for the first paragraph that may contain one.
_ODD = (
    f"(?P<stand_in>[{ESCAPE}{''.join(STAND_INS.values())}])|(?P<space>[{_SPACES}])"
    f"|(?P<hidden>[{_HIDDEN}]+)|(?P<line>\u2028)"
)
GLYPHS = {
    STAND_INS["\r"]: "←",
    STAND_INS["\u2029"]: "¶",
    STAND_INS["\ufdd0"]: "□",
    STAND_INS["\ufdd1"]: "□",
    "\u2028": "↵",
}
"""Glyphs drawn for characters without a shape of their own."""


class TemplateSpan(NamedTuple):
    """A marked span; `text` is its content: one odd character, or several hidden ones in a row."""

    start: int
    length: int
    kind: SpanKind
    text: str


def spans(paragraph: str) -> tuple[TemplateSpan, ...]:
    """Return the marked spans of a paragraph in order."""
    found: list[tuple[re.Match[str], SpanKind]] = []
    if "{{" in paragraph:
        found += [(match, "variable") for match in PLAIN_VARIABLE.finditer(paragraph)]
    if not (paragraph.isascii() and paragraph.isprintable()):
        found += [(match, cast(SpanKind, match.lastgroup)) for match in re.finditer(_ODD, paragraph)]
    found.sort(key=lambda one: one[0].start())
    if units(paragraph) == len(paragraph):
        return tuple(TemplateSpan(m.start(), m.end() - m.start(), kind, m[0]) for m, kind in found)
    made, seen, position = [], 0, 0
    for match, kind in found:
        position += units(paragraph[seen : match.start()])
        made.append(TemplateSpan(position, units(match[0]), kind, match[0]))
        seen = match.start()
    return tuple(made)
