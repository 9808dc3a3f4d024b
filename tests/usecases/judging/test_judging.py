"""Judges inside a test run, with the scripted engine and the real history."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.usecases.judging import judged_suites as judged
from tests.usecases.making import new_prompt, opened
from tests.usecases.testing import suites
from workbench.core.cases import SET, Check
from workbench.core.testing.settings import SuiteBudget


def test_judged_checks_get_the_verdict_of_the_judge(tmp_path: Path) -> None:
    with opened(tmp_path, judged.script(strict=judged.verdict(True, 0.8))) as (workbench, heard):
        prompt = new_prompt(workbench)
        given = judged.settings(*suites.lanes(2), checks=(suites.HELLO, judged.POLITE))
        handle = suites.run(workbench, prompt, given, suites.cases(6))
        assert handle.problem is None
        shown = handle.progress()
        # Both columns give equal answers, which are judged once.
        assert (shown.state, shown.answered, shown.scored, shown.judge_calls) == ("finished", 12, 12, 6)
        assert judged.states(workbench, handle.run_uid) == [["pass"] * 6] * 2
        found = judged.detail(workbench, handle.run_uid, 3)
        assert found.results[1].reason == "It greets."
        assert found.results[1].score == 0.8
        run = workbench.store.tests.run(handle.run_uid)
        counts = workbench.store.judges.counts(run.scoring_uid)
        assert counts.finished == 12
        (stored,) = workbench.store.judges.runs(run.scoring_uid)
        assert stored.rows == 6
        (judge,) = workbench.store.judges.judges(run.scoring_uid)
        assert (judge.check_type, judge.lane.model, judge.judgements) == ("llm-rubric", "strict", 12)
        assert not heard.of("problem")


def test_the_judge_is_sent_the_answer_and_the_requirement(tmp_path: Path) -> None:
    with opened(tmp_path, judged.script(strict=judged.verdict(True))) as (workbench, _):
        prompt = new_prompt(workbench)
        suites.run(workbench, prompt, judged.settings(), suites.cases(1))
        ((values,),) = judged.rows(
            tmp_path / "w.db",
            "SELECT body FROM value_bodies JOIN run_values ON values_id = value_bodies.id JOIN runs ON runs.id = run_id"
            " WHERE kind = 'judge'",
        )
        assert "Hello name 0" in values
        assert "It is polite to name 0." in values


def test_without_a_judge_model_judged_checks_are_unscored_with_a_sentence(tmp_path: Path) -> None:
    with opened(tmp_path, judged.script(strict=judged.verdict(True))) as (workbench, _):
        prompt = new_prompt(workbench)
        handle = suites.run(workbench, prompt, judged.settings(judge=None), suites.cases(2))
        assert judged.states(workbench, handle.run_uid) == [["unscored"] * 2]
        assert "No judge model is chosen" in judged.detail(workbench, handle.run_uid, 0).results[0].reason
        assert judged.judge_calls(tmp_path / "w.db") == 0
        # With one, a second start judges the stored answers.
        plan = suites.plan(workbench, prompt, judged.settings(), suites.cases(2))
        again = suites.finish(workbench.tests.go_on_with(plan))
        assert again.run_uid == handle.run_uid
        assert judged.states(workbench, handle.run_uid) == [["pass"] * 2]
        assert again.progress().done == 0


def test_known_judgements_are_not_made_again(tmp_path: Path) -> None:
    with opened(tmp_path, judged.script(strict=judged.verdict(True), kind=judged.verdict(False))) as (workbench, _):
        prompt, path = new_prompt(workbench), tmp_path / "w.db"
        given = judged.settings(*suites.lanes(1))
        handle = suites.run(workbench, prompt, given, suites.cases(4))
        assert judged.judge_calls(path) == 4
        # Another rule is added: the judgements are those of before.
        more = replace(given, checks=(*given.checks, suites.HELLO))
        assert workbench.tests.rescore(handle.run_uid, more).wait(30)
        assert judged.judge_calls(path) == 4
        run = workbench.store.tests.run(handle.run_uid)
        assert workbench.store.judges.counts(run.scoring_uid).reused == 4
        assert judged.states(workbench, handle.run_uid) == [["pass"] * 4]
        # More cases: only theirs are asked.
        suites.run(workbench, prompt, given, suites.cases(6))
        assert judged.judge_calls(path) == 6
        # Another judge, or another requirement, asks anew.
        other = judged.settings(*suites.lanes(1), judge=replace(judged.JUDGE, model="kind"))
        assert workbench.tests.rescore(handle.run_uid, other).wait(30)
        assert judged.judge_calls(path) == 10
        assert judged.states(workbench, handle.run_uid) == [["fail"] * 4]
        changed = replace(given, checks=(replace(judged.POLITE, value='"It is short."'),))
        assert workbench.tests.rescore(handle.run_uid, changed).wait(30)
        assert judged.judge_calls(path) == 14


def test_another_judge_gets_a_scoring_of_its_own(tmp_path: Path) -> None:
    with opened(tmp_path, judged.script(strict=judged.verdict(True), kind=judged.verdict(False))) as (workbench, _):
        prompt = new_prompt(workbench)
        handle = suites.run(workbench, prompt, judged.settings(), suites.cases(2))
        other = judged.settings(judge=replace(judged.JUDGE, model="kind"))
        suites.finish(workbench.tests.go_on_with(suites.plan(workbench, prompt, other, suites.cases(2))))
        assert len(workbench.store.tests.scorings(handle.run_uid)) == 2
        assert judged.states(workbench, handle.run_uid) == [["fail"] * 2]


def test_members_of_sets_are_judged(tmp_path: Path) -> None:
    with opened(tmp_path, judged.script(strict=judged.verdict(False, 0.0))) as (workbench, _):
        prompt = new_prompt(workbench)
        either = Check(SET, checks=(judged.POLITE, suites.HELLO), threshold=0.5)
        handle = suites.run(workbench, prompt, judged.settings(checks=(suites.HELLO, either)), suites.cases(2))
        assert judged.states(workbench, handle.run_uid) == [["pass"] * 2]
        found = judged.detail(workbench, handle.run_uid, 0).results[1]
        assert [part.state for part in found.parts] == ["fail", "pass"]
        run = workbench.store.tests.run(handle.run_uid)
        (fact,) = workbench.store.judges.checks(run.uid, run.scoring_uid)
        assert fact.cells == 2


def test_an_unclear_reply_is_unscored(tmp_path: Path) -> None:
    with opened(tmp_path, judged.script(strict=[{"text": "Well, it depends."}])) as (workbench, _):
        prompt = new_prompt(workbench)
        handle = suites.run(workbench, prompt, judged.settings(), suites.cases(2))
        assert judged.states(workbench, handle.run_uid) == [["unscored"] * 2]
        assert "no clear verdict" in judged.detail(workbench, handle.run_uid, 0).results[0].reason


def test_a_failed_judgement_is_unscored_and_asked_again_by_a_second_start(tmp_path: Path) -> None:
    broken = [{"fail": ["server", "The server had trouble.", ""]}]
    with opened(tmp_path, judged.script(strict=broken)) as (workbench, _):
        prompt = new_prompt(workbench)
        handle = suites.run(workbench, prompt, judged.settings(), suites.cases(2))
        assert judged.states(workbench, handle.run_uid) == [["unscored"] * 2]
        assert "The server had trouble." in judged.detail(workbench, handle.run_uid, 0).results[0].reason
    with opened(tmp_path, judged.script(strict=judged.verdict(True))) as (workbench, _):
        plan = suites.plan(workbench, prompt, judged.settings(), suites.cases(2))
        suites.finish(workbench.tests.go_on_with(plan, failed_too=True))
        assert judged.states(workbench, handle.run_uid) == [["pass"] * 2]
        assert judged.judge_calls(tmp_path / "w.db") == 4


def test_a_budget_of_calls_covers_judges(tmp_path: Path) -> None:
    with opened(tmp_path, judged.script(strict=judged.verdict(True))) as (workbench, _):
        prompt = new_prompt(workbench)
        given = judged.settings(budget=SuiteBudget(calls=6))
        handle = suites.run(workbench, prompt, given, suites.cases(4))
        shown = handle.progress()
        assert (shown.state, shown.answered, shown.judge_calls, shown.scored) == ("budget", 4, 2, 4)
        found = sorted(judged.states(workbench, handle.run_uid)[0])
        assert found == ["pass", "pass", "unscored", "unscored"]
        reasons = {judged.detail(workbench, handle.run_uid, n).results[0].reason for n in range(4)}
        assert any("budget was reached" in reason for reason in reasons)
        more = suites.finish(
            workbench.tests.resume(handle.run_uid, failed_too=True, budget=SuiteBudget(calls=100))
        ).progress()
        # The settings of the prompt have no judge: that of the run goes on.
        assert (more.state, more.judge_calls) == ("finished", 2)
        assert judged.states(workbench, handle.run_uid) == [["pass"] * 4]


def test_repeats_are_combined(tmp_path: Path) -> None:
    with opened(tmp_path, judged.script(strict=judged.verdict(True))) as (workbench, _):
        prompt = new_prompt(workbench)
        handle = suites.run(workbench, prompt, judged.settings(repeats=3), suites.cases(2))
        assert judged.judge_calls(tmp_path / "w.db") == 6
        assert "3 of 3 repeats agree" in judged.detail(workbench, handle.run_uid, 0).results[0].reason
        run = workbench.store.tests.run(handle.run_uid)
        (fact,) = workbench.store.judges.checks(run.uid, run.scoring_uid)
        row = workbench.store.judges.answers(run.uid, run.scoring_uid, fact.check_hash, 0)[0]
        assert (row.repeats, row.agreeing) == (3, 3)


def test_another_number_of_repeats_begins_a_scoring_that_asks_only_the_missing_ones(tmp_path: Path) -> None:
    with opened(tmp_path, judged.script(strict=judged.verdict(True))) as (workbench, _):
        prompt, path = new_prompt(workbench), tmp_path / "w.db"
        handle = suites.run(workbench, prompt, judged.settings(), suites.cases(4))
        assert judged.judge_calls(path) == 4

        def again(repeats: int) -> list[tuple[int]]:
            suites.finish(
                workbench.tests.go_on_with(
                    suites.plan(workbench, prompt, judged.settings(repeats=repeats), suites.cases(4))
                )
            )
            run = workbench.store.tests.run(handle.run_uid)
            (judge,) = workbench.store.judges.judges(run.scoring_uid)
            assert judge.repeats == repeats
            return judged.rows(
                path,
                "SELECT DISTINCT repeats FROM judge_verdicts WHERE scoring_id ="
                " (SELECT id FROM scorings ORDER BY id DESC LIMIT 1)",
            )

        assert again(3) == [(3,)]
        assert judged.judge_calls(path) == 12
        # Those are stored; fewer repeats take some of them.
        assert again(2) == [(2,)]
        assert judged.judge_calls(path) == 12
