"""Decisions about the prompts of the open history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from workbench.app.decide.source import PromptDecision
from workbench.store import Store

if TYPE_CHECKING:
    from workbench.core.decide.goals import DecideGoals
    from workbench.core.decide.report import EvidenceRun
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

    def runs(self, uids: Sequence[str]) -> tuple[EvidenceRun, ...]:
        """Return the runs that are still in the history, newest first. Raises StoreError."""
        from workbench.usecases.decide.evidence_runs import evidence_runs

        return evidence_runs(self._store, uids)
