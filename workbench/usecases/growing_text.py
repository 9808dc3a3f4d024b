"""Text that grows at its end, and how much of it was handed on to be saved.

Invariant: appending costs the same however long the text is; what was handed on comes again only when it is given back.
"""

from __future__ import annotations

from bisect import bisect_right


class GrowingText:
    """Growing text; not thread-safe by itself."""

    def __init__(self, text: str = "") -> None:
        self._pieces: list[str] = []
        self._starts: list[int] = []
        self.length = 0
        """In code points."""
        self.stored = 0
        """How many of them were handed on."""
        self.add(0, text)

    def add(self, offset: int, text: str) -> None:
        """Append `text`, which starts at `offset`; what is here already is left out."""
        fresh = text[max(0, self.length - offset) :]
        if fresh:
            self._pieces.append(fresh)
            self._starts.append(self.length)
            self.length += len(fresh)

    def since(self, offset: int) -> str:
        """Return the text from `offset` on."""
        if offset >= self.length:
            return ""
        if offset == 0:
            if len(self._pieces) > 1:
                # Whoever asks for all of it asks again.
                self._pieces, self._starts = ["".join(self._pieces)], [0]
            return self._pieces[0]
        first = bisect_right(self._starts, offset) - 1
        head = self._pieces[first][offset - self._starts[first] :]
        return head + "".join(self._pieces[first + 1 :])

    def take(self) -> tuple[int, str]:
        """Return what was not handed on yet with its offset."""
        at, self.stored = self.stored, self.length
        return at, self.since(at)

    def give_back(self, offset: int) -> None:
        """Say that what was handed on from `offset` on was not saved."""
        self.stored = min(self.stored, offset)
