"""How often a stream is read.

Invariant: a network read is followed by a pause until JOIN_S after the one before it, and chunks that it brought along
by none, nor is one that is so large that more must be waiting. Deltas are joined over that time anyway; what arrives
meanwhile is read at once, and a chunk costs half.
"""

from __future__ import annotations

import asyncio

from workbench.engine.child.streamed_answer import JOIN_S

_FLOOD = 32 * 1024
"""Bytes; a read has at most twice as many."""


class ReadPace:
    """The pace of one stream."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._turned: list[bool] = [True]
        self._last = 0.0

    def before_read(self) -> None:
        """The next chunk is asked for: watch whether the event loop turns, which it does only for the network."""
        self._turned = []
        self._loop.call_soon(self._turned.append, True)

    async def after_read(self, size: int) -> None:
        """Pause if the chunk of so many bytes came from the network and not from what was read with the one before."""
        if not self._turned or size >= _FLOOD:
            return
        pause = self._last + JOIN_S - self._loop.time()
        if pause > 0:
            await asyncio.sleep(pause)
        self._last = self._loop.time()
