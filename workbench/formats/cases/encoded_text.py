"""Decode the bytes of a text file.

Invariant: text is exact. A file is UTF-8, or has a byte order mark of UTF-8 or UTF-16; everything else is refused,
because guessing an encoding changes letters silently.
"""

from __future__ import annotations

import codecs

from workbench.core.testing.case_table import TableError

_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def decoded(raw: bytes) -> str:
    """Return the text of a file without its byte order mark. Raises TableError."""
    mark, encoding = next((one for one in _MARKS if raw.startswith(one[0])), (b"", "utf-8"))
    if not mark and raw[:4].count(0):
        raise TableError("This is not UTF-8 text. Save it as UTF-8; a spreadsheet program calls that “CSV UTF-8”.")
    try:
        text = raw[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, len(mark) + error.start) + 1
        raise TableError(
            f"Line {line:,} is not {'UTF-8' if encoding == 'utf-8' else 'UTF-16'} text. "
            "Save the file as UTF-8; a spreadsheet program calls that “CSV UTF-8”."
        ) from error
    if (place := text.find("\0")) >= 0:
        line = text.count("\n", 0, place) + 1
        raise TableError(f"Line {line:,} has a NUL character, so this is not a text file. Save it as UTF-8 text.")
    return text
