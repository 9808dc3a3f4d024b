"""Vectors of texts without a model: free, offline, and the same on every machine.

Invariant: a vector has DIMENSIONS numbers and the length 1; texts that share many groups of letters have near vectors.
It knows nothing of meanings, so it serves trials and tests only.
"""

from __future__ import annotations

import math
import zlib

DIMENSIONS = 64
_GROUP = 3


def hashed_vector(text: str) -> tuple[float, ...]:
    """Return the vector of a text: the counts of its groups of three characters by hash, scaled to the length 1."""
    counts = [0.0] * DIMENSIONS
    padded = f"  {' '.join(text.lower().split())}  "
    for start in range(len(padded) - _GROUP + 1):
        group = padded[start : start + _GROUP]
        counts[zlib.crc32(group.encode("utf-8", "surrogatepass")) % DIMENSIONS] += 1.0
    length = math.hypot(*counts)
    return tuple(count / length for count in counts)
