"""Lists of texts, one per line, with escapes for line breaks and tabs."""

from __future__ import annotations

import re


def escaped(text: str) -> str:
    r"""Escape a text to one line: backslash, newline, tab and CR become \\, \n, \t, \r."""
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")


def read_lines(text: str) -> tuple[str, ...]:
    r"""Parse one text per line, with the escapes \n, \t, \r and \\. Skips empty lines. Raises ValueError."""
    return tuple(_unescaped(line, number) for number, line in enumerate(text.split("\n"), start=1) if line)


_ESCAPES = {"\\": "\\", "n": "\n", "t": "\t", "r": "\r"}


def _unescaped(line: str, number: int) -> str:
    def replaced(match: re.Match[str]) -> str:
        if (letter := match.group(1)) in _ESCAPES:
            return _ESCAPES[letter]
        shown = f"\\{letter}" if letter else "A backslash at the end"
        raise ValueError(
            f"Line {number}: {shown} is not an escape sequence. Write \\\\ for a backslash, \\n for a new line."
        )

    return re.sub(r"\\(.?)", replaced, line)
