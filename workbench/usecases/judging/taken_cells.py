"""The cells that a judge has taken and not given back, and who waits for room or for the end. Thread-safe.

Invariant: the calls that the cells may take fit into `most`, except those of a single cell. Who waits is called once,
without the lock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from workbench.usecases.testing.cell_judge import JudgeOffer


class TakenCells:
    """Counts cells by the uid of their answer."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._calls: dict[str, int] = {}
        self._for_room: list[Callable[[], None]] = []
        self._for_idle: list[Callable[[], None]] = []
        self._is_ended = False

    def __len__(self) -> int:
        """The number of cells."""
        return len(self._calls)

    def uids(self) -> tuple[str, ...]:
        """Return the uids of their answers."""
        with self._lock:
            return tuple(self._calls)

    def take(self, uid: str, calls: int, then: Callable[[], None]) -> JudgeOffer:
        """Take a cell if there is room, and call `then` before another is taken; one that is here counts as taken."""
        with self._lock:
            if self._is_ended:
                return "stopped"
            if uid in self._calls:
                return "taken"
            if self._calls and sum(self._calls.values()) + calls > self._most:
                return "full"
            self._calls[uid] = calls
            then()
        return "taken"

    def give_back(self, uids: Iterable[str]) -> None:
        """Forget cells, and call who waited for that."""
        with self._lock:
            for uid in uids:
                self._calls.pop(uid, None)
            found: list[Callable[[], None]] = []
            if self._is_ended or sum(self._calls.values()) <= self._most // 2:
                found, self._for_room = self._for_room, []
            if not self._calls:
                found, self._for_idle = [*found, *self._for_idle], []
        for then in found:
            then()

    def when_room(self, then: Callable[[], None]) -> None:
        """Call `then` once cells were given back and there is room, or none is taken any more."""
        with self._lock:
            if not self._is_ended and self._calls:
                self._for_room.append(then)
                return
        then()

    def when_idle(self, then: Callable[[], None]) -> None:
        """Call `then` once all cells are given back."""
        with self._lock:
            if self._calls:
                self._for_idle.append(then)
                return
        then()

    def end(self) -> None:
        """Take no cell any more."""
        with self._lock:
            self._is_ended = True
