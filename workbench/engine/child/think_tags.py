"""Parser for reasoning that a model writes into its text, between <think> and </think>.

Invariant: only the two tags and the blanks next to them are removed, and a tag is recognised only in a block at the
beginning of the answer: a tag quoted later stays text.
"""

from __future__ import annotations

from typing import Literal

from workbench.engine.calls import DeltaKind

OPEN, CLOSE = "<think>", "</think>"
_State = Literal["start", "thinking", "after", "text"]
_MOST_BLANKS = 1000
"""Blanks that may be held back or dropped; more are text and count towards the limit of an answer."""


class ThinkTags:
    """Splits the streamed text of one turn into text and reasoning; `mode` is the lane's `think_tags`.

    "" reads a block at the beginning as reasoning, "unopened" also one without its opening tag, "kept" reads none.
    """

    def __init__(self, mode: str) -> None:
        self._state: _State = "text" if mode == "kept" else "start"
        self._is_unopened = mode == "unopened"
        self._held = ""
        self._has_thought = False
        self._dropped = 0

    def feed(self, piece: str) -> list[tuple[DeltaKind, str]]:
        """Add the next chunk and return the parts that are decided."""
        if self._state == "text":
            return [("text", piece)]
        self._held += piece
        told: list[tuple[DeltaKind, str]] = []
        if self._state == "start":
            self._open()
        if self._state == "thinking" and (thought := self._thought()):
            told.append(("reasoning", thought))
        if self._state == "after":
            self._drop_blanks()
            self._state = "text" if self._held else "after"
        if self._state == "text" and self._held:
            told.append(("text", self._held))
            self._held = ""
        return told

    def close(self) -> list[tuple[DeltaKind, str]]:
        """End the text and return what was held back."""
        kind: DeltaKind = "reasoning" if self._state == "thinking" else "text"
        held, self._held = self._held, ""
        return [(kind, held)] if held else []

    def thought_elsewhere(self) -> None:
        """Record that the server sends reasoning separately, so the text does not begin with an unopened block."""
        self._is_unopened = False

    def _open(self) -> None:
        """Decide whether the text begins with reasoning, as soon as enough of it has arrived."""
        begun = self._held.lstrip()
        if begun.startswith(OPEN):
            self._state, self._held = "thinking", begun[len(OPEN) :]
        elif not OPEN.startswith(begun) or len(self._held) > _MOST_BLANKS:
            self._state = "thinking" if self._is_unopened else "text"

    def _drop_blanks(self) -> None:
        begun = self._held.lstrip()
        self._dropped += len(self._held) - len(begun)
        if self._dropped <= _MOST_BLANKS:
            self._held = begun

    def _thought(self) -> str:
        """Remove and return the held reasoning, except a possible beginning of the closing tag at its end."""
        if not self._has_thought:
            self._drop_blanks()
        thought, tag, rest = self._held.partition(CLOSE)
        if tag:
            self._state, self._held = "after", rest
        else:
            kept = _beginning_of(CLOSE, thought)
            thought, self._held = thought[: len(thought) - kept], thought[len(thought) - kept :]
        self._has_thought = self._has_thought or bool(thought)
        return thought


def _beginning_of(tag: str, text: str) -> int:
    """Return the number of characters at the end of `text` that may be the beginning of `tag`."""
    return next((length for length in range(len(tag) - 1, 0, -1) if text.endswith(tag[:length])), 0)
