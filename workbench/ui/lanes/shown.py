"""Answers as a text document can hold them.

Invariant: what is shown has one UTF-16 unit for every unit of the answer, apart from the breaks that are recorded here;
so every range of the document names an exact range of the answer, whatever the answer contains.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left

# A text document lays out a whole paragraph for every appended letter. Paragraphs beyond these lengths are shown with
# a line break: first where there is white space, later anywhere.
SOFT_LIMIT = 2000
HARD_LIMIT = 4000

_JOINERS = "\u200d\ufe0e\ufe0f"
_BLOCK_END = re.compile(r"[\n\u2029]")
# Control characters get their visible pictures. The document would take U+FDD0 and U+FDD1 for its own frame marks, and
# a lone surrogate is no text at all.
_PICTURES = (
    {code: 0x2400 + code for code in range(32) if code not in (9, 10)}
    | {0x7F: 0x2421, 0xFDD0: 0xFFFD, 0xFDD1: 0xFFFD}
    | dict.fromkeys(range(0xD800, 0xE000), 0xFFFD)
)
_NEEDS_PICTURE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufdd0\ufdd1\ud800-\udfff]")


def picture(text: str) -> str:
    """Return `text` as it is shown: the CR of a CRLF takes no room, a lone CR and control characters are visible."""
    if not _NEEDS_PICTURE.search(text):
        return text
    if "\r" in text:
        text = re.sub(r"\r(?=\n|\Z)", "\u200b", text)
    return text.translate(_PICTURES)


def for_clipboard(text: str) -> str:
    """Return `text` with halves of surrogate pairs joined, and replaced where the other half is missing."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def units(text: str) -> int:
    """Return the length of `text` in UTF-16 units, which is how documents count."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _holds_on(before: str, after: str) -> bool:
    """Whether two neighbours make one letter or picture."""
    return before == "\u200d" or after in _JOINERS or unicodedata.combining(after) != 0


class ShownText:
    """An answer that grows at its end, and the way back from document positions to its exact text."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._breaks: list[int] = []
        self._length = 0
        self._line = 0

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
        """Take the next piece of the answer; return what goes to the end of the document."""
        if not piece:
            return ""
        self._pieces.append(piece)
        shown = picture(piece)
        if self._line + len(shown) > SOFT_LIMIT:
            return "".join(self._broken(shown))
        self._length += units(shown)
        end = max(shown.rfind("\n"), shown.rfind("\u2029"))
        self._line = self._line + len(shown) if end < 0 else len(shown) - end - 1
        return shown

    def exact(self, start: int, end: int) -> str:
        """Return the answer's text between two document positions."""
        first, last = (position - bisect_left(self._breaks, position) for position in (start, end))
        raw = self.text.encode("utf-16-le", "surrogatepass")[2 * first : 2 * last]
        return raw.decode("utf-16-le", "surrogatepass")

    def _broken(self, shown: str) -> list[str]:
        out = []
        position = 0
        while position < len(shown):
            block_end = _BLOCK_END.search(shown, position)
            stop = block_end.end() if block_end else len(shown)
            cut = self._cut(shown, position, stop)
            part = shown[position : cut or stop]
            out.append(part)
            self._length += units(part)
            if cut:
                out.append("\n")
                self._breaks.append(self._length)
                self._length += 1
                self._line = 0
            else:
                self._line = 0 if block_end else self._line + len(part)
            position = cut or stop
        return out

    def _cut(self, shown: str, start: int, stop: int) -> int:
        """Return where to break the paragraph part [start, stop), 0 for nowhere."""
        if self._line + stop - start <= SOFT_LIMIT:
            return 0
        soft = start + max(0, SOFT_LIMIT - self._line)
        hard = start + max(0, HARD_LIMIT - self._line)
        for index in range(soft, min(stop, hard)):
            if shown[index] in " \t":
                return index + 1 if index + 1 < stop else 0
        if stop <= hard:
            return 0
        cut = max(hard, start + 1)
        while cut < stop and _holds_on(shown[cut - 1], shown[cut]):
            cut += 1
        return cut if cut < stop else 0
