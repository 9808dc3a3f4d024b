"""Soft breaks, which split long paragraphs.

Qt lays out a whole paragraph for every typed letter (a fifth of a second in one of 1 MB), and one without white space
takes time quadratic in its length. So a document holds a paragraph longer than `LONGEST` as several, separated by soft
breaks: line ends that are displayed but not part of the text.

Invariant: pure; raw text has `SOFT` for a soft break of the document, which stands for no character, and LF for any
other line end. Positions are UTF-16 units: "raw" ones count soft breaks, "plain" ones do not.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right

from workbench.ui.editor.exact_text import ESCAPE, units

LONGEST = 10_000
"""The longest paragraph that is not split, in UTF-16 units."""
PIECE = 4_000
"""The approximate length of the pieces of a split paragraph."""
SOFT = "\u2029"
"""A document never contains this character, because it treats it as the end of a paragraph."""

_REACH = 400
"""How far before the end of a piece to look for white space."""
_MOST_HELD = 64
_BLANK = re.compile(r"[ \t](?=[^ \t])")
_JOINERS = "\u200d\ufe0e\ufe0f"


class LongLineBreaks:
    """The soft breaks of one document as sorted plain positions, no two of them equal."""

    def __init__(self) -> None:
        self._at: list[int] = []

    def __len__(self) -> int:
        return len(self._at)

    def plain(self, raw: int) -> int:
        """Return the plain position of a raw one."""
        return raw - self._before(raw)

    def raw(self, plain: int, *, behind: bool = False) -> int:
        """Return the raw position of a plain one; at a break, the one before it, or with `behind` the one after it."""
        return plain + (bisect_right if behind else bisect_left)(self._at, plain)

    def splice(self, raw: int, removed: str, inserted: str) -> tuple[int, str, str]:
        """Apply an edit of raw text; return the equivalent plain edit."""
        first = self._before(raw)
        start = raw - first
        pieces = inserted.split(SOFT)
        gone, come = removed.replace(SOFT, ""), "".join(pieces)
        made, place = [], start
        for piece in pieces[:-1]:
            place += units(piece)
            made.append(place)
        last = first + removed.count(SOFT)
        shift = units(come) - units(gone)
        tail = [place + shift for place in self._at[last:]] if shift else self._at[last:]
        self._at[first:] = made + tail
        return start, gone, come

    def _before(self, raw: int) -> int:
        """Return the number of breaks before a raw position."""
        return bisect_left(range(len(self._at)), raw, key=lambda index: self._at[index] + index)


def without_breaks(raw: str) -> str:
    """Return raw text without its soft breaks, as the document holds it."""
    return raw.replace(SOFT, "") if SOFT in raw else raw


def broken(text: str, before: int = 0, after: int = 0) -> str:
    """Return `text` with soft breaks in every paragraph that is too long.

    `before` and `after` are the lengths of the text that it joins at both ends, which is not changed.
    """
    if units(text) + before + after <= LONGEST:
        return text
    lines = text.split("\n")
    if 2 * max(map(len, lines)) + before + after <= LONGEST:
        return text
    last = len(lines) - 1
    return "\n".join(
        _broken_line(line, before if index == 0 else 0, after if index == last else 0)
        for index, line in enumerate(lines)
    )


def _broken_line(line: str, before: int, after: int) -> str:
    if len(line) * 2 + before + after <= LONGEST or units(line) + before + after <= LONGEST:
        return line
    if not line:
        return SOFT if before and after else ""
    parts, start = [], 0
    if before > PIECE:
        parts.append("")
    while (stop := _cut(line, start, PIECE - (before if not parts else 0))) < len(line):
        parts.append(line[start:stop])
        start = stop
    parts.append(line[start:])
    if after and units(line[start:]) + after > LONGEST:
        parts.append("")
    return SOFT.join(parts)


def _cut(line: str, start: int, length: int) -> int:
    """Return the end of a piece that begins at `start` and has about `length` characters."""
    hard = start + max(length, 1)
    if len(line) - hard <= _REACH:
        return len(line)
    blanks = [match.end() for match in _BLANK.finditer(line, max(start + 1, hard - _REACH), hard)]
    for cut in reversed(blanks):
        if not _inside_braces(line, cut):
            return cut
    cut = hard
    if (opened := _inside_braces(line, cut)) > start:
        return opened
    while cut < min(len(line), hard + _MOST_HELD) and _belong_together(line[cut - 1], line[cut]):
        cut += 1
    return cut


def _inside_braces(line: str, cut: int) -> int:
    """Return the start of the braces that a cut at `cut` would split, 0 if there are none."""
    opened = line.rfind("{{", max(0, cut - _REACH), cut + 1)
    if opened <= 0 or line.find("}}", opened, cut) >= 0 or line.find("}}", cut - 1, cut + _REACH) < 0:
        return 0
    return opened


def _belong_together(before: str, after: str) -> bool:
    return before == ESCAPE or holds_on(before, after)


def holds_on(before: str, after: str) -> bool:
    """Whether two adjacent characters form one letter or emoji."""
    return before == "\u200d" or after in _JOINERS or unicodedata.combining(after) != 0
