"""A chat-completions server that sends whole answers, at once or after a delay, and records when requests arrive.

Invariant: a base URL of /N/v1 answers after N ms. Arrival times are in CLOCK_MONOTONIC ns, in order. GET /arrivals
returns and clears them. Connections stay open.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

_BODY = json.dumps(
    {
        "id": "x",
        "object": "chat.completion",
        "model": "fake",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": "Done."}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 2, "total_tokens": 102},
    }
).encode()


def _response(body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


class Connection(asyncio.Protocol):
    """One connection, serving one request after the other."""

    arrivals: list[int]

    def __init__(self, arrivals: list[int]) -> None:
        self.arrivals = arrivals
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport for the answers."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every complete request."""
        self._data += data
        while b"\r\n\r\n" in self._data:
            head, _, rest = self._data.partition(b"\r\n\r\n")
            lines = head.lower().split(b"\r\n")
            length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
            if len(rest) < length:
                return
            self._data = rest[length:]
            self._answer(head.split(b" ", 2)[1].decode())

    def _answer(self, path: str) -> None:
        if path == "/arrivals":
            body = json.dumps(self.arrivals).encode()
            self.arrivals.clear()
            self._write(_response(body))
            return
        if path.endswith("/completions"):
            # A run also requests the prices of its models.
            self.arrivals.append(time.monotonic_ns())
        pause = path.split("/")[1]
        if pause.isdigit() and int(pause):
            asyncio.get_running_loop().call_later(int(pause) / 1000, self._write, _response(_BODY))
        else:
            self._write(_response(_BODY))

    def _write(self, data: bytes) -> None:
        if isinstance(self._transport, asyncio.Transport) and not self._transport.is_closing():
            self._transport.write(data)


async def _serve() -> None:
    arrivals: list[int] = []
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(arrivals), "127.0.0.1", 0, backlog=512)
    sys.stdout.write(json.dumps({"port": server.sockets[0].getsockname()[1]}) + "\n")
    sys.stdout.flush()
    async with server:
        await asyncio.to_thread(sys.stdin.buffer.read)


if __name__ == "__main__":
    asyncio.run(_serve())
