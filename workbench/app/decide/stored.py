"""Decisions about the prompts of the open history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from workbench.app.decide.source import LinkedRun, PromptDecision
from workbench.core.version_name import at_start, run_name
from workbench.store import Store
from workbench.store.errors import StoreError

if TYPE_CHECKING:
    from workbench.core.decide.goals import DecideGoals
    from workbench.usecases.decide.decider import Decider


class StoredDecisions:
    """`decider` makes what reads them, which imports numpy: it is called on a worker thread."""

    def __init__(self, store: Store, decider: Callable[[], Decider]) -> None:
        self._store, self._make = store, decider
        self._made: Decider | None = None

    @property
    def _decider(self) -> Decider:
        if self._made is None:
            self._made = self._make()
        return self._made

    def read(self, prompt_uid: str) -> PromptDecision:
        """Gather the evidence of a prompt and decide. Raises StoreError."""
        return PromptDecision(prompt_uid, self._decider.report(prompt_uid))

    def save_goals(self, prompt_uid: str, goals: DecideGoals) -> None:
        """Store the figures of the person. Raises StoreError."""
        self._decider.save_goals(prompt_uid, goals).result()

    def runs(self, uids: Sequence[str]) -> tuple[LinkedRun, ...]:
        """Return the runs that are still in the history, newest first. Raises StoreError for other reasons."""
        # Uids begin with the time.
        return tuple(run for uid in sorted(set(uids), reverse=True) if (run := self._run(uid)) is not None)

    def _run(self, uid: str) -> LinkedRun | None:
        try:
            if self._store.tests.has(uid):
                return LinkedRun(uid, at_start(run_name("test", self._store.tests.run(uid).number)), is_test=True)
            return LinkedRun(uid, run_name("iteration", self._store.iteration(uid).number), is_test=False)
        except StoreError as error:
            if error.code != "missing":
                raise
            return None
