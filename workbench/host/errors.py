"""The error class of this layer.

Invariant: `sentence` is for the user and names a next step; `detail` is technical and never holds a key.
"""

from __future__ import annotations


class HostError(Exception):
    """The operating system refused an operation; `sentence` names a next step, `detail` is technical."""

    def __init__(self, sentence: str, detail: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.detail = detail


def explain(error: BaseException) -> str:
    """Return the technical detail of an exception: its type and message."""
    return f"{type(error).__name__}: {error}"
