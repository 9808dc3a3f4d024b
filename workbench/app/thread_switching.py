"""Work in Python on another thread that the window does not notice.

Invariant: while such work goes on, the UI thread gets the interpreter's lock within a millisecond, and collections of
garbage hold it for some ms at most. Work on 10,000 verdicts makes hundreds of thousands of objects none of which is
garbage. One collection that looks at all of them takes a tenth of a second on whatever thread: in the middle of the
work, or at its end when none came before. So new objects are looked at in pieces, each twice, and old ones not at all.
And a thread that paints gives the lock up with each call of Qt and then waits for it, by default 5 ms each time.
"""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SWITCH_S = 0.0005
PIECES = (1_000, 5, 1_000_000_000)
"""New objects that are looked at together, after how many such looks those that were left are looked at once more, and
after how many of these everything is: never.
"""


class ThreadSwitching:
    """How many such works go on; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._workers = 0
        self._thresholds, self._switched = gc.get_threshold(), 0.0

    @contextmanager
    def working(self) -> Iterator[None]:
        """Collect garbage in small pieces meanwhile, and give the lock up often."""
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
    """Let collections never look again at what is loaded by now, if that was said of what the program began with."""
    if gc.get_freeze_count():
        gc.freeze()
