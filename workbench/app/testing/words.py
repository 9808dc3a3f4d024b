"""Texts of the Test view: column heads, progress, estimates, and what its main button does.

Invariant: every number shown says what it counts; a difference has a sign, and a minus is U+2212.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from workbench.app.judging.estimate_words import calls_words, judged_too, lacks_price
from workbench.app.testing.head_measures import measures_of
from workbench.app.testing.source import ShownEstimate, ShownProgress, SuiteOverview, TestedSet
from workbench.core.money import show_cost
from workbench.core.run_limits import Limits
from workbench.core.testing.answer_ages import OLD_AFTER_DAYS, old_answers, oldest_words, used_again
from workbench.core.testing.grid import CaseSetName, RowSort, SuiteColumn, is_one_version
from workbench.core.text import counted
from workbench.core.visible_text import visible_name

if TYPE_CHECKING:
    # Both import numpy, which the window does not need.
    from workbench.core.statistics.columns import ColumnSummary
    from workbench.core.testing.report import ColumnReport

RunAction = Literal["start", "renew", "fresh", "pause", "resume", "stop", "retry", "rescore", "successor"]
TEST_SUCCESSOR = "Test a successor…"
Tone = Literal["muted", "green", "red"]
SET_TITLES: dict[CaseSetName, str] = {"tuning": "Tuning", "holdout": "Hold-out"}
_PER_1000 = "per 1,000"
_STORED = "Every answer is there already: nothing is asked, and nothing is paid"
SORT_TITLES: dict[RowSort, str] = {"order": "order", "score": "score", "cost": "cost", "latency": "latency"}


@dataclass(frozen=True, slots=True)
class HeadFigure:
    """A figure of a column head, and its difference to the baseline, "" for none; `tone` says whether that is good."""

    text: str
    more: str = ""
    tone: Tone = "muted"
    unit: str = ""
    """What `text` is counted per, left out where there is no room for it."""


@dataclass(frozen=True, slots=True)
class ColumnHead:
    """What stands above a column. `rate`, `low` and `high` are fractions for the plot, None without an interval."""

    title: str
    verdict: str = ""
    tone: Tone = "muted"
    rate_words: str = ""
    rate: float | None = None
    low: float | None = None
    high: float | None = None
    figures: tuple[HeadFigure, ...] = ()
    """Median latency, and cost of 1,000 answers."""
    details: tuple[str, ...] = ()
    """Further figures, which stand in the tooltip."""
    sentence: str = ""
    judged: str | None = None
    """What judges make of the rate: "judge unmeasured", or the rate corrected for their errors; "" if that is not
    known yet, None without a judge."""
    measures: tuple[str, ...] = ()
    """Figures that are shown on request."""

    @property
    def words(self) -> str:
        """Everything in one text, for screen readers and the tooltip."""
        figures = " · ".join(" ".join(filter(None, (one.text, one.unit, one.more))) for one in self.figures)
        parts = (self.title, self.verdict, self.rate_words, self.judged, figures, *self.details, self.sentence)
        return "\n".join(filter(None, parts))


def plain_head(column: SuiteColumn, state: str, among: Sequence[SuiteColumn]) -> ColumnHead:
    """Return the head of a column without statistics."""
    return ColumnHead(column_title(column, among), state)


def column_title(column: SuiteColumn, among: Sequence[SuiteColumn] = ()) -> str:
    """Return "#14 · gpt-5-mini", without the version if that is the only one `among` the columns beside it."""
    version = "" if among and is_one_version(among) and column.lane.title else column.version_name
    return visible_name(" · ".join(filter(None, (version, column.lane.title))))


def column_head(report: ColumnReport, baseline: ColumnSummary | None) -> ColumnHead:
    """Return the head of a column of a report; `baseline` is the summary of the baseline column."""
    summary, passes = report.summary, report.summary.passes
    interval = passes.interval if passes is not None else None
    verdict, tone = report.verdict, _tone(report.conclusion)
    if report.is_baseline:
        verdict = "baseline"
    elif (difference := _compared(report)) is not None:
        verdict = f"{verdict} · {_signed(round(100 * difference))}"
        if report.conclusion != "no_difference":
            verdict += " point" if abs(round(100 * difference)) == 1 else " points"
    against = None if report.is_baseline else baseline
    return ColumnHead(
        visible_name(report.title),
        verdict,
        tone,
        " · ".join(filter(None, (report.rate_words, report.gaps_words))),
        passes.rate if passes is not None and interval is not None else None,
        interval.low if interval is not None else None,
        interval.high if interval is not None else None,
        tuple(filter(None, (_latency(summary, against), _cost(summary, against)))),
        (*_details(summary), *(one.words for one in report.judging if one.words)),
        report.sentence,
        report.judge_words or None,
        measures_of(summary),
    )


def _compared(report: ColumnReport) -> float | None:
    """Return the difference from the baseline that the verdict is about, None without one."""
    if report.corrected is not None and report.corrected.difference is not None:
        return report.corrected.difference.difference
    passes = None if report.comparison is None else report.comparison.passes
    return None if passes is None or passes.verdict in ("too_few", "no_pairs") else passes.difference


def _details(summary: ColumnSummary) -> Iterator[str]:
    """Yield what a column head has no room for: mean score, quartiles, samples that disagree."""
    if summary.votes is not None:
        cases, majority, alike = summary.votes
        yield f"Vote: a majority in {majority:,} of {counted(cases, 'case')}, all answers alike in {alike:,}"
    if (score := summary.score) is not None:
        ends = f" ({score.interval.low:.2f} to {score.interval.high:.2f})" if score.interval is not None else ""
        yield f"Mean score {score.mean:.2f}{ends} of {counted(score.cases, 'case')}"
    if (latency := summary.latency) is not None:
        yield f"Latency quartiles {latency.first:.1f}, {latency.median:.1f} and {latency.third:.1f} s"
    if summary.cost_per_1000 is not None:
        what = "calls" if summary.votes is None else "cases, with all samples of the vote"
        yield f"{_dollars(summary.cost_per_1000)} per 1,000 {what}"
    unknown = summary.cost_unknown if summary.cost_per_1000 is not None else 0
    counts = (("Cost unknown", unknown, "answer"), ("Only some samples pass", len(summary.flaky), "case"))
    yield from (f"{words}: {counted(number, noun)}" for words, number, noun in counts if number)
    if summary.pass_powers and (power := summary.pass_powers[-1]).k > 1:
        yield f"All {power.k} samples pass: {100 * power.rate:.0f} %"


def _tone(verdict: str) -> Tone:
    return "green" if verdict == "better" else "red" if verdict == "worse" else "muted"


def _latency(summary: ColumnSummary, baseline: ColumnSummary | None) -> HeadFigure | None:
    if summary.latency is None:
        return None
    text = _seconds(summary.latency.median)
    if baseline is None or baseline.latency is None:
        return HeadFigure(text)
    more = round(summary.latency.median, 1) - round(baseline.latency.median, 1)
    return HeadFigure(text, *_difference(f"{abs(more):.1f}", round(more, 1)))


def _cost(summary: ColumnSummary, baseline: ColumnSummary | None) -> HeadFigure | None:
    if summary.cost_per_1000 is None:
        return None
    text = _dollars(summary.cost_per_1000)
    if baseline is None or baseline.cost_per_1000 is None:
        return HeadFigure(text, unit=_PER_1000)
    more = round(summary.cost_per_1000 - baseline.cost_per_1000, 4)
    return HeadFigure(text, *_difference(_dollars(abs(more)), more), _PER_1000)


def _difference(size: str, more: float) -> tuple[str, Tone]:
    """Return a difference with its sign; less is better for times and costs."""
    if not more:
        return "", "muted"
    return (f"+{size}", "red") if more > 0 else (f"−{size}", "green")


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 0.05 else "< 0.1 s"


def _dollars(usd: float) -> str:
    return f"${usd:.2f}" if 0.01 <= usd < 1 else show_cost(usd)


def _signed(number: int) -> str:
    return f"+{number}" if number > 0 else f"−{-number}" if number else "±0"


def about_seconds(seconds: float) -> str:
    """Return "2 min", "40 s" or "1 h 20 min", rounded as an estimate is."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"


def estimate_words(estimate: ShownEstimate) -> str:
    """Return "$0.04 to $0.06, 2 min"; "" if nothing is known."""
    low, high = estimate.low_usd, estimate.high_usd
    cost = ""
    if high is not None:
        least, most = _dollars(high if low is None else low), _dollars(high)
        cost = most if least == most else f"{least} to {most}"
    if estimate.unpriced:
        unpriced = f"{counted(estimate.unpriced, 'column')} without a price"
        cost = f"{cost} + {unpriced}" if cost else unpriced
    if lacks_price(estimate):
        cost = f"{cost} + a judge without a price" if cost else "a judge without a price"
    return ", ".join(filter(None, (cost, "" if estimate.seconds is None else about_seconds(estimate.seconds))))


def holdout_words(estimate: ShownEstimate) -> str:
    """Return "Run the hold-out, 72 calls, about $0.03"."""
    if not estimate.new:
        return "Show the totals of the hold-out; its answers are there"
    words = estimate_words(estimate)
    return f"Run the hold-out, {calls_words(estimate)}{', about ' if words else ''}{words}"


def age_words(estimate: ShownEstimate) -> str:
    """Return ", the oldest from 12 days ago" about the answers that are used again; "" for less than a day."""
    return oldest_words(estimate.oldest_days) if estimate.reused else ""


def old_words(estimate: ShownEstimate) -> str:
    """Return a sentence about the old answers that a start would use again, "" without any."""
    if not estimate.old:
        return ""
    return old_answers(estimate.reused, estimate.old, estimate.oldest_days, "would be")


def renew_words(estimate: ShownEstimate) -> str:
    """Return the label of the button that asks old answers again."""
    return f"Ask {estimate.old:,} old again"


def renew_offer(estimate: ShownEstimate) -> str:
    """Return the title of the box that has old answers asked again."""
    return f"Ask {counted(estimate.old, 'answer')} older than {counted(OLD_AFTER_DAYS, 'day')} again"


def takes_words(estimate: ShownEstimate) -> str:
    """Return "64 calls, about 52,000 tokens, $0.04 to $0.06, 2 min; 32 answers are used again"; "" without a call."""
    if not estimate.new:
        return ""
    tokens = f"about {estimate.tokens:,} tokens" if estimate.tokens else ""
    takes = ", ".join(filter(None, (calls_words(estimate), tokens, estimate_words(estimate))))
    return "; ".join(filter(None, (takes, reused_words(estimate))))


def reused_words(estimate: ShownEstimate) -> str:
    """Return "32 answers are used again, the oldest from 12 days ago"; "" without stored answers."""
    return used_again(estimate.reused, estimate.oldest_days) if estimate.reused else ""


def status_words(overview: SuiteOverview | None, tested: TestedSet) -> str:
    """Return "48 cases · 3 checks"; "" until they are read."""
    if overview is None:
        return ""
    return f"{counted(tested.cases, 'case')} · {counted(overview.checks, 'check')}"


def progress_words(
    cells: int, answered: int, estimate: ShownEstimate, progress: ShownProgress | None, budget: str
) -> str:
    """Return "80 of 144 done, the oldest from 12 days ago · 64 new: $0.04 to $0.06, 2 min · budget $1.00"."""
    is_active = progress is not None and progress.is_active
    ago = "" if is_active else age_words(estimate)
    parts = [f"{answered:,} of {cells:,} done{ago}"] if cells else []
    if progress is not None and progress.is_active:
        if progress.state == "paused":
            parts.append("paused")
        if progress.is_checking:
            parts.append(f"checking again, {progress.scored:,} checked")
        if progress.running:
            parts.append(f"{progress.running:,} running")
        if progress.spent_usd:
            parts.append(f"{_dollars(progress.spent_usd)} spent")
    elif estimate.refusal:
        parts.append(estimate.refusal)
    else:
        if progress is not None and progress.state in ("stopped", "budget"):
            parts.append(progress.sentence or ("stopped" if progress.state == "stopped" else "budget spent"))
        if estimate.new:
            words = estimate_words(estimate)
            parts.append(f"{estimate.new:,} new{judged_too(estimate)}{': ' if words else ''}{words}")
    if budget:
        parts.append(f"budget {budget}")
    return " · ".join(parts)


def limit_words(limits: Limits, estimate: ShownEstimate) -> str:
    """Return a sentence about the limits that a start would exceed, "" if none."""
    over = []
    if limits.calls is not None and estimate.new + estimate.judgements > limits.calls:
        over.append(f"{calls_words(estimate)} (your limit is {limits.calls:,})")
    if limits.usd is not None and estimate.high_usd is not None and estimate.high_usd > limits.usd:
        over.append(f"up to {show_cost(estimate.high_usd)} (your limit is {show_cost(limits.usd)})")
    told = [f"This test takes {', and '.join(over)}."] if over else []
    if limits.usd is not None and (estimate.unpriced or estimate.high_usd is None) and estimate.new:
        told.append("Its cost is not fully known.")
    return " ".join(told)


@dataclass(frozen=True, slots=True)
class RunFace:
    """The main button and the smaller ones beside it: label, shortest label, action. `why_not` disables it.

    `takes` says what it takes, "" for nothing.
    """

    label: str
    brief: str
    action: RunAction
    why_not: str = ""
    others: tuple[tuple[str, RunAction], ...] = ()
    takes: str = ""


def run_face(
    estimate: ShownEstimate,
    progress: ShownProgress | None,
    failed_calls: int = 0,
    *,
    outdated: bool = False,
    probe: bool = False,
    counting: bool = False,
    stored: bool = False,
) -> RunFace:
    """Return what the buttons do now; `outdated`: the checks were changed after the answers were checked.

    `counting`: the estimate is not known yet, so nothing can start.
    A stored run whose cells are those of the settings is resumed; a `probe` is only resumed, and begins no test.
    `stored`: every cell of the settings has an answer, and no run shows them together.
    """
    stop: tuple[str, RunAction] = ("Stop", "stop")
    if progress is not None and progress.is_checking and progress.is_active:
        return RunFace("Stop checking", "Stop", "stop")
    if progress is not None and progress.state == "running":
        return RunFace("Pause", "Pause", "pause", others=(stop,))
    if progress is not None and progress.state == "paused":
        return RunFace("Continue", "Continue", "resume", others=(stop,))
    if counting:
        return RunFace("Run", "Run", "start", "Counting the answers that are still to come…")
    others: list[tuple[str, RunAction]] = []
    open_ = 0 if progress is None else progress.cells - progress.answered
    is_same = progress is not None and estimate.cells == progress.cells and estimate.new == open_ + failed_calls
    retry: tuple[str, RunAction] = (f"Retry {counted(failed_calls, 'failed call')}", "retry")
    if outdated and progress is not None:
        others.append(("Check again", "rescore"))
    if estimate.retired is not None and not probe:
        others.append((TEST_SUCCESSOR, "successor"))
    if failed_calls and is_same and not open_ and not estimate.refusal:
        return RunFace(retry[0], "Retry", "retry", others=tuple(others))
    if failed_calls:
        others.append(retry)
    if open_ and (is_same or probe) and not estimate.refusal:
        return RunFace(f"Resume {open_:,} open", "Resume", "resume" if probe else "start", others=tuple(others))
    if probe:
        return RunFace("Done", "Done", "resume", "Every cell of this probe has an answer.", tuple(others))
    if estimate.new or estimate.refusal or not estimate.cells:
        label = f"Run {estimate.new:,} new" if estimate.new else "Run"
        return RunFace(label, "Run", "start", estimate.refusal, tuple(others), takes_words(estimate))
    if stored:
        return RunFace("Compare stored answers", "Compare", "start", others=tuple(others), takes=_STORED)
    if estimate.old:
        others.append((renew_words(estimate), "renew"))
    return RunFace("Run all afresh", "Rerun", "fresh", others=tuple(others))


def about_words(
    set_words: str,
    version: str = "",
    *,
    holdout_open: bool,
    holdout_ran: bool = False,
    holdout_missing: bool = False,
) -> str:
    """Return on which cases the conclusions stand: "On the 48 cases you tuned on; the hold-out is not run yet.".

    `version` is the only one of the columns, whose names leave it out: "About #14, on the 48 cases…". `holdout_open`:
    it has no totals for these columns; `holdout_ran`: it has some for others. `holdout_missing`: there is none.
    """
    words = ", ".join(filter(None, (f"About {visible_name(version)}" if version else "", set_words)))
    words = f"{words[:1].upper()}{words[1:]}".rstrip(".")
    lack = "there is no hold-out yet" if holdout_missing else ""
    if holdout_open:
        lack = f"the hold-out is not run {'for these columns ' if holdout_ran else ''}yet"
    if lack:
        words = f"{words}; {lack}" if words else f"{lack[:1].upper()}{lack[1:]}"
    return f"{words}." if words else ""


def split_sentence(sentence: str) -> tuple[str, str]:
    """Return the conclusion that a sentence begins with, shown in bold, and the rest of it."""
    head, sign, rest = sentence.partition(": ")
    if sign and "." not in head:
        return f"{head}:", f" {rest}"
    head, sign, rest = sentence.partition(". ")
    return (f"{head}.", f" {rest}") if sign else (sentence, "")
