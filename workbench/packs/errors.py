"""The error of a pack that cannot be read or written."""

from __future__ import annotations


class PackError(Exception):
    """A sentence that says what is wrong, where, and what to do, with technical detail."""

    def __init__(self, sentence: str, detail: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.detail = detail
