"""Recovery of runs of other processes on the same database.

Invariant: only runs of dead processes are ended here; those of living ones are left alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from workbench.core.text import plural
from workbench.store import RecoveredOutputs, Store


@dataclass(frozen=True, slots=True)
class OtherProcessesSeen:
    """Result of a look: whether another living process has runs, and what was recovered from dead ones."""

    running: bool = False
    recovered: RecoveredOutputs = field(default_factory=RecoveredOutputs)


class OtherProcesses:
    """Recovers outputs of dead processes. Blocks; use it on worker threads."""

    def __init__(self, store: Store, own: str, alive: Callable[[str], bool], now: Callable[[], str]) -> None:
        """`own` is the uid of this process, `alive` checks another one's, `now` returns UTC text."""
        self._store, self._own, self._alive, self._now = store, own, alive, now

    def look(self) -> OtherProcessesSeen:
        """Mark outputs of dead processes as interrupted, keeping their text. Raises StoreError."""
        owners = self._store.owners_in_flight() - {self._own}
        dead = {owner for owner in owners if not self._alive(owner)}
        if not dead or self._store.read_only:
            return OtherProcessesSeen(bool(owners - dead))
        recovered = self._store.recover(lambda owner: owner not in dead, self._now()).result()
        return OtherProcessesSeen(bool(owners - dead), recovered)


def ended_elsewhere(recovered: RecoveredOutputs) -> str:
    """Return a sentence about outputs recovered from other processes, "" if there are none."""
    if recovered.outputs == 0:
        return ""
    what = f"{recovered.outputs} {plural(recovered.outputs, 'interrupted answer')}"
    return f"Recovered {what} of another process that ended during a run."
