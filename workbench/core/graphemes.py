"""Where one visible character ends and the next begins.

Invariant: a boundary is one by the extended grapheme clusters of Unicode: an accent stays with its letter, a flag and a
family of emoji stay whole, a CR stays with its LF.
"""

from __future__ import annotations


class Boundaries:
    """The boundaries in one text. Paragraphs are looked at when they are first asked about."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._start, self._end = 0, -1
        self._inside: frozenset[int] = frozenset()

    def is_one(self, at: int) -> bool:
        """Whether a text may be parted at `at`, from 0 to its length."""
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
        """Find the boundaries of the paragraph around `at`. A line feed joins nothing, so each begins anew."""
        # Its tables take 15 ms to load, and plain ASCII never needs them.
        import regex

        self._start = self._text.rfind("\n", 0, at) + 1
        end = self._text.find("\n", at)
        self._end = len(self._text) if end < 0 else end + 1
        found = regex.finditer(r"\X", self._text, pos=self._start, endpos=self._end)
        self._inside = frozenset(match.end() for match in found)
