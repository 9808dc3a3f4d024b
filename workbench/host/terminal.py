"""What this process writes to its terminal.

Invariant: nothing that a model, a provider, a file or a name says can steer the terminal: every character that could is
written as something to see. Only styles of our own are written as they are, and exact texts into a pipe.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from workbench.core.visible_text import visible

BOLD, PLAIN = "\x1b[1m", "\x1b[0m"


class SafeStream:
    """Writes to another stream, which it does not close: what is asked of standard output and error."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str, /) -> int:
        """Write what can be seen of a text."""
        self._stream.write(visible(text))
        return len(text)

    def write_exact(self, text: str) -> None:
        """Write a text that is what was asked for: as it is into a pipe or file, to a terminal like any other."""
        if self._stream.isatty():
            self.write(text)
        else:
            self._stream.write(text)

    def write_styled(self, text: str, style: str) -> None:
        """Write a text in a style, a sequence of ours."""
        self._stream.write(style)
        self.write(text)
        self._stream.write(PLAIN)

    @property
    def encoding(self) -> str:
        """The encoding of the stream."""
        return self._stream.encoding

    def isatty(self) -> bool:
        """Whether the stream is a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Return the descriptor of the stream."""
        return self._stream.fileno()

    def flush(self) -> None:
        """Write what is buffered."""
        self._stream.flush()


@contextmanager
def safe_streams() -> Iterator[None]:
    """Let standard output and error of this process be safe streams that no character can stop."""
    before = sys.stdout, sys.stderr
    # A command that was started with its output closed has no streams at all.
    out, err = (stream or open(os.devnull, "w", encoding="utf-8") for stream in before)  # noqa: PTH123, SIM115
    for stream in (out, err):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace", newline="\n")
    sys.stdout, sys.stderr = SafeStream(out), SafeStream(err)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def tell(sentence: str) -> None:
    """Write a line to standard error, if there is one."""
    if sys.stderr is not None:
        sys.stderr.write(f"{visible(sentence)}\n")
