"""Buffer for one streamed text of an answer: its text, its reasoning or the arguments of a tool call.

Invariant: the output equals the input, in order and once, except that the call's secrets are masked, even when split
across chunks. It is always valid Unicode, even when a server splits a surrogate pair.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from workbench.engine.protocol import MAX_DELTA
from workbench.engine.redactor import StreamRedactor


class StreamBuffer:
    """Accumulates one streamed text."""

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
        """The text so far; until `close` without a trailing half surrogate pair or possible beginning of a secret."""
        return "".join(self._whole)

    def add(self, piece: str) -> None:
        """Add the next chunk."""
        if self._held or not piece.isascii():
            piece = self._mend(self._held + piece)
        self._keep(self._redact.feed(piece))

    def close(self) -> None:
        """End the text and release what was held back."""
        end = "\ufffd" if self._held else ""
        self._held = ""
        self._keep(self._redact.feed(end) + self._redact.close())

    def take(self) -> Iterator[tuple[int, str]]:
        """Yield offset and text of the chunks added since the last call, in parts that fit into a message."""
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
