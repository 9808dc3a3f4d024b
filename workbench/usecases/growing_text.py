"""A text buffer that grows at its end and tracks which part was taken for saving.

Invariant: appending is O(chunk), whatever the text's length; taken text is returned again only after `give_back`.
"""

from __future__ import annotations

from bisect import bisect_right


class GrowingText:
    """Append-only text buffer; not thread-safe."""

    def __init__(self, text: str = "") -> None:
        self._pieces: list[str] = []
        self._starts: list[int] = []
        self.length = 0
        """In code points."""
        self.stored = 0
        """Number of code points taken."""
        self.add(0, text)

    def add(self, offset: int, text: str) -> None:
        """Append `text`, which starts at `offset`; a part that overlaps the buffer is skipped."""
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
                # Join the pieces, because a caller that reads the whole text will do so again.
                self._pieces, self._starts = ["".join(self._pieces)], [0]
            return self._pieces[0]
        first = bisect_right(self._starts, offset) - 1
        head = self._pieces[first][offset - self._starts[first] :]
        return head + "".join(self._pieces[first + 1 :])

    def take(self) -> tuple[int, str]:
        """Return the text not yet taken, with its offset."""
        at, self.stored = self.stored, self.length
        return at, self.since(at)

    def give_back(self, offset: int) -> None:
        """Mark the text from `offset` on as not taken, because saving it failed."""
        self.stored = min(self.stored, offset)
