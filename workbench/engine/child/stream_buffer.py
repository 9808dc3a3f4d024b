"""The texts of an answer as they come in pieces: what is said, what is thought, and the arguments of calls.

Invariant: what is told is what arrived, in order and once, but for the call's secrets, which are masked also when they
come in pieces. It is always valid Unicode, even when a server cuts a surrogate pair in two.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from workbench.engine.protocol import MAX_DELTA
from workbench.engine.redactor import StreamRedactor


class StreamBuffer:
    """One text that grows."""

    __slots__ = ("_held", "_pending", "_redact", "_whole", "told")

    def __init__(self, secrets: Collection[str]) -> None:
        self._redact = StreamRedactor(secrets)
        self._pending: list[str] = []
        self._whole: list[str] = []
        self._held = ""
        self.told = 0
        """Characters that `take` has returned."""

    @property
    def text(self) -> str:
        """All of it, but for what may be half a character or the beginning of a secret until it is closed."""
        return "".join(self._whole)

    def add(self, piece: str) -> None:
        """Take the next piece."""
        if self._held or not piece.isascii():
            piece = self._mend(self._held + piece)
        self._keep(self._redact.feed(piece))

    def close(self) -> None:
        """Nothing follows: what was held back belongs to the text."""
        end = "\ufffd" if self._held else ""
        self._held = ""
        self._keep(self._redact.feed(end) + self._redact.close())

    def take(self) -> Iterator[tuple[int, str]]:
        """Yield what was not told yet with its offset, in parts that fit into a message."""
        text = "".join(self._pending)
        self._pending.clear()
        for start in range(0, len(text), MAX_DELTA):
            part = text[start : start + MAX_DELTA]
            yield self.told, part
            self.told += len(part)

    def _keep(self, piece: str) -> None:
        if piece:
            self._pending.append(piece)
            self._whole.append(piece)

    def _mend(self, piece: str) -> str:
        self._held = ""
        if "\ud800" <= piece[-1] <= "\udbff":
            piece, self._held = piece[:-1], piece[-1]
        return piece.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
