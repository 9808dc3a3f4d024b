"""Which files are ours and how old they are.

Invariant: `user_version` is major * 1000 + minor. A release reads and writes every file of its own major, newer
minors included (they only add), and only reads files of a newer major.
"""

from __future__ import annotations

APPLICATION_ID = 0x50574248
"""ASCII "PWBH"; `file(1)` and other programs tell our files by it."""

VERSION = 1004


def major(version: int) -> int:
    """Return the major part of a `user_version`."""
    return version // 1000


def show(version: int) -> str:
    """Return `user_version` as people read it: 1000 is "1.0"."""
    return f"{version // 1000}.{version % 1000}"
