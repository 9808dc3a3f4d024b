"""Incremental parser for server-sent events.

Invariant: the events do not depend on how the bytes are split into chunks. Lines end in LF, CRLF or CR; comments and
fields other than `data` and `event` are skipped; text is decoded per line, so no character is ever split.
"""

from __future__ import annotations

from dataclasses import dataclass

MAX_EVENT = 8 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"


class EventTooLongError(Exception):
    """An event is longer than MAX_EVENT bytes."""


@dataclass(frozen=True, slots=True)
class ServerEvent:
    """One event: its data lines joined by LF, and its name ("" for the default, "message")."""

    data: str
    name: str = ""


class EventStream:
    """Parses one stream."""

    def __init__(self) -> None:
        self._rest = b""
        # An unfinished line is kept as chunks: joining it for every chunk would be quadratic.
        self._pieces: list[bytes] = []
        self._held = 0
        self._after_cr = False
        self._started = False
        self._data: list[bytes] = []
        self._name = b""
        self._size = 0

    def feed(self, chunk: bytes) -> list[ServerEvent]:
        """Return the events that `chunk` completes. Raises EventTooLongError."""
        if self._after_cr and chunk:
            chunk = chunk.removeprefix(b"\n")
            self._after_cr = False
        if self._started and b"\n" not in chunk and b"\r" not in chunk:
            self._hold(chunk)
            return []
        data = self._rest + b"".join(self._pieces) + chunk
        self._pieces, self._held = [], 0
        if not self._started:
            if len(data) < len(_BOM) and _BOM.startswith(data):
                self._rest = data
                return []
            data, self._started = data.removeprefix(_BOM), True
        if b"\r" in data:
            self._after_cr = data.endswith(b"\r")
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        *lines, self._rest = data.split(b"\n")
        self._hold(b"")
        events: list[ServerEvent] = []
        for line in lines:
            if line:
                self._field(line)
            elif self._data:
                events.append(self._event())
            else:
                self._name = b""
        return events

    def close(self) -> list[ServerEvent]:
        """Return the unfinished last event if it has data, because servers may omit the last blank line."""
        if rest := self._rest + b"".join(self._pieces):
            self._field(rest)
            self._rest, self._pieces, self._held = b"", [], 0
        return [self._event()] if self._data else []

    def _hold(self, piece: bytes) -> None:
        if piece:
            self._pieces.append(piece)
            self._held += len(piece)
        if len(self._rest) + self._held + self._size > MAX_EVENT:
            raise EventTooLongError(f"An event is longer than {MAX_EVENT} bytes.")

    def _field(self, line: bytes) -> None:
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._data.append(value)
            self._size += len(value)
            if self._size > MAX_EVENT:
                raise EventTooLongError(f"An event is longer than {MAX_EVENT} bytes.")
        elif name == b"event":
            self._name = value

    def _event(self) -> ServerEvent:
        event = ServerEvent(b"\n".join(self._data).decode("utf-8", "replace"), self._name.decode("utf-8", "replace"))
        self._data, self._name, self._size = [], b"", 0
        return event
