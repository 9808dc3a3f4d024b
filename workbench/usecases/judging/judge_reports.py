"""What is known of the judges of a scoring: their measured error, and what that does to the columns.

Invariant: every sentence comes from `core.statistics.judge_words`; only random labels measure. Everything blocks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from workbench.core.cases import Check
from workbench.core.check_words import lines
from workbench.core.checks.check_types import PAIRWISE
from workbench.core.statistics.comparisons import LEVEL, ComparisonVerdict
from workbench.core.statistics.corrected_rate import corrected_difference, corrected_rate
from workbench.core.statistics.judge_cells import JudgedCell
from workbench.core.statistics.judge_error import judge_error
from workbench.core.statistics.judge_words import (
    COMPARING,
    HELD_OUT,
    HELD_OUT_STEP,
    agreement_words,
    beside_rate_words,
    corrected_difference_words,
    corrected_words,
    correction_words,
    failed_words,
    fault_words,
    judge_words,
    note_words,
    preference_words,
    threshold_words,
)
from workbench.core.statistics.preferences import Preference, PreferenceCell, count_preferences
from workbench.core.statistics.proportions import holm
from workbench.core.statistics.threshold import choose_threshold
from workbench.core.statistics.wording import tested_words as p_value_words
from workbench.core.testing.grid import SuiteRun
from workbench.core.testing.judged_report import ColumnJudging, JudgedCheck, JudgedReport
from workbench.store.judging.judge_records import JudgeRecords
from workbench.store.judging.records import JudgedCheckFact, JudgedColumn, JudgementCounts, StoredJudge
from workbench.usecases.judging.judge_models import tested_words
from workbench.usecases.testing.column_titles import column_titles

_LONGEST = 120


@dataclass(frozen=True, slots=True)
class _Names:
    """What sentences call the columns and the judged check; `check` is "" if it is the only one that is judged.
    `is_alone`: it is the only check. `is_held_out`: the cases are those of the hold-out.
    """

    titles: Sequence[str]
    baseline: int
    check: str
    is_alone: bool
    is_held_out: bool

    def subject(self, position: int) -> str:
        """Return what a sentence about the rate of a column is about."""
        return ", ".join(filter(None, (self.titles[position], self.check)))


class JudgeAnalyst:
    """Reports on the judges of scorings."""

    def __init__(self, judges: JudgeRecords) -> None:
        self._judges = judges

    def report(self, run: SuiteRun, scoring_uid: str, titles: Sequence[str]) -> JudgedReport:
        """Return what is known of the judges of a scoring; `titles` are those of the columns. Raises StoreError."""
        none = JudgedReport(columns=tuple(() for _ in run.columns))
        counts = self._judges.counts(scoring_uid) if scoring_uid else JudgementCounts()
        # Without a judgement no number of a judge is shown; finding checks takes long in a large run.
        facts = self._judges.checks(run.uid, scoring_uid) if counts.judgements else ()
        if not facts:
            return none
        stored = self._judges.judges(scoring_uid)
        by_check = {fact.check_hash: [one for one in stored if one.check_hash == fact.check_hash] for fact in facts}
        is_held_out = run.set_name == "holdout"
        is_alone = len(facts) == 1 and self._judges.is_alone(scoring_uid, facts[0].check_hash)
        checks = list[JudgedCheck]()
        columns = [list[ColumnJudging]() for _ in run.columns]
        for number, fact in enumerate(facts):
            found = self._judges.results(run.uid, scoring_uid, fact.check_hash)
            compared: Mapping[int, ColumnJudging]
            if fact.check.type == PAIRWISE:
                comparing = _judged(fact, by_check[fact.check_hash])
                checks.append(replace(comparing, words=f"{_who_judges(comparing)} {COMPARING}"))
                compared = _preferences(run, fact, found, number, titles)
            else:
                measured = _measured(fact, by_check[fact.check_hash], found, is_held_out=is_held_out)
                checks.append(measured)
                title = check_title(fact.check) if len(facts) > 1 else ""
                names = _Names(titles, run.baseline, title, is_alone, is_held_out)
                base = next((column for column in found if column.position == run.baseline), None)
                rates = {column.position: _corrected(column, number, names, measured, base) for column in found}
                compared = _with_verdicts(rates, names) if measured.is_measured else rates
            for position, said in compared.items():
                columns[position].append(said)
        asked = {(one.lane.endpoint, one.lane.model): one.lane for one in stored}
        tested = tested_words(asked.values(), [column.lane for column in run.columns])
        return JudgedReport(
            tuple(checks),
            tuple(map(tuple, columns)),
            counts.judgements,
            counts.failed,
            counts.reused,
            counts.cost_usd,
            is_alone,
            tuple(filter(None, (tested, failed_words(counts.failed, counts.problem, counts.problems)))),
        )


def _preferences(
    run: SuiteRun, fact: JudgedCheckFact, found: Sequence[JudgedColumn], number: int, titles: Sequence[str]
) -> Mapping[int, ColumnJudging]:
    others = [column for column in found if column.position != run.baseline and column.cells]
    cells = [[_preferred(cell, negated=fact.check.negated) for cell in column.cells] for column in others]
    counts = count_preferences(cells) if cells else []
    return {
        column.position: ColumnJudging(
            number,
            f"{titles[column.position]}: {_lower(preference_words(count))}",
            beside_rate_words(None, is_measured=False),
            preference=count,
        )
        for column, count in zip(others, counts, strict=True)
    }


def _preferred(cell: JudgedCell, *, negated: bool) -> PreferenceCell:
    said: Preference = "undecided" if cell.is_undecided else "unscored"
    if cell.is_scored:
        said = "better" if (cell.verdict == "pass") != negated else "worse"
    return PreferenceCell(cell.case, said, cell.cluster)


def _judged(fact: JudgedCheckFact, judges: Sequence[StoredJudge]) -> JudgedCheck:
    return JudgedCheck(
        check=check_title(fact.check),
        check_hash=fact.check_hash,
        check_type=fact.check.type,
        models=tuple(dict.fromkeys(one.lane.title for one in judges)),
        versions=tuple(dict.fromkeys(one.version_name for one in judges if one.version_name)),
        answers=fact.cells,
    )


def _measured(
    fact: JudgedCheckFact, judges: Sequence[StoredJudge], columns: Sequence[JudgedColumn], *, is_held_out: bool
) -> JudgedCheck:
    cells = list(chain.from_iterable(column.cells for column in columns))
    error = judge_error(cells)
    judged = _judged(fact, judges)
    choice = choose_threshold(cells) if any(cell.probability is not None for cell in cells) else None
    is_other = choice is not None and (choice.fitted.missed, choice.fitted.alarms) != (error.missed, error.alarms)
    disagreements = error.missed + error.alarms
    if is_held_out and not error.is_measured:
        words = f"{_who_judges(judged)} {HELD_OUT}"
        return replace(
            judged, labels=error.labels, error=error, words=words, note=f"{HELD_OUT} {HELD_OUT_STEP}", step="label"
        )
    return replace(
        judged,
        labels=error.labels,
        note=note_words(error),
        step="label" if not error.is_measured else "improve" if disagreements else "",
        figures=f"{judge_words(error)} {agreement_words(error)}" if error.is_measured else "",
        error=error,
        words=" ".join(filter(None, (_who_judges(judged), fault_words(error), judge_words(error)))),
        agreement_words=agreement_words(error),
        threshold=choice.threshold if choice is not None and is_other and error.is_measured else None,
        threshold_words="" if choice is None or not error.is_measured else threshold_words(choice),
    )


def _who_judges(judged: JudgedCheck) -> str:
    """Return "gpt-5-mini judges whether an answer passes a model's rubric: “polite”."."""
    models = " and ".join(judged.models) or "A model"
    end = "" if judged.check.endswith((".”", "?”", "!”", "…")) else "."
    return f"{models} {'judge' if len(judged.models) > 1 else 'judges'} whether an answer {judged.check}{end}"


def _corrected(
    column: JudgedColumn, number: int, names: _Names, judge: JudgedCheck, baseline: JudgedColumn | None
) -> ColumnJudging:
    """Return the rate of a column by one check, and the difference from the baseline if both are corrected."""
    found = corrected_rate(column.cells)
    if found is None:
        return ColumnJudging(number, "", "" if judge.is_measured else beside_rate_words(None, is_measured=False))
    words = corrected_words(found, is_measured=judge.is_measured, is_held_out=names.is_held_out)
    words = f"{names.subject(column.position)}: {_lower(words)}"
    said = ColumnJudging(number, words, beside_rate_words(found, is_measured=judge.is_measured), found)
    if found.interval is None or baseline is None or baseline.position == column.position:
        return said
    difference = corrected_difference(baseline.cells, column.cells)
    if difference is None or difference.interval is None:
        return said
    return replace(
        said,
        words=f"{words} {corrected_difference_words(difference)}",
        difference=difference,
    )


def _with_verdicts(rates: Mapping[int, ColumnJudging], names: _Names) -> Mapping[int, ColumnJudging]:
    """Return the corrected rates of columns with verdicts on their differences: one rule, as without a judge."""
    tested = {place: one.difference.p for place, one in rates.items() if one.difference is not None}
    known = {place: p for place, p in tested.items() if p is not None}
    found = dict(rates)
    for (place, p), adjusted in zip(known.items(), holm(list(known.values())), strict=True):
        difference = rates[place].difference
        assert difference is not None
        assert difference.difference is not None
        shown: ComparisonVerdict = "better" if difference.difference > 0 else "worse"
        verdict = shown if adjusted < LEVEL else "no_difference"
        correction = correction_words(
            difference,
            verdict,
            names.titles[place],
            names.titles[names.baseline],
            is_alone=names.is_alone,
            check=names.check,
            tested=p_value_words(p, adjusted, len(known), is_exact=False) if len(known) > 1 else "",
        )
        found[place] = replace(rates[place], verdict=verdict, correction=correction)
    return found


def judged_run(judges: JudgeRecords, run: SuiteRun) -> JudgedReport:
    """Return what is known of the judges of a run's newest scoring. Raises StoreError."""
    return JudgeAnalyst(judges).report(run, run.scoring_uid, column_titles(run))


def check_title(check: Check) -> str:
    """Return a check in words on one line, shortened."""
    said = " ".join(lines(check)[0].text.split())
    return said if len(said) <= _LONGEST else f"{said[: _LONGEST - 1]}…"


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]
