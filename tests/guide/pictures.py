"""`python -m tests.guide.pictures`: takes the guide's pictures and its animation from those of `make demo`.

Invariant: every picture in the guide is one that the demo took; none is drawn or retouched.
"""

from __future__ import annotations

import struct
import sys
import zlib
from collections.abc import Iterator, Sequence

from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtGui import QImage

from tests.guide.pages import DOCS

DEMO = DOCS.parent / "build" / "demo"
TARGET = DOCS / "pictures"
PICTURES = {
    "winner": "*-winner.png",
    "iteration": "*-a-past-iteration.png",
    "blocks": "gallery/*-blocks-light.png",
    "history": "gallery/*-history-light.png",
    "rank": "gallery/*-rank-light.png",
    "keys": "gallery/*-settings-keys-light.png",
    "test": "gallery/*-test-cell-light.png",
}
"""The name of a picture in the guide, and that of the demo's picture, whose number may change."""
FRAMES = (
    ("*-first-start.png", 1800),
    ("*-streaming.png", 1200),
    ("*-winner.png", 1800),
    ("*-edited-and-run-again.png", 2400),
    ("*-a-past-iteration.png", 2400),
)
"""The frames of the animation, and how long each is shown, in milliseconds."""
ANIMATION = "loop.png"
_WIDTH = 1200
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def main() -> int:
    """Write all pictures; return 1 if the demo lacks one."""
    lacking = [pattern for pattern in (*PICTURES.values(), *(name for name, _ in FRAMES)) if not _newest(pattern)]
    if lacking:
        print(f"make demo took no {', '.join(lacking)}", file=sys.stderr)
        return 1
    TARGET.mkdir(exist_ok=True)
    for name, pattern in PICTURES.items():
        (TARGET / f"{name}.png").write_bytes(_small(_newest(pattern)))
    frames = [_small(_newest(pattern)) for pattern, _ in FRAMES]
    (TARGET / ANIMATION).write_bytes(animation(frames, [shown_ms for _, shown_ms in FRAMES]))
    return 0


def _newest(pattern: str) -> str:
    found = sorted(DEMO.glob(pattern), key=lambda path: path.stat().st_mtime)
    return str(found[-1]) if found else ""


def _small(path: str) -> bytes:
    """Return a picture of the guide's width as PNG. All colours are kept: the rare ones mean something."""
    image = QImage(path).scaledToWidth(_WIDTH, Qt.TransformationMode.SmoothTransformation)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.convertToFormat(QImage.Format.Format_RGB888).save(buffer, "PNG", 0)
    return bytes(buffer.data().data())


def animation(frames: Sequence[bytes], shown_ms: Sequence[int]) -> bytes:
    """Return PNG pictures of one size as an animated PNG that repeats; each frame replaces the one before.

    A viewer without animation shows the first one.
    """
    images = [QImage.fromData(frame).convertToFormat(QImage.Format.Format_RGB888) for frame in frames]
    width, height = images[0].width(), images[0].height()
    made = [_SIGNATURE, _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))]
    made.append(_chunk(b"acTL", struct.pack(">II", len(images), 0)))
    number = 0
    for at, (image, ms) in enumerate(zip(images, shown_ms, strict=True)):
        made.append(_chunk(b"fcTL", struct.pack(">IIIIIHHBB", number, width, height, 0, 0, ms, 1000, 0, 0)))
        number += 1
        data = zlib.compress(b"".join(_rows(image)), 9)
        if at == 0:
            made.append(_chunk(b"IDAT", data))
        else:
            made.append(_chunk(b"fdAT", struct.pack(">I", number) + data))
            number += 1
    return b"".join([*made, _chunk(b"IEND", b"")])


def _rows(image: QImage) -> Iterator[bytes]:
    """Yield the rows of a picture, each as its difference to the row above, which compresses text on plain ground."""
    size = image.width() * 3
    above = bytes(size)
    for y in range(image.height()):
        line = bytes(image.constScanLine(y))[:size]
        yield b"\x02" + bytes((now - before) & 255 for now, before in zip(line, above, strict=True))
        above = line


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


if __name__ == "__main__":
    sys.exit(main())
