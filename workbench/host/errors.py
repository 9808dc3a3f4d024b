"""The one error of this layer.

Invariant: `sentence` is for people and names a next step; `detail` is technical and never holds a key.
"""

from __future__ import annotations


class HostError(Exception):
    """Something the operating system refused: a sentence with a next step, and the technical detail apart."""

    def __init__(self, sentence: str, detail: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.detail = detail


def explain(error: BaseException) -> str:
    """Return the technical detail of an exception: its type and its own words."""
    return f"{type(error).__name__}: {error}"
