"""The acceptance scenarios as histories: what is gathered through the store leads to the expected decision."""

from __future__ import annotations

import pytest

from tests.usecases.decide import scenarios
from tests.usecases.decide.histories import Col, History
from tests.usecases.decide.scenarios import ACCEPTANCE, FURTHER
from workbench.core.decide.decision import Decision

SAYS = {
    "1": ("2 decided verdicts", "20 cases", "4 more verdicts", "20 calls, about $0.04"),
    "2": ("114 of 120", "95 %", "89.5 to 97.7 %", "$2 a month"),
    "3": ("33 of 40", "68.1 to 91.3", "25 more hold-out cases"),
    "4": ("71 of 100", "24 of 29", "no version has a schema"),
    "5": ("56 of 80", "18 of 80", "16 of 18 pass (broke 0", "Training would teach them slowly"),
    "6": ("fixes 30 and breaks 6 of 150", "p < 0.001", "60 % of the cost", "81.8 to 92.3 %", "does not yet prove 85 %"),
    "7": ("116 of 150", "77 %", "fixed 19, broke 5 of 150"),
    "8": ("124 of 160", "5 tries", "1 kind of change only: wording", "examples and a change of structure next"),
    "9": (
        *("164 of 200", "76.1 to 86.7 %", "6 tries in 4 kinds of change", "2 other models", "none better"),
        *(
            "640 usable rows",
            "refund, has 55 rows",
            "fixes 2 of 22: facts are not what is missing",
            "your own hardware",
        ),
        *("1.78 million", "you run 2 million", "only if the missing 10 points are worth"),
    ),
    "10": ("96 of 120", "5 tries in 3 kinds", "usual changes are tried", "38 usable rows", "12 more", "62 more"),
    "11": ("190 of 200", "$5,280", "$2,688", "61 %", "$3,000"),
    "12": ("fixes 8 and breaks 5 of 100", "p = 0.58", "−4.6 to 10.8"),
    "13": ("fixes 15 and breaks 4 of 120", "p = 0.019", "fixed 1, broke 9 of 60", "p = 0.021", "−13.3 points"),
    "14": ("9 of 119", "7.6 %"),
}
"""What the page must say somewhere."""


HEADLINES = {
    "1": "Not enough evidence yet: score 20 cases, or give 4 more verdicts.",
    "2": "Stop here and ship it: the target is met.",
    "3": "Too close to call: 25 more hold-out cases would tell whether the target is met.",
    "4": "Fix the format first: add a schema.",
    "5": "Put the facts into the prompt: that is what is missing.",
    "6": "Switch to acme-b: it is better on the same cases.",
    "7": "Keep prompting: it still improves.",
    "8": "Keep prompting: try two other models, examples and a change of structure next.",
    "9": (
        "Prompting has levelled off below your target: try a LoRA adapter, only if the missing 10 points"
        " are worth about $2,600 a month to you."
    ),
    "10": "Prompting has levelled off below your target: collect 12 more training rows before you think of training.",
    "11": "Good enough, but too expensive: switch caching on, it saves $2,592 a month.",
    "12": "Keep the prompt: the tuned model shows no difference.",
    "13": "Do not ship the tuned model: it is better at the task, but worse on the general guard set.",
    "14": "Settle your labels first: 9 of 119 answers are called both good and bad.",
    "changed mind": "Keep prompting: try one more model, examples and a change of structure next.",
    "one model": "Keep prompting: try two other models and proposals by a model next.",
    "no prices": "The target is met, but cost or time is not known: check that, then ship it.",
    "judges only": "Measure the judge first: label 50 answers drawn at random.",
    "measured judge": "Stop here and ship it: the target is met.",
    "judged versions": "Stop here and ship it: the target is met.",
    "judge and one rule": "Measure the judge first: label 50 answers drawn at random.",
    "judge without difference": "Stop here and ship it: the target is met.",
    "verdicts only": (
        "Keep prompting: try two other models, examples and a change of structure next. Score 20 cases "
        "to see what is missing."
    ),
    "blind only": (
        "Keep prompting: try two other models, examples and a change of structure next. Score 20 cases "
        "to see what is missing."
    ),
    "tiny": "Not enough evidence yet: score 15 more cases, or give 6 verdicts.",
    "huge": "You are about at the target; more cases will not settle it.",
    "mostly unscored": (
        "Not enough evidence yet: 80 cases could not be scored. Check them again before you add others."
    ),
    "clustered": "Too few independent cases to tell whether the target is met.",
    "nobody trains": "Keep the prompt: it has levelled off, but training is not open to you.",
    "tuned holds": "Ship the tuned model with the prompt: it is better, and the guard sets hold.",
    "lucky": "Ask several times and vote: the right answer is often among the samples.",
}
"""The sentence above the page."""


def text_of(decision: Decision) -> str:
    """Return every sentence about findings, headline and costs."""
    said = [decision.headline, *decision.reasons, *(one.sentence for one in decision.findings)]
    said += [one.need.sentence for one in decision.findings if one.need is not None]
    return "\n".join((*said, *(one.headline for one in decision.also)))


@pytest.mark.parametrize("name", ACCEPTANCE)
def test_history_leads_to_the_expected_decision(history: History, name: str) -> None:
    fill, code, row = ACCEPTANCE[name]
    fill(history)
    decision = history.decide()
    assert (decision.code, decision.table_row) == (code, row), text_of(decision)
    assert decision.headline == HEADLINES[name]
    said = text_of(decision)
    assert [words for words in SAYS[name] if words not in said] == [], said


@pytest.mark.parametrize("name", FURTHER)
def test_further_history_leads_to_the_expected_decision(history: History, name: str) -> None:
    fill, code, row = FURTHER[name]
    fill(history)
    decision = history.decide()
    assert (decision.code, decision.table_row) == (code, row), text_of(decision)
    assert decision.headline == HEADLINES[name]


def test_each_rate_says_whether_it_is_corrected(history: History) -> None:
    scenarios.judged_versions(history)
    rates = history.decide().rates
    # Labels of one column correct no other.
    assert [(one.version, one.judge_words) for one in rates] == [(1, "judged, not corrected"), (2, "judged, corrected")]


def test_mostly_unscored_history_asks_for_the_results_that_it_lacks(history: History) -> None:
    scenarios.mostly_unscored(history)
    decision = history.decide()
    assert decision.headline == (
        "Not enough evidence yet: 80 cases could not be scored. Check them again before you add others."
    )
    [step] = [one for one in decision.steps if one.id == "unscored"]
    assert step.action is not None
    assert step.action.kind == "unscored"


@pytest.mark.parametrize(("sign", "kind"), [("?", "unscored"), ("0", "unanswered")])
def test_test_without_any_result_asks_for_them(history: History, sign: str, kind: str) -> None:
    history.version()
    history.cases(40)
    run = history.test(Col(sign * 40))
    decision = history.decide()
    assert decision.need is not None
    assert (decision.code, decision.need.kind, decision.need.count) == ("NOT_ENOUGH", kind, 40)
    assert decision.findings[0].run_uids == (run,)


def test_good_enough_says_nothing_of_training(history: History) -> None:
    scenarios.good_enough(history)
    decision = history.decide()
    assert decision.steps == ()
    assert not any("train" in reason.casefold() for reason in (decision.headline, *decision.reasons))


def test_costs_of_the_data_rich_history_are_those_of_the_hand_calculation(history: History) -> None:
    """$2 and $10 per million, 1,800 tokens in of which 1,400 never change, 250 out, 2.0 million calls a month."""
    scenarios.data_rich(history)
    cost = history.decide().cost
    assert cost.call_usd == pytest.approx(0.0061)
    # 1,800 · [(1 − 7/9) · 2 + 7/9 · (0.9 · 0.2 + 0.1 · 2)] + 250 · 10, per million
    assert cost.after_usd == pytest.approx(0.003832)
    assert cost.break_even_before == pytest.approx(6840 / 0.0061)
    assert cost.break_even == pytest.approx(6840 / 0.003832)


def test_costs_of_the_dear_history_are_those_of_the_hand_calculation(history: History) -> None:
    scenarios.too_dear(history)
    cost = history.decide().cost
    assert cost.monthly_usd == pytest.approx(5280)
    assert cost.after_monthly_usd == pytest.approx(2688)


def test_step_is_done_once_the_history_shows_it(history: History) -> None:
    run = scenarios.stubborn(history)
    before = history.decide()
    assert (before.code, before.table_row) == ("NOT_ENOUGH", 10)
    assert {one.id: one.is_done for one in before.steps}["probe"] is False
    history.facts(run, Col("-" * 18), Col("+" * 16 + "-" * 2))
    after = history.decide()
    assert after.code == "ADD_KNOWLEDGE"
    # Done steps are shown as far as there is room beside the open ones.
    assert [one.id for one in after.steps if one.id == "probe" and not one.is_done] == []
    assert "facts" in [one.id for one in after.steps]


def test_guard_sets_that_hold_are_no_condition_any_more(history: History) -> None:
    scenarios.tuned_holds(history)
    changes = history.decide().would_change
    assert "A guard set that drops when it is run again: run them every month, too." in changes
    assert not any("sets that hold" in one for one in changes)


def test_only_what_the_advice_stands_on_would_change_it(history: History) -> None:
    """Cheaper hosting trains nobody's model where nobody can train."""
    scenarios.nobody_trains(history)
    assert history.decide().would_change == (
        "A target of 76 % or less, where the interval starts.",
        "A route that opens, or people who can train and serve.",
    )


def test_vote_is_given_up_if_it_does_not_help(history: History) -> None:
    scenarios.lucky(history)
    changes = history.decide().would_change
    assert "A vote that does not raise the rate." in changes
    assert not any("no longer gain" in one for one in changes)
