"""What the report of a decision says, section by section, for every format that people read.

Invariant: sections that have nothing to say are left out; sentences are those of the decision.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from workbench.core.decide.decision import Decision, Finding, Lever, RouteStatus
from workbench.core.decide.decision_words import FindingTone, figure_words, rates_judge_words, tone
from workbench.core.decide.figure_words import dollars, goal_percent, number, points, seconds
from workbench.core.decide.report import DecisionReport
from workbench.core.decide.routes import day_words
from workbench.core.text import counted

_LEANS_TO_TRAINING = frozenset({"TUNE_LORA", "HYBRID", "REJECT_TUNED"})
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
HAND_OVER = (
    "The training files, without the hold-out and the guard sets.",
    "The split into training and validation, and how it was drawn.",
    "The base model and the day on which it retires.",
    "The settings: adapter rank, learning rate, epochs.",
    "The hold-out and both guard sets, which decide in the end.",
    "Who trains again, and when: at the latest when the base model retires.",
)


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A finding of a row: the row's question where it leads, its answer, the sentence with what would settle it.

    `confidence` is "" for what was not tried, because there is no measurement to be confident in.
    """

    question: str
    answer: str
    tone: FindingTone
    sentence: str
    confidence: str
    figures: str
    needs: str
    runs: int


def findings(decision: Decision) -> Iterator[FindingLine]:
    """Yield the findings row by row; only the first of a row names its question."""
    for row in decision.rows:
        for at, one in enumerate(row.findings):
            yield _line(one, row.question if not at else one.question)


def _line(one: Finding, question: str) -> FindingLine:
    measured = [text for figure in one.figures if (text := figure_words(figure))]
    need = one.need.sentence if one.need is not None and one.need.sentence not in one.sentence else ""
    figures = "; ".join(measured)
    sure = "" if one.word == "not tried" else one.confidence
    return FindingLine(question, one.answer, tone(one), one.sentence, sure, figures, need, len(one.run_uids))


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


def leans_to_training(decision: Decision) -> bool:
    """Whether the decision is about a tuned model."""
    return decision.code in _LEANS_TO_TRAINING


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
