"""Detects committed frames of the write-ahead log that SQLite would discard.

Invariant: the check changes neither file nor log. SQLite reads a log up to the first invalid frame and ignores the
rest, which the next change then overwrites; so this check precedes opening a history. Source: "WAL-mode File Format",
sqlite.org/walformat.html.
"""

from __future__ import annotations

import struct
import sys
import time
from pathlib import Path

from workbench.store.connections import connect
from workbench.store.sqlite import FILE_ERRORS

_HEADER, _FRAME = 32, 24
_MAGIC = (0x377F0682, 0x377F0683)
_MXFRAME_AT = 16
_MOST_LOG = 1 << 30
"""Bytes of a log to check; ours is checkpointed long before that, and a file can claim any size."""
_SETTLE_S = 0.2
"""Seconds within which a writer publishes a frame that is in the log."""


def damaged_log(database: Path) -> str:
    """Return what is wrong with the log of a database, "" for nothing; opening reports other errors of the file."""
    log = database.with_name(f"{database.name}-wal")
    try:
        if log.stat().st_size <= _HEADER:
            return ""
        newest, last, salts = _last_commit(log)
        if newest is None:
            return f"{log} does not begin as a log does"
        if newest <= _known(database):
            return ""
        time.sleep(_SETTLE_S)
        known = _known(database)
        # A log that another process restarted meanwhile has other salts.
        if newest <= known or _last_commit(log)[2] != salts:
            return ""
        if newest == last and _fits(log, known, newest):
            # The header of a frame is written before its page, and the process was killed in between.
            return ""
    except FileNotFoundError:
        return ""
    except (*FILE_ERRORS, OSError):
        # Opening the file reports the error.
        return ""
    return f"{log} has {newest} frames, and the first {known} of them are sound"


def _last_commit(log: Path) -> tuple[int | None, int, bytes]:
    """Return the number of the last commit frame (None if this is no log), that of the last frame, and the salts."""
    whole = min(log.stat().st_size, _MOST_LOG)
    with log.open("rb") as file:
        head = file.read(_HEADER)
        if len(head) < _HEADER:
            return 0, 0, b""
        magic, _, size = struct.unpack(">3I", head[:12])
        salts = head[16:24]
        if magic not in _MAGIC or not _is_page_size(size) or _sums(head[:24], magic) != struct.unpack(">2I", head[24:]):
            return None, 0, salts
        newest = last = number = 0
        while len(frame := file.read(_FRAME)) == _FRAME:
            number += 1
            file.seek(size, 1)
            if file.tell() > whole:
                break
            if frame[8:16] == salts:
                last = number
                newest = number if frame[4:8] != b"\0\0\0\0" else newest
        return newest, last, salts


def _fits(log: Path, known: int, newest: int) -> bool:
    """Whether all frames after `known` and before `newest` are valid, so that only the newest is not."""
    with log.open("rb") as file:
        head = file.read(_HEADER)
        magic, _, size = struct.unpack(">3I", head[:12])
        sums = struct.unpack(">2I", head[24:])
        if known:
            file.seek(_HEADER + (known - 1) * (_FRAME + size))
            sums = struct.unpack(">2I", file.read(_FRAME)[16:])
            file.seek(size, 1)
        for _ in range(known + 1, newest):
            frame, page = file.read(_FRAME), file.read(size)
            sums = _sums(frame[:8] + page, magic, sums)
            if sums != struct.unpack(">2I", frame[16:]):
                return False
    return True


def _known(database: Path) -> int:
    """Return the number of frames that SQLite accepts."""
    connection = connect(database, mode="ro", busy_ms=1000)
    try:
        # The first reader after a crash reads the log and stores the number of valid frames in its index.
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        with database.with_name(f"{database.name}-shm").open("rb") as index:
            head = index.read(_MXFRAME_AT + 4)
        return int.from_bytes(head[_MXFRAME_AT:], sys.byteorder)
    finally:
        connection.close()


def _is_page_size(size: int) -> bool:
    return 512 <= size <= 65536 and size & (size - 1) == 0


def _sums(data: bytes, magic: int, before: tuple[int, ...] = (0, 0)) -> tuple[int, int]:
    first, second = before
    words = struct.unpack(f"{'<' if magic == _MAGIC[0] else '>'}{len(data) // 4}I", data)
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & 0xFFFFFFFF
        second = (second + odd + first) & 0xFFFFFFFF
    return first, second
