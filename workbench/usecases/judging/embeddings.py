"""Turning texts into vectors: what judging asks of the engine, and how replies are stored.

Invariant: vectors that were stored and read back are those that were compared: both are single precision.
"""

from __future__ import annotations

import base64
import binascii
import json
import struct
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Protocol

from workbench.core.judging.vector_checks import Vector
from workbench.core.lanes import Endpoint
from workbench.core.runs import Result

_FORM = "f32"


@dataclass(frozen=True, slots=True)
class EmbeddingCall:
    """A request for the vectors of texts. `id` is the uid of its output; the key goes to this endpoint alone."""

    id: str
    endpoint: Endpoint
    model: str
    texts: tuple[str, ...]
    key: str = field(default="", repr=False)
    secret_headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    settings: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class EmbeddingReply:
    """How a request ended: its result, without text, and a vector per text."""

    result: Result
    vectors: tuple[Vector, ...] = ()


class EmbeddingEngine(Protocol):
    """The part of the engine's client that turns texts into vectors."""

    def embed(self, call: EmbeddingCall) -> Future[EmbeddingReply]:
        """Send one request; the future never raises for what the provider says."""


def stored_vectors(vectors: Sequence[Vector]) -> str:
    """Return vectors as the text of an output: JSON with the numbers of each in base64."""
    packed = [base64.b64encode(struct.pack(f"<{len(one)}f", *map(_single, one))).decode() for one in vectors]
    return json.dumps({"vectors": packed, "format": _FORM}, separators=(",", ":"))


def read_vectors(text: str) -> tuple[Vector, ...]:
    """Read `stored_vectors` back; () for another text."""
    try:
        data = json.loads(text)
        if not isinstance(data, dict) or data.get("format") != _FORM:
            return ()
        return tuple(_unpacked(base64.b64decode(one, validate=True)) for one in data["vectors"])
    except (ValueError, KeyError, TypeError, binascii.Error, struct.error):
        return ()


def _unpacked(data: bytes) -> Vector:
    return struct.unpack(f"<{len(data) // 4}f", data)


def _single(number: float) -> float:
    """Return a number that single precision can hold; one beyond becomes infinite, which checks refuse."""
    try:
        struct.pack("<f", number)
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")
    return number
