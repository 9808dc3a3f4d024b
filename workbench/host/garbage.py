"""When Python looks for garbage in the process of the window.

Invariant: a collection holds the GIL for a few ms at most. What is loaded at the start is never scanned again; while
work on another thread creates many objects, new ones are scanned in small batches and old ones not at all.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

BATCHES = (1_000, 5, 1_000_000_000)
"""Thresholds of the three generations: batches of 1,000 new objects, scanned once more after five batches, and never a
full collection.
"""


def pause_collection() -> None:
    """Stop collecting while the program is loaded: all of it stays, and scanning it would delay the first paint."""
    gc.disable()


def resume_collection() -> None:
    """Collect again, but never scan what was loaded meanwhile."""
    gc.freeze()
    gc.enable()


def collect_everything() -> None:
    """Collect also among the objects that `resume_collection` excluded."""
    gc.unfreeze()
    gc.collect()


class SmallCollections:
    """Keeps collections small during work that creates hundreds of thousands of objects; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._active = 0
        self._thresholds = gc.get_threshold()

    @contextmanager
    def during(self) -> Iterator[None]:
        """Use small batches within the context; contexts on several threads may overlap."""
        with self._lock:
            if not self._active:
                self._thresholds = gc.get_threshold()
                gc.set_threshold(*BATCHES)
            self._active += 1
        try:
            yield
        finally:
            with self._lock:
                self._active -= 1
                if not self._active:
                    gc.set_threshold(*self._thresholds)
