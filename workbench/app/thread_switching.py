"""Keeps the UI thread responsive during Python work on other threads.

Invariant: during such work, the UI thread gets the GIL within a millisecond, and garbage collections hold it for some
ms at most. Work on 10,000 verdicts creates hundreds of thousands of objects, none of which is garbage. One collection
that scans all of them takes a tenth of a second on any thread: in the middle of the work, or at its end if none ran
before. So new objects are scanned in small batches, each twice, and old ones not at all. A thread that paints releases
the GIL with each call of Qt and then waits to get it back, by default 5 ms each time.
"""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SWITCH_S = 0.0005
PIECES = (1_000, 5, 1_000_000_000)
"""Thresholds of the three garbage collector generations: batches of 1,000 new objects, scanned once more after five
batches, and never a full collection.
"""


class ThreadSwitching:
    """Counts the active works; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._workers = 0
        self._thresholds, self._switched = gc.get_threshold(), 0.0

    @contextmanager
    def working(self) -> Iterator[None]:
        """Use small garbage collection batches and a short GIL switch interval within the context."""
        with self._lock:
            if not self._workers:
                self._thresholds, self._switched = gc.get_threshold(), sys.getswitchinterval()
                gc.set_threshold(*PIECES)
                sys.setswitchinterval(SWITCH_S)
            self._workers += 1
        try:
            yield
        finally:
            with self._lock:
                self._workers -= 1
                if not self._workers:
                    sys.setswitchinterval(self._switched)
                    gc.set_threshold(*self._thresholds)


def settle_in() -> None:
    """Exclude everything loaded so far from garbage collection, if the objects of the start-up were frozen too."""
    if gc.get_freeze_count():
        gc.freeze()
