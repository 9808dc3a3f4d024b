"""Thoughts that a model writes into its text, between <think> and </think>.

Invariant: nothing but the two tags and the blanks beside them is lost, and a tag counts only where the block begins the
answer: one that is quoted later stays text.
"""

from __future__ import annotations

from typing import Literal

from workbench.engine.calls import DeltaKind

OPEN, CLOSE = "<think>", "</think>"
_State = Literal["start", "thinking", "after", "text"]
_MOST_BLANKS = 1000
"""How many blanks may be held back or dropped: more are text, which the limits of an answer count."""


class ThinkTags:
    """Parts the text of one turn as it comes; `mode` is the lane's `think_tags`.

    "" reads a block at the beginning as reasoning, "unopened" also one without its first tag, "kept" reads none.
    """

    def __init__(self, mode: str) -> None:
        self._state: _State = "text" if mode == "kept" else "start"
        self._is_unopened = mode == "unopened"
        self._held = ""
        self._has_thought = False
        self._dropped = 0

    def feed(self, piece: str) -> list[tuple[DeltaKind, str]]:
        """Take the next piece and return what is certain by now."""
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
        """Return what was held back: nothing follows."""
        kind: DeltaKind = "reasoning" if self._state == "thinking" else "text"
        held, self._held = self._held, ""
        return [(kind, held)] if held else []

    def thought_elsewhere(self) -> None:
        """The server sent thoughts apart from the text, so the text does not begin among them."""
        self._is_unopened = False

    def _open(self) -> None:
        """Decide whether the text begins with thoughts; stays undecided while it may."""
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
        """Take the thoughts out of what is held, as far as no part of the closing tag can be among them."""
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
    """Return how many characters at the end of `text` may be the beginning of a tag."""
    return next((length for length in range(len(tag) - 1, 0, -1) if text.endswith(tag[:length])), 0)
