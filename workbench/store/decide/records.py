"""What Decide knows, as callers see it: `store.decide`.

Invariant: reads block and belong on worker threads; writes return a future at once. All raise StoreError, writes in
their futures.
"""

from __future__ import annotations

from concurrent.futures import Future

from workbench.core.decide.goals import DecideGoals
from workbench.store.connections import Readers
from workbench.store.decide import goals
from workbench.store.testing.suite_records import WriteWork


class DecideRecords:
    """Goals and evidence in one history. Safe to use from any thread."""

    def __init__(self, readers: Readers, write: WriteWork) -> None:
        self._readers = readers
        self._write = write

    def goals(self, prompt_uid: str) -> DecideGoals:
        """Return the goals of a prompt, without answers if it has none. Raises StoreError (missing)."""
        with self._readers.use() as connection:
            return goals.read(connection, prompt_uid)

    def save_goals(self, prompt_uid: str, given: DecideGoals, now: str) -> Future[None]:
        """Replace the goals of a prompt. The future raises StoreError (missing)."""
        return self._write(lambda c: goals.save(c, prompt_uid, given, now))
