"""The text form of vectors, in which the reply of an embedding model is stored like any other reply.

Invariant: reading is exact. A vector is rounded once, to the 32-bit floats that models compute with, when its text is
made; whoever reads the text gets the same numbers, so that a test that goes on tomorrow scores as it would have today.

The text is compact JSON: `{"vectors":["…", …]}`, each vector the base64 of its little-endian 32-bit floats, in the
order of the texts. 1,536 dimensions take 8 kB, a third of what decimals take.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
import struct
from collections.abc import Sequence

Vector = tuple[float, ...]
MOST_DIMENSIONS = 65_536
_SIZE = 4


def vectors_text(vectors: Sequence[Sequence[float]]) -> str:
    """Return the text of vectors. Raises ValueError for an empty, too long or too large one, or no finite number."""
    return json.dumps({"vectors": [packed(vector) for vector in vectors]}, separators=(",", ":"))


def read_vectors(text: str) -> tuple[Vector, ...]:
    """Read `vectors_text` back. Raises ValueError with a sentence."""
    try:
        data = json.loads(text)
        return tuple(unpacked(one) for one in data["vectors"])
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError("The stored vectors cannot be read.") from error


def packed(vector: Sequence[float]) -> str:
    """Return the base64 of a vector's 32-bit floats. Raises ValueError."""
    if not 0 < len(vector) <= MOST_DIMENSIONS:
        raise ValueError(f"A vector has {len(vector)} dimensions.")
    try:
        data = struct.pack(f"<{len(vector)}f", *vector)
    except (struct.error, OverflowError) as error:
        raise ValueError("A vector holds something that is no number of 32 bits.") from error
    if not all(map(math.isfinite, vector)):
        raise ValueError("A vector holds a number that is not finite.")
    return base64.b64encode(data).decode("ascii")


def unpacked(text: str) -> Vector:
    """Read `packed` back. Raises ValueError."""
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("A vector is not base64.") from error
    if not data or len(data) % _SIZE or len(data) > _SIZE * MOST_DIMENSIONS:
        raise ValueError("A vector is cut off, empty or too long.")
    vector = struct.unpack(f"<{len(data) // _SIZE}f", data)
    if not all(map(math.isfinite, vector)):
        raise ValueError("A vector holds a number that is not finite.")
    return vector
