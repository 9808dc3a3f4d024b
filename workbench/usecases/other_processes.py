"""Other processes that run on the same database.

Invariant: only what a dead process left behind is ended here; what a living one runs is its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from workbench.store import Recovered, Store


@dataclass(frozen=True, slots=True)
class OtherProcessesSeen:
    """What a look found: whether another living process runs something, and what dead ones had left unfinished."""

    running: bool = False
    recovered: Recovered = field(default_factory=Recovered)


class OtherProcesses:
    """Looks after what others run. A look blocks and belongs on a worker thread."""

    def __init__(self, store: Store, own: str, alive: Callable[[str], bool], now: Callable[[], str]) -> None:
        """`own` is the uid of this process, `alive` tells of another's, `now` returns UTC text."""
        self._store, self._own, self._alive, self._now = store, own, alive, now

    def look(self) -> OtherProcessesSeen:
        """End as interrupted, with their text, the outputs of processes that died. Raises StoreError."""
        owners = self._store.owners_in_flight() - {self._own}
        dead = {owner for owner in owners if not self._alive(owner)}
        if not dead or self._store.read_only:
            return OtherProcessesSeen(bool(owners - dead))
        recovered = self._store.recover(lambda owner: owner not in dead, self._now()).result()
        return OtherProcessesSeen(bool(owners - dead), recovered)


def ended_elsewhere(recovered: Recovered) -> str:
    """Return one quiet sentence about processes that died beside this one, "" when there was nothing to recover."""
    if recovered.outputs == 0:
        return ""
    what = "1 interrupted answer" if recovered.outputs == 1 else f"{recovered.outputs} interrupted answers"
    return f"Recovered {what} of another process that ended in the middle of a run."
