"""What the report of a decision says, section by section, for every format that people read.

Invariant: sections that have nothing to say are left out; sentences are those of the decision.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from workbench.core.decide.cost_figures import CostPicture
from workbench.core.decide.decision import Decision, Finding, Lever, RouteStatus
from workbench.core.decide.decision_words import FindingTone, measured_figures, rates_judge_words, tone
from workbench.core.decide.evidence import EvidenceSet
from workbench.core.decide.figure_words import dollars, goal_percent, number, points, seconds
from workbench.core.decide.report import DecisionReport
from workbench.core.decide.routes import day_words
from workbench.core.text import counted

BEST = "the best one"
"""What is said of the version that the advice is about."""
SETS: Mapping[EvidenceSet, str] = {
    "tuning": "tuned on",
    "holdout": "hold-out",
    "general": "general guard",
    "refusal": "refusal guard",
}
"""The sets of cases in a table."""
_RUNS_NAMED = 3
"""Runs that the line of a finding names; all of them are listed at the end."""
GUARD_RAILS = (
    (
        "Data",
        "Look at the rows before you train on them: doubles and contradictions out, each tag often enough.",
        (30,),
    ),
    ("Forgetting", "Ask the general guard set before and after; every tuned model forgets something.", (47,)),
    ("Safety", "Ask the refusal guard set three times; even harmless rows weaken what a model refuses.", (48, 49)),
    (
        "Size",
        "Train an adapter first, on a quarter, half and all rows; it forgets less than the whole model.",
        (44, 45),
    ),
    ("People", "Name who trains again when the base model retires, and who looks at the guard sets every month.", ()),
)
"""What to mind before training: a title, a sentence, and the numbers of its sources."""


@dataclass(frozen=True, slots=True)
class RunWords:
    """The runs behind a finding by their names, newest first; `deleted` counts those that are gone, "" for none."""

    newest: tuple[str, ...]
    older: tuple[str, ...]
    deleted: str

    @property
    def others(self) -> tuple[str, ...]:
        """How many runs are not named: older ones, and deleted ones."""
        more = f"{len(self.older):,} more (see All runs)" if self.older else ""
        return tuple(filter(None, (more, self.deleted)))


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A finding of a row: the row's question where it leads, its answer, and its sentence.

    `figures` are measured ones that the sentence leaves out, `needs` is what would settle it; both "" for none.
    `confidence` is "" for what was not tried, because there is no measurement to be confident in.
    """

    question: str
    answer: str
    tone: FindingTone
    sentence: str
    confidence: str
    figures: str
    needs: str
    runs: RunWords


def findings(report: DecisionReport) -> Iterator[FindingLine]:
    """Yield the findings row by row; only the first of a row names the row's question."""
    for row in report.decision.rows:
        for at, one in enumerate(row.findings):
            yield _line(report, one, row.question if not at else one.question)


def _line(report: DecisionReport, one: Finding, question: str) -> FindingLine:
    measured = "; ".join(measured_figures(one, with_said=False))
    figures = f"Figures: {measured}." if measured else ""
    need = one.need.sentence if one.need is not None and one.need.sentence not in one.sentence else ""
    sure = "" if one.word == "not tried" else one.confidence
    runs = _runs(report, one)
    return FindingLine(question, one.answer, tone(one), one.sentence, sure, figures, need, runs)


def _runs(report: DecisionReport, one: Finding) -> RunWords:
    found = report.runs_of(one.run_uids)
    # A list that would only save one name is given in full.
    shown = found if len(found) <= _RUNS_NAMED + 1 else found[:_RUNS_NAMED]
    deleted = len(set(one.run_uids)) - len(found)
    gone = counted(deleted, "deleted run") if deleted else ""
    return RunWords(tuple(run.title for run in shown), tuple(run.title for run in found[len(shown) :]), gone)


def all_runs(report: DecisionReport) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the question and all runs of each finding whose line names only the newest ones."""
    for line in findings(report):
        if line.runs.older:
            yield line.question, (*line.runs.newest, *line.runs.older)


def rates_words(decision: Decision) -> str:
    """Return what the pass rates by version are, and who decided about them."""
    judged = rates_judge_words(decision.rates)
    return "; ".join(filter(None, ("Pass rate by version, with 95 % intervals", judged)))


def goal_lines(report: DecisionReport) -> Iterator[tuple[str, str]]:
    """Yield each question asked once with its answer, "unknown" for none."""
    goals = report.goals
    yield "Target", "unknown" if goals.target is None else goal_percent(goals.target)
    yield "Gain that matters", "unknown" if goals.margin is None else points(goals.margin)
    yield "Calls a month", "unknown" if goals.volume is None else number(goals.volume)
    yield "Budget a month", "unknown" if goals.budget_usd is None else dollars(goals.budget_usd)
    yield "Longest time (95 %)", "unknown" if goals.p95_limit_ms is None else seconds(goals.p95_limit_ms)
    people = {"label": goals.can_label, "train": goals.can_train, "serve": goals.can_serve, "own GPU": goals.has_gpu}
    words = {True: "yes", False: "no", None: "unknown"}
    yield "People", ", ".join(f"{name}: {words[said]}" for name, said in people.items())
    routes = goals.routes
    yield "Routes allowed", "unknown" if routes is None else ", ".join(routes) or "none"


def data_lines(report: DecisionReport) -> Iterator[str]:
    """Yield what cases and training rows there are."""
    cases, rows = report.cases, report.training
    guards = (
        f", {cases.general:,} general and {cases.refusal:,} refusal guard cases"
        if cases.general + cases.refusal
        else ""
    )
    yield f"{counted(cases.tuning, 'case')} to tune on, {cases.holdout:,} held out{guards}."
    if cases.untried:
        yield f"{counted(cases.untried, 'case')} without a result."
    if rows is not None:
        tag = f"; smallest tag {rows.smallest_tag_name}: {rows.smallest_tag:,}" if rows.smallest_tag is not None else ""
        yield (
            f"{counted(rows.rows, 'training row')}, {counted(rows.doubles, 'double')}, "
            f"{counted(rows.contradictions, 'contradiction')}{tag}."
        )
        if rows.median_age_days is not None:
            yield f"Half of the rows are older than {counted(round(rows.median_age_days), 'day')}."


def cost_lines(decision: Decision) -> Iterator[str]:
    """Yield what the costs are, from which volume a tuned model pays, and what was assumed."""
    cost = decision.cost
    yield from (one.sentence for one in cost.savings)
    if cost.break_even is not None:
        bound = "at least " if cost.is_bound else ""
        before = (
            "" if cost.break_even_before is None else f" ({number(cost.break_even_before)} before the cheap levers)"
        )
        yield f"Break-even at {bound}{number(cost.break_even)} calls a month after the cheap levers{before}."
    elif cost.is_never:
        yield "A tuned model never pays at these prices: a call of it costs as much or more."
    if cost.would_pay:
        yield cost.would_pay
    if cost.missing:
        yield f"Not known: {', '.join(cost.missing)}."
    yield from cost.assumptions


def cost_rows(cost: CostPicture) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the costs a month at some volumes as a table: its heading and its rows, none without a known cost.

    The volumes are yours, half and twice of it, and the break-even.
    """
    yours, even = cost.volume, cost.break_even
    base = yours or even
    if not cost.lines or not base:
        return (), []
    volumes = {base / 2: "", base: "", 2 * base: ""}
    if even is not None:
        volumes[even] = "break-even"
    if yours:
        volumes[yours] = "yours, and break-even" if yours == even else "yours"
    rows = []
    for calls, name in sorted(volumes.items()):
        sums = (dollars(line.monthly_usd + line.call_usd * calls) for line in cost.lines)
        rows.append((f"{number(calls)}{f' ({name})' if name else ''}", *sums))
    return ("Calls a month", *(line.title for line in cost.lines)), rows


def lever_words(one: Lever) -> str:
    """Return the state of a lever with what was measured, and how it is done where the product cannot do it."""
    state = f"{one.state[:1].upper()}{one.state[1:]}."
    said = one.sentence if one.sentence.startswith(state) else f"{state} {one.sentence}"
    return f"{said} {one.explanation}".rstrip()


def route_words(one: RouteStatus) -> str:
    """Return what is known of a route."""
    allowed = {True: "", False: " You did not allow it.", None: ""}[one.is_allowed]
    base = (
        f" Base model: {one.base_model}{f', retires on {day_words(one.retires_on)}' if one.retires_on else ''}."
        if one.base_model
        else ""
    )
    return f"{one.sentence}{base if one.base_model not in one.sentence else ''}{allowed}"


def sourced(sentence: str, sources: Sequence[int]) -> str:
    """Return a sentence with the numbers of its sources."""
    return f"{sentence} [{', '.join(map(str, sources))}]" if sources else sentence
