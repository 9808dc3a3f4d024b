"""Sentences about judges: how far to trust them, corrected rates, pairwise judgements, thresholds.

Invariant: below `FEWEST_LABELS` random labels a sentence says "unmeasured", and gives counts at most. A corrected rate
never stands without the raw one. Labels that were left out are said.
"""

from __future__ import annotations

from workbench.core.statistics.clusters import FEWEST
from workbench.core.statistics.comparisons import ComparisonVerdict
from workbench.core.statistics.corrected_rate import CorrectedDifference, CorrectedRate
from workbench.core.statistics.judge_cells import UNMEASURED
from workbench.core.statistics.judge_error import AnswerShare, JudgeError
from workbench.core.statistics.preferences import PreferenceCount
from workbench.core.statistics.threshold import ThresholdChoice
from workbench.core.statistics.wording import left_out_words, percent_words, points_words, rate_words, tested_words
from workbench.core.text import counted, plural

COMPARING = "Unmeasured: it compares two answers, and labels are about single ones."
"""Why the error of a judge that compares answers stays unknown."""
HELD_OUT = "Unmeasured here: answers of the hold-out stay unseen."
"""Why the error of a judge stays unknown on held-out cases."""
HELD_OUT_STEP = "Label answers of the cases you tuned on to see how far to trust the judge."
_ALONE = "by the judge alone"
_LONGEST_PROBLEM = 300
_FEW = 0.15
"""The share of wrong verdicts from which a judge is called lenient or strict."""
_SIDES = {
    (False, False): "mostly agrees with you",
    (True, False): "is too lenient",
    (False, True): "is too strict",
    (True, True): "errs both ways",
}
"""By whether a judge passes and fails too many answers."""
_SAID = {
    "better": "the judge prefers it",
    "worse": "the judge prefers the baseline",
    "no_difference": "no difference shown",
}


def verdict_words(error: JudgeError) -> str:
    """Return what is wrong with a judge in one sentence, "" while it is unmeasured."""
    if not error.is_measured:
        return ""
    missed, alarms = error.missed, error.alarms
    if not missed and not alarms:
        return "The judge agreed with you about every answer."
    failed, passed = error.failed, error.passed
    lenient = f"passed {missed:,} of {counted(failed, 'answer')} that you failed" if missed else ""
    of_passed = f"{passed:,}" if missed else counted(passed, "answer")
    strict = f"failed {alarms:,} of {of_passed} that you passed" if alarms else ""
    return f"The judge {_SIDES[_sides(error)]}: it {' and '.join(filter(None, (lenient, strict)))}."


def bias_words(error: JudgeError) -> str:
    """Return what the errors of a judge do to its pass rates, "" if it mostly agrees or errs both ways."""
    sides = _sides(error) if error.is_measured else None
    # Few wrong verdicts about many answers may outweigh many about few.
    if sides == (True, False) and error.missed > error.alarms:
        return "Its pass rates are probably too high."
    if sides == (False, True) and error.alarms > error.missed:
        return "Its pass rates are probably too low."
    return ""


def fault_words(error: JudgeError) -> str:
    """Return what is wrong with a judge and what that does to its pass rates, "" while it is unmeasured."""
    return _joined(verdict_words(error), bias_words(error))


def judge_words(error: JudgeError) -> str:
    """Return what a judge catches and what it fails wrongly, or how many labels are needed to say so."""
    left_out = _left_out_words(error.unsure, error.unscored)
    if not error.is_measured:
        return _joined(unmeasured_words(error), left_out)
    if error.catch is None:
        said = (
            f"You failed none of {counted(error.labels, 'answer')}, so whether the judge catches bad ones is unknown."
        )
        return _joined(said, f"It {_alarm_words(error, is_first=True)}.", left_out)
    said = f"The judge {_catch_words(error)}"
    if error.false_alarms is None:
        return _joined(f"{said}. You passed none of {counted(error.labels, 'answer')}.", left_out)
    has_interval = error.catch.interval is not None
    return _joined(f"{said} and {_alarm_words(error, is_first=not has_interval)}.", left_out)


def unmeasured_words(error: JudgeError) -> str:
    """Return how many labels are needed to see how far a judge can be trusted; "" if there are enough."""
    if error.is_measured:
        return ""
    need = _needed(error.missing, error.labels)
    return f"Unmeasured: label {need} to see how far this judge can be trusted."


def note_words(error: JudgeError) -> str:
    """Return what is wrong with a judge, or that it is unmeasured, as a sentence that stands alone."""
    if error.is_measured:
        return fault_words(error)
    return f"The judge is unmeasured: label {_needed(error.missing, error.labels)} to see how far to trust it."


def agreement_words(error: JudgeError) -> str:
    """Return how often a judge and the person agree, as a sentence; "" if it is unmeasured."""
    if not error.is_measured or error.agreement is None:
        return ""
    share = error.agreement
    return f"The judge agrees with you about {share.hits:,} of {counted(share.size, 'answer')}{_bracket(share)}."


def beside_rate_words(corrected: CorrectedRate | None, *, is_measured: bool) -> str:
    """Return the few words beside a column's rate: "judged 78 %, corrected 71 % (58 to 84)", that it is not corrected,
    or "judge unmeasured". `is_measured` is about the judge, which all columns measure together. `corrected` is None
    for a judge that compares answers.
    """
    if corrected is None or not is_measured:
        return UNMEASURED
    # The column's rate stands on all checks, this one on what the judge says.
    raw = f"judged {100 * corrected.raw.rate:.0f} %"
    if corrected.rate is None or corrected.interval is None:
        return f"{raw}, not corrected"
    rate, ends = percent_words(corrected.rate, corrected.interval)
    return f"{raw}, corrected {rate} ({ends})"


def corrected_words(corrected: CorrectedRate, *, is_measured: bool, is_held_out: bool = False) -> str:
    """Return "Corrected for the judge's errors: 71 % (58 to 84); by the judge alone 78 %.", or what it takes.

    `is_measured` is about the judge. A column of few answers may be corrected without: when each has a label. Nobody is
    asked to label held-out answers.
    """
    raw = f"{_ALONE} {rate_words(corrected.raw)}"
    left_out = _left_out_words(corrected.unsure, corrected.unscored)
    if corrected.rate is None:
        need = _needed(corrected.missing, corrected.labels)
        state = "Not corrected" if is_measured else "Unmeasured"
        if is_held_out:
            return _joined(f"{state}, {raw}.", left_out)
        return _joined(f"{state}, {raw}: label {need} of this column to correct for the judge's errors.", left_out)
    if corrected.interval is None:
        state = "Not corrected" if is_measured else "Unmeasured"
        return _joined(f"{state}, {raw}: labels in at least {FEWEST} clusters are needed.", left_out)
    rate, ends = percent_words(corrected.rate, corrected.interval)
    if not is_measured:
        said = f"Unmeasured, {raw}. By your labels of all {counted(corrected.labels, 'answer')}: {rate} ({ends})."
        return _joined(said, left_out)
    return _joined(f"Corrected for the judge's errors: {rate} ({ends}); {raw}.", left_out)


def corrected_difference_words(found: CorrectedDifference) -> str:
    """Return the difference of two columns, corrected and raw, or what it takes to correct it."""
    raw, left_out = f"{_ALONE} {points_words(found.raw, None)}", left_out_words(found.left_out)
    if found.difference is None:
        before, after = found.missing
        needs = [
            f"{counted(missing, 'more random answer')} of {side}"
            for missing, side in ((before, "the baseline"), (after, "this column"))
            if missing
        ]
        said = f"Difference unmeasured, {raw}: label {' and '.join(needs)} to correct for the judge's errors."
    elif found.interval is None:
        said = f"Difference not corrected, {raw}: labels in at least {FEWEST} clusters are needed on both sides."
    else:
        points = points_words(found.difference, found.interval)
        said = f"Difference corrected for the judge's errors: {points}; {raw}."
    return _joined(said, left_out)


def correction_words(
    found: CorrectedDifference,
    verdict: ComparisonVerdict,
    column: str,
    baseline: str,
    *,
    is_alone: bool = True,
    check: str = "",
    tested: str = "",
) -> str:
    """Return the comparison of two columns corrected for the judge's errors, "" if they cannot be.

    `is_alone`: nothing but the judge decides whether an answer passes; otherwise its own difference is said, too.
    `check` says in words what is judged, if judges evaluate several checks; `tested` are the p values, if several
    columns were compared.
    """
    if found.difference is None or found.interval is None:
        return ""
    passes = "passes" if is_alone else "passes the judged check"
    if verdict in ("better", "worse"):
        often = "more" if verdict == "better" else "less"
        said = f"{column} {passes} {often} often than the baseline {baseline}"
    else:
        said = f"no difference between {column} and the baseline {baseline} is shown"
        said += "" if is_alone else " by the judged check"
    points, raw = points_words(found.difference, found.interval), points_words(found.raw, None)
    # A judge that alone decides has its own comparison beside this one.
    figures = "; ".join(filter(None, (points, tested, "" if is_alone else f"{_ALONE} {raw}")))
    about = f"Judged is whether an answer {check.removesuffix('.')}." if check else ""
    return _joined(f"Corrected for the judge's errors, {said}: {figures}.", about)


def failed_words(failed: int, problem: str, problems: int) -> str:
    """Return how many judgements failed, and the `problem` that `problems` of them have; "" if none failed."""
    if not failed:
        return ""
    said, told = f"{counted(failed, 'judgement')} failed", " ".join(problem.split())
    if not told:
        return f"{said}."
    told = told if len(told) <= _LONGEST_PROBLEM else f"{told[: _LONGEST_PROBLEM - 1]}…"
    return f"{said}{'' if problems == failed else ', most often'}: {told}"


def preference_words(count: PreferenceCount) -> str:
    """Return in how many cases a judge prefers a column, and what the sign test says.

    Such a judge is unmeasured: people label single answers.
    """
    unscored = f"{counted(count.unscored, 'case')} left out: unscored." if count.unscored else ""
    if not count.cases:
        return _joined("The judge compared no case.", unscored)
    said = (
        f"Preferred in {count.won:,} of {counted(count.cases, 'case')}, the baseline in {count.lost:,}, "
        f"{count.undecided:,} undecided ({UNMEASURED})"
    )
    if count.p is None or count.p_adjusted is None:
        noun = "case with samples" if count.clusters == count.cases else "cluster"
        nouns = "cases with samples" if count.clusters == count.cases else "clusters"
        few = f"{counted(count.clusters, noun, nouns)} {plural(count.clusters, 'is', 'are')} too few for a test"
        return _joined(f"{said}. {few}: {FEWEST} are needed.", unscored)
    tested = tested_words(count.p, count.p_adjusted, count.columns, is_exact=not count.flips)
    return _joined(f"{said}: {_SAID[count.verdict]} ({tested}).", unscored)


def threshold_words(choice: ThresholdChoice) -> str:
    """Return what a chosen threshold does on the labels that it was chosen on, and what to expect of new answers."""
    said = f"Threshold {choice.threshold:g}: the judge {_both_words(choice.fitted)}."
    few = "" if choice.fitted.is_measured else unmeasured_words(choice.fitted)
    return _joined(
        said,
        "It was chosen to fit these labels, so new answers come out worse.",
        f"With each label judged by a threshold chosen on the others, it {_both_words(choice.validated)}.",
        few,
    )


def _both_words(error: JudgeError) -> str:
    """Return counts of both kinds of errors, for labels of both kinds."""
    parts = (
        f"catches {error.catch.hits:,} of {counted(error.catch.size, 'answer')} that you failed" if error.catch else "",
        f"fails {error.false_alarms.hits:,} of {error.false_alarms.size:,} that you passed"
        if error.false_alarms
        else "",
    )
    return " and ".join(filter(None, parts)) or "says nothing: no label is left to choose on"


def _sides(error: JudgeError) -> tuple[bool, bool]:
    """Return whether a judge passes too many answers, and whether it fails too many."""
    return error.missed > _FEW * error.failed, error.alarms > _FEW * error.passed


def _catch_words(error: JudgeError) -> str:
    assert error.catch is not None
    share = error.catch
    return f"catches {share.hits:,} of {counted(share.size, 'answer')} that you failed{_bracket(share, is_first=True)}"


def _alarm_words(error: JudgeError, *, is_first: bool = False) -> str:
    assert error.false_alarms is not None
    share = error.false_alarms
    return f"fails {share.hits:,} of {share.size:,} that you passed{_bracket(share, is_first=is_first)}"


def _bracket(share: AnswerShare, *, is_first: bool = False) -> str:
    """Return " (90 %, 60 to 98)"; "" below ten clusters. The first of a sentence says what the ends are."""
    if share.interval is None:
        return ""
    rate, ends = percent_words(share.rate, share.interval)
    return f" ({rate}, {'95 % interval ' if is_first else ''}{ends})"


def _needed(missing: int, labels: int) -> str:
    return f"{missing:,} {'more ' if labels else ''}random {plural(missing, 'answer')}"


def _left_out_words(unsure: int, unscored: int) -> str:
    parts = ((unsure, "unsure"), (unscored, "of unscored answers"))
    told = ", ".join(f"{number:,} {words}" for number, words in parts if number)
    return f"{counted(unsure + unscored, 'label')} left out: {told}." if told else ""


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))
