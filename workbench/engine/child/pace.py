"""Throttling of stream reads.

Invariant: a network read is followed by a pause until JOIN_S after the previous one; there is no pause after chunks
already buffered by that read, nor after a chunk so large that more must be waiting. Deltas are coalesced over that time
anyway; text that arrives during the pause is read in one go, which halves the cost per chunk.
"""

from __future__ import annotations

import asyncio

from workbench.engine.child.streamed_answer import JOIN_S

_FLOOD = 32 * 1024
"""Chunk size in bytes from which no pause is made; a read returns at most twice as many."""


class ReadPace:
    """Throttles the reads of one stream."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._turned: list[bool] = [True]
        self._last = 0.0

    def before_read(self) -> None:
        """Start to watch whether the event loop runs before the next chunk, which only a network read causes."""
        self._turned = []
        self._loop.call_soon(self._turned.append, True)

    async def after_read(self, size: int) -> None:
        """Pause if the chunk of `size` bytes came from the network and not from the buffer of the previous read."""
        if not self._turned or size >= _FLOOD:
            return
        pause = self._last + JOIN_S - self._loop.time()
        if pause > 0:
            await asyncio.sleep(pause)
        self._last = self._loop.time()
