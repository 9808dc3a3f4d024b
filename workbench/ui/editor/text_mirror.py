"""A copy of a document's text, from which changes are derived by their range.

Invariant: the copy holds the same UTF-16 code units as the document after every `splice` or `reset`.
"""

from typing import NamedTuple


class TextChange(NamedTuple):
    """`removed` was replaced by `inserted` at `position` (UTF-16 units); paragraphs are separated by LF."""

    position: int
    removed: str
    inserted: str


class TextMirror:
    """The copy. Qt reports only the position and lengths of a change; the removed text is looked up here."""

    def __init__(self) -> None:
        self._units = bytearray()

    def __len__(self) -> int:
        """Return the length in UTF-16 units."""
        return len(self._units) // 2

    def reset(self, text: str) -> None:
        """Replace the copy by `text`."""
        self._units = bytearray(_encode(text))

    def text(self) -> str:
        """Return the whole text; O(n)."""
        return _decode(self._units)

    def part(self, start: int, end: int) -> str:
        """Return the text between two positions."""
        return _decode(self._units[2 * start : 2 * end])

    def splice(self, position: int, removed: int, inserted: str) -> TextChange | None:
        """Replace `removed` units at `position` and return the smallest equivalent edit, None if nothing changed.

        Qt reports whole paragraphs when an input method composes and when formats change, so the common prefix and
        suffix are removed; a surrogate pair is never split.
        """
        start, end = 2 * position, 2 * (position + removed)
        old, new = bytes(self._units[start:end]), _encode(inserted)
        if old == new:
            return None
        self._units[start:end] = new
        if not old:
            return TextChange(position, "", inserted)
        return smallest(position, old, new)


def smallest(position: int, old: str | bytes, new: str | bytes) -> TextChange | None:
    """Return the smallest edit that turns `old`, at `position`, into `new`; None if they are equal."""
    old = _encode(old) if isinstance(old, str) else old
    new = _encode(new) if isinstance(new, str) else new
    if old == new:
        return None
    head = tail = 0
    if old and new:
        head = _shared(old, new)
        tail = _shared(old[head:][::-1], new[head:][::-1])
        if head and 0xD8 <= old[head - 1] <= 0xDB:
            head -= 2
        if tail and 0xDC <= old[len(old) - tail + 1] <= 0xDF:
            tail -= 2
    return TextChange(position + head // 2, _decode(old[head : len(old) - tail]), _decode(new[head : len(new) - tail]))


def _shared(one: bytes, two: bytes) -> int:
    """Return the number of equal leading bytes, rounded down to an even number."""
    low, high = 0, min(len(one), len(two))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == two[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low - low % 2


def _encode(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def _decode(data: bytes | bytearray) -> str:
    return data.decode("utf-16-le", "replace")
