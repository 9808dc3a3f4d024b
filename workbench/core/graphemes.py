"""Boundaries of grapheme clusters.

Invariant: boundaries are those of extended grapheme clusters (Unicode UAX #29): accents stay with their letters, flags
and emoji sequences stay whole, CR stays with LF.
"""

from __future__ import annotations


class Boundaries:
    """The grapheme cluster boundaries in one text, computed lazily by paragraph; the last one is cached."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._start, self._end = 0, -1
        self._inside: frozenset[int] = frozenset()

    def is_one(self, at: int) -> bool:
        """Whether `at`, from 0 to the length of the text, is a boundary."""
        text = self._text
        if at <= 0 or at >= len(text):
            return True
        before, after = text[at - 1], text[at]
        if before == "\n" or (before < "\x80" and after < "\x80"):
            return (before, after) != ("\r", "\n")
        if not self._start <= at <= self._end:
            self._look_at(at)
        return at in self._inside

    def _look_at(self, at: int) -> None:
        """Find the boundaries of the paragraph around `at`. No cluster continues after a line feed."""
        # Imported here: its tables take 15 ms to load, and plain ASCII never needs them.
        import regex

        self._start = self._text.rfind("\n", 0, at) + 1
        end = self._text.find("\n", at)
        self._end = len(self._text) if end < 0 else end + 1
        found = regex.finditer(r"\X", self._text, pos=self._start, endpos=self._end)
        self._inside = frozenset(match.end() for match in found)
