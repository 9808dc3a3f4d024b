"""Answers in a form that a text document can hold.

Invariant: the shown text has one UTF-16 unit for every unit of the answer, apart from the breaks recorded here; so
every range of the document maps to an exact range of the answer, whatever that contains.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from workbench.ui.editor.exact_text import units
from workbench.ui.editor.long_lines import holds_on

# A text document lays out a whole paragraph for every appended character. Paragraphs beyond these lengths are shown
# with a line break: from the soft limit at white space, from the hard limit anywhere.
SOFT_LIMIT = 1000
HARD_LIMIT = 1400

_PARAGRAPHS = re.compile(r"[^\n\u2029]*[\n\u2029]?")
_BLANK = re.compile(r"[ \t]")
# Control characters are replaced by visible pictures, as are characters that change the text direction or are hidden
# tags. The document would take U+FDD0 and U+FDD1 for its own frame marks, and a lone surrogate is not valid text.
_TURNS, _OTHER, _TAG = 0x21C4, 0x2426, 0x1F3F7
_PICTURES = (
    {code: 0x2400 + code for code in range(32) if code not in (9, 10)}
    | {0x7F: 0x2421, 0xFDD0: 0xFFFD, 0xFDD1: 0xFFFD}
    | dict.fromkeys(range(0xD800, 0xE000), 0xFFFD)
    | dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)), _TURNS)
    | dict.fromkeys((*range(0x80, 0xA0), *range(0x206A, 0x2070), *range(0xFFF9, 0xFFFC), 0x180E), _OTHER)
    | dict.fromkeys(range(0xE0000, 0xE0080), _TAG)
)
_NEEDS_PICTURE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u180e\u202a-\u202e\u2066-\u206f\ufff9-\ufffb\ufdd0\ufdd1\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
_FLAG = re.compile("(\U0001f3f4[\U000e0020-\U000e007e]{2,6}\U000e007f)")
"""A flag of a part of a country, which is spelled with tag characters."""


def picture(text: str) -> str:
    """Return `text` as shown: the CR of a CRLF has no width, a lone CR and control characters are visible."""
    if not _NEEDS_PICTURE.search(text):
        return text
    if "\r" in text:
        text = re.sub(r"\r(?=\n|\Z)", "\u200b", text)
    if "\U0001f3f4" in text:
        # The parts with odd numbers are flags.
        return "".join(part if n % 2 else part.translate(_PICTURES) for n, part in enumerate(_FLAG.split(text)))
    return text.translate(_PICTURES)


class ShownText:
    """A growing answer, and the mapping from document positions to its exact text."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._breaks: list[int] = []
        self._length = 0
        self._line = 0
        self._after_blank = False

    @property
    def text(self) -> str:
        """The exact answer so far."""
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was appended yet."""
        return not self._pieces

    def append(self, piece: str) -> str:
        """Append a chunk of the answer; return the text to append to the document."""
        if not piece:
            return ""
        self._pieces.append(piece)
        shown = picture(piece)
        first, *rest = shown.split("\n")
        if self._line + len(first) > SOFT_LIMIT or any(len(line) > SOFT_LIMIT for line in rest):
            shown = "".join(part for match in _PARAGRAPHS.finditer(shown) for part in self._broken(match.group()))
        else:
            self._length += units(shown)
            last = max(shown.rfind("\n"), shown.rfind("\u2029"))
            self._line = self._line + len(shown) if last < 0 else len(shown) - last - 1
        self._after_blank = shown[-1] in " \t"
        return shown

    def exact(self, start: int, end: int) -> str:
        """Return the answer's text between two document positions."""
        first, last = (position - bisect_left(self._breaks, position) for position in (start, end))
        raw = self.text.encode("utf-16-le", "surrogatepass")[2 * first : 2 * last]
        return raw.decode("utf-16-le", "surrogatepass")

    def position(self, offset: int) -> int:
        """Return the document position of the answer's character at `offset`."""
        at = units(self.text[:offset])
        for passed, place in enumerate(self._breaks):
            if place - passed > at:
                return at + passed
        return at + len(self._breaks)

    def _broken(self, paragraph: str) -> Iterator[str]:
        """Yield a paragraph, or the part of it that arrived, with the line breaks that it needs."""
        ended = paragraph[-1:] in ("\n", "\u2029")
        stop = len(paragraph) - ended
        start = 0
        if stop and self._line >= SOFT_LIMIT and self._after_blank:
            yield self._break()
        while cut := self._cut(paragraph, start, stop):
            self._length += units(paragraph[start:cut])
            yield paragraph[start:cut]
            yield self._break()
            start = cut
        self._length += units(paragraph[start:])
        self._line = 0 if ended else self._line + len(paragraph) - start
        yield paragraph[start:]

    def _break(self) -> str:
        self._breaks.append(self._length)
        self._length += 1
        self._line = 0
        return "\n"

    def _cut(self, paragraph: str, start: int, stop: int) -> int:
        """Return where to break `paragraph[start:stop]`, 0 for nowhere."""
        soft = start + max(0, SOFT_LIMIT - self._line)
        hard = start + max(1, HARD_LIMIT - self._line)
        if stop <= soft:
            return 0
        if (blank := _BLANK.search(paragraph, soft, min(stop, hard))) is not None:
            cut = blank.end()
        elif stop <= hard:
            return 0
        else:
            cut = hard
            while cut < stop and holds_on(paragraph[cut - 1], paragraph[cut]):
                cut += 1
        return cut if cut < stop else 0
