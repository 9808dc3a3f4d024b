"""Read the header of a GGUF file: whether it is one, and whether it holds a model or an adapter.

Invariant: at most `MOST` bytes are read, lengths in the file are checked before use, and tensors are never read.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from workbench.formats.imports.format import ImportFormat

MAGIC = b"GGUF"
MOST = 1 << 20
_STRING = 8
_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}


class GgufError(ValueError):
    """Raised for a file that cannot be used; `sentence` says why and what to choose instead."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class GgufHead:
    """Metadata of a GGUF file; "" for a key that the file lacks."""

    is_adapter: bool = False
    name: str = ""
    architecture: str = ""


def read_head(path: Path) -> GgufHead:
    """Read the metadata at the start of a GGUF file. Raises GgufError."""
    try:
        with path.open("rb") as stream:
            return _head(stream, path.name)
    except FileNotFoundError:
        raise GgufError(f"There is no file {path}. Choose one that exists.") from None
    except IsADirectoryError:
        raise GgufError(f"{path} is a folder. Choose the .gguf file inside it.") from None
    except OSError as error:
        raise GgufError(f"{path} cannot be read: {error.strerror}. Check its permissions.") from error


def _head(stream: BinaryIO, name: str) -> GgufHead:
    start = stream.read(24)
    if start[:4] != MAGIC:
        raise GgufError(f"{name} is not a GGUF file. Choose a file that was exported or converted as GGUF.")
    if len(start) < 24:
        raise GgufError(f"{name} ends after {len(start)} bytes. Download it again.")
    version, _tensors, keys = struct.unpack_from("<IQQ", start, 4)
    if version not in (2, 3):
        raise GgufError(f"{name} has GGUF version {version}; versions 2 and 3 can be run. Convert it again.")
    found: dict[str, str] = {}
    reader = _Reader(stream.read(MOST))
    for _ in range(min(keys, 256)):
        pair = reader.pair()
        # The tokenizer's arrays, which are megabytes, follow the keys that describe the file.
        if pair is None:
            break
        found[pair[0]] = pair[1]
    return GgufHead(
        is_adapter=found.get("general.type") == "adapter" or "adapter.type" in found,
        name=found.get("general.name", ""),
        architecture=found.get("general.architecture", ""),
    )


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def pair(self) -> tuple[str, str] | None:
        """Return the next key and its text value ("" for another type), or None at an array or the end."""
        key = self._text()
        kind = self._number(4)
        if key is None or kind is None:
            return None
        if kind == _STRING:
            value = self._text()
            return None if value is None else (key, value)
        size = _SIZES.get(kind)
        if size is None:
            return None
        self._at += size
        return key, ""

    def _number(self, size: int) -> int | None:
        part = self._data[self._at : self._at + size]
        self._at += size
        return int.from_bytes(part, "little") if len(part) == size else None

    def _text(self) -> str | None:
        length = self._number(8)
        if length is None or length > len(self._data) - self._at:
            return None
        part = self._data[self._at : self._at + length]
        self._at += length
        return part.decode("utf-8", "replace")


FORMAT = ImportFormat(
    id="gguf",
    order=80,
    title="GGUF file",
    noun="a GGUF file",
    help="a model, or a LoRA adapter, to run on this computer",
    brings="models",
    recognise=lambda file: file.start.startswith(MAGIC),
    extensions=(".gguf",),
    instead="is a model. Add a lane, and choose the file as its model.",
)
