"""Comparisons that a person starts, through the whole analysis: from echoed answers to the sentence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.usecases.making import draft as make_draft
from tests.usecases.making import echo, new_prompt, opened
from tests.usecases.testing import suites
from workbench.core.cases import Case, Check
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.lanes import Endpoint, Lane
from workbench.core.testing.goals import RunGoals
from workbench.core.testing.settings import SuiteSettings
from workbench.usecases.problems import RefusedError
from workbench.usecases.testing.analysis import SuiteQuestion
from workbench.usecases.testing.comparison_plans import CURRENT_TEXT, ComparisonPlanner
from workbench.usecases.testing.versions_over_time import VersionsOverTime
from workbench.usecases.workbench import Workbench

ONE = Check("contains", value='"1"')
ECHO_LANE = echo("e", "echo")
SCRIPT = {"models": {"echo": [{"echo": True}], "old": [{"echo": True}], "new": [{"echo": True}]}}
DAY = "2026-01-01T00:00:00.000Z"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[tuple[Workbench, str]]:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        yield workbench, new_prompt(workbench)


def text(body: str) -> Draft:
    return replace(make_draft(), content=Content((Message("user", body),)))


def paired(both: int, fixed: int, broken: int, neither: int) -> tuple[Case, ...]:
    """Return cases whose value `a` passes before, and `b` after."""
    pairs = [("1", "1")] * both + [("0", "1")] * fixed + [("1", "0")] * broken + [("0", "0")] * neither
    return tuple(Case(f"case-{n}", f"Case {n}", (("a", a), ("b", b))) for n, (a, b) in enumerate(pairs))


def stored(workbench: Workbench, prompt: str, cases: tuple[Case, ...], settings: SuiteSettings) -> None:
    workbench.store.packs.save_cases(prompt, list(cases)).result(60)
    workbench.store.tests.save_settings(prompt, settings, DAY).result(60)


def drafted(workbench: Workbench, prompt: str, body: str) -> None:
    workbench.store.save_draft(prompt, text(body), DAY).result(60)


def planner(workbench: Workbench, retired: date | None = None) -> ComparisonPlanner:
    find = workbench.models.endpoints.find

    def retires(endpoint: Endpoint, model: str) -> date | None:
        return retired if model == "old" else None

    return ComparisonPlanner(workbench.store, workbench.tests.planner, find, retires)


def before_and_after(workbench: Workbench, prompt: str, cases: tuple[Case, ...]) -> tuple[Lane, Lane]:
    """Store cases, run the text "{{a}}", and make "{{b}}" the current text; return both columns."""
    settings = suites.settings(ECHO_LANE, checks=(ONE,))
    stored(workbench, prompt, cases, settings)
    suites.run(workbench, prompt, settings, cases, draft=text("{{a}}"))
    drafted(workbench, prompt, "{{b}}")
    choice = planner(workbench).choice(prompt, "tuning")
    return choice.candidates[choice.champion].lane, choice.candidates[choice.challenger].lane


def run_try(workbench: Workbench, prompt: str, champion: Lane, challenger: Lane) -> str:
    plan = planner(workbench).plan_try(prompt, "tuning", champion, challenger)
    return suites.finish(workbench.tests.start(prompt, plan)).run_uid


@pytest.mark.parametrize(
    ("pairs", "sentence", "rule"),
    [
        (
            (85, 14, 3, 18),
            "test 2 · echo is better than the baseline test 1 · echo: it fixed 14 cases and broke 3 of 120 "
            "(difference 9 points, 95 % interval 2 to 16; exact p = 0.013).",
            "Settled: it is better.",
        ),
        (
            (30, 14, 3, 1),
            "test 2 · echo is better than the baseline test 1 · echo: it fixed 14 cases and broke 3 of 48 "
            "(difference 23 points, 95 % interval 7 to 38; exact p = 0.013).",
            "Cannot tell: 2 more cases needed.",
        ),
        (
            (10, 9, 2, 3),
            "No difference shown between test 2 · echo and the baseline test 1 · echo: test 2 · echo fixed 9 "
            "cases and broke 2 of 24 (difference 29 points, 95 % interval 2 to 51; exact p = 0.065).",
            "Cannot tell: 26 more cases needed.",
        ),
    ],
)
def test_golden_examples_through_the_whole_analysis(
    bench: tuple[Workbench, str], pairs: tuple[int, int, int, int], sentence: str, rule: str
) -> None:
    workbench, prompt = bench
    champion, challenger = before_and_after(workbench, prompt, paired(*pairs))
    run = run_try(workbench, prompt, champion, challenger)
    settings = workbench.store.tests.settings(prompt)
    report = workbench.tests.analyst.report("", run, settings)
    assert report.columns[1].sentence.startswith(sentence)
    assert report.sentences[0].startswith(rule)
    assert report.tried is not None
    assert (report.tried.fixed, report.tried.broken, report.tried.kind) == (pairs[1], pairs[2], "wording")


def test_champion_and_challenger_are_asked_afresh_and_the_rule_is_said(bench: tuple[Workbench, str]) -> None:
    workbench, prompt = bench
    champion, challenger = before_and_after(workbench, prompt, paired(85, 14, 3, 18))
    assert (champion.pinned, challenger.pinned) == (1, None)
    plan = planner(workbench).plan_try(prompt, "tuning", champion, challenger)
    assert (plan.round, plan.cells, plan.baseline, plan.goals) == (2, 240, 0, RunGoals(0.1, 0.05, "try"))
    assert workbench.tests.estimator.estimate(plan).calls == 240
    run = run_try(workbench, prompt, champion, challenger)
    assert workbench.store.tests.reused_cells(run) == {}
    report = workbench.tests.analyst.report("", run, workbench.store.tests.settings(prompt))
    assert report.sentences[:2] == (
        "Settled: it is better. This is on the cases that you tuned on; run the hold-out to confirm it. Test 2 · "
        "echo against the champion test 1 · echo, both asked afresh (changed: wording): fixed 14 cases, broke 3 of "
        "120 (difference 9 points, 95 % interval 2 to 16; one-sided p = 0.006).",
        "1 try settled, none since the last improvement; no plateau.",
    )
    (one,) = workbench.tests.tries.history(prompt).tries
    assert (one.result.state, one.cases, one.is_complete) == ("settled", 120, True)
    again = planner(workbench).choice(prompt, "tuning")
    assert again.candidates[again.champion].title == "test 2 · echo"
    assert again.candidates[again.champion].rate_words == "82 % (75 to 88)"


def test_equal_columns_are_no_try_and_a_stopped_one_does_not_count(bench: tuple[Workbench, str]) -> None:
    workbench, prompt = bench
    champion, challenger = before_and_after(workbench, prompt, paired(5, 1, 1, 1))
    with pytest.raises(RefusedError, match="same question"):
        planner(workbench).plan_try(prompt, "tuning", champion, replace(champion, label="x"))
    handle = workbench.tests.start(prompt, planner(workbench).plan_try(prompt, "tuning", champion, challenger))
    workbench.tests.stop(handle.run_uid)
    suites.finish(handle)
    found = workbench.tests.tries.history(prompt)
    assert len(found.tries) == 1
    assert len(found.counted) == int(found.tries[0].is_complete)


def test_candidates_without_any_test_are_the_columns(bench: tuple[Workbench, str]) -> None:
    workbench, prompt = bench
    stored(workbench, prompt, paired(1, 0, 0, 0), suites.settings(ECHO_LANE, echo("f", "old")))
    choice = planner(workbench).choice(prompt, "tuning")
    assert [one.title for one in choice.candidates] == [f"{CURRENT_TEXT} · echo", f"{CURRENT_TEXT} · old"]
    assert (choice.champion, choice.challenger, choice.cases, choice.gain) == (0, 1, 1, 0.1)


def test_a_margin_chosen_after_the_run_is_said(bench: tuple[Workbench, str]) -> None:
    workbench, prompt = bench
    settings = replace(suites.settings(echo("x", "old"), echo("y", "new"), checks=(ONE,)), no_worse=("y",), margin=0.2)
    run = suites.run(workbench, prompt, settings, paired(60, 0, 0, 0), draft=text("{{a}}")).run_uid
    report = workbench.tests.analyst.report("", run, settings)
    first, second = report.columns
    assert (first.no_worse, second.no_worse is not None) == (None, True)
    assert second.no_worse_sentence == report.sentences[0]
    assert "is no worse than old by more than 20 points: difference 0 points" in second.no_worse_sentence
    late = workbench.tests.analyst.report("", run, replace(settings, margin=0.1)).columns[1].no_worse_sentence
    assert "by more than 10 points (margin chosen after the run): " in late
    every = workbench.tests.analyst.report("", run, replace(settings, no_worse=()), SuiteQuestion(no_worse=True))
    assert every.columns[1].no_worse is not None


def test_another_baseline_computes_everything_again(bench: tuple[Workbench, str]) -> None:
    workbench, prompt = bench
    champion, challenger = before_and_after(workbench, prompt, paired(85, 14, 3, 18))
    run = run_try(workbench, prompt, champion, challenger)
    records = workbench.store.tests
    with pytest.raises(ValueError, match="one of its columns"):
        records.set_baseline(run, 2).result(60)
    settings = records.settings(prompt)
    plain = suites.run(workbench, prompt, replace(settings, columns=(champion, replace(challenger, slot="n"))),
                       paired(85, 14, 3, 18), draft=text("{{b}}")).run_uid  # fmt: skip
    records.set_baseline(plain, 1).result(60)
    report = workbench.tests.analyst.report("", plain, settings)
    assert (report.baseline, report.columns[1].is_baseline, report.columns[0].verdict) == (1, True, "worse")


# A model and its successor.


def test_a_model_that_still_answers_is_asked_beside_its_successor(bench: tuple[Workbench, str]) -> None:
    workbench, prompt = bench
    cases = paired(80, 0, 0, 0)
    other = echo("kept", "echo")
    stored(workbench, prompt, cases, suites.settings(other, checks=(ONE,)))
    drafted(workbench, prompt, "{{a}}")
    old, new = echo("a", "old"), echo("a", "new")
    found = planner(workbench, date(2027, 1, 5)).plan_successor(prompt, old, new, 0.08, date(2026, 11, 28))
    assert [lane.model for lane in found.settings.columns] == ["echo", "old", "new"]
    assert (found.settings.baseline, found.settings.no_worse, found.settings.margin) == ("a", ("successor1",), 0.08)
    assert ([lane.model for lane in found.plan.columns], found.plan.baseline) == (["old", "new"], 0)
    assert (found.plan.goals, found.stored) == (RunGoals(0.1, 0.08), None)
    run = suites.finish(workbench.tests.start(prompt, found.plan)).run_uid
    report = workbench.tests.analyst.report("", run, found.settings)
    assert report.sentences[0].startswith("new is no worse than old by more than 8 points: ")
    again = planner(workbench).plan_successor(prompt, old, new, 0.08, date(2026, 11, 28))
    assert again.settings.columns == found.settings.columns[:1] + again.settings.columns[1:]
    assert len(again.settings.columns) == 3


def test_stored_answers_stand_for_a_retired_model(bench: tuple[Workbench, str]) -> None:
    workbench, prompt = bench
    cases = paired(60, 0, 0, 20)
    settings = suites.settings(echo("x", "echo"), echo("old", "old"), checks=(ONE,))
    stored(workbench, prompt, cases, settings)
    old, new, today = echo("old", "old"), echo("new", "new"), date(2026, 11, 28)
    gone = planner(workbench, date(2026, 1, 1))
    with pytest.raises(RefusedError, match="no answers in a test"):
        gone.plan_successor(prompt, old, new, 0.1, today)
    first = suites.run(workbench, prompt, settings, cases, draft=text("{{a}}")).run_uid
    drafted(workbench, prompt, "{{b}} other")
    found = gone.plan_successor(prompt, old, new, 0.1, today)
    assert found.stored is not None
    assert (found.stored.run_uid, found.stored.column, found.stored.cases) == (first, 1, 80)
    assert [(lane.model, lane.pinned) for lane in found.plan.columns] == [("new", 1)]
    assert [lane.model for lane in found.settings.columns] == ["echo", "old", "new"]
    run = suites.finish(workbench.tests.start(prompt, found.plan)).run_uid
    report = workbench.tests.analyst.report("", run, found.settings)
    assert not report.columns[0].is_baseline
    assert report.sentences[0].startswith(
        "new is no worse than old of test run 1 by more than 10 points: difference 0 points"
    )
    workbench.store.tests.begin_scoring(first, "later", (suites.HELLO,), "2027-01-01T00:00:00.000Z").result(60)
    lost = workbench.tests.analyst.report("", run, found.settings)
    assert lost.sentences[0].startswith("The stored answers of the baseline cannot be compared. Test run 1 was scored")


# The chart.


def test_pass_rates_by_version_stand_on_the_same_cases(bench: tuple[Workbench, str]) -> None:
    workbench, prompt = bench
    cases = paired(20, 5, 2, 3)
    settings = suites.settings(ECHO_LANE, echo("o", "old"), checks=(ONE,))
    suites.run(workbench, prompt, settings, cases, draft=text("{{a}}"))
    # The last case is changed, so its older results do not count.
    changed = (*cases[:-1], replace(cases[-1], values=(("a", "1"), ("b", "1"))))
    suites.run(workbench, prompt, suites.settings(ECHO_LANE, checks=(ONE,)), changed, draft=text("{{b}}"))
    chart = VersionsOverTime(workbench.store.tests, workbench.store.judges).chart(prompt, "tuning")
    assert [one.title for one in chart.series] == ["echo", "old"]
    assert chart.versions == ((1, "test 1"), (2, "test 2"))
    first, second = chart.series[0].points
    assert (first.cases, first.rate, first.run, first.is_baseline) == (29, pytest.approx(22 / 29), 1, False)
    assert (second.cases, second.rate, second.run, second.is_baseline) == (30, pytest.approx(26 / 30), 2, True)
    assert first.low is not None
    assert second.words == "test 2 · echo passes 87 % (70 to 95), 30 cases, test 2, baseline"
    assert first.words == "test 1 · echo passes 76 % (58 to 88), 29 of 30 cases, test 1"
    assert chart.about == (
        "Pass rates with 95 % intervals on the 30 cases of test 2.",
        "2 points stand on fewer of them, because the others were changed, new, or not scored then.",
    )
    assert VersionsOverTime(workbench.store.tests, workbench.store.judges).chart(prompt, "holdout").series == ()


def test_a_version_scored_by_other_checks_is_left_out_and_named(bench: tuple[Workbench, str]) -> None:
    workbench, prompt = bench
    cases = paired(12, 0, 0, 0)
    suites.run(workbench, prompt, suites.settings(ECHO_LANE, checks=(suites.HELLO,)), cases, draft=text("{{a}}"))
    suites.run(workbench, prompt, suites.settings(ECHO_LANE, checks=(ONE,)), cases, draft=text("{{b}}"))
    chart = VersionsOverTime(workbench.store.tests, workbench.store.judges).chart(prompt, "tuning")
    assert chart.versions == ((2, "test 2"),)
    assert chart.about[1:] == (
        "Left out, because their tests had other cases or checks: test 1. Run them again to see them here.",
    )
