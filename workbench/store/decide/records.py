"""What Decide knows, as callers see it: `store.decide`.

Invariant: reads block and belong on worker threads; writes return a future at once. All raise StoreError, writes in
their futures.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future

from workbench.core.cases import Check
from workbench.core.decide.goals import DecideGoals
from workbench.store.connections import Readers
from workbench.store.decide import calls, cell_counts, goals, prompt_facts
from workbench.store.decide.calls import StoredCall
from workbench.store.decide.cell_counts import CellCounts
from workbench.store.decide.prompt_facts import AnswerFact, CaseFact, ComparedCase, NamedRun, RunFacts, VersionFact
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

    # Evidence

    def versions(self, prompt_uid: str, numbers: Collection[int]) -> tuple[VersionFact, ...]:
        """Return these versions of a prompt, oldest first. Raises StoreError (missing)."""
        with self._readers.use() as connection:
            return prompt_facts.version_facts(connection, prompt_uid, numbers)

    def runs(self, prompt_uid: str) -> RunFacts:
        """Return what is known of the runs of a prompt. Raises StoreError (missing)."""
        with self._readers.use() as connection:
            return prompt_facts.run_facts(connection, prompt_uid)

    def named_runs(self, run_uids: Collection[str]) -> tuple[NamedRun, ...]:
        """Return what these runs are called, without deleted ones, newest first. Raises StoreError."""
        with self._readers.use() as connection:
            return prompt_facts.named_runs(connection, run_uids)

    def case_facts(self, prompt_uid: str) -> tuple[CaseFact, ...]:
        """Return the cases of a prompt in order, without values and checks. Raises StoreError (missing)."""
        with self._readers.use() as connection:
            return prompt_facts.case_facts(connection, prompt_uid)

    def cases(self, run_uid: str) -> tuple[ComparedCase, ...]:
        """Return the cases of a test run in order, without their values. Raises StoreError (missing)."""
        with self._readers.use() as connection:
            return prompt_facts.compared_cases(connection, run_uid)

    def scoring_rules(self, run_uids: Collection[str]) -> dict[str, tuple[str, float | None]]:
        """Return by what each of these test runs was scored last; equal if the rules for all cases were the same."""
        with self._readers.use() as connection:
            return prompt_facts.scoring_rules(connection, run_uids)

    def counts(
        self, run_uid: str, scoring_uid: str, positions: Collection[int], kind: Callable[[Check], str]
    ) -> Mapping[int, CellCounts]:
        """Return the counts of each column of a test run over the cases at some positions.

        `kind` is that of a check: format, rule or judge. Raises StoreError (missing).
        """
        with self._readers.use() as connection:
            return cell_counts.read(connection, run_uid, scoring_uid, positions, kind)

    def calls(self, run_uid: str, positions: Collection[int]) -> Mapping[int, tuple[StoredCall, ...]]:
        """Return the finished answers of each column of a test run to the cases at some positions, oldest first."""
        with self._readers.use() as connection:
            return calls.read(connection, run_uid, positions)

    def newest_calls(self, prompt_uid: str, most_runs: int) -> tuple[StoredCall, ...]:
        """Return the finished answers of the newest runs in Compose to the newest model, oldest first.

        Raises StoreError (missing).
        """
        with self._readers.use() as connection:
            return calls.newest(connection, prompt_uid, most_runs)

    def answers(self, prompt_uid: str, output_uids: Collection[str], guards: Collection[str]) -> tuple[AnswerFact, ...]:
        """Return the finished ones of these answers, without those to held-out cases and to cases of the guard sets
        `guards`. Raises StoreError (missing)."""
        with self._readers.use() as connection:
            return prompt_facts.answers(connection, prompt_uid, output_uids, guards)
