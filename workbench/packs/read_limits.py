"""Limits of reading packs.

Invariant: every length and count that comes from an untrusted pack is compared with a limit before memory or time is
spent on it, so that reading any pack takes less than five seconds and 500 MB.
"""

from __future__ import annotations

from dataclasses import dataclass

MB = 2**20
MOST_FILES = 5_000
"""Entries of an archive, or files of a folder."""
MOST_DIRECTORY = 2 * MB
"""Bytes of the central directory of an archive."""
MOST_BYTES = 200 * MB
"""Bytes of all files of a pack together, unpacked."""
MOST_TEXT = 16 * MB
"""Bytes of one YAML or JSON Lines file."""
MOST_EVIDENCE = 64 * MB
"""Bytes of one file of evidence, which is read line by line."""
MOST_BLOB = 20 * MB
"""Bytes of one attachment."""
MOST_RATIO = 200
"""Compression ratio of an archive entry; checked only for entries over one megabyte."""
MOST_NAME = 200
"""Bytes of one path in a pack."""
MOST_DEPTH = 60
"""Levels of nesting in YAML and JSON."""
MOST_NODES = 300_000
"""Maps, lists and texts in all YAML files of a pack together."""
MOST_MARKS = 240_000
"""Separators in one line of JSON."""
MOST_ALL_MARKS = 600_000
"""Separators in all cases of a pack together."""
MOST_TEXTS = 48 * MB
"""Bytes of all YAML files and cases of a pack together; a character may take up to four times as much memory."""
MOST_TAGS = 100_000
"""Places that may have a variable in the texts of the main versions of a pack."""
MOST_LINES = 10_000
"""Cases of one prompt, or iterations in its evidence."""
MOST_PROMPTS = 500
MOST_VERSIONS = 5_000
"""Versions of one prompt."""


@dataclass(slots=True)
class ReadAllowance:
    """Remaining amounts of one pack while it is read."""

    nodes: int = MOST_NODES
    marks: int = MOST_ALL_MARKS
    text: int = MOST_TEXTS
    tags: int = MOST_TAGS
