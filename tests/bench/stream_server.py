"""A chat-completions server that streams at a steady rate and records when it sent each token.

Invariant: every token is `TOKEN` characters long and the first one names its connection, so that a count of characters
identifies the token. The first `lanes` answers are short, for warming up. GET /times returns the send times of the
tokens of each connection, in CLOCK_MONOTONIC ns.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator

TOKEN = 5
_MARKDOWN = """
## Status of order 123

It is **in transit** and should *arrive* on Friday; `lookup_order` says so. More words follow, as in an answer that
somebody has to read to its end before they can say which of the models did it best.

1. Verify the order number with the customer
2. Answer in one sentence:
   - shipped, and when it will be there
   - in transit

> The customer asked twice, so say that you are sorry.

```python
def status(order: str, days: int = 3) -> str:
    # Say where it is.
    return f"{order}: in transit, {days} days"  # a line
```

| Item | Count | Price |
|---|---|---|
| Blue lamp | 2 | $14 |
| Table | 1 | $140 |

"""
_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nConnection: close\r\n\r\n"


class Server:
    """Serves until its standard input closes."""

    def __init__(self, lanes: int, rate: int, seconds: float) -> None:
        self._lanes, self._rate, self._seconds = lanes, rate, seconds
        self._times: list[list[int]] = []

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request and close."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = next((int(line[15:]) for line in head.lower().split("\r\n") if line.startswith("content-length:")), 0)
        await reader.readexactly(length)
        try:
            if head.startswith("GET /times"):
                writer.write(_HEAD % b"application/json" + json.dumps(self._times).encode())
            else:
                writer.write(_HEAD % b"text/event-stream")
                async for event in self._events():
                    writer.write(b"data: " + event + b"\n\n")
            await writer.drain()
        except ConnectionError:
            pass  # the client has disconnected
        finally:
            writer.close()

    async def _events(self) -> AsyncIterator[bytes]:
        number = len(self._times)
        sent: list[int] = []
        self._times.append(sent)
        seconds = 1.0 if number < self._lanes else self._seconds
        # Answers are not synchronised, as with real providers.
        start = asyncio.get_running_loop().time() + (number % self._lanes) / self._lanes / self._rate
        for index in range(int(self._rate * seconds)):
            await asyncio.sleep(max(0.0, start + index / self._rate - asyncio.get_running_loop().time()))
            text = f"#{number:03} " if index == 0 else _token(index - 1)
            sent.append(time.monotonic_ns())
            yield _chunk({"content": text}, None)
        yield _chunk({}, "stop")
        usage = {"prompt_tokens": 100, "completion_tokens": len(sent), "total_tokens": 100 + len(sent)}
        yield json.dumps({"id": "x", "object": "chat.completion.chunk", "choices": [], "usage": usage}).encode()
        yield b"[DONE]"


def _token(index: int) -> str:
    at = index * TOKEN % len(_MARKDOWN)
    return (_MARKDOWN + _MARKDOWN)[at : at + TOKEN]


def _chunk(delta: dict[str, str], finish: str | None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return json.dumps({"id": "x", "object": "chat.completion.chunk", "model": "fake", "choices": [choice]}).encode()


async def _serve(options: argparse.Namespace) -> None:
    server = Server(options.lanes, options.rate, options.seconds)
    listening = await asyncio.start_server(server.handle, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    sys.stdout.write(json.dumps({"port": port}) + "\n")
    sys.stdout.flush()
    async with listening:
        await asyncio.to_thread(sys.stdin.buffer.read)


def main() -> int:
    """Print the port, then serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--lanes", type=int, required=True)
    parser.add_argument("--rate", type=int, required=True, help="tokens a second of each answer")
    parser.add_argument("--seconds", type=float, required=True)
    asyncio.run(_serve(parser.parse_args()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
