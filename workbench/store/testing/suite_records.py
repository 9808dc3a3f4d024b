"""Test runs as callers see them: `store.tests`.

Invariant: reads block and belong on worker threads; writes return a future at once. All raise StoreError, writes in
their futures.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future
from typing import Protocol, TypeVar

from workbench.core.cases import Case, Check
from workbench.core.statistics.results import ColumnResults
from workbench.core.testing.answer_ages import StoredAnswers
from workbench.core.testing.cells import CellKey
from workbench.core.testing.grid import CellDetail, GridCounts, GridPage, GridQuery, OverruledCheck, SuiteRun
from workbench.core.testing.report import ReportCell
from workbench.core.testing.scored_case import OverruleState
from workbench.core.testing.settings import SuiteSettings
from workbench.store.connections import Readers
from workbench.store.runs import held_out
from workbench.store.sqlite import sqlite3
from workbench.store.testing import (
    cell_outputs,
    cell_pages,
    column_results,
    holdouts,
    overrules,
    probe_pairs,
    report_rows,
    scorings,
    suite_settings,
    test_starts,
    votes,
)
from workbench.store.testing.holdouts import HoldoutBefore
from workbench.store.testing.records import (
    CellEnd,
    CellScored,
    CellStart,
    ScoredInput,
    StoredScoring,
    SuiteBegun,
    SuiteStart,
    TestedCase,
    UnscoredReason,
)

T = TypeVar("T")


class WriteWork(Protocol):
    """Runs work in a transaction of the writer."""

    def __call__(self, work: Callable[[sqlite3.Connection], T], *, durable: bool = True) -> Future[T]:
        """Return a future of the result of `work`."""


class SuiteRecords:
    """Test runs of one history. Safe to use from any thread."""

    def __init__(self, readers: Readers, write: WriteWork) -> None:
        self._readers = readers
        self._write = write

    # Settings

    def settings(self, prompt_uid: str) -> SuiteSettings:
        """Return the test settings of a prompt, the defaults if it has none. Raises StoreError (missing, corrupt)."""
        with self._readers.use() as connection:
            return suite_settings.read(connection, prompt_uid)

    def save_settings(self, prompt_uid: str, settings: SuiteSettings, now: str) -> Future[None]:
        """Replace the test settings of a prompt; the hold-out stays as it is."""
        return self._write(lambda c: holdouts.save_settings(c, prompt_uid, settings, now))

    # Runs and cells

    def begin(self, start: SuiteStart) -> Future[SuiteBegun]:
        """Store a test run with its cases, and the cells whose question already has a finished answer in its round."""
        return self._write(lambda c: test_starts.begin(c, start))

    def latest_round(self, prompt_uid: str) -> int:
        """Return the highest round of a prompt's test runs, 0 without any."""
        with self._readers.use() as connection:
            return test_starts.latest_round(connection, prompt_uid)

    def prompt_of(self, run_uid: str) -> str:
        """Return the uid of the prompt of a test run. Raises StoreError (missing)."""
        with self._readers.use() as connection:
            return test_starts.prompt_of(connection, run_uid)

    def answered(
        self, prompt_uid: str, identities: Sequence[str], *, since: str = "", old_before: str = ""
    ) -> StoredAnswers:
        """Return the answers that cells with these identities would begin with in a new test run.

        Answers from before `since` are not used; those from before `old_before` are counted as older.
        """
        with self._readers.use() as connection:
            return test_starts.answered(connection, prompt_uid, identities, since, old_before)

    def has_answers_before(self, run_uid: str, moment: str) -> bool:
        """Whether a test run has an answer from before a time, made by itself or by an earlier run."""
        with self._readers.use() as connection:
            return test_starts.has_answers_before(connection, run_uid, moment)

    def oldest_answer(self, run_uid: str) -> str:
        """Return when the oldest answer of a test run ended, made by itself or an earlier run; "" if not known."""
        with self._readers.use() as connection:
            return test_starts.oldest_answer(connection, run_uid)

    def runs(self, prompt_uid: str, limit: int = 50) -> tuple[SuiteRun, ...]:
        """Return the test runs of a prompt, newest first."""
        with self._readers.use() as connection:
            return test_starts.listed(connection, prompt_uid, limit)

    def run(self, run_uid: str) -> SuiteRun:
        """Return a test run. Raises StoreError (missing)."""
        with self._readers.use() as connection:
            return test_starts.one(connection, run_uid)

    def has(self, run_uid: str) -> bool:
        """Whether a run is a test run."""
        with self._readers.use() as connection:
            return test_starts.has(connection, run_uid)

    def set_baseline(self, run_uid: str, position: int) -> Future[None]:
        """Compare the columns of a run with that at `position`. Raises StoreError (missing), ValueError."""
        return self._write(lambda c: test_starts.set_baseline(c, run_uid, position))

    def reused_cells(self, run_uid: str) -> dict[int, int]:
        """Return how many cells of each column have an answer of an earlier run, by position."""
        with self._readers.use() as connection:
            return test_starts.reused_cells(connection, run_uid)

    def open_cells(
        self, run_uid: str, after: CellKey | None, limit: int, *, failed_too: bool = False
    ) -> tuple[CellKey, ...]:
        """Return up to `limit` cells after `after` that are neither recorded nor being called, in order.

        With `failed_too`, also those whose call failed, was stopped or was interrupted.
        """
        with self._readers.use() as connection:
            return cell_outputs.open_cells(connection, run_uid, after, limit, failed_too=failed_too)

    def case(self, run_uid: str, position: int) -> Case:
        """Return a case as it was when the run began."""
        with self._readers.use() as connection:
            return test_starts.case(connection, test_starts.run_key(connection, run_uid), position)

    def cases(self, run_uid: str, start: int, stop: int) -> tuple[Case, ...]:
        """Return the cases at positions from `start` to before `stop`."""
        with self._readers.use() as connection:
            return test_starts.cases(connection, test_starts.run_key(connection, run_uid), start, stop)

    def tested_cases(self, run_uid: str) -> tuple[TestedCase, ...]:
        """Return all cases in order, without their values and checks."""
        with self._readers.use() as connection:
            return test_starts.tested_cases(connection, test_starts.run_key(connection, run_uid))

    def start_outputs(self, run_uid: str, starts: Sequence[CellStart], owner_uid: str, now: str) -> Future[None]:
        """Store calls that are about to be made, each as the next attempt of its cell; the cells stay open."""
        taken = tuple(starts)
        return self._write(lambda c: cell_outputs.start_outputs(c, run_uid, taken, owner_uid, now))

    def finish_outputs(self, ends: Sequence[CellEnd]) -> Future[None]:
        """Store how calls ended, all in one transaction, and record their cells."""
        taken = tuple(ends)
        return self._write(lambda c: cell_outputs.finish_outputs(c, taken))

    # Scorings

    def begin_scoring(
        self, run_uid: str, scoring_uid: str, checks: tuple[Check, ...], now: str, *, threshold: float | None = None
    ) -> Future[None]:
        """Add a scoring of a run; `checks` and `threshold` are those of the prompt for all cases."""
        return self._write(lambda c: scorings.begin(c, run_uid, scoring_uid, checks, now, threshold))

    def scorings(self, run_uid: str) -> tuple[StoredScoring, ...]:
        """Return the scorings of a run, newest first."""
        with self._readers.use() as connection:
            return scorings.listed(connection, run_uid)

    def save_scores(self, scoring_uid: str, scores: Sequence[CellScored]) -> Future[None]:
        """Store the results of cells, in place of earlier ones of the same cells in this scoring."""
        taken = tuple(scores)
        return self._write(lambda c: scorings.save(c, scoring_uid, taken), durable=False)

    def text_to_score(self, run_uid: str, key: CellKey) -> str | None:
        """Return the text of a finished answer for checks that compare with it, None without one.

        It may be held out, so no one else may see it.
        """
        with self._readers.use() as connection:
            return scorings.text_to_score(connection, run_uid, key)

    def unscored_cells(
        self, run_uid: str, scoring_uid: str, after: CellKey | None, limit: int
    ) -> tuple[ScoredInput, ...]:
        """Return up to `limit` recorded cells after `after` whose output has no result in a scoring, in order."""
        with self._readers.use() as connection:
            return scorings.unscored_cells(connection, run_uid, scoring_uid, after, limit)

    def unscored_reason(self, run_uid: str, scoring_uid: str) -> UnscoredReason | None:
        """Return the reason that most unscored cells of a scoring have, held-out cases left out; None without any."""
        with self._readers.use() as connection:
            return scorings.unscored_reason(connection, run_uid, scoring_uid)

    def results(self, run_uid: str, scoring_uid: str) -> tuple[ColumnResults, ...]:
        """Return the scored cells of each column, overrules applied."""
        with self._readers.use() as connection:
            return column_results.read(connection, run_uid, scoring_uid)

    # The grid

    def page(self, run_uid: str, scoring_uid: str, query: GridQuery, after: str, limit: int) -> GridPage:
        """Return up to `limit` rows of the grid after the cursor `after` ("" for the first page)."""
        with self._readers.use() as connection:
            return cell_pages.page(connection, run_uid, scoring_uid, query, after, limit)

    def counts(self, run_uid: str, scoring_uid: str, query: GridQuery) -> GridCounts:
        """Return how many rows each filter has, for the tag, text and column of `query`."""
        with self._readers.use() as connection:
            return cell_pages.counts(connection, run_uid, scoring_uid, query)

    def cell(self, run_uid: str, scoring_uid: str, key: CellKey) -> CellDetail:
        """Return one sample of a cell with its answer and the results of its checks.

        Raises StoreError (missing, held_out).
        """
        with self._readers.use() as connection:
            return cell_pages.cell(connection, run_uid, scoring_uid, key)

    def cells(self, run_uid: str, scoring_uid: str, keys: Sequence[CellKey]) -> tuple[CellDetail, ...]:
        """Return several samples of cells, each as `cell` does, in less time."""
        with self._readers.use() as connection:
            return cell_pages.cells(connection, run_uid, scoring_uid, keys)

    def elected(self, run_uid: str) -> dict[tuple[int, int], int]:
        """Return the elected sample of each case in the columns that vote, by the positions of case and column."""
        with self._readers.use() as connection:
            run = test_starts.run_key(connection, run_uid)
            found = votes.elections(connection, run, votes.voting_lanes(connection, run))
        return {place: one.sample for place, one in found.items()}

    def report_cells(
        self, run_uid: str, scoring_uid: str, column: int, title: str, after: CellKey | None, limit: int
    ) -> tuple[tuple[CellKey, ReportCell | None], ...]:
        """Return at most `limit` recorded cells of a column behind `after`, also of hidden cases.

        None stands for a cell that only `cells` can read. Raises StoreError (missing).
        """
        with self._readers.use() as connection:
            return report_rows.read(connection, run_uid, scoring_uid, column, title, after, limit)

    def counterpart(self, run_uid: str, other_uid: str, key: CellKey) -> CellKey | None:
        """Return the place of a cell in another run, by case and slot of the column; None if it is not there."""
        with self._readers.use() as connection:
            return probe_pairs.counterpart(connection, run_uid, other_uid, key)

    # What people decide

    def overrules(self, run_uid: str) -> tuple[tuple[CellKey, str, OverruledCheck], ...]:
        """Return what people decided about checks of a test run: the cell, the uid of the answer, and the decision."""
        with self._readers.use() as connection:
            return overrules.of_run(connection, run_uid)

    def answer_cells(self, run_uid: str) -> dict[str, CellKey]:
        """Return the cells of a test run by the uid of their answers, without those of held-out cases."""
        with self._readers.use() as connection:
            return cell_outputs.answer_cells(connection, run_uid)

    def overrule(
        self, run_uid: str, output_uid: str, check_hash: str, state: OverruleState, note: str, now: str, uid: str
    ) -> Future[None]:
        """Add a person's decision about a check of an answer in a run; "none" takes it back.

        It holds in all runs and scorings that use the answer and the same check. Raises StoreError (missing).
        """
        return self._write(lambda c: overrules.add(c, run_uid, output_uid, check_hash, state, note, now, uid))

    # The hold-out

    def set_aside(self, prompt_uid: str, uids: Collection[str], salt: str, now: str) -> Future[HoldoutBefore]:
        """Hold cases out in one transaction; the future raises StoreError (taken) if the prompt has a hold-out."""
        taken = frozenset(uids)
        return self._write(lambda c: holdouts.set_aside(c, prompt_uid, taken, salt, now))

    def end_holdout(self, prompt_uid: str, now: str) -> Future[HoldoutBefore]:
        """Make tuning cases of the whole hold-out, which uses them up."""
        return self._write(lambda c: holdouts.end(c, prompt_uid, now))

    def restore_holdout(self, before: HoldoutBefore, now: str) -> Future[None]:
        """Undo `set_aside`, or `end_holdout` for the cases without answers."""
        return self._write(lambda c: holdouts.restore(c, before, now))

    def use_case(self, prompt_uid: str, case_uid: str, now: str) -> Future[tuple[str, ...]]:
        """Make tuning cases of a held-out case that is opened, and of its cluster; the future holds their uids."""
        return self._write(lambda c: holdouts.use(c, prompt_uid, case_uid, now))

    def hidden_cases(self, run_uid: str) -> frozenset[int]:
        """Return the positions of the cases of a run that are not shown, because they are held out."""
        with self._readers.use() as connection:
            return held_out.hidden_positions(connection, test_starts.run_key(connection, run_uid))

    def has_holdout(self, prompt_uid: str) -> bool:
        """Whether a prompt has a hold-out, also an empty one that later cases join."""
        with self._readers.use() as connection:
            return holdouts.exists(connection, prompt_uid)

    def used_cases(self, prompt_uid: str) -> dict[str, str]:
        """Return when the held-out cases of a prompt that were opened were first opened, by uid."""
        with self._readers.use() as connection:
            return suite_settings.used_cases(connection, prompt_uid)

    def seen_cases(self, prompt_uid: str) -> frozenset[str]:
        """Return the uids of a prompt's cases that ran in Compose, themselves or their values."""
        with self._readers.use() as connection:
            return suite_settings.seen_cases(connection, prompt_uid)
