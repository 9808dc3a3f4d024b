"""Reads the rows of SQLite's file format without SQLite.

Invariant: whatever bytes a file holds, reading terminates, stays within the file and raises only what is documented;
bytes that do not fit the format are skipped. Source: "Database File Format", sqlite.org/fileformat2.html.
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from workbench.store.damaged_text import read_text

MAGIC = b"SQLite format 3\0"
PAGE_SIZE = 4096
"""Assumed if the header is lost: SQLite's default for new files."""
TABLE_LEAF, TABLE_NODE, INDEX_LEAF, INDEX_NODE = 0x0D, 0x05, 0x0A, 0x02
_WAL_MAGIC = {0x377F0682: "<", 0x377F0683: ">"}
_WAL_HEADER, _FRAME_HEADER = 32, 24
_MOST_READ = 32 << 20
_MOST_PAYLOAD = 1 << 30
_INTEGERS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}

Value = int | float | str | bytes | None
Body = bytes | mmap.mmap


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One record. `rowid` is None in an index or a table without rowids; `is_cut` if its end was lost."""

    rowid: int | None
    values: tuple[Value, ...]
    is_cut: bool = False


class FilePages:
    """All pages of one snapshot: those of the file, with the committed ones of its log in their place."""

    def __init__(self, body: Body, log: Body = b"") -> None:
        self.size, self.reserved = _geometry(body)
        self._body = body
        self._over, self.strays, self.later = _frames(log, self.size)
        """`strays` are pages of the log that SQLite would not use: after a damaged frame, or never committed. Of these,
        `later` are the committed ones that are valid by themselves, the newest of each number."""
        self.count = max(len(body) // self.size, max(self._over, default=0))

    def behind(self) -> FilePages:
        """Return only the pages in `later`."""
        return self._with(b"", self.later)

    def newest(self) -> FilePages:
        """Return these pages with those in `later` in their place."""
        return self._with(self._body, self._over | self.later)

    def _with(self, body: Body, over: dict[int, bytes]) -> FilePages:
        made = FilePages(body)
        made.size, made.reserved, made._over = self.size, self.reserved, over
        made.count = max(self.count, max(over, default=0))
        return made

    def numbers(self) -> Iterator[int]:
        """Yield the numbers of all pages; those of a log may leave a large gap."""
        whole = len(self._body) // self.size
        yield from range(1, whole + 1)
        yield from sorted(number for number in self._over if number > whole)

    @property
    def usable(self) -> int:
        """Bytes of a page that hold content."""
        return self.size - self.reserved

    def get(self, number: int) -> bytes:
        """Return a page by its number from 1, b"" if there is none."""
        if number in self._over:
            return self._over[number]
        if number < 1:
            return b""
        page = self._body[(number - 1) * self.size : number * self.size]
        return page if len(page) == self.size else page.ljust(self.size, b"\0") if page else b""

    def free(self) -> set[int]:
        """Return the numbers of free pages, as far as the freelist can be read."""
        first = self.get(1)
        found: set[int] = set()
        trunk = _u32(first, 32) if first.startswith(MAGIC) else 0
        while 0 < trunk <= self.count and trunk not in found:
            found.add(trunk)
            page = self.get(trunk)
            count = min(_u32(page, 4), self.usable // 4 - 2)
            found.update(n for i in range(count) if 0 < (n := _u32(page, 8 + 4 * i)) <= self.count)
            trunk = _u32(page, 0)
        return found


def kind_of(page: bytes, number: int) -> int:
    """Return the kind of a b-tree page, 0 if it cannot be one."""
    at = 100 if number == 1 else 0
    kind = page[at] if len(page) > at else 0
    return kind if kind in (TABLE_LEAF, TABLE_NODE, INDEX_LEAF, INDEX_NODE) else 0


def children(page: bytes, number: int) -> list[int]:
    """Return the child pages of an interior page."""
    start = 100 if number == 1 else 0
    found = [_u32(page, at) for at in _cells(page, start, 12)]
    return [*found, _u32(page, start + 8)]


def rows(pages: FilePages, page: bytes, number: int) -> Iterator[FileRecord]:
    """Yield the readable records of a page of any kind but an interior one of a table."""
    kind = kind_of(page, number)
    start = 100 if number == 1 else 0
    for at in _cells(page, start, 12 if kind == INDEX_NODE else 8):
        row = _row(pages, page, at + (4 if kind == INDEX_NODE else 0), table=kind == TABLE_LEAF)
        if row is not None:
            yield row


def _geometry(body: Body) -> tuple[int, int]:
    size = int.from_bytes(body[16:18], "big")
    size = 65536 if size == 1 else size
    if body[:16] == MAGIC and size >= 512 and size & (size - 1) == 0 and body[20] < size // 4:
        return size, body[20]
    return PAGE_SIZE, 0


def _frames(log: Body, size: int) -> tuple[dict[int, bytes], list[tuple[int, bytes]], dict[int, bytes]]:
    """Return the newest committed page of each number, the other frames as (number, page), and `later`.

    The checksum of each frame continues the stored one of the frame before it; so frames after a damaged one can be
    told from noise and from remains of an earlier log.
    """
    order = _WAL_MAGIC.get(_u32(log, 0)) if len(log) >= _WAL_HEADER else None
    valid = order is not None and _u32(log, 8) == size
    before = (_u32(log, 24), _u32(log, 28))
    if valid and order is not None:
        valid = _checksum(log[:24], (0, 0), order) == before
    is_log = valid
    committed: dict[int, bytes] = {}
    pending: dict[int, bytes] = {}
    later: dict[int, bytes] = {}
    strays: list[tuple[int, bytes]] = []
    for at in range(_WAL_HEADER, len(log) - _FRAME_HEADER - size + 1, _FRAME_HEADER + size):
        head, page = log[at : at + _FRAME_HEADER], log[at + _FRAME_HEADER : at + _FRAME_HEADER + size]
        number, sums = _u32(head, 0), (_u32(head, 16), _u32(head, 20))
        fits = is_log and order is not None and number > 0 and head[8:16] == log[16:24]
        fits = fits and order is not None and _checksum(page, _checksum(head[:8], before, order), order) == sums
        valid, before = valid and fits, sums
        if not valid and page.strip(b"\0"):
            strays.append((number, page))
        if fits:
            pending[number] = page
            if _u32(head, 4):
                (committed if valid else later).update(pending)
                pending = {}
    strays += pending.items()
    return committed, strays, later


def _checksum(data: bytes, sums: tuple[int, int], order: str) -> tuple[int, int]:
    first, second = sums
    words = struct.unpack(f"{order}{len(data) // 4}I", data)
    for even, odd in zip(words[::2], words[1::2], strict=True):
        first = (first + even + second) & 0xFFFFFFFF
        second = (second + odd + first) & 0xFFFFFFFF
    return first, second


def _cells(page: bytes, start: int, header: int) -> list[int]:
    """Return the offsets of the cells of a page."""
    count = int.from_bytes(page[start + 3 : start + 5], "big")
    first = start + header
    if first + 2 * count > len(page):
        return []
    places = struct.unpack(f">{count}H", page[first : first + 2 * count])
    return [place for place in places if first + 2 * count <= place < len(page)]


def _row(pages: FilePages, page: bytes, at: int, *, table: bool) -> FileRecord | None:
    size, at = _varint(page, at)
    rowid: int | None = None
    if table:
        rowid, at = _varint(page, at)
        rowid -= (1 << 64) if rowid >> 63 else 0
    if not 1 < size < _MOST_PAYLOAD or at >= len(page):
        return None
    payload = _payload(pages, page, at, size, table=table)
    values = _record(payload, size)
    return None if values is None else FileRecord(rowid, values, len(payload) < size)


def _payload(pages: FilePages, page: bytes, at: int, size: int, *, table: bool) -> bytes:
    """Return the available part of a record of `size` bytes."""
    usable = pages.usable
    most = usable - 35 if table else (usable - 12) * 64 // 255 - 23
    least = (usable - 12) * 32 // 255 - 23
    if size <= most:
        return page[at : at + size] if at + size <= usable else b""
    here = least + (size - least) % (usable - 4)
    here = here if here <= most else least
    if at + here + 4 > usable:
        return b""
    # The end of a value that no connection would read is not worth the memory.
    parts, left = [page[at : at + here]], min(size, _MOST_READ) - here
    next_page, seen = _u32(page, at + here), set[int]()
    while left > 0 and 0 < next_page <= pages.count and next_page not in seen:
        seen.add(next_page)
        more = pages.get(next_page)
        parts.append(more[4 : 4 + min(left, usable - 4)])
        left -= len(parts[-1])
        next_page = _u32(more, 0)
    return b"".join(parts)


def _record(payload: bytes, size: int) -> tuple[Value, ...] | None:
    """Return the values of a record, truncated ones as far as they go; None if it is not a record."""
    header, at = _varint(payload, 0)
    if not 1 < header <= len(payload) or header > size:
        return None
    kinds = []
    while at < header:
        kind, at = _varint(payload, at)
        kinds.append(kind)
    if at != header or header + sum(_length(kind) for kind in kinds) != size:
        return None
    values: list[Value] = []
    for kind in kinds:
        length = _length(kind)
        try:
            values.append(_value(kind, payload[at : at + length], length))
        except UnicodeDecodeError:
            return None
        at += length
    return tuple(values)


def _length(kind: int) -> int:
    if kind >= 12:
        return (kind - 12) // 2
    return 8 if kind == 7 else _INTEGERS.get(kind, 0)


def _value(kind: int, data: bytes, length: int) -> Value:
    if kind in (8, 9):
        return kind - 8
    if kind >= 12 and kind % 2 == 0:
        return data
    if kind >= 13:
        # A truncated text may end within a character.
        return read_text(data) if len(data) == length else data.decode("utf-8", "ignore")
    if kind == 0 or len(data) < length:
        return None
    if kind == 7:
        return float(struct.unpack(">d", data)[0])
    return int.from_bytes(data, "big", signed=True)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a varint and the offset behind it; bytes beyond the end are read as zeros."""
    value = 0
    for index in range(8):
        byte = data[at + index] if at + index < len(data) else 0
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + index + 1
    last = data[at + 8] if at + 8 < len(data) else 0
    return value << 8 | last, at + 9


def _u32(data: Body, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "big")
