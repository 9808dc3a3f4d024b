"""Columns and pairs that are gathered from a history."""

from __future__ import annotations

import pytest

from tests.usecases.decide import scenarios
from tests.usecases.decide.histories import (
    CONTAINS,
    IS_JSON,
    MODEL,
    POLITE,
    TODAY,
    Col,
    History,
    prompt_of,
    rated,
    table,
)
from workbench.core.blocks import OutputFormat
from workbench.core.decide.evidence import ColumnEvidence, JudgeEvidence, PairEvidence, SampleFigures
from workbench.core.lanes import Endpoint, Params
from workbench.core.money import Rates
from workbench.core.testing.goals import RunGoals


def column(history: History, model: str = MODEL, set_name: str = "tuning", version: int = 1) -> ColumnEvidence:
    """Return the evidence of the only such column."""
    [found] = [
        one
        for one in history.evidence().columns
        if (one.model, one.set_name, one.version) == (model, set_name, version)
    ]
    return found


def pairs(history: History, role: str) -> list[PairEvidence]:
    return [one for one in history.evidence().pairs if one.role == role]


def test_cells_are_counted_by_what_decided_them(history: History) -> None:
    history.version()
    history.cases(10)
    history.test(Col("++-ffpno?0"), checks=(CONTAINS, IS_JSON, POLITE))
    found = column(history)
    assert (found.by_rule, found.by_person, found.by_judge) == (5, 1, 2)
    assert (found.unscored, found.unanswered) == (1, 1)
    assert found.judge_failed == 1
    assert (found.failed, found.format_only) == (4, 2)
    assert (found.format_checked, found.format_valid) == (6, 4)
    assert found.passes is not None
    assert (found.passes.passing, found.passes.cases) == (4, 8)


def test_cases_without_a_result_are_counted_by_what_they_lack(history: History) -> None:
    history.version()
    history.cases(5)
    history.test(Col(["+?", "??", "?0", "00", "-0"]))
    found = column(history)
    assert (found.unscored, found.unanswered) == (2, 1)
    history.test(Col(["??"] * 5, model="acme-b"))
    # Unscored columns are there only beside no scored one.
    assert [one.model for one in history.evidence().columns] == [MODEL]


def test_column_without_a_format_check_has_no_share_of_format_failures(history: History) -> None:
    history.version()
    history.cases(4)
    history.test(Col("ppnn"), checks=(POLITE,))
    assert column(history).format_only is None


def test_newest_comparable_test_of_a_column_counts(history: History) -> None:
    history.version()
    history.cases(30)
    history.test(Col(rated(10, 20)))
    newest = history.test(Col(rated(15, 20)), Col(rated(16, 20), model="acme-b"))
    history.test(Col(rated(25, 30), model="acme-c"))
    found = column(history)
    assert found.run_uids == (newest,)
    assert found.passes is not None
    # The newest test has 30 cases, of which the first 20 are the same.
    assert (found.passes.passing, found.passes.cases) == (15, 20)
    assert column(history, "acme-c").passes is not None


def test_test_with_other_rules_for_all_cases_is_left_out(history: History) -> None:
    history.version()
    history.cases(20)
    history.test(Col(rated(10, 20), model="acme-b"), checks=(IS_JSON,))
    history.test(Col(rated(15, 20)))
    assert [one.model for one in history.evidence().columns] == [MODEL]


def test_figures_are_means_of_the_answers(history: History) -> None:
    history.version(prompt_of(100))
    history.cases(20)
    rates = Rates(1e-6, 5e-6, 1e-7)
    history.test(Col(rated(15, 20), tokens=(150, 40, 30), cost=0.00035, rates=rates, ms=1000))
    found = column(history).figures
    assert found is not None
    assert (found.calls, found.input_tokens, found.output_tokens, found.cached_tokens) == (20, 150, 40, 30)
    assert found.cost_usd == pytest.approx(0.00035)
    assert found.stable_tokens == 100
    # From 1,000 to 1,019 ms.
    assert found.p50_ms == pytest.approx(1009.5)
    assert found.p95_ms == pytest.approx(1018.05)
    assert (found.first_p50_ms, found.first_p95_ms) == (100, 100)
    # An answer ends every half second.
    assert found.calls_per_minute == pytest.approx(120)
    assert found.prices is not None
    assert (found.prices.input, found.prices.output, found.prices.cache_read) == pytest.approx((1.0, 5.0, 0.1))
    assert not found.is_free


def test_unknown_figures_stay_unknown(history: History) -> None:
    history.version()
    history.cases(20)
    history.test(Col(rated(15, 20), tokens=None))
    found = column(history).figures
    assert found is not None
    assert (found.input_tokens, found.output_tokens, found.cost_usd, found.prices) == (None, None, None, None)


def test_models_of_this_computer_are_free(history: History) -> None:
    history.version()
    history.cases(20)
    history.test(Col(rated(15, 20), cost=0.0, rates=Rates(0.0, 0.0, 0.0, "local")))
    found = column(history).figures
    assert found is not None
    assert found.is_free
    assert found.prices is None


def test_prices_of_today_say_what_answers_do_not_know(history: History) -> None:
    sheet = {"input_cost_per_token_batches": 5e-7, "prompt_cache_min_tokens": 4096}
    listed = Rates(1e-6, 5e-6, 1e-7, written=1.25e-6, sheet=sheet)
    history.rates = lambda model: listed
    history.version()
    history.cases(20)
    history.test(Col(rated(15, 20), cost=0.001, rates=Rates(1e-6, 5e-6, 1e-7)), Col(rated(15, 20), model="acme-b"))
    for model in (MODEL, "acme-b"):
        found = column(history, model).figures
        assert found is not None
        assert found.prices is not None
        assert (found.prices.cache_write, found.prices.batch) == pytest.approx((1.25, 0.5))
        assert found.prices.minimum_prefix == 4096


@pytest.mark.parametrize(("least", "saves"), [(1400, True), (1401, False), (None, True)])
def test_what_is_too_short_for_a_cache_saves_nothing(history: History, least: int | None, saves: bool) -> None:
    sheet = {} if least is None else {"prompt_cache_min_tokens": least}
    history.rates = lambda model: Rates(1e-6, 5e-6, 1e-7, sheet=sheet)
    history.version(prompt_of(1400))
    history.cases(30)
    history.goals(target=0.5, volume=1e6, budget_usd=1)
    history.test(Col(rated(28, 30), tokens=(1800, 200, 0), cost=0.0028, rates=Rates(1e-6, 5e-6, 1e-7)))
    assert [one.id for one in history.decide().cost.savings] == (["caching"] if saves else [])


def test_samples_are_counted_by_case(history: History) -> None:
    history.version()
    history.cases(12)
    history.test(Col(["+++"] * 5 + ["+--"] * 4 + ["---"] * 2 + ["++?"]))
    found = column(history).samples
    assert found is not None
    assert (found.samples, found.cases, found.any, found.majority, found.has_rule) == (3, 11, 9, 5, False)


def test_column_that_votes_is_a_lever_and_costs_all_of_its_samples(history: History) -> None:
    history.version()
    history.cases(40)
    cells = ["+++"] * 20 + ["+--"] * 8 + ["-++"] * 10 + ["---"] * 2
    history.test(Col(cells, cost=0.01), Col(cells, cost=0.01), goals=RunGoals(0.1, 0.05, vote=("c1",)))
    plain, voting = history.evidence().columns
    assert (plain.samples, voting.samples) == (
        SampleFigures(3, 40, 38, 30),
        SampleFigures(3, 40, 30, 30, has_rule=True),
    )
    assert plain.figures is not None
    assert voting.figures is not None
    assert (plain.figures.cost_usd, voting.figures.cost_usd) == pytest.approx((0.01, 0.03))
    assert voting.figures.input_tokens == 3 * (plain.figures.input_tokens or 0)
    assert voting.title.endswith("vote of 3")
    [found] = pairs(history, "lever")
    assert (found.lever, found.challenger, found.title) == ("vote", voting.key, f"{MODEL} · vote of 3")
    states = {one.id: one.state for one in history.decide().levers}
    assert states["vote"] == "tried"


def test_rate_of_a_measured_judge_is_corrected(history: History) -> None:
    scenarios.measured_judge(history)
    evidence = history.evidence()
    found = column(history)
    assert found.corrected_passes is not None
    assert found.corrected_passes.rate == pytest.approx(100 / 120, abs=0.02)
    [judge] = evidence.judges.values()
    assert (judge.labels, judge.catch_rate, judge.false_alarms, judge.is_measured) == (60, 1.0, 0.0, True)


def test_labels_that_were_not_drawn_at_random_do_not_measure(history: History) -> None:
    history.version()
    history.cases(40)
    run = history.test(Col("p" * 30 + "n" * 10), checks=(POLITE,))
    history.label(run, [True] * 30, picked="own")
    assert history.evidence().judges == {run: JudgeEvidence(0)}


def test_labels_of_another_test_do_not_measure(history: History) -> None:
    history.version()
    history.cases(60)
    earlier = history.test(Col("p" * 60), checks=(POLITE,))
    history.label(earlier, [True] * 60)
    newest = history.test(Col("p" * 60), checks=(POLITE,))
    assert history.evidence().judges == {newest: JudgeEvidence(0)}
    assert history.store.judges.is_unmeasured(newest)


@pytest.mark.parametrize(("labels", "is_measured"), [(19, False), (20, True)])
def test_judge_is_measured_from_as_many_labels_as_in_test(history: History, labels: int, is_measured: bool) -> None:
    history.version()
    history.cases(60)
    run = history.test(Col("p" * 50 + "n" * 10), checks=(POLITE,))
    history.label(run, [True] * labels)
    assert history.evidence().judges[run].is_measured == is_measured
    assert history.store.judges.is_unmeasured(run) != is_measured
    # Advice asks for more labels than that.
    assert history.decide().code == "SETTLE_LABELS"


def held_out(history: History, *models: str) -> tuple[str, str]:
    """Make a labelled test and one of the hold-out, judged by two models; return both."""
    history.version()
    history.cases(80, 40)
    history.goals(target=0.7)
    tuned = history.test(Col("p" * 70 + "n" * 10), checks=(POLITE,))
    history.label(tuned, [True] * 60)
    holdout = history.test(Col("p" * 39 + "n"), set_name="holdout", first=80, checks=(POLITE,))
    for run, model in zip((tuned, holdout), models, strict=True):
        history.judge(run, model)
    return tuned, holdout


def test_judge_of_a_hold_out_is_known_where_the_person_tuned(history: History) -> None:
    tuned, holdout = held_out(history, "acme-judge", "acme-judge")
    """Advice may rest on it; the numbers of the hold-out are unmeasured, as Test says it of them."""
    elsewhere = JudgeEvidence(60, None, 0.0, is_elsewhere=True)
    assert history.evidence().judges == {tuned: JudgeEvidence(60, None, 0.0), holdout: elsewhere}
    decision = history.decide()
    assert decision.code == "SHIP"
    assert decision.rates[0].judge_words == "judge unmeasured"
    assert decision.reasons[0].endswith("Judge unmeasured.")
    assert "compared with labels on the cases you tuned on only" in decision.confidence_sentence
    assert "How often the judge is wrong" in decision.unknowns
    [trust] = [one for one in decision.findings if one.id == "F3"]
    assert trust.sentence == (
        "The judge was compared with 60 labels on answers drawn at random from the cases you tuned on, as the hold-out"
        " stays unseen."
    )


def test_labels_of_another_judge_do_not_measure_the_hold_out(history: History) -> None:
    tuned, holdout = held_out(history, "acme-judge", "other-judge")
    assert history.evidence().judges == {tuned: JudgeEvidence(60, None, 0.0), holdout: JudgeEvidence(0)}
    decision = history.decide()
    assert decision.code == "SETTLE_LABELS"
    assert decision.rates[0].judge_words == "judge unmeasured"
    assert decision.need is not None
    assert "in a test of the cases you tuned on by the same judge" in decision.need.sentence


def test_history_without_a_judge_has_no_judge(history: History) -> None:
    history.version()
    history.cases(20)
    history.test(Col(rated(15, 20)))
    assert history.evidence().judges == {}


def test_schema_counts_as_enforced_if_it_was_sent(history: History) -> None:
    history.version(output=OutputFormat("schema", '{"type":"object"}'))
    history.version()
    history.cases(20)
    history.test(Col(rated(15, 20)), Col(rated(15, 20), 2))
    assert column(history).schema_enforced is True
    assert column(history, version=2).schema_enforced is None


def test_retirement_of_a_model_is_known(history: History) -> None:
    history.retired[MODEL] = TODAY
    history.successors[MODEL] = "acme-next"
    history.version()
    history.cases(20)
    history.test(Col(rated(15, 20)))
    assert (column(history).retires_on, column(history).successor) == (TODAY, "acme-next")


# Pairs


def test_pairs_have_a_role_by_what_differs(history: History) -> None:
    history.version(prompt_of(200))
    history.version(prompt_of(100), parent=1)
    history.cases(40)
    mine, other = table(28, 4, 3, 5)
    history.test(
        Col(mine),
        Col(other, model="acme-b"),
        Col(other, 2),
        Col(other, params=Params(reasoning_effort="high")),
        Col(other, model="ft:acme:1"),
        Col(other, 2, model="acme-b"),
    )
    found = {(one.role, one.lever, one.model) for one in history.evidence().pairs}
    assert found == {
        ("model", "", "acme-b"),
        ("lever", "shorter", MODEL),
        ("lever", "reasoning", MODEL),
        ("tuned", "", "ft:acme:1"),
    }
    for one in history.evidence().pairs:
        assert (one.passes.both, one.passes.fixed, one.passes.broken, one.passes.neither) == (28, 4, 3, 5)
        assert one.margin == 0.05
        assert one.is_fresh


def test_columns_of_different_tests_are_paired_by_case(history: History) -> None:
    history.version()
    history.cases(40)
    mine, other = table(20, 10, 4, 6)
    history.test(Col(other, model="acme-b"))
    history.test(Col(mine))
    [found] = pairs(history, "model")
    assert (found.passes.fixed, found.passes.broken, found.is_fresh, found.margin) == (10, 4, False, None)
    assert len(found.run_uids) == 2


def test_newest_test_of_both_columns_counts_before_newer_ones_of_either(history: History) -> None:
    history.version()
    history.cases(40)
    mine, other = table(20, 10, 4, 6)
    both = history.test(Col(mine), Col(other, model="acme-b"))
    history.test(Col(rated(30, 40)))
    [found] = pairs(history, "model")
    assert found.run_uids == (both,)
    assert found.passes.fixed == 10


def test_p_values_of_a_role_are_adjusted_together(history: History) -> None:
    history.version()
    history.cases(100)
    mine, other = table(60, 20, 6, 14)
    history.test(Col(mine), *(Col(other, model=f"acme-{at}") for at in range(3)))
    found = pairs(history, "model")
    assert all(one.passes.p_adjusted == pytest.approx(3 * (one.passes.p or 0)) for one in found)


def test_adapter_of_an_endpoint_is_a_tuned_model(history: History) -> None:
    history.store.save_endpoint(
        Endpoint("mine", "gguf", "Mine", path="/models/base.gguf", adapter="/models/orders.gguf"), history.now()
    )
    history.version()
    history.cases(40)
    mine, other = table(20, 10, 4, 6)
    history.test(Col(mine), Col(other, model="base", endpoint="mine"), Col(other, model="x", label="Orders, tuned"))
    adapters = {one.model: one.adapter for one in history.evidence().columns}
    assert adapters == {MODEL: "", "base": "orders", "x": "Orders, tuned"}
    assert len(pairs(history, "tuned")) == 2


def test_guard_sets_of_a_kind_are_compared_together(history: History) -> None:
    history.version()
    history.cases(60)
    mine, other = table(40, 10, 4, 6)
    tuned = "ft:acme:1"
    history.test(Col(mine), Col(other, model=tuned))
    for name in ("general", "other", "refusal"):
        guard = history.guard(name, 20)
        one, changed = table(14, 1, 2, 3)
        history.test(Col(one), Col(changed, model=tuned), prompt=guard)
    found = {one.set_name: one.passes for one in pairs(history, "tuned")}
    assert set(found) == {"tuning", "general", "refusal"}
    assert (found["general"].pairs, found["general"].fixed, found["general"].broken) == (40, 2, 4)
    assert (found["refusal"].pairs, found["refusal"].fixed, found["refusal"].broken) == (20, 1, 2)
    cases = history.evidence().cases
    assert (cases.general, cases.refusal) == (40, 20)
