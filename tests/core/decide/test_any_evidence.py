"""Whatever the evidence, a decision is complete, repeatable, and never takes unknown for nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from tests import depth
from tests.core.decide.made import CHAMPION, attempt, column, decided, finding, pair
from tests.core.decide.test_branches import texts
from workbench.core.decide.decision import Decision, DecisionCode
from workbench.core.decide.evidence import (
    CallFigures,
    CaseCounts,
    ColumnEvidence,
    DecideEvidence,
    EvidenceSet,
    JudgeEvidence,
    OptimiserEvidence,
    PairEvidence,
    ProbeEvidence,
    SampleFigures,
    StubbornEvidence,
    TokenPrices,
    TrainingEvidence,
    TryEvidence,
    VerdictEvidence,
    VersionEvidence,
)
from workbench.core.decide.goals import CostFigures, DecideGoals
from workbench.core.decide.rules import decide_rules

amounts = st.none() | st.floats(0.01, 1e7)
shares = st.none() | st.floats(0.01, 0.99)
answers = st.none() | st.booleans()
small = st.integers(0, 30)
sets: st.SearchStrategy[EvidenceSet] = st.sampled_from(("tuning", "holdout"))
prices = st.builds(
    TokenPrices,
    st.floats(0.01, 50),
    st.floats(0.01, 50),
    st.none() | st.floats(0.001, 50),
    st.none() | st.floats(0.001, 50),
    st.none() | st.floats(0.1, 1),
)
calls = st.builds(
    CallFigures,
    calls=st.integers(1, 1000),
    input_tokens=st.none() | st.floats(10, 5000),
    output_tokens=st.none() | st.floats(1, 2000),
    cached_tokens=st.none() | st.floats(0, 4000),
    stable_tokens=st.none() | st.floats(0, 5000),
    cost_usd=st.none() | st.floats(0, 1),
    p95_ms=st.none() | st.floats(1, 1e5),
    calls_per_minute=st.none() | st.floats(0.1, 1000),
    prices=st.none() | prices,
    is_free=st.booleans(),
)
costs = st.builds(
    CostFigures,
    training_usd=amounts,
    epochs=st.none() | st.integers(1, 10),
    hosting_usd=amounts,
    fixed_usd=amounts,
    labelling_hours=amounts,
    engineering_hours=amounts,
    hourly_usd=amounts,
    call_usd=st.none() | st.floats(0, 1),
    months=st.none() | st.floats(0.5, 36),
    hit_rate=shares,
    batch_share=shares,
    retraining_per_year=st.none() | st.floats(0, 12),
)
route_ids = st.sampled_from([route.id for route in decide_rules().routes])
goals = st.builds(
    DecideGoals,
    target=shares,
    margin=shares,
    volume=amounts,
    budget_usd=amounts,
    p95_limit_ms=amounts,
    gain_usd=amounts,
    can_label=answers,
    can_train=answers,
    can_serve=answers,
    has_gpu=answers,
    routes=st.none() | st.lists(route_ids, max_size=3, unique=True).map(tuple),
    costs=costs,
)


@st.composite
def columns(draw: st.DrawFn) -> ColumnEvidence:
    """A column with any counts that can be."""
    cases = draw(st.integers(1, 130))
    passing = draw(st.integers(0, cases))
    failed = cases - passing
    by_judge = draw(st.sampled_from((0, cases, cases // 2)))
    most = draw(st.integers(0, cases))
    samples = SampleFigures(draw(st.integers(2, 5)), cases, max(most, passing), passing, draw(st.booleans()))
    return column(
        passing,
        cases,
        draw(sets),
        key=draw(st.sampled_from((CHAMPION, "B"))),
        by_judge=by_judge,
        by_rule=cases - by_judge,
        format_only=draw(st.none() | st.integers(0, failed)),
        samples=draw(st.none() | st.just(samples)),
        figures=draw(st.none() | calls),
        schema_enforced=draw(answers),
        retires_on=draw(st.none() | st.dates(date(2026, 1, 1), date(2028, 1, 1))),
    )


@st.composite
def pairs(draw: st.DrawFn) -> PairEvidence:
    """A pair of any role on any set."""
    counts = (draw(st.integers(1, 150)), draw(small), draw(small), draw(small))
    role = draw(st.sampled_from(("model", "tuned", "lever")))
    where = draw(st.sampled_from(get_args(EvidenceSet)))
    name = draw(st.sampled_from(("B", "C", "L")))
    lever = draw(st.sampled_from(("", "shorter", "examples")))
    margin = draw(st.none() | st.just(0.1))
    return pair(role, counts, where, challenger=name, model=name, margin=margin, lever=lever, figures=draw(calls))


@st.composite
def tries(draw: st.DrawFn) -> TryEvidence:
    """A try of any size and result."""
    kind = draw(st.sampled_from(("wording", "examples", "structure", "output format", "")))
    cases = draw(st.integers(60, 200))
    added = draw(st.sampled_from(((), ("examples",), ("decomposition",), ("output",))))
    return attempt(draw(st.integers(0, 12)), draw(st.integers(0, 10)), cases, kind, added=added, set_name=draw(sets))


@st.composite
def stubborn(draw: st.DrawFn) -> StubbornEvidence:
    """Stubborn cases, with or without a probe."""
    cases = draw(st.integers(1, 200))
    failing = draw(st.integers(0, cases))
    fixed = draw(st.integers(0, failing))
    probe = ProbeEvidence(failing, fixed, draw(st.integers(0, failing - fixed)))
    return StubbornEvidence(cases, draw(st.none() | st.just(failing)), 3, 2, draw(st.none() | st.just(probe)))


evidences = st.builds(
    DecideEvidence,
    prompt=st.just("p"),
    today=st.dates(date(2026, 6, 1), date(2027, 12, 1)),
    champion=st.sampled_from(("", CHAMPION)),
    goals=goals,
    versions=st.lists(
        st.builds(VersionEvidence, number=st.integers(1, 9), name=st.just("#4"), has_schema=answers), max_size=2
    ).map(tuple),
    cases=st.builds(CaseCounts, small, small, small, small),
    columns=st.lists(columns(), max_size=3, unique_by=lambda one: (one.key, one.set_name)).map(tuple),
    pairs=st.lists(pairs(), max_size=4).map(tuple),
    stubborn=st.none() | stubborn(),
    verdicts=st.lists(st.builds(VerdictEvidence, st.just(1), st.just(2), small, small), max_size=2).map(tuple),
    judges=st.dictionaries(
        st.sampled_from(("run-1", "run-2", "run-3")),
        st.builds(JudgeEvidence, st.integers(0, 100), shares, shares, st.booleans()),
    ),
    training=st.none() | st.builds(TrainingEvidence, st.integers(0, 700), small, small, tokens_per_row=amounts),
    tries=st.lists(tries(), max_size=6).map(tuple),
    optimiser=st.builds(OptimiserEvidence, st.integers(0, 2), st.integers(0, 1)),
    other_calls=st.none() | calls,
)


@depth.examples(60, 300)
@given(evidences)
def test_a_decision_is_complete(given_evidence: DecideEvidence) -> None:
    decision = decided(given_evidence)
    assert decision == decided(given_evidence)
    assert decision.code in get_args(DecisionCode)
    assert 1 <= len(decision.reasons) <= 3
    assert len(decision.steps) <= 5
    assert len(decision.rows) == 11
    for text in texts(decision):
        assert "{" not in text
        assert "  " not in text
        assert "nan" not in text.split()
    for one in decision.findings:
        assert one.sentence.endswith("."), one.sentence


@depth.examples(60, 300)
@given(evidences)
def test_the_table_keeps_its_promises(given_evidence: DecideEvidence) -> None:
    decision = decided(given_evidence)
    codes = {decision.code, *(one.code for one in decision.also)}
    states = {one.id: one.state for one in decision.findings}
    if states["F1"] == "few":
        assert decision.code == "NOT_ENOUGH"
        assert decision.need is not None
    if states["F1"] == "verdicts" or given_evidence.goals.target is None:
        assert "TUNE_LORA" not in codes
        assert "SHIP" not in codes
    if "SHIP" in codes or "CHEAPER" in codes:
        assert states["F4"] == "met"
    if "TUNE_LORA" in codes:
        assert (states["F4"], states["F10"], states["F11"]) == ("missed", "plateau", "tried")
        assert states["F14"] == "holds"
        assert states["F7"] != "untested" or decision.code != "TUNE_LORA"
    if "HYBRID" in codes:
        assert states["F16"] == "better"


@depth.examples(60, 300)
@given(evidences)
def test_unknown_is_never_nothing(given_evidence: DecideEvidence) -> None:
    without = replace(
        given_evidence,
        columns=tuple(replace(one, figures=None) for one in given_evidence.columns),
        other_calls=None,
    )
    decision = decided(without)
    cost = decision.cost
    assert (cost.call_usd, cost.after_usd, cost.break_even, cost.monthly_usd) == (None, None, None, None)
    assert not cost.is_never
    assert finding(decision, "F12").state == "unknown"
    assert finding(decision, "F15").state == "unknown"
    assert _without_costs(decision)


def _without_costs(decision: Decision) -> bool:
    needs = [one.need for one in decision.findings if one.need is not None]
    return all(one.cost_usd is None for one in (*needs, *decision.steps))
