"""Labelling answers blind, to measure a judge.

Invariant: what is shown about an answer tells neither its column nor what the judge said. The sample that measures a
judge is drawn by chance for each column; answers that were labelled before, blind, keep their label when chance draws
them. Everything but `current` and `progress` blocks for the history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from workbench.core.checks.check_types import PAIRWISE
from workbench.store.judging.judge_records import JudgeRecords
from workbench.store.judging.records import JudgedAnswerRow, JudgedCheckFact, LabelPick, LabelStart
from workbench.store.testing.suite_records import SuiteRecords
from workbench.usecases.judging.judge_reports import check_title
from workbench.usecases.judging.label_order import borderline, further_draws, random_sample
from workbench.usecases.problems import RefusedError

Label = Literal["pass", "fail", "unsure"]


@dataclass(frozen=True, slots=True)
class AnswerToLabel:
    """An answer as the person sees it: the check in words, the case's values and expectation, and the answer."""

    output_uid: str
    check: str
    values: tuple[tuple[str, str], ...]
    expectation: str
    text: str


@dataclass(frozen=True, slots=True)
class LabelProgress:
    """How many answers of the random sample have a label, of `sample`, over all columns."""

    labelled: int
    sample: int


@dataclass(frozen=True, slots=True)
class _Given:
    """A label of this session, for undo, and what counted before."""

    row: JudgedAnswerRow
    picked: LabelPick


class LabellingSession:
    """Shows the answers of a test run by one judged check, one after the other. Not thread-safe."""

    def __init__(
        self,
        records: SuiteRecords,
        judges: JudgeRecords,
        run_uid: str,
        check_hash: str,
        *,
        new_uid: Callable[[], str],
        now: Callable[[], str],
    ) -> None:
        """Read the queue. Raises StoreError, and RefusedError if there is nothing to label."""
        self._records, self._judges, self._new_uid, self._now = records, judges, new_uid, now
        run = records.run(run_uid)
        self._run_uid, self._scoring_uid = run_uid, run.scoring_uid
        self._fact = _fact(judges, run_uid, run.scoring_uid, check_hash)
        columns = [judges.answers(run_uid, run.scoring_uid, check_hash, column.position) for column in run.columns]
        columns = [rows for rows in columns if rows]
        if not columns:
            raise RefusedError("No answer of this test can be labelled: its cases are held out, or none was judged.")
        self._columns = len(columns)
        self._rows = {row.output_uid: row for rows in columns for row in rows}
        self._sample = random_sample(check_hash, columns)
        self._queue = self._ordered(columns)
        self._skipped: list[tuple[JudgedAnswerRow, LabelPick]] = []
        self._postponed: set[str] = set()
        self._adopted: set[str] = set()
        self._given: list[_Given] = []
        self._shown: AnswerToLabel | None = None

    def current(self) -> AnswerToLabel | None:
        """Return the answer to label now, None if none is left."""
        return self._shown

    def start(self) -> AnswerToLabel | None:
        """Show the first answer, and return it."""
        return self._show()

    def label(self, label: Label) -> AnswerToLabel | None:
        """Store a label of the current answer, and return the next one. Raises StoreError."""
        row, picked = self._queue[0]
        self._store(row, label, picked)
        self._queue.pop(0)
        self._given.append(_Given(row, picked))
        return self._show()

    def skip(self) -> AnswerToLabel | None:
        """Put the current answer behind all others, and return the next one.

        One of the random sample comes again at the end of the sample first, so that the sample is completed early.
        """
        if self._queue:
            one = self._queue.pop(0)
            uid, sample = one[0].output_uid, {row.output_uid for row in self._sample}
            rest = sum(row.output_uid in sample for row, _ in self._queue)
            if uid in sample and rest and uid not in self._postponed:
                self._postponed.add(uid)
                self._queue.insert(rest, one)
            else:
                self._skipped.append(one)
        return self._show()

    def undo(self) -> AnswerToLabel | None:
        """Take the last label back and show its answer again; the current one follows it. Raises StoreError."""
        if not self._given:
            return self._shown
        last = self._given.pop()
        # Chance drew it since: it would not come again.
        picked: LabelPick = "random" if last.row.output_uid in self._adopted else last.picked
        self._store(last.row, "none", picked)
        self._queue.insert(0, (last.row, picked))
        return self._show()

    @property
    def can_undo(self) -> bool:
        """Whether a label was given in this session."""
        return bool(self._given)

    def progress(self) -> LabelProgress:
        """Return how far the random sample is labelled."""
        done = sum(not _is_open(self._rows[row.output_uid]) for row in self._sample)
        return LabelProgress(done, len(self._sample))

    @property
    def measuring(self) -> int:
        """How many labels measure the judge now: random ones, pass or fail, of answers that it scored."""
        return sum(
            row.picked == "random" and row.label in ("pass", "fail") and row.verdict != "unscored"
            for row in self._rows.values()
        )

    @property
    def picked(self) -> LabelPick | Literal[""]:
        """How the current answer came to be shown, "" if none is left."""
        return self._queue[0][1] if self._queue else ""

    @property
    def left(self) -> int:
        """How many answers are left, those that were skipped included."""
        return len({row.output_uid for row, _ in (*self._queue, *self._skipped)})

    def _ordered(self, columns: list[tuple[JudgedAnswerRow, ...]]) -> list[tuple[JudgedAnswerRow, LabelPick]]:
        """Return what is to be labelled, in order, with how it came to be.

        A borderline answer is there twice: chance draws it, too. Without its label, the answers that chance draws
        afterwards would be a sample of those about which the judge is sure.
        """
        check_hash = self._fact.check_hash
        sample = [row for row in self._sample if _is_open(row)]
        taken = {row.output_uid for row in self._sample}
        others = [row for row in self._rows.values() if not row.label and row.output_uid not in taken]
        doubtful = borderline(self._fact.check, others)
        further = [row for row in further_draws(check_hash, columns) if _is_open(row)]
        parts: tuple[tuple[Iterable[JudgedAnswerRow], LabelPick], ...] = (
            (sample, "random"),
            (doubtful, "borderline"),
            (further, "random"),
        )
        return [(row, picked) for rows, picked in parts for row in rows]

    def _show(self) -> AnswerToLabel | None:
        self._settle()
        if not self._queue and self._skipped:
            self._queue, self._skipped = self._skipped, []
            self._settle()
        self._shown = self._read(self._queue[0][0]) if self._queue else None
        return self._shown

    def _settle(self) -> None:
        """Pass over answers that were labelled blind before; such a label counts once chance draws its answer."""
        while self._queue:
            row, picked = self._queue[0]
            known = self._rows[row.output_uid]
            if known.label == "" or not _is_blind(known):
                return
            if picked == "random" and known.picked != "random":
                self._store(row, known.label, "random")
                self._adopted.add(row.output_uid)
            self._queue.pop(0)

    def _store(self, row: JudgedAnswerRow, label: Literal["pass", "fail", "unsure", "none"], picked: LabelPick) -> None:
        start = LabelStart(self._new_uid(), row.output_uid, self._fact.check_hash, label, picked)
        self._judges.label(self._run_uid, start, self._now()).result()
        known = self._rows[row.output_uid]
        if label == "none":
            self._rows[row.output_uid] = known._replace(label="", picked="")
        else:
            self._rows[row.output_uid] = known._replace(label=label, picked=picked)

    def _read(self, row: JudgedAnswerRow) -> AnswerToLabel:
        detail = self._records.cell(self._run_uid, self._scoring_uid, row.key)
        text = "" if detail.result is None else detail.result.text
        return AnswerToLabel(
            row.output_uid, check_title(self._fact.check), detail.case.values, detail.case.expectation, text
        )


def _is_open(row: JudgedAnswerRow) -> bool:
    """Whether an answer of the random sample still needs a label that counts."""
    return row.label == "" or row.picked != "random"


def _is_blind(row: JudgedAnswerRow) -> bool:
    """Whether a label was given without seeing what the judge said."""
    return row.picked in ("random", "borderline")


def _fact(judges: JudgeRecords, run_uid: str, scoring_uid: str, check_hash: str) -> JudgedCheckFact:
    facts = judges.checks(run_uid, scoring_uid) if scoring_uid else ()
    fact = next((one for one in facts if one.check_hash == check_hash), None)
    if fact is not None and fact.check.type == PAIRWISE:
        raise RefusedError("This check compares two answers. Label the answers of a check that looks at one.")
    if fact is None:
        raise RefusedError("No answer of this test was judged by this check. Choose a judge, then run the test.")
    return fact
