"""Test runs as callers see them: `store.tests`.

Invariant: reads block and belong on worker threads; writes return a future at once. All raise StoreError, writes in
their futures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Protocol, TypeVar

from workbench.core.cases import Case, Check
from workbench.core.statistics.results import ColumnResults
from workbench.core.testing.cells import CellKey
from workbench.core.testing.grid import CellDetail, GridCounts, GridPage, GridQuery, SuiteRun
from workbench.core.testing.scored_case import OverruleState
from workbench.core.testing.settings import SuiteSettings
from workbench.store.connections import Readers
from workbench.store.sqlite import sqlite3
from workbench.store.testing.records import (
    CellEnd,
    CellScored,
    CellStart,
    ScoredInput,
    StoredScoring,
    SuiteBegun,
    SuiteStart,
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
        raise NotImplementedError

    def save_settings(self, prompt_uid: str, settings: SuiteSettings, now: str) -> Future[None]:
        """Replace the test settings of a prompt."""
        raise NotImplementedError

    # Runs and cells

    def begin(self, start: SuiteStart) -> Future[SuiteBegun]:
        """Store a test run with its cases, and the cells whose question already has a finished answer in its round."""
        raise NotImplementedError

    def latest_round(self, prompt_uid: str) -> int:
        """Return the highest round of a prompt's test runs, 0 without any."""
        raise NotImplementedError

    def runs(self, prompt_uid: str, limit: int = 50) -> tuple[SuiteRun, ...]:
        """Return the test runs of a prompt, newest first."""
        raise NotImplementedError

    def run(self, run_uid: str) -> SuiteRun:
        """Return a test run. Raises StoreError (missing)."""
        raise NotImplementedError

    def open_cells(
        self, run_uid: str, after: CellKey | None, limit: int, *, failed_too: bool = False
    ) -> tuple[CellKey, ...]:
        """Return up to `limit` cells after `after` that are neither recorded nor being called, in order.

        With `failed_too`, also those whose call failed, was stopped or was interrupted.
        """
        raise NotImplementedError

    def case(self, run_uid: str, position: int) -> Case:
        """Return a case as it was when the run began."""
        raise NotImplementedError

    def cases(self, run_uid: str, start: int, stop: int) -> tuple[Case, ...]:
        """Return the cases at positions from `start` to before `stop`."""
        raise NotImplementedError

    def start_outputs(self, run_uid: str, starts: Sequence[CellStart], owner_uid: str, now: str) -> Future[None]:
        """Store calls that are about to be made, each as the next attempt of its cell; the cells stay open."""
        raise NotImplementedError

    def finish_outputs(self, ends: Sequence[CellEnd]) -> Future[None]:
        """Store how calls ended, all in one transaction, and record their cells."""
        raise NotImplementedError

    # Scorings

    def begin_scoring(
        self, run_uid: str, scoring_uid: str, checks: tuple[Check, ...], now: str, *, threshold: float | None = None
    ) -> Future[None]:
        """Add a scoring of a run; `checks` and `threshold` are those of the prompt for all cases."""
        raise NotImplementedError

    def scorings(self, run_uid: str) -> tuple[StoredScoring, ...]:
        """Return the scorings of a run, newest first."""
        raise NotImplementedError

    def save_scores(self, scoring_uid: str, scores: Sequence[CellScored]) -> Future[None]:
        """Store the results of cells, in place of earlier ones of the same cells in this scoring."""
        raise NotImplementedError

    def unscored_cells(
        self, run_uid: str, scoring_uid: str, after: CellKey | None, limit: int
    ) -> tuple[ScoredInput, ...]:
        """Return up to `limit` recorded cells after `after` whose output has no result in a scoring, in order."""
        raise NotImplementedError

    def results(self, run_uid: str, scoring_uid: str) -> tuple[ColumnResults, ...]:
        """Return the scored cells of each column, overrules applied."""
        raise NotImplementedError

    # The grid

    def page(self, run_uid: str, scoring_uid: str, query: GridQuery, after: str, limit: int) -> GridPage:
        """Return up to `limit` rows of the grid after the cursor `after` ("" for the first page)."""
        raise NotImplementedError

    def counts(self, run_uid: str, scoring_uid: str, query: GridQuery) -> GridCounts:
        """Return how many rows each filter has, for the tag, text and column of `query`."""
        raise NotImplementedError

    def cell(self, run_uid: str, scoring_uid: str, key: CellKey) -> CellDetail:
        """Return one sample of a cell with its answer and the results of its checks. Raises StoreError (missing)."""
        raise NotImplementedError

    # What people decide

    def overrule(
        self, run_uid: str, output_uid: str, check_hash: str, state: OverruleState, note: str, now: str, uid: str
    ) -> Future[None]:
        """Add a person's decision about a check of an answer in a run; "none" takes it back.

        It holds in all runs and scorings that use the answer and the same check. Raises StoreError (missing).
        """
        raise NotImplementedError

    def use_case(self, prompt_uid: str, case_uid: str, now: str) -> Future[None]:
        """Note that a held-out case was opened, which uses it up. The first time counts."""
        raise NotImplementedError

    def used_cases(self, prompt_uid: str) -> dict[str, str]:
        """Return when the held-out cases of a prompt that were opened were first opened, by uid."""
        raise NotImplementedError
