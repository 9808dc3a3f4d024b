"""The short words of the Decide page that are not sentences of the decision: efforts, figures, chart captions."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.core.decide.cost_figures import CostPicture, SensitivityBar
from workbench.core.decide.decision import Finding, Lever, Step, VersionRate
from workbench.core.decide.decision_words import (
    FindingTone,
    effort_words,
    ends_words,
    measured_figures,
    rates_judge_words,
    tone,
)
from workbench.core.decide.figure_words import dollars, goal_percent, number, percent, points, seconds
from workbench.core.decide.goals import DecideGoals
from workbench.core.decide.report import DecisionReport
from workbench.core.text import counted

_PILL_ROLES: dict[FindingTone, str] = {
    "good": "pill-green",
    "near": "pill-warn",
    "bad": "pill-red",
    "open": "pill-dashed",
}


def pill_role(finding: Finding) -> str:
    """Return the role of the label that shows the answer of a finding."""
    return _PILL_ROLES[tone(finding)]


def step_words(step: Step) -> str:
    """Return the title of a step, with what it takes."""
    effort = effort_words(step)
    return f"{step.title}: {effort}" if effort else step.title


def measured_words(finding: Finding) -> str:
    """Return all numbers of a finding in one line, "" for none."""
    said = measured_figures(finding)
    return " · ".join(f"{one[:1].upper()}{one[1:]}" for one in (*said, finding.judge_words if said else "") if one)


def goals_words(goals: DecideGoals) -> str:
    """Return the figures of the person in one line; those that are unknown are named, too."""
    known = [
        "no target" if goals.target is None else f"target {goal_percent(goals.target)}",
        "" if goals.margin is None else f"margin {points(goals.margin)}",
        "unknown volume" if goals.volume is None else f"{number(goals.volume)} calls a month",
        "no budget" if goals.budget_usd is None else f"budget {dollars(goals.budget_usd)} a month",
        "" if goals.p95_limit_ms is None else f"time limit {seconds(goals.p95_limit_ms)}",
    ]
    return f"Your figures: {', '.join(one for one in known if one)}"


def rate_words(point: VersionRate) -> str:
    """Return a point of the chart in words."""
    counts = f"{point.passing:,} of {point.cases:,}, {percent(point.rate)}"
    ends = "" if point.low is None or point.high is None else f" ({ends_words((point.low, point.high))})"
    more = (point.judge_words, "the best one" if point.is_champion else "")
    return ", ".join((f"{point.name}: {counts}{ends}", *filter(None, more)))


def rates_title(rates: tuple[VersionRate, ...]) -> str:
    """Return the title of the chart of pass rates, with what it stands on."""
    where = {"holdout": "hold-out", "general": "general guard cases", "refusal": "refusal guard cases"}
    name = where.get(rates[0].set_name, "cases you tuned on") if rates else "cases"
    return "; ".join(filter(None, (f"Pass rate by version, {name}, 95 % intervals", rates_judge_words(rates))))


def cost_words(cost: CostPicture) -> Iterator[str]:
    """Yield the lines below the chart of costs."""
    if cost.is_never:
        yield "A call of the tuned model costs as much or more, so training never pays for itself."
    elif cost.break_even is not None:
        bound = "at least " if cost.is_bound else ""
        before = ""
        if cost.break_even_before is not None and round(cost.break_even_before) != round(cost.break_even):
            before = f", {number(cost.break_even_before)} before them"
        yield f"Break-even after the cheap levers: {bound}{number(cost.break_even)} calls a month{before}."
    if cost.missing:
        yield f"Unknown: {', '.join(cost.missing)}."


def bar_words(bar: SensitivityBar) -> str:
    """Return what halving and doubling an input does to the break-even."""
    half, double = (_moved(end) for end in (bar.at_half, bar.at_double))
    return f"{bar.title}: {half} at half, {double} at twice"


def _moved(break_even: float | None) -> str:
    return "never" if break_even is None else number(break_even)


def levers_title(levers: tuple[Lever, ...]) -> str:
    """Return the heading of the levers, with how many are tried."""
    tried = sum(lever.state == "tried" for lever in levers)
    return f"What to try before training: {tried} of {len(levers)} tried"


def experiment_title(steps: tuple[Step, ...]) -> str:
    """Return the heading of the experiment, with how many steps are done."""
    done = sum(step.is_done for step in steps)
    return f"The experiment: {counted(len(steps), 'step')}, {done} done"


def about_words(report: DecisionReport) -> str:
    """Return how much of the history a decision stands on."""
    runs = {uid for finding in report.decision.findings for uid in finding.run_uids}
    cases = report.cases.tuning + report.cases.holdout
    return f"Decided from {counted(len(runs), 'run')} and {counted(cases, 'case')}"
