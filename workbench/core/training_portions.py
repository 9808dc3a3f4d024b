"""Nested parts of training rows: a quarter, half and all of them.

Invariant: each part contains the smaller ones, rows of one value set stay together, and the same rows give the same
parts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Sequence
from typing import TypeVar

T = TypeVar("T")


def portion(rows: Sequence[T], groups: Sequence[Hashable], share: float, seed: int = 0) -> tuple[T, ...]:
    """Return about `share` of `rows`, at least one; `groups` has the group of each row, of which none is split.

    Groups are drawn in an order that only `seed` and their names decide, until the share is reached.
    """
    wanted = share * len(rows)
    lots = {group: hashlib.sha256(f"{seed}:{group}".encode()).hexdigest() for group in groups}
    sizes: dict[Hashable, int] = {}
    for group in groups:
        sizes[group] = sizes.get(group, 0) + 1
    drawn, count = set[Hashable](), 0
    for group in sorted(lots, key=lots.__getitem__):
        if count >= wanted:
            break
        drawn.add(group)
        count += sizes[group]
    return tuple(row for row, group in zip(rows, groups, strict=True) if group in drawn)
