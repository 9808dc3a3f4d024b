"""Work in Python on another thread that the window does not notice.

Invariant: while such work goes on, the UI thread gets the interpreter's lock within a millisecond, and no collection of
garbage holds it. Work on 10,000 verdicts makes hundreds of thousands of objects none of which is garbage; a collection
in the middle would look at all of them, which takes a tenth of a second on whatever thread. And a thread that paints
gives the lock up with each call of Qt and then waits for it, by default 5 ms each time.
"""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SWITCH_S = 0.0005


class Background:
    """How many such works go on; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._workers = 0
        self._collected, self._switched = False, 0.0

    @contextmanager
    def working(self) -> Iterator[None]:
        """Collect no garbage meanwhile, and give the lock up often."""
        with self._lock:
            if not self._workers:
                self._collected, self._switched = gc.isenabled(), sys.getswitchinterval()
                gc.disable()
                sys.setswitchinterval(SWITCH_S)
            self._workers += 1
        try:
            yield
        finally:
            with self._lock:
                self._workers -= 1
                if not self._workers:
                    sys.setswitchinterval(self._switched)
                    if self._collected:
                        gc.enable()


def settle_in() -> None:
    """Let collections never look again at what is loaded by now, if that was said of what the program began with."""
    if gc.get_freeze_count():
        gc.freeze()
