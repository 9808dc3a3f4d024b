"""Which files are ours and how old they are.

Invariant: `user_version` is major * 1000 + minor. A release reads and writes every file of its own major, newer
minors included (they only add), and only reads files of a newer major.
"""

from __future__ import annotations

APPLICATION_ID = 0x50574248
"""ASCII "PWBH"; `file(1)` and other programs tell our files by it."""

VERSION = 1005
"""The format of the baseline, which a new file gets: 1.5.

A minor of its own, although it has the tables and columns of 1.4: `user_version` alone says that a file must still be
upgraded, before the migration library is loaded. Files of 1.3 and 1.4 exist, with statements and names of migrations
that the baseline replaces. A program of 1.3 or 1.4 goes on writing to a file of 1.5.
"""

OLDEST = 1003
"""The oldest format that is upgraded."""


def major(version: int) -> int:
    """Return the major part of a `user_version`."""
    return version // 1000


def show(version: int) -> str:
    """Return `user_version` as people read it: 1000 is "1.0"."""
    return f"{version // 1000}.{version % 1000}"
