"""The guide's pictures, and the animated PNG that is made of them."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage

from tests.guide.pages import DOCS
from tests.guide.pictures import ANIMATION, PICTURES, TARGET, animation

MOST_BYTES = 3_000_000


def png(color: str, dot: tuple[int, int]) -> bytes:
    image = QImage(7, 5, QImage.Format.Format_RGB32)
    image.fill(QColor(color))
    image.setPixelColor(*dot, QColor("black"))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(buffer.data().data())


def chunks(raw: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at < len(raw):
        (size,) = struct.unpack_from(">I", raw, at)
        kind, data = raw[at + 4 : at + 8], raw[at + 8 : at + 8 + size]
        assert struct.unpack_from(">I", raw, at + 8 + size) == (zlib.crc32(kind + data),)
        yield kind, data
        at += 12 + size


def test_animation_has_each_frame_and_how_long_it_is_shown() -> None:
    frames = [png("red", (1, 1)), png("white", (6, 4)), png("blue", (0, 0))]
    raw = animation(frames, [100, 200, 300])
    assert QImage.fromData(raw).pixelColor(1, 1) == QColor("black")
    found = list(chunks(raw))
    assert [kind for kind, _ in found] == [
        *(b"IHDR", b"acTL", b"fcTL", b"IDAT", b"fcTL", b"fdAT", b"fcTL", b"fdAT", b"IEND")
    ]
    numbered = [struct.unpack_from(">I", data)[0] for kind, data in found if kind in (b"fcTL", b"fdAT")]
    assert numbered == [0, 1, 2, 3, 4]
    assert [struct.unpack_from(">H", data, 20)[0] for kind, data in found if kind == b"fcTL"] == [100, 200, 300]
    # Each later frame is a picture of its own.
    head = raw[:8] + raw[8:33]
    end = raw[-12:]
    for frame, (_, data) in zip(frames[1:], [one for one in found if one[0] == b"fdAT"], strict=True):
        body = struct.pack(">I", len(data) - 4) + b"IDAT" + data[4:]
        alone = QImage.fromData(head + body + struct.pack(">I", zlib.crc32(body[4:])) + end)
        assert alone.convertToFormat(QImage.Format.Format_RGB32) == QImage.fromData(frame)


@pytest.mark.parametrize("name", [*(f"{name}.png" for name in PICTURES), ANIMATION])
def test_picture_is_there_and_used(name: str) -> None:
    assert 0 < (TARGET / name).stat().st_size < MOST_BYTES
    pages = [*DOCS.glob("*.md"), DOCS.parent / "README.md"]
    assert any(f"pictures/{name})" in page.read_text("utf-8") for page in pages)


def test_every_picture_is_from_the_demo() -> None:
    known = {*(f"{name}.png" for name in PICTURES), ANIMATION}
    assert {path.name for path in TARGET.iterdir()} == known
