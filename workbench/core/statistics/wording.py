"""Sentences about test columns, one per comparison, and short forms for column heads.

Invariant: no sentence says more than its test. A rate or difference comes with its interval, or as counts; what was
left out is said.
"""

from __future__ import annotations

from workbench.core.money import show_cost
from workbench.core.statistics.clusters import FEWEST
from workbench.core.statistics.columns import ColumnSummary, PassPower, PassRate
from workbench.core.statistics.comparisons import (
    LEVEL,
    ColumnComparison,
    LeftOutPairs,
    NoWorseResult,
    PassComparison,
    ScoreComparison,
)
from workbench.core.statistics.power import MOST, CaseNeed
from workbench.core.statistics.proportions import ConfidenceInterval
from workbench.core.statistics.stopping import MARGIN, TryResult
from workbench.core.text import counted, plural

SHORT = {
    "better": "better",
    "worse": "worse",
    "no_difference": "no difference shown",
    "too_few": "too few cases",
    "no_pairs": "nothing to compare",
}
"""Verdicts as in a column head."""
_FINE = 4.0
"""Intervals narrower than this many points are shown with one decimal."""


def comparison_words(comparison: ColumnComparison, need: CaseNeed | None = None, lead: str = "") -> str:
    """Return the sentence that compares a column with its baseline.

    It counts the cases left out. `need`, the number of further cases, is included only if no difference is shown.
    `lead` begins a sentence that follows another one about the same columns: "By the judge alone".
    """
    passes = comparison.passes
    column, baseline = comparison.column, comparison.baseline
    left_out = left_out_words(comparison.left_out)
    if passes is None:
        return _joined(f"{column} and the baseline {baseline} have no scored case in common.", left_out)
    counts = f"fixed {counted(passes.fixed, 'case')} and broke {passes.broken:,} of {passes.pairs:,}"
    leads = f"{lead}, " if lead else ""
    if passes.verdict == "too_few":
        few = f"{counted(passes.clusters, 'cluster')} {plural(passes.clusters, 'is', 'are')} too few for a rate"
        if passes.clusters == passes.pairs:
            few = f"{counted(passes.pairs, 'case')} with samples {plural(passes.pairs, 'is', 'are')} too few for a rate"
        said = f"{leads}{column} {counts}, against the baseline {baseline}. {few}: {FEWEST} are needed."
        return _joined(said, left_out)
    figures = f"({difference_words(passes)}; {p_words(passes, comparison.columns)})"
    if passes.verdict == "no_difference":
        shown = f"No difference shown between {column} and the baseline {baseline}"
        shown = f"{lead}, no difference is shown" if lead else shown
        return _joined(f"{shown}: {column} {counts} {figures}.", left_out, need_words(need) if need is not None else "")
    said = f"{leads}{column} is {passes.verdict} than the baseline {baseline}: it {counts} {figures}."
    return _joined(said, left_out)


def difference_words(passes: PassComparison) -> str:
    """Return "difference 9 points, 95 % interval 2 to 16"."""
    return f"difference {points_words(passes.difference, passes.interval)}"


def points_words(difference: float, interval: ConfidenceInterval | None) -> str:
    """Return "9 points, 95 % interval 2 to 16"."""
    fine = interval is not None and _is_fine(interval)
    text = _points(difference, fine)
    points = f"{text} {'point' if text in ('1', '−1') else 'points'}"
    return points if interval is None else f"{points}, 95 % interval {_ends(interval, fine)}"


def p_words(passes: PassComparison, columns: int = 1) -> str:
    """Return "exact p = 0.013", with the adjusted p if several columns were compared."""
    if passes.p is None or passes.p_adjusted is None:
        return ""
    return tested_words(passes.p, passes.p_adjusted, columns, is_exact=not passes.flips)


def tested_words(p: float, adjusted: float, columns: int, *, is_exact: bool) -> str:
    """Return "exact p = 0.013", with the adjusted p if several columns were compared."""
    words = f"{'exact ' if is_exact else ''}p {_p(p)}"
    if columns == 1:
        return words
    shown = _p(adjusted, "")
    return f"{words}, {'also' if shown == _p(p, '') else shown} adjusted for {columns} columns"


def score_words(scores: ScoreComparison) -> str:
    """Return the sentence about mean scores, to follow that about passes."""
    if scores.p is None or scores.p_adjusted is None:
        return ""
    said = {
        "better": "Its mean score is higher",
        "worse": "Its mean score is lower",
    }.get(scores.verdict, "No difference in mean score shown")
    interval = scores.interval
    ends = f", 95 % interval {_score(interval.low)} to {_score(interval.high)}" if interval is not None else ""
    return f"{said} (difference {_score(scores.difference)}{ends}; p {_p(scores.p_adjusted)})."


def left_out_words(left_out: LeftOutPairs) -> str:
    """Return "4 cases left out: 3 unscored, 1 not in both columns."; "" for none."""
    if not left_out.total:
        return ""
    parts = (
        (left_out.unscored, "unscored"),
        (left_out.unanswered, "without an answer"),
        (left_out.missing, "not in both columns"),
    )
    told = ", ".join(f"{number:,} {words}" for number, words in parts if number)
    return f"{counted(left_out.total, 'case')} left out: {told}."


def need_words(need: CaseNeed) -> str:
    """Return how many more cases would show the difference, as a sentence."""
    size = f"a difference of {_rounded_points(need.difference)}"
    if need.more is None:
        return f"To show {size}, more than {MOST:,} more cases are needed."
    if not need.more:
        return f"{size.capitalize()} would probably have shown."
    return f"About {counted(need.more, 'more case', 'more cases')} would probably show {size}."


def no_worse_words(
    comparison: ColumnComparison,
    found: NoWorseResult,
    saved_per_1000: float | None = None,
    saved_seconds: float | None = None,
    *,
    is_margin_late: bool = False,
    corrected: str = "",
) -> str:
    """Return whether a column is no worse than the baseline by more than the margin, and what it saves.

    `saved_per_1000` are dollars, `saved_seconds` is the difference of median latencies; None for unknown. A margin that
    was chosen after the run is said to be (`is_margin_late`), because then it may have been chosen to fit.
    `corrected` is the difference in words if it is corrected for the errors of a judge.
    """
    passes, column, baseline = comparison.passes, comparison.column, comparison.baseline
    margin = _rounded_points(found.margin) + (" (margin chosen after the run)" if is_margin_late else "")
    left_out = left_out_words(comparison.left_out)
    if passes is None or found.holds is None:
        return _joined(f"Too few cases to say whether {column} is no worse than {baseline}.", left_out)
    if found.holds:
        said = f"{column} is no worse than {baseline} by more than {margin}"
    else:
        said = f"{'not' if corrected else 'Not'} shown that {column} is no worse than {baseline} by more than {margin}"
    lead = "Corrected for the judge's errors, " if corrected else ""
    said = f"{lead}{said}: {corrected or difference_words(passes)}."
    return _joined(said, left_out, _saved_words(saved_per_1000, saved_seconds))


def _saved_words(dollars: float | None, seconds: float | None) -> str:
    """Return what a column saves, as a sentence; "" if neither is known or differs."""
    parts = []
    if dollars is not None:
        saves, more = ("saves", "") if dollars >= 0 else ("costs", " more")
        parts.append(f"{saves} {show_cost(abs(dollars))}{more} per 1,000 calls")
    if seconds is not None and round(seconds, 1):
        parts.append(f"is {abs(seconds):.1f} s {'faster' if seconds > 0 else 'slower'} (median)")
    return f"It {' and '.join(parts)}." if parts else ""


def rate_words(passes: PassRate | None) -> str:
    """Return a pass rate as in a column head: "92 % (80 to 97)", or "5 of 8" below ten clusters."""
    if passes is None:
        return "nothing scored"
    if passes.interval is None:
        return f"{passes.passing:,} of {passes.cases:,}"
    rate, ends = percent_words(passes.rate, passes.interval)
    return f"{rate} ({ends})"


def percent_words(rate: float, interval: ConfidenceInterval) -> tuple[str, str]:
    """Return a rate and the ends of its interval: "92 %" and "80 to 97"."""
    fine = _is_fine(interval)
    return f"{_points(rate, fine)} %", _ends(interval, fine)


def gaps_words(summary: ColumnSummary) -> str:
    """Return "3 % unscored, 1 % without an answer"; "" if every cell is scored."""
    parts = ((summary.unscored_share, "unscored"), (summary.unanswered_share, "without an answer"))
    return ", ".join(f"{_share(share)} {words}" for share, words in parts if share)


def pass_power_words(power: PassPower) -> str:
    """Return "all 3 samples pass: 64 %"."""
    return f"all {counted(power.k, 'sample')} pass: {_share(power.rate)}" if power.k > 1 else _share(power.rate)


def try_figures(comparison: ColumnComparison) -> str:
    """Return what a challenger fixed and broke, with its interval and the one-sided p, and what was left out."""
    passes = comparison.passes
    left_out = left_out_words(comparison.left_out)
    if passes is None:
        return _joined("no scored case in common.", left_out)
    figures = difference_words(passes)
    if passes.p_greater is not None:
        figures = f"{figures}; one-sided p {_p(passes.p_greater)}"
    return _joined(
        f"fixed {counted(passes.fixed, 'case')}, broke {passes.broken:,} of {passes.pairs:,} ({figures}).", left_out
    )


def try_words(found: TryResult, margin: float = MARGIN) -> str:
    """Return what the stopping rule says about a change of the prompt."""
    points = _rounded_points(margin)
    if found.reason == "stored_champion":
        return "Cannot tell: run the best version again beside this one, on the same cases."
    if found.reason == "few_cases":
        return f"Cannot tell: {counted(found.missing, 'more case')} needed."
    if found.state == "settled":
        return "Settled: it is better."
    if found.state == "closed":
        return f"Closed: it is not {points} better."
    if found.reason == "small_margin":
        needed = counted(found.missing, "more case") if found.missing else "a larger margin is"
        return f"Open: {needed} needed to rule out that it is {points} better."
    return f"Open: neither better, nor ruled out that it is {points} better. Run both once more."


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def _number(value: float, digits: int) -> str:
    """Format a number with a minus sign, and without one if it rounds to 0."""
    text = f"{abs(value):.{digits}f}"
    return f"−{text}" if value < 0 and float(text) else text


def _is_fine(interval: ConfidenceInterval) -> bool:
    return 100 * (interval.high - interval.low) < _FINE


def _points(fraction: float, fine: bool) -> str:
    return _number(100 * fraction, 1 if fine else 0)


def _score(value: float) -> str:
    return _number(value, 3 if abs(value) < 0.1 else 2)


def _ends(interval: ConfidenceInterval, fine: bool) -> str:
    return f"{_points(interval.low, fine)} to {_points(interval.high, fine)}"


def _rounded_points(fraction: float) -> str:
    text = f"{100 * fraction:.4g}"
    return f"{text} {'point' if text == '1' else 'points'}"


def _share(share: float) -> str:
    """Format a share; one that is not 0 is not shown as 0 %, one below 1 not as 100 %."""
    if 0 < share < 0.005:
        return "under 1 %"
    if 0.995 <= share < 1:
        return "over 99 %"
    return f"{100 * share:.0f} %"


def _p(p: float, equals: str = "= ") -> str:
    """Format a p value: "= 0.013", "< 0.001"; with more than three decimals only if it would round across the level."""
    if p < 0.001:
        return "< 0.001" if equals else "below 0.001"
    texts = (f"{p:.{digits}f}" for digits in range(3, 20))
    text = next(text for text in texts if (float(text) < LEVEL) == (p < LEVEL))
    return f"{equals}{'1' if float(text) == 1 else text}"
