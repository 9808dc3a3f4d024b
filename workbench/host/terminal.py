"""Safe output to the terminal.

Invariant: no text from a model, a provider, a file or a name can control the terminal: control characters are replaced
by visible ones. Only the program's own styles, and exact texts written to a pipe or file, pass unchanged.
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
    """Wraps a stream, which it does not close, with the methods needed of standard output and error."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str, /) -> int:
        """Write a text with its control characters made visible."""
        self._stream.write(visible(text))
        return len(text)

    def write_exact(self, text: str) -> None:
        """Write a command's result: unchanged to a pipe or file, as `write` does to a terminal."""
        if self._stream.isatty():
            self.write(text)
        else:
            self._stream.write(text)

    def write_over(self, line: str) -> None:
        """Write a line over the current one of a terminal."""
        self._stream.write("\r")
        self.write(line)
        self._stream.flush()

    def write_styled(self, text: str, style: str) -> None:
        """Write a text in a style, such as `BOLD`."""
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
        """Flush the stream."""
        self._stream.flush()


@contextmanager
def safe_streams() -> Iterator[None]:
    """Replace standard output and error by safe streams, which escape characters that cannot be encoded."""
    before = sys.stdout, sys.stderr
    # A command started with its output closed has no streams.
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
