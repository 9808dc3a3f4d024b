"""Identifies history files and their format.

Invariant: `user_version` is major * 1000 + minor. A release reads and writes every file of its own major, newer minors
included (they only add), and only reads files of a newer major.
"""

from __future__ import annotations

APPLICATION_ID = 0x50574248
"""ASCII "PWBH"; identifies history files for `file(1)` and other programs."""

VERSION = 1011
"""The format of the baseline, which a new file gets: 1.11.

1.5 differs from 1.4, although tables and columns are the same: `user_version` alone tells that a file must still be
upgraded, before the migration library is loaded. Files of 1.3 and 1.4 have statements and names of migrations that the
baseline replaces. 1.6 adds test runs, 1.7 what was chosen before them, 1.8 judges, 1.9 their verdicts
about pairs of answers, 1.10 goals, 1.11 folders and tags of prompts. Programs of 1.3 to 1.7 can write to a file of
1.11; they list judge prompts like any other.
"""

OLDEST = 1003
"""The oldest format that can be upgraded."""


def major(version: int) -> int:
    """Return the major part of a `user_version`."""
    return version // 1000


def show(version: int) -> str:
    """Return `user_version` in readable form: 1000 is "1.0"."""
    return f"{version // 1000}.{version % 1000}"
