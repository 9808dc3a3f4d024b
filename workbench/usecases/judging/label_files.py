"""Labels and overrules from a file that a person filled in elsewhere.

Invariant: a row is used as a whole or left out with a reason, and nothing is stored before all rows are read. A label
from a file measures a judge only if its answer belongs to the random sample of its column, labelled without a gap.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from workbench.core.testing.case_table import CaseTable
from workbench.core.testing.cells import CellKey
from workbench.core.testing.check_hash import check_hash
from workbench.core.testing.grid import SuiteRun
from workbench.core.text import counted
from workbench.store.judging.judge_records import JudgeRecords
from workbench.store.judging.records import JudgedAnswerRow, JudgedCheckFact, LabelStart, LabelState
from workbench.store.testing.suite_records import SuiteRecords
from workbench.usecases.judging.judge_reports import check_title
from workbench.usecases.judging.label_order import random_prefix, random_sample
from workbench.usecases.judging.labelled_checks import labelled_checks
from workbench.usecases.problems import RefusedError
from workbench.usecases.testing.column_titles import column_titles

_LABELS: Mapping[str, Literal["pass", "fail", "unsure"]] = {
    **dict.fromkeys(("pass", "passed", "1", "yes", "true", "y", "good"), "pass"),
    **dict.fromkeys(("fail", "failed", "2", "no", "false", "n", "bad"), "fail"),
    **dict.fromkeys(("unsure", "0", "cannot say", "?"), "unsure"),
}
_KINDS = ("label", "overrule")
_HASH = re.compile("[0-9a-f]{64}")
_MOST_REASONS = 50


@dataclass(frozen=True, slots=True)
class LeftOutRow:
    """A row that does not fit, with its number in the file."""

    number: int
    reason: str


@dataclass(frozen=True, slots=True)
class LabelImportPlan:
    """What a file brings: labels and overrules of a test run, and the rows that do not fit.

    `random` of the labels measure the judge.
    """

    run_uid: str
    labels: tuple[LabelStart, ...]
    overrules: tuple[LabelStart, ...]
    random: int
    left_out: tuple[LeftOutRow, ...]
    unit: str = "row"

    @property
    def summary(self) -> str:
        """What it brings, in sentences."""
        parts = [counted(len(self.labels), "label")] if self.labels else []
        parts += [counted(len(self.overrules), "overrule")] if self.overrules else []
        said = [f"{' and '.join(parts)} to import." if parts else "There is nothing to import."]
        if self.labels:
            said.append(f"{self.random:,} of the labels {'is' if self.random == 1 else 'are'} of the random sample.")
        if self.left_out:
            one = len(self.left_out) == 1
            said.append(f"{counted(len(self.left_out), self.unit)} {'is' if one else 'are'} left out.")
        return " ".join(said)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why rows are left out, the first of them."""
        shown = [f"{self.unit.capitalize()} {one.number}: {one.reason}" for one in self.left_out[:_MOST_REASONS]]
        more = len(self.left_out) - len(shown)
        return (*shown, f"And {more:,} more.") if more > 0 else tuple(shown)


class LabelFiles:
    """Reads labels for the newest scoring of a test run. Everything blocks."""

    def __init__(
        self, records: SuiteRecords, judges: JudgeRecords, new_uid: Callable[[], str], now: Callable[[], str]
    ) -> None:
        self._records, self._judges, self._new_uid, self._now = records, judges, new_uid, now

    def plan(self, run_uid: str, table: CaseTable) -> LabelImportPlan:
        """Return what the rows of a table bring. Raises StoreError, and RefusedError without the needed columns."""
        names = {name.strip().lower(): place for place, name in enumerate(table.header)}
        if "label" not in names or not ({"output"} <= names.keys() or {"case", "column"} <= names.keys()):
            raise RefusedError(
                "A file of labels has a column “label”, and “output” or “case” and “column” that name the answer."
            )
        has_overrules = "kind" in names and any((row[names["kind"]] or "").strip() == "overrule" for row in table.rows)
        places = _Places(self._records, self._judges, run_uid, needs_judge=not has_overrules)
        labels: dict[tuple[str, str], LabelStart] = {}
        overrules: dict[tuple[str, str], LabelStart] = {}
        left_out = []
        for number, cells in zip(table.numbers, table.rows, strict=True):
            row = {name: (cells[place] or "").strip() for name, place in names.items()}
            if not any(row.values()):
                continue
            try:
                start, kind = self._start(places, row)
            except _UnfitError as error:
                left_out.append(LeftOutRow(number, str(error)))
                continue
            into = overrules if kind == "overrule" else labels
            if (start.output_uid, start.check_hash) in into:
                left_out.append(LeftOutRow(number, "An earlier row says something about this answer."))
                continue
            into[start.output_uid, start.check_hash] = start
        random = places.random_labels(labels)
        found = tuple(
            LabelStart(
                one.uid, one.output_uid, one.check_hash, one.label, "random" if key in random else "file", one.note
            )
            for key, one in labels.items()
        )
        return LabelImportPlan(run_uid, found, tuple(overrules.values()), len(random), tuple(left_out), table.unit)

    def run(self, plan: LabelImportPlan) -> int:
        """Store what a plan brings; return how many labels are new. Raises StoreError."""
        new = self._judges.add_labels(plan.run_uid, plan.labels, self._now()).result() if plan.labels else 0
        for one in plan.overrules:
            state: Literal["pass", "fail", "none"] = "pass" if one.label == "pass" else "fail"
            self._records.overrule(
                plan.run_uid, one.output_uid, one.check_hash, state, one.note, self._now(), one.uid
            ).result()
        return new

    def sheet(self, run_uid: str, check_hash: str) -> Iterator[tuple[str, ...]]:
        """Yield the random sample as rows to be filled in, blind, with a header: what `plan` reads."""
        run = self._records.run(run_uid)
        fact = next(one for one in self._judges.checks(run_uid, run.scoring_uid) if one.check_hash == check_hash)
        columns = [
            self._judges.answers(run_uid, run.scoring_uid, check_hash, column.position) for column in run.columns
        ]
        yield "output", "check", "requirement", "values", "expectation", "answer", "label", "note"
        for row in random_sample(check_hash, columns):
            detail = self._records.cell(run_uid, run.scoring_uid, row.key)
            values = "\n".join(f"{name}: {value}" for name, value in detail.case.values)
            text = "" if detail.result is None else detail.result.text
            title = check_title(fact.check)
            yield row.output_uid, check_hash, title, values, detail.case.expectation, text, "", ""

    def _start(self, places: _Places, row: Mapping[str, str]) -> tuple[LabelStart, str]:
        kind = row.get("kind", "").lower() or "label"
        if kind not in _KINDS:
            raise _UnfitError(f"“{kind[:40]}” is not a kind. Write label or overrule.")
        given = row["label"].lower()
        if not given:
            raise _UnfitError("It has no label.")
        label: LabelState | None = _LABELS.get(given)
        if label is None or (kind == "overrule" and label == "unsure"):
            raise _UnfitError(f"“{given[:40]}” is not a label. Write pass, fail or unsure.")
        if kind == "overrule" and (found := places.overruled(row)) is not None:
            return LabelStart(self._new_uid(), *found, label, "file", row.get("note", "")), kind
        fact = places.check(row.get("check", ""))
        answer = places.answer(row, fact)
        if kind == "label" and (answer.label, answer.picked) == (label, "random"):
            raise _UnfitError("The answer has this label already.")
        return LabelStart(self._new_uid(), answer.output_uid, fact.check_hash, label, "file", row.get("note", "")), kind


def _facts(judges: JudgeRecords, run: SuiteRun, *, needs_judge: bool) -> tuple[JudgedCheckFact, ...]:
    """Return the checks that labels can be about. Without any, raise RefusedError if the rows need a judge."""
    try:
        return labelled_checks(judges, run.uid, run.scoring_uid)
    except RefusedError:
        if needs_judge:
            raise
        return ()


class _UnfitError(Exception):
    """A row that does not fit; the text is a sentence."""


class _Places:
    """Finds the answers and checks that rows name."""

    def __init__(self, records: SuiteRecords, judges: JudgeRecords, run_uid: str, *, needs_judge: bool = True) -> None:
        run = records.run(run_uid)
        self._records, self._run_uid = records, run_uid
        self._cells: dict[str, CellKey] | None = None
        self._checks: frozenset[str] = frozenset()
        self._facts = _facts(judges, run, needs_judge=needs_judge)
        self._columns: dict[str, list[tuple[JudgedAnswerRow, ...]]] = {
            fact.check_hash: [
                judges.answers(run_uid, run.scoring_uid, fact.check_hash, column.position) for column in run.columns
            ]
            for fact in self._facts
        }
        self._by_uid = {
            hash_: {row.output_uid: row for rows in columns for row in rows} for hash_, columns in self._columns.items()
        }
        self._by_key = {hash_: {row.key: row for row in rows.values()} for hash_, rows in self._by_uid.items()}
        self._cases: dict[str, list[int]] = defaultdict(list)
        for position, case in enumerate(records.tested_cases(run_uid)):
            for name in {case.uid, case.name.strip().lower(), str(position + 1)} - {""}:
                self._cases[name].append(position)
        self._titles: dict[str, list[int]] = defaultdict(list)
        for column, title in zip(run.columns, column_titles(run), strict=True):
            lane = column.lane
            for name in {title, lane.title, lane.model, lane.slot, str(column.position + 1)} - {""}:
                self._titles[name.strip().lower()].append(column.position)

    def overruled(self, row: Mapping[str, str]) -> tuple[str, str] | None:
        """Return the answer and the check that a row overrules if it names them by uid and hash, else None."""
        uid, hash_ = row.get("output", ""), row.get("check", "")
        if not uid or not _HASH.fullmatch(hash_):
            return None
        if self._cells is None:
            run = self._records.run(self._run_uid)
            scoring = next((one for one in self._records.scorings(run.uid) if one.uid == run.scoring_uid), None)
            checks = [] if scoring is None else list(scoring.checks)
            checks += [check for case in self._records.cases(run.uid, 0, run.cases) for check in case.checks]
            self._cells, self._checks = self._records.answer_cells(run.uid), frozenset(map(check_hash, checks))
        if uid not in self._cells:
            raise _UnfitError("This output is not an answer of this test.")
        if hash_ not in self._checks:
            raise _UnfitError("This check is not part of this test.")
        return uid, hash_

    def check(self, name: str) -> JudgedCheckFact:
        """Return the check that a row names: by its hash, type, words or number; the only one without a name."""
        if not name and len(self._facts) == 1:
            return self._facts[0]
        plain = name.lower()
        found = [
            fact
            for number, fact in enumerate(self._facts, start=1)
            if plain in (str(number), fact.check.type.lower(), check_title(fact.check).lower(), fact.check_hash)
        ]
        if len(found) != 1:
            problem = "names several checks" if found else "names no judged check of this test"
            raise _UnfitError(f"“{name[:80]}” {problem}." if name else "It names no check, and there are several.")
        return found[0]

    def answer(self, row: Mapping[str, str], fact: JudgedCheckFact) -> JudgedAnswerRow:
        """Return the answer that a row names."""
        if uid := row.get("output", ""):
            known = self._by_uid[fact.check_hash].get(uid)
            if known is None:
                raise _UnfitError("This output is not an answer of this test that the check judged.")
            return known
        case, column = (
            self._one(self._cases, row.get("case", ""), "case"),
            self._one(self._titles, row.get("column", ""), "column"),
        )
        sample = row.get("sample", "") or "1"
        if not sample.isdecimal() or int(sample) < 1:
            raise _UnfitError(f"“{sample[:40]}” is not a sample number.")
        known = self._by_key[fact.check_hash].get(CellKey(case, column, int(sample) - 1))
        if known is None:
            raise _UnfitError("This answer was not judged by the check, or its case is held out.")
        return known

    def random_labels(self, labels: Mapping[tuple[str, str], LabelStart]) -> frozenset[tuple[str, str]]:
        """Return the labels, by answer and check, that belong to the random sample of their column without a gap."""
        found: set[tuple[str, str]] = set()
        for hash_, columns in self._columns.items():
            given = {uid for uid, of in labels if of == hash_}
            for rows in columns:
                counting = {row.output_uid for row in rows if row.picked == "random" and row.label} | given
                found |= {(uid, hash_) for uid in random_prefix(hash_, rows, dict.fromkeys(counting)) if uid in given}
        return frozenset(found)

    @staticmethod
    def _one(known: Mapping[str, Sequence[int]], name: str, what: str) -> int:
        found = known.get(name.strip().lower(), known.get(name.strip(), ()))
        if len(found) != 1:
            problem = "several" if found else "no"
            raise _UnfitError(f"“{name[:80]}” is the name of {problem} {what}{'s' if found else ''} of this test.")
        return found[0]
