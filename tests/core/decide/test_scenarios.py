"""The acceptance scenarios: the expected code, and what the page must say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from tests.core.decide import scenarios
from tests.core.decide.branches import BRANCHES
from tests.core.decide.made import TODAY, column, decided, evidence, figures, finding, rate
from workbench.core.decide.decision import Decision, DecisionCode
from workbench.core.decide.decision_words import tone
from workbench.core.decide.evidence import CaseCounts, DecideEvidence, JudgeEvidence, TryEvidence
from workbench.core.decide.goals import DecideGoals
from workbench.core.decide.report import DecisionReport
from workbench.core.statistics.stopping import TryResult
from workbench.formats.decision_reports.report_words import data_lines


def text(decision: Decision) -> str:
    """Return everything that the page says."""
    parts = [decision.headline, decision.confidence_sentence, *decision.reasons, *decision.would_change]
    parts += [one.sentence for one in decision.findings]
    parts += [part for step in decision.steps for part in (step.title, step.sentence)]
    return "\n".join(parts)


SCENARIOS: tuple[tuple[Callable[[], DecideEvidence], DecisionCode, int, tuple[str, ...]], ...] = (
    (scenarios.almost_empty, "NOT_ENOUGH", 1, ("20 cases", "4 more verdicts", "20 calls, about $0.04")),
    (scenarios.good_enough, "SHIP", 6, ("114 of 120", "95 %", "89.5 to 97.7 %", "$2 a month")),
    (scenarios.straddling, "NOT_ENOUGH", 8, ("33 of 40", "83 %", "68.1 to 91.3 %", "25 more hold-out cases")),
    (scenarios.broken_format, "FIX_FORMAT", 9, ("24 of 29 failures", "no version has a schema", "71 of 100")),
    (scenarios.missing_knowledge, "ADD_KNOWLEDGE", 10, ("18 of 80 cases", "16 of 18 pass", "Training would teach")),
    (
        scenarios.better_model,
        "SWITCH_MODEL",
        11,
        ("fixes 30 and breaks 6 of 150", "p < 0.001", "81.8 to 92.3 %", "does not yet prove 85 %", "60 % of the cost"),
    ),
    (scenarios.improving, "KEEP_PROMPTING", 13, ("it still improves", "fixed 19, broke 5 of 150", "77 %")),
    (
        scenarios.narrow_plateau,
        "KEEP_PROMPTING",
        13,
        ("5 tries", "of 1 kind of change only: wording", "examples", "a change of structure"),
    ),
    (
        scenarios.data_rich,
        "TUNE_LORA",
        16,
        (
            "76.1 to 86.7 %",
            "6 tries in 4 kinds of change",
            "none better",
            "facts are not what is missing",
            "640 usable rows",
            "refund, has 55 rows",
            "1.78 million calls",
            "you run 2 million",
            "only if the missing 10 points are worth",
            "$12,200 a month",
            "$7,664 with caching",
        ),
    ),
    (
        scenarios.few_rows,
        "NOT_ENOUGH",
        14,
        ("38 usable rows", "12 more training rows", "62 more meet the usual advice", "5 tries in 3 kinds"),
    ),
    (scenarios.too_dear, "CHEAPER", 7, ("$5,280 a month", "61 % of it is input", "$2,688 with caching", "$3,000")),
    (
        scenarios.tuned_without_gain,
        "KEEP_PROMPT",
        5,
        ("fixes 8 and breaks 5 of 100", "p = 0.58", "−4.6 to 10.8", "no difference shown"),
    ),
    (
        scenarios.tuned_forgets,
        "REJECT_TUNED",
        4,
        ("fixes 15 and breaks 4 of 120", "fixed 1, broke 9 of 60", "−13.3 points", "p = 0.021", "general guard"),
    ),
    (scenarios.contradictory, "SETTLE_LABELS", 2, ("9 of 119 answers", "7.6 %")),
)


@pytest.mark.parametrize(
    ("made", "code", "row", "said"), SCENARIOS, ids=[scenario[0].__name__ for scenario in SCENARIOS]
)
def test_a_scenario_gets_its_code_and_its_figures(
    made: Callable[[], DecideEvidence], code: DecisionCode, row: int, said: tuple[str, ...]
) -> None:
    decision = decided(made())
    assert (decision.code, decision.table_row) == (code, row)
    whole = text(decision)
    assert [part for part in said if part not in whole] == []


def test_tuning_is_no_to_do_when_the_target_is_met() -> None:
    decision = decided(scenarios.good_enough())
    assert decision.steps == ()
    assert decision.need is None
    assert decision.also == ()


def test_a_target_met_where_you_tuned_asks_for_a_hold_out() -> None:
    decision = decided(BRANCHES["met where tuned"][0])
    assert (decision.code, [step.id for step in decision.steps]) == ("SHIP", ["limits", "holdout"])


def test_a_judge_of_unmeasured_error_is_the_reason_to_measure_it() -> None:
    decision = decided(BRANCHES["judge unmeasured"][0])
    assert decision.need is not None
    assert (decision.need.kind, decision.need.count) == ("labels", 40)
    assert any("it is unmeasured" in reason for reason in decision.reasons)


def judge_of(name: str) -> tuple[str, str]:
    """Return the headline of a case of the branches, and what its confidence says."""
    decision = decided(BRANCHES[name][0])
    return decision.headline, decision.confidence_sentence


def test_a_result_by_rule_among_those_of_a_judge_does_not_make_it_trusted() -> None:
    decision = decided(BRANCHES["a judge and one rule"][0])
    assert (decision.code, decision.headline) == (
        "SETTLE_LABELS",
        "Measure the judge first: label 50 answers drawn at random.",
    )
    assert decision.reasons[0].startswith("A judge decides 119 of 120 results, and it is unmeasured.")


def test_a_target_that_is_met_whatever_the_judge_says_needs_none() -> None:
    decision = decided(BRANCHES["a judge that makes no difference"][0])
    assert decision.code == "SHIP"
    assert "Judge unmeasured." in decision.reasons[0]
    assert decided(BRANCHES["a roughly measured judge that makes no difference"][0]).code == "SHIP"


def test_a_judge_with_some_labels_needs_more_before_advice_rests_on_it() -> None:
    headline, _ = judge_of("judge measured roughly")
    assert headline == "Measure the judge first: label 20 more answers drawn at random."
    headline, _ = judge_of("judge measured roughly where tuned")
    assert headline == "Measure the judge first: label 1 more answer drawn at random."


def test_a_judge_that_compares_cannot_be_labelled() -> None:
    decision = decided(BRANCHES["judge that compares"][0])
    assert decision.headline.startswith("Check single answers first")
    assert [step.id for step in decision.steps if not step.is_done] == ["single"]
    assert decision.need is not None
    assert (decision.need.count, decision.need.action) == (None, None)


def test_results_of_a_judge_are_sure_only_if_they_are_corrected() -> None:
    judged = column(198, 200, by_judge=150, by_rule=50, judge_failed=2)
    by_rule = finding(decided(evidence(goals=DecideGoals(target=0.9), columns=(column(198, 200),))), "F4")
    mixed = decided(
        evidence(goals=DecideGoals(target=0.9), columns=(judged,), judges={"run-1": JudgeEvidence(60, 0.5, 0.0)})
    )
    assert (by_rule.confidence, finding(mixed, "F4").confidence) == ("high", "medium")
    assert finding(mixed, "F4").sentence.endswith("is met. Judged, not corrected.")
    corrected = replace(judged, by_judge=200, by_rule=0, corrected_passes=rate(196, 200))
    found = decided(
        evidence(goals=DecideGoals(target=0.9), columns=(corrected,), judges={"run-1": JudgeEvidence(60, 0.5, 0.0)})
    )
    assert finding(found, "F4").confidence == "high"


BY_A_JUDGE = {
    "unmeasured": (JudgeEvidence(19), "judge unmeasured"),
    "measured": (JudgeEvidence(20, 0.9, 0.1), "judged, not corrected"),
    "comparing": (JudgeEvidence(60, is_comparing=True), "judge unmeasured"),
}


@pytest.mark.parametrize("name", BY_A_JUDGE)
def test_every_number_of_a_judge_says_so(name: str) -> None:
    """All findings about passes, levers and rates; nothing else about the evidence differs."""
    judge, words = BY_A_JUDGE[name]
    rich = scenarios.data_rich()
    assert rich.stubborn is not None
    rich = replace(rich, stubborn=replace(rich.stubborn, run_uids=("run-7",)))
    runs = {"run-7", *(uid for one in (*rich.columns, *rich.pairs, *rich.tries) for uid in one.run_uids)}
    columns = tuple(replace(one, by_judge=1, by_rule=max(one.by_rule - 1, 0)) for one in rich.columns)
    found = decided(replace(rich, columns=columns, judges=dict.fromkeys(runs, judge)))
    said = f"{words[:1].upper()}{words[1:]}."
    measured = [one for one in found.findings if one.id in ("F4", "F5", "F7", "F8", "F9", "F10") and one.run_uids]
    assert len(measured) >= 4
    assert [one.id for one in measured if not one.sentence.endswith(said) or one.judge_words != words] == []
    assert [one.judge_words for one in found.rates] == [words] * len(found.rates)
    with_effect = [one for one in found.levers if one.effect is not None]
    assert with_effect
    assert all(one.sentence.endswith(said) for one in with_effect)
    plain = decided(rich)
    assert not any(one.judge_words for one in (*plain.findings, *plain.rates))


def test_a_few_cases_are_counted_and_have_no_rate() -> None:
    for name in ("some cases", "few formats checked"):
        decision = decided(BRANCHES[name][0])
        rated = [figure for one in decision.findings for figure in one.figures if figure.unit == "rate"]
        assert all(figure.n is not None and figure.n >= 20 for figure in rated if figure.label != "target")
    assert decided(BRANCHES["some cases"][0]).rates == ()
    assert decided(BRANCHES["missed"][0]).rates != ()


def test_a_tuned_model_without_gain_asks_for_the_target_alone() -> None:
    one = scenarios.tuned_without_gain()
    assert [(step.id, step.is_done) for step in decided(one).steps] == [("target", False)]
    assert decided(replace(one, goals=DecideGoals(target=0.7))).steps == ()
    found = finding(decided(one), "F16")
    assert (found.word, found.answer, tone(found)) == ("limit reached", "no gain", "open")


LOST = {
    "mostly unscored": ("Not enough evidence yet: 88 cases could not be scored.", "unscored"),
    "mostly unanswered": ("Not enough evidence yet: 88 cases have no answer.", "unanswered"),
    "all unscored": ("Not enough evidence yet: 60 cases could not be scored.", "unscored"),
    "unclear and mostly unscored": ("Too close to call: 60 cases could not be scored.", "unscored"),
    "unclear and mostly unanswered": ("Too close to call: 60 cases have no answer.", "unanswered"),
}


@pytest.mark.parametrize("name", LOST)
def test_results_that_are_missing_come_before_more_cases(name: str) -> None:
    headline, kind = LOST[name]
    decision = decided(BRANCHES[name][0])
    assert decision.headline.startswith(headline)
    assert decision.need is not None
    assert decision.need.kind == kind
    assert decision.need.action is not None
    [step] = [one for one in decision.steps if one.action == decision.need.action]
    assert (step.id, step.is_done) == (kind, False)
    assert (step.calls is None) == (kind == "unscored")
    # Cases that are held out are listed nowhere.
    is_unseen = BRANCHES[name][0].columns[0].set_name == "holdout"
    assert decision.need.action.kind == ("holdout" if is_unseen else kind)


def test_a_few_unscored_cases_are_no_way_to_enough() -> None:
    decision = decided(BRANCHES["too few unscored to be enough"][0])
    assert decision.need is not None
    assert (decision.need.kind, decision.need.count) == ("cases", 8)


# The first open step of rows whose headline asks for one thing.
FIRST_STEPS = {
    "judge unmeasured": (2, "judge"),
    "contradictions": (2, "labels"),
    "tuned and forgetting": (4, "retrain"),
    "tuned and unguarded": (4, "guards"),
    "limit but no time": (6, "limits"),
    "over budget with a cheaper model and batches": (7, "adopt"),
    "over budget, batches only": (7, "batch"),
    "too_dear": (7, "caching"),
    "straddling": (8, "settle"),
    "few clusters": (8, "independent"),
    "broken_format": (9, "schema"),
    "format with a schema": (9, "enforce"),
    "stubborn": (10, "probe"),
    "facts help": (10, "facts"),
    "better on the cases tuned on": (11, "switch"),
    "better_model": (11, "adopt"),
    "luck": (12, "vote"),
    "improving": (13, "again"),
    "one kind": (13, "models"),
    "plateau": (14, "rows"),
}


@pytest.mark.parametrize("name", FIRST_STEPS)
def test_the_first_step_is_what_the_headline_asks_for(name: str) -> None:
    decision = decided(BRANCHES[name][0])
    first = next(step for step in decision.steps if not step.is_done)
    assert (decision.table_row, first.id) == FIRST_STEPS[name]


def test_an_adapter_that_forgets_is_trained_again_and_measured_again() -> None:
    again, measured = (step for step in decided(scenarios.tuned_forgets()).steps if not step.is_done)
    assert again.title == "Train again with general rows, fewer passes or a lower rank"
    assert again.action is not None
    assert again.action.kind == "training"
    # The hold-out of at least 50 cases and two guard sets of 120, each with the prompt and with the adapter.
    assert (measured.id, measured.calls) == ("remeasure", 2 * (50 + 2 * 120))


def test_a_step_that_saves_says_how_much() -> None:
    saved = {step.id: step.saved_usd for step in decided(scenarios.too_dear()).steps}
    assert saved["caching"] == pytest.approx(2592)
    assert saved["shorten"] is None


def test_with_verdicts_only_the_headline_names_the_cases_that_come_first() -> None:
    decision = decided(BRANCHES["verdicts only"][0])
    assert decision.headline.endswith("Score 20 cases to see what is missing.")
    assert decision.steps[0].id == "evidence"
    assert decision.confidence != "high"


def test_one_of_two_other_models_leaves_one() -> None:
    decision = decided(BRANCHES["one other model"][0])
    assert "try one more model" in decision.headline
    step = next(one for one in decision.steps if one.id == "models")
    assert step.title == "Compare 1 other model on the same cases"
    assert step.action is not None
    assert step.action.label == "Add a model"


ANSWERS = {
    "few stubborn": ("F7", "holds", "not missing"),
    "facts help": ("F7", "limit reached", "missing"),
    "plateau": ("F10", "limit reached", "limit reached"),
    "no better model": ("F8", "holds", "none better"),
    "better_model": ("F8", "limit reached", "one is better"),
    "cheaper model": ("F8", "limit near", "one is cheaper"),
    "no luck": ("F9", "holds", "out of reach"),
    "luck": ("F9", "limit near", "within reach"),
    "voted": ("F9", "holds", "vote is on"),
    "improving": ("F10", "holds", "not yet"),
    "missed": ("F4", "limit reached", "limit reached"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_answers_the_question_of_its_row(name: str) -> None:
    id_, word, answer = ANSWERS[name]
    found = finding(decided(BRANCHES[name][0]), id_)
    assert (found.word, found.answer) == (word, answer)


# What would change an advice to keep the prompt or to train: what the volume, the gain and hosting must be.
# Never: 1.5 · (5,840 + 1,000 / 12) − 1 million · (0.003832 − 0.01) = 15,053.
RETURNS = {
    "near": {"2.68 million calls a month or more.", "Better answers that are worth about $2,600 a month."},
    "never": {"Better answers that are worth about $15,000 a month."},
    "pays": {"Fewer than 2.68 million calls a month."},
    "only a bound": set(),
}


@pytest.mark.parametrize("name", RETURNS)
def test_what_would_change_the_return_is_said_where_it_would(name: str) -> None:
    decision = decided(BRANCHES[name][0])
    assert decision.code == "TUNE_LORA"
    said = [one for one in decision.would_change if "calls a month" in one or "worth about" in one]
    assert {one for one in said if "hosting" not in one} == RETURNS[name]


def test_evidence_of_nothing_counts_nothing() -> None:
    assert evidence().cases == CaseCounts(0, 0, 0, 0, None, 0, 0, None)
    assert list(data_lines(DecisionReport("p", TODAY, decided(evidence()), DecideGoals(), CaseCounts()))) == [
        "0 cases to tune on, 0 held out."
    ]
    tried = TryEvidence(1, "v2", "wording", TryResult("open"), 0.1, 60, 3, 2)
    assert tried == replace(tried, set_name="tuning", version=None, difference=None, added=(), run_uids=())


def test_people_who_are_not_known_hold_nothing() -> None:
    decision = decided(BRANCHES["people unknown"][0])
    assert finding(decision, "F14").word == "cannot tell"
    assert "Who can label, train and serve" in decision.unknowns


def test_what_a_call_costs_is_no_reason_without_a_limit() -> None:
    for made in (scenarios.better_model, scenarios.straddling):
        assert not any("a call" in reason and "You set no limit" in reason for reason in decided(made()).reasons)
    assert any("$3,000" in reason for reason in decided(scenarios.too_dear()).reasons)


def test_a_price_that_is_unknown_holds_nothing() -> None:
    """Without a limit nothing is broken, so that a target that is met still ends in shipping."""
    unpriced = column(190, 200, figures=figures(cost_usd=None, p95_ms=1400.0))
    decision = decided(evidence(goals=DecideGoals(target=0.9), columns=(unpriced,)))
    found = finding(decision, "F12")
    assert (decision.code, found.state, found.word) == ("SHIP", "fine", "cannot tell")
    assert "What a call costs is not known" in found.sentence
    priced = decided(evidence(goals=DecideGoals(target=0.9), columns=(replace(unpriced, figures=figures()),)))
    assert finding(priced, "F12").word == "holds"


def test_a_rate_over_samples_is_that_of_the_answers() -> None:
    said = finding(decided(BRANCHES["answers of several samples"][0]), "F4").sentence
    assert said.startswith("53 % of the answers to 100 cases pass")


def test_a_model_that_retires_is_not_simply_shipped() -> None:
    assert "retires on 14 Jan 2027" in decided(BRANCHES["met by a retiring model"][0]).headline
    assert "was retired on 14 Oct 2026" in decided(BRANCHES["met by a retired model"][0]).headline


def test_a_model_that_retires_is_named_with_its_successor() -> None:
    soon = BRANCHES["met by a retiring model"][0]
    note = decided(soon).retiring
    assert note is not None
    assert note.sentence.startswith("acme-large retires on 14 Jan 2027, according to LiteLLM's list of models.")
    assert (note.action.kind, note.action.label) == ("successor", "Test another model")
    note = decided(BRANCHES["met by a model with a successor"][0]).retiring
    assert note is not None
    assert "Its successor is acme-next" in note.sentence
    assert (note.action.argument, note.action.label) == ("acme-large", "Test the successor")
    gone = decided(BRANCHES["met by a retired model"][0]).retiring
    assert gone is not None
    assert gone.is_retired
    assert "was retired on 14 Oct 2026" in gone.sentence


def test_a_model_that_stays_or_has_no_date_is_not_said_to_retire() -> None:
    later = BRANCHES["met by a retiring model"][0]
    stays = replace(later, columns=tuple(replace(one, retires_on=date(2027, 2, 27)) for one in later.columns))
    assert decided(stays).retiring is None
    assert decided(scenarios.data_rich()).retiring is None


def test_a_plateau_of_one_kind_names_what_to_try_next() -> None:
    decision = decided(scenarios.narrow_plateau())
    assert {"examples", "structure"} <= {step.id for step in decision.steps}
    assert finding(decision, "F10").state == "one_kind"
    assert not any(one.code == "TUNE_LORA" for one in decision.also)


def test_the_return_of_the_rich_scenario_is_computed_after_caching() -> None:
    cost = decided(scenarios.data_rich()).cost
    assert cost.call_usd == pytest.approx(0.0061)
    assert cost.after_usd == pytest.approx(0.003832)
    assert (cost.hosting_usd, cost.fixed_usd, cost.months) == (5840, 12_000, 12)
    assert cost.break_even_before == pytest.approx(1.12e6, rel=0.005)
    assert cost.break_even == pytest.approx(1.78e6, rel=0.005)
    assert cost.gain_needed_usd == pytest.approx(1.5 * 6840 - 7664)
    assert [saving.id for saving in cost.savings] == ["caching"]
    assert [bar.input for bar in cost.bars] == ["prompt", "hosting", "months", "fixed"]
    decision = decided(scenarios.data_rich())
    assert finding(decision, "F15").state == "near"
    assert [step.id for step in decision.steps if not step.is_done] == ["caching", "train", "tuned", "guards"]


def test_too_few_rows_ask_for_rows_and_nothing_else() -> None:
    decision = decided(scenarios.few_rows())
    assert decision.need is not None
    assert (decision.need.kind, decision.need.count) == ("rows", 12)


@pytest.mark.parametrize(("written", "monthly"), [(None, 2688), (1.25, 2768)])
def test_caching_saves_less_where_writes_cost_more(written: float | None, monthly: float) -> None:
    decision = decided(scenarios.too_dear(written))
    assert decision.cost.monthly_usd == pytest.approx(5280)
    assert decision.cost.after_monthly_usd == pytest.approx(monthly)
    assert "caching" in decision.headline
    assert not any(one.code == "TUNE_LORA" for one in decision.also)


def test_contradictions_come_before_any_other_advice() -> None:
    decision = decided(scenarios.contradictory())
    assert [one.table_row for one in decision.also] == [13]
    assert next(row for row in decision.rows if row.id == "data").lead.id == "F2"


def test_a_need_says_what_its_calls_take() -> None:
    one = column(70, 100, "tuning", figures=figures(cost_usd=0.01))
    decision = decided(evidence(goals=DecideGoals(target=0.9), columns=(one,)))
    need = finding(decision, "F7").need
    assert need is not None
    # Three versions with two models, of which one column is there.
    assert (need.calls, need.cost_usd) == (500, pytest.approx(5.0))
    assert need.sentence.startswith("Run 3 versions with 2 models on the same cases: 500 calls, about $5")
    rows = finding(decided(scenarios.few_rows()), "F13").need
    assert rows is not None
    assert (rows.count, rows.calls) == (12, 12)
    assert "New answers for that: 12 calls" in rows.sentence


def test_what_would_change_names_the_judge_behind_its_number() -> None:
    judged = column(190, 200, by_judge=1, by_rule=199)
    met = decided(evidence(goals=DecideGoals(target=0.8), columns=(judged,)))
    assert met.code == "SHIP"
    [said] = [one for one in met.would_change if one.startswith("A target above")]
    assert said.endswith("Judge unmeasured.")
    plain = decided(evidence(goals=DecideGoals(target=0.8), columns=(column(190, 200),)))
    assert not any("udge" in one for one in plain.would_change)
