"""Labels and overrules of a test run as rows of a file, which `label_files` reads again.

Invariant: every row names its answer twice, by uid and by case, column and sample, and its check by hash and in words.
Held-out cases are left out. Everything blocks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workbench.core.cases import Check
from workbench.core.checks.check_types import PAIRWISE
from workbench.core.testing.cells import CellKey
from workbench.core.testing.check_hash import check_hash
from workbench.core.testing.grid import SuiteRun
from workbench.store.judging.judge_records import JudgeRecords
from workbench.store.testing.suite_records import SuiteRecords
from workbench.usecases.judging.judge_reports import check_title
from workbench.usecases.testing.column_titles import column_titles

HEADER = (
    *("kind", "output", "case", "column", "sample", "check", "requirement"),
    *("label", "picked", "note", "created_at"),
)


def label_rows(records: SuiteRecords, judges: JudgeRecords, run: SuiteRun) -> Iterator[tuple[str, ...]]:
    """Yield the labels and overrules that count in the newest scoring of a run, after `HEADER`. Raises StoreError."""
    names = _Names(records, run)
    yield HEADER
    facts = judges.checks(run.uid, run.scoring_uid) if run.scoring_uid else ()
    for fact in facts:
        if fact.check.type == PAIRWISE:
            continue
        for one in judges.labels(run.uid, fact.check_hash):
            if one.output_uid in names.shown:
                yield names.row(
                    "label", one.output_uid, one.key, fact.check_hash, one.label, one.picked, one.note, one.at
                )
    for key, output, decided in records.overrules(run.uid):
        yield names.row("overrule", output, key, decided.check_hash, decided.state, "", decided.note, decided.at)


class _Names:
    """The names of cases, columns and checks of a run."""

    def __init__(self, records: SuiteRecords, run: SuiteRun) -> None:
        self.shown = records.answer_cells(run.uid)
        self._columns = column_titles(run)
        cases = records.cases(run.uid, 0, run.cases)
        names = [case.name.strip().lower() for case in cases]
        # A name that several cases have would name none of them.
        self._cases = [
            case.name if case.name and names.count(name) == 1 else case.uid
            for case, name in zip(cases, names, strict=True)
        ]
        scorings = records.scorings(run.uid)
        general: Sequence[Check] = next((one.checks for one in scorings if one.uid == run.scoring_uid), ())
        every = (*general, *(check for case in cases for check in case.checks))
        self._checks = {check_hash(check): check for check in every}

    def row(self, kind: str, output: str, key: CellKey, hash_: str, *said: str) -> tuple[str, ...]:
        """Return a row about a check of an answer."""
        check = self._checks.get(hash_)
        words = "" if check is None else check_title(check)
        return kind, output, self._cases[key.case], self._columns[key.column], str(key.sample + 1), hash_, words, *said
