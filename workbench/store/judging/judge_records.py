"""Judges as callers see them: `store.judges`.

Invariant: reads block and belong on worker threads; writes return a future at once. All raise StoreError, writes in
their futures.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import Future

from workbench.core.testing.cells import CellKey
from workbench.store.connections import Readers
from workbench.store.judging import judge_pairs, judge_prompts, judge_runs, judged_cells, judgements, labels, measured
from workbench.store.judging.judge_pairs import JudgePairStart, StoredJudgePair
from workbench.store.judging.records import (
    JudgedAnswerRow,
    JudgedCheckFact,
    JudgedColumn,
    JudgeLaneStart,
    JudgementCounts,
    JudgementEnd,
    JudgementKey,
    JudgementStart,
    JudgePrompt,
    JudgePromptStart,
    JudgeRunStart,
    JudgeVersion,
    LabelStart,
    MeasuringLabels,
    ReusedJudgement,
    StoredJudge,
    StoredJudgement,
    StoredJudgeRun,
    StoredLabel,
)
from workbench.store.records import RunBegun
from workbench.store.testing.suite_records import WriteWork
from workbench.store.testing.test_starts import run_key


class JudgeRecords:
    """Judges of one history. Safe to use from any thread."""

    def __init__(self, readers: Readers, write: WriteWork) -> None:
        self._readers = readers
        self._write = write

    # Prompts of judges

    def judge_prompts(self, owner_uid: str) -> tuple[JudgePrompt, ...]:
        """Return the judge prompts of a prompt by type. Raises StoreError (missing)."""
        with self._readers.use() as connection:
            return judge_prompts.of_owner(connection, owner_uid)

    def judge_prompt(self, owner_uid: str, check_type: str) -> str | None:
        """Return the uid of the judge prompt of a type, None before it is made. Raises StoreError (missing)."""
        with self._readers.use() as connection:
            found = judge_prompts.find(connection, owner_uid, check_type)
            return None if found is None else found.uid

    def ensure_judge_prompt(self, start: JudgePromptStart, now: str) -> Future[JudgePrompt]:
        """Return the judge prompt of a type, made with `start` as version 1 if there is none."""
        return self._write(lambda c: judge_prompts.ensure(c, start, now))

    def described(self, prompt_uid: str) -> JudgePrompt | None:
        """Return what a prompt judges, None if it is not a judge prompt."""
        with self._readers.use() as connection:
            return judge_prompts.one(connection, prompt_uid)

    def newest(self, prompt_uid: str) -> JudgeVersion:
        """Return the newest version of a judge prompt, by which judges are asked. Raises StoreError (missing)."""
        with self._readers.use() as connection:
            return judge_prompts.newest(connection, prompt_uid)

    # Judge runs

    def begin_run(self, start: JudgeRunStart) -> Future[RunBegun]:
        """Store a judge run with its first judgements, before they are asked."""
        return self._write(lambda c: judge_runs.begin(c, start))

    def start_judgements(
        self,
        run_uid: str,
        starts: Sequence[JudgementStart],
        owner_uid: str,
        now: str,
        lanes: Sequence[JudgeLaneStart] = (),
    ) -> Future[None]:
        """Store further calls of a run that are about to be made, each as the next attempt of its judgement. `lanes`
        join those of the run, after them.

        The future raises StoreError (ended, running) for a judgement that is answered or being asked.
        """
        taken, more = tuple(starts), tuple(lanes)
        return self._write(lambda c: judge_runs.start_judgements(c, run_uid, taken, owner_uid, now, more))

    def finish_judgements(self, ends: Sequence[JudgementEnd]) -> Future[None]:
        """Store how calls ended, all in one transaction."""
        taken = tuple(ends)
        return self._write(lambda c: judge_runs.finish_judgements(c, taken))

    def runs(self, scoring_uid: str) -> tuple[StoredJudgeRun, ...]:
        """Return the judge runs that were begun for a scoring, oldest first."""
        with self._readers.use() as connection:
            return judge_runs.of_scoring(connection, scoring_uid)

    def reusable(self, prompt_uid: str, identities: Iterable[str]) -> dict[str, str]:
        """Return the finished output to each of these questions of a judge prompt, by identity."""
        with self._readers.use() as connection:
            return judgements.reusable(connection, prompt_uid, identities)

    def reuse(self, scoring_uid: str, reused: Sequence[ReusedJudgement]) -> Future[None]:
        """Record judgements that stored outputs answer; those that are answered already stay as they are."""
        taken = tuple(reused)
        return self._write(lambda c: judgements.reuse(c, scoring_uid, taken))

    def replies(self, scoring_uid: str, first: CellKey, last: CellKey) -> tuple[StoredJudgement, ...]:
        """Return the judgements of the cells from `first` to `last`, both included, in order."""
        with self._readers.use() as connection:
            return judgements.replies(connection, scoring_uid, first, last)

    def given_values(self, scoring_uid: str, cell: CellKey, check_hash: str) -> tuple[tuple[str, str], ...]:
        """Return the variables of the judge prompt that a judge got about a check of a cell, () if it was not asked."""
        with self._readers.use() as connection:
            return judgements.given_values(connection, scoring_uid, cell, check_hash)

    def missing(
        self, scoring_uid: str, after: JudgementKey | None, limit: int, *, failed_too: bool = False
    ) -> tuple[JudgementKey, ...]:
        """Return up to `limit` judgements after `after` that must be asked again, because they were interrupted.

        With `failed_too`, also those whose calls failed or were stopped. Judgements that were never asked have no row:
        they are those that the replies to a cell lack.
        """
        with self._readers.use() as connection:
            return judgements.again(connection, scoring_uid, after, limit, failed_too=failed_too)

    def counts(self, scoring_uid: str) -> JudgementCounts:
        """Return the numbers of judgements of a scoring by state, and what its calls cost."""
        with self._readers.use() as connection:
            return judgements.counts(connection, scoring_uid)

    def judges(self, scoring_uid: str) -> tuple[StoredJudge, ...]:
        """Return which models judged each check of a scoring, by which version of which judge prompt."""
        with self._readers.use() as connection:
            return judgements.judges(connection, scoring_uid)

    # Pairs of answers

    def compare(self, starts: Sequence[JudgePairStart], now: str) -> Future[None]:
        """Add verdicts of a judge about pairs of answers, all in one transaction."""
        taken = tuple(starts)
        return self._write(lambda c: judge_pairs.add(c, taken, now))

    def pairs(self, prompt_uid: str | None) -> list[StoredJudgePair]:
        """Return the verdicts of judges about pairs of answers, oldest first; None for those of all prompts."""
        with self._readers.use() as connection:
            return judge_pairs.pairs(connection, prompt_uid)

    def pairs_about(self, output_uids: Collection[str]) -> list[StoredJudgePair]:
        """Return the verdicts of judges about any of these answers, oldest first."""
        with self._readers.use() as connection:
            return judge_pairs.pairs_about(connection, output_uids)

    # Labels

    def label(self, run_uid: str, start: LabelStart, now: str) -> Future[int]:
        """Add a label of an answer in a test run; "none" takes back the one that counts.

        It holds in all runs that use the answer. The future raises StoreError (missing).
        """
        return self._write(lambda c: labels.add(c, run_uid, (start,), now))

    def add_labels(self, run_uid: str, starts: Sequence[LabelStart], now: str) -> Future[int]:
        """Add labels from a file in one transaction; the future holds how many are new."""
        taken = tuple(starts)
        return self._write(lambda c: labels.add(c, run_uid, taken, now))

    def labels(self, run_uid: str, check_hash: str) -> tuple[StoredLabel, ...]:
        """Return the labels that count in a test run, by cell, without those taken back."""
        with self._readers.use() as connection:
            return labels.of_run(connection, run_uid, check_hash)

    def prompt_labels(self, prompt_uid: str, check_hash: str) -> tuple[StoredLabel, ...]:
        """Return the labels that count in the test runs of a prompt, each in the newest run that has its answer."""
        with self._readers.use() as connection:
            return labels.of_prompt(connection, prompt_uid, check_hash)

    # Results

    def is_unmeasured(self, run_uid: str) -> bool:
        """Return whether a judge whose error is not measured decides in the newest scoring of a test run.

        Raises StoreError (missing).
        """
        with self._readers.use() as connection:
            return measured.is_unmeasured(connection, run_key(connection, run_uid))

    def measuring_labels(self, run_uid: str) -> tuple[MeasuringLabels, ...]:
        """Return the labels that measure the judges of the newest scoring of a test run, () if no judge decides in it.

        Raises StoreError (missing).
        """
        with self._readers.use() as connection:
            return measured.measuring_labels(connection, run_key(connection, run_uid))

    def checks(self, run_uid: str, scoring_uid: str) -> tuple[JudgedCheckFact, ...]:
        """Return the checks that judges evaluated in a scoring."""
        with self._readers.use() as connection:
            return judged_cells.checks(connection, run_uid, scoring_uid)

    def is_alone(self, scoring_uid: str, check_hash: str) -> bool:
        """Whether nothing but this check decides in a scoring whether an answer passes."""
        with self._readers.use() as connection:
            return judged_cells.is_alone(connection, scoring_uid, check_hash)

    def results(self, run_uid: str, scoring_uid: str, check_hash: str) -> tuple[JudgedColumn, ...]:
        """Return the judged cells of each column, with their random labels."""
        with self._readers.use() as connection:
            return judged_cells.results(connection, run_uid, scoring_uid, check_hash)

    def answers(self, run_uid: str, scoring_uid: str, check_hash: str, column: int) -> tuple[JudgedAnswerRow, ...]:
        """Return the judged cells of a column with all labels, in order, for the labelling queue."""
        with self._readers.use() as connection:
            return judged_cells.answers(connection, run_uid, scoring_uid, check_hash, column)
