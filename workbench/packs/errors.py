"""What a pack that cannot be read or written ends in."""

from __future__ import annotations


class PackError(Exception):
    """A sentence that says what is wrong, where, and what to do, and the technical detail."""

    def __init__(self, sentence: str, detail: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.detail = detail
