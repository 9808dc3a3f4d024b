"""Judging that is stopped, crowded, limited or refused."""

from __future__ import annotations

import json
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S
from tests.usecases.judging import judged_suites as judged
from tests.usecases.making import new_prompt, opened, wait_for
from tests.usecases.testing import suites
from workbench.core.content import Content, Message
from workbench.core.lanes import LITELLM, Lane, Params
from workbench.core.money import Rates
from workbench.core.testing.settings import SuiteBudget
from workbench.host.ids import new_uid
from workbench.store.errors import failure
from workbench.usecases.judging import judging


def test_a_stop_gives_cells_back_and_a_resumed_run_asks_the_rest(tmp_path: Path) -> None:
    gate = tmp_path / "go"
    script = judged.script(strict=[{"until": str(gate)}, *judged.verdict(True)])
    with opened(tmp_path, script) as (workbench, heard):
        prompt, path = new_prompt(workbench), tmp_path / "w.db"
        given = judged.settings(checks=(suites.HELLO, judged.POLITE))
        workbench.store.tests.save_settings(prompt, given, "2026-01-01T00:00:00Z").result(PATIENCE_S)
        plan = suites.plan(workbench, prompt, given, suites.cases(40), concurrency=4)
        handle = workbench.tests.start(prompt, plan)
        wait_for(lambda: handle.progress().answered == 40 and handle.progress().judge_running == 4)
        workbench.tests.stop(handle.run_uid)
        stopped = suites.finish(handle).progress()
        assert (stopped.state, stopped.scored) == ("stopped", 0)
        assert judged.rows(path, "SELECT count(*) FROM in_flight") == [(0,)]
        gate.touch()
        again = suites.finish(workbench.tests.resume(handle.run_uid)).progress()
        assert (again.state, again.new, again.judge_calls, again.scored) == ("finished", 0, 40, 40)
        assert len(workbench.store.tests.scorings(handle.run_uid)) == 1
        assert judged.states(workbench, handle.run_uid) == [["pass"] * 40]
        assert not heard.of("problem")


def test_a_check_may_name_its_judge(tmp_path: Path) -> None:
    script = {"models": {"openai/gpt-5-mini": judged.verdict(False, 0.1), "strict": judged.verdict(True)}}
    with opened(tmp_path, script, {"OPENAI_API_KEY": "sk-test"}) as (workbench, _):
        prompt, path = new_prompt(workbench), tmp_path / "w.db"
        named = replace(judged.POLITE, provider=json.dumps("openai:gpt-5-mini"))
        unknown = replace(judged.POLITE, provider=json.dumps("exec:judge.sh"))
        handle = suites.run(workbench, prompt, judged.settings(checks=(judged.POLITE, named, unknown)), suites.cases(2))
        found = judged.detail(workbench, handle.run_uid, 0).results
        assert [one.state for one in found] == ["pass", "fail", "unscored"]
        assert "cannot be asked here" in found[2].reason
        assert judged.judge_calls(path) == 4
        # One run has both models as its lanes.
        [told] = workbench.store.judges.runs(workbench.store.tests.run(handle.run_uid).scoring_uid)
        by_model = (
            "SELECT lanes.model, count(*) FROM lanes JOIN runs ON runs.id = lanes.run_id"
            " JOIN outputs ON outputs.run_id = lanes.run_id AND outputs.lane = lanes.position"
            f" WHERE runs.uid = '{told.uid}' GROUP BY lanes.model ORDER BY lanes.model"
        )
        assert judged.rows(path, by_model) == [("openai/gpt-5-mini", 2), ("strict", 2)]


def test_an_address_that_is_no_endpoint_here_is_not_asked(tmp_path: Path) -> None:
    named = {"id": "openai:gpt-5-mini", "config": {"apiBaseUrl": "https://judge.example/v1"}}
    with opened(tmp_path, {}, {"OPENAI_API_KEY": "sk-test"}) as (workbench, _):
        prompt = new_prompt(workbench)
        check = replace(judged.POLITE, provider=json.dumps(named))
        handle = suites.run(workbench, prompt, judged.settings(checks=(check,)), suites.cases(1))
        assert "judge.example" in judged.detail(workbench, handle.run_uid, 0).results[0].reason
        assert judged.judge_calls(tmp_path / "w.db") == 0


def test_more_cells_than_fit_are_judged_in_turn(tmp_path: Path) -> None:
    with opened(tmp_path, judged.script(strict=judged.verdict(True))) as (workbench, _):
        prompt = new_prompt(workbench)
        count = judging.MOST_CALLS + 150
        plan = suites.plan(workbench, prompt, judged.settings(repeats=2), suites.cases(count))
        handle = suites.finish(workbench.tests.start(prompt, plan))
        shown = handle.progress()
        assert (shown.state, shown.scored, shown.judge_calls) == ("finished", count, 2 * count)
        assert judged.states(workbench, handle.run_uid) == [["pass"] * count]


def test_a_pause_holds_judges_back(tmp_path: Path) -> None:
    gate = tmp_path / "go"
    script = judged.script(strict=[{"until": str(gate)}, *judged.verdict(True)])
    with opened(tmp_path, script) as (workbench, _):
        prompt = new_prompt(workbench)
        plan = suites.plan(workbench, prompt, judged.settings(), suites.cases(30), concurrency=2)
        handle = workbench.tests.start(prompt, plan)
        wait_for(lambda: handle.progress().answered == 30 and handle.progress().judge_running == 2)
        workbench.tests.pause(handle.run_uid)
        gate.touch()
        wait_for(lambda: handle.progress().judge_calls >= 2)
        assert handle.progress().judge_calls == 2
        workbench.tests.go_on(handle.run_uid)
        assert suites.finish(handle).progress().judge_calls == 30


def test_dollars_are_reserved_for_judges(tmp_path: Path) -> None:
    """A judgement may cost 10 dollars and costs 5; the answers are free."""
    gate = tmp_path / "go"
    steps = [{"until": str(gate)}, *judged.verdict(True), {"usage": {"input": 0, "output": 5}}]
    script = {"models": {"openai/gpt-5-mini": steps, "gpt-5-mini": steps}}
    with opened(tmp_path, script, {"OPENAI_API_KEY": "sk-test"}) as (workbench, _):
        workbench.pricing.set_price(LITELLM, "gpt-5-mini", Rates(0.0, 1.0, source="user"))
        prompt = new_prompt(workbench)
        judge = Lane("judge", LITELLM, "gpt-5-mini", Params(max_tokens=10))
        given = judged.settings(judge=judge, budget=SuiteBudget(usd=35.0, calls=1_000))
        handle = workbench.tests.start(prompt, suites.plan(workbench, prompt, given, suites.cases(12)))
        wait_for(lambda: handle.progress().reserved_usd == 30.0)
        gate.touch()
        shown = suites.finish(handle).progress()
        assert (shown.state, shown.spent_usd, shown.judge_calls) == ("budget", 30.0, 6)
        assert sorted(judged.states(workbench, handle.run_uid)[0]) == ["pass"] * 6 + ["unscored"] * 6
        run = workbench.store.tests.run(handle.run_uid)
        assert workbench.store.judges.counts(run.scoring_uid).cost_usd == 30.0
        assert workbench.session.stats().spent_usd == 30.0


def test_a_judge_without_a_price_is_not_limited_by_dollars_alone(tmp_path: Path) -> None:
    with opened(tmp_path, judged.script(strict=judged.verdict(True)), {"OPENAI_API_KEY": "sk-test"}) as (workbench, _):
        workbench.pricing.set_price(LITELLM, "gpt-5-mini", Rates(0.0, 1.0, source="user"))
        prompt = new_prompt(workbench)
        column = Lane("a", LITELLM, "gpt-5-mini", Params(max_tokens=10))
        check = replace(judged.POLITE, provider=json.dumps("openai:unheard-of-model"))
        given = judged.settings(column, checks=(check,), budget=SuiteBudget(usd=35.0))
        handle = suites.run(workbench, prompt, given, suites.cases(1))
        assert "no known price" in judged.detail(workbench, handle.run_uid, 0).results[0].reason


def test_a_judge_that_is_refused_too_many_calls_gets_fewer(tmp_path: Path) -> None:
    steps = [{"retry_ms": 1, "code": "rate_limited", "reason": "Slow down."}, *judged.verdict(True)]
    with opened(tmp_path, judged.script(strict=steps)) as (workbench, _):
        prompt = new_prompt(workbench)
        handle = suites.run(workbench, prompt, judged.settings(), suites.cases(40))
        assert judged.states(workbench, handle.run_uid) == [["pass"] * 40]


def test_a_judge_that_ends_the_engine_is_asked_three_times(tmp_path: Path) -> None:
    with opened(tmp_path, judged.script(strict=[{"exit": 3}])) as (workbench, _):
        prompt = new_prompt(workbench)
        handle = workbench.tests.start(
            prompt, suites.plan(workbench, prompt, judged.settings(), suites.cases(1), concurrency=1)
        )
        suites.finish(handle)
        assert judged.states(workbench, handle.run_uid) == [["unscored"]]
        assert "did not answer" in judged.detail(workbench, handle.run_uid, 0).results[0].reason
        assert judged.judge_calls(tmp_path / "w.db") == 3


def test_closing_while_judges_are_asked_keeps_the_run_for_later(tmp_path: Path) -> None:
    gate, path = tmp_path / "go", tmp_path / "w.db"
    script = judged.script(strict=[{"until": str(gate)}, *judged.verdict(True)])
    with opened(tmp_path, script) as (workbench, _):
        prompt = new_prompt(workbench)
        given = judged.settings()
        workbench.store.tests.save_settings(prompt, given, "2026-01-01T00:00:00Z").result(PATIENCE_S)
        handle = workbench.tests.start(prompt, suites.plan(workbench, prompt, given, suites.cases(20)))
        wait_for(lambda: handle.progress().judge_running == 16)
    assert judged.rows(path, "SELECT count(*) FROM in_flight") == [(0,)]
    gate.touch()
    with opened(tmp_path, script) as (workbench, _):
        suites.finish(workbench.tests.resume(handle.run_uid))
        assert judged.states(workbench, handle.run_uid) == [["pass"] * 20]
        assert len(workbench.store.tests.scorings(handle.run_uid)) == 1


def test_scoring_again_can_be_stopped(tmp_path: Path) -> None:
    gate = tmp_path / "go"
    script = judged.script(strict=[{"until": str(gate)}, *judged.verdict(True)])
    with opened(tmp_path, script) as (workbench, heard):
        prompt, path = new_prompt(workbench), tmp_path / "w.db"
        handle = suites.run(workbench, prompt, suites.settings(), suites.cases(20))
        sweep = workbench.tests.rescore(handle.run_uid, judged.settings())
        wait_for(lambda: judged.judge_calls(path) >= 16)
        assert not sweep.wait(0)
        sweep.cancel()
        assert sweep.wait(PATIENCE_S)
        wait_for(lambda: judged.rows(path, "SELECT count(*) FROM in_flight") == [(0,)])
        gate.touch()
        assert workbench.tests.rescore(handle.run_uid, judged.settings()).wait(PATIENCE_S)
        assert judged.states(workbench, handle.run_uid) == [["pass"] * 20]
        assert not heard.of("problem")


def test_minutes_end_judging(tmp_path: Path) -> None:
    script = judged.script(strict=[{"wait_ms": 60}, *judged.verdict(True)])
    with opened(tmp_path, script) as (workbench, _):
        prompt = new_prompt(workbench)
        given = judged.settings(budget=SuiteBudget(minutes=0.004))
        plan = suites.plan(workbench, prompt, given, suites.cases(60), concurrency=2)
        shown = suites.finish(workbench.tests.start(prompt, plan)).progress()
        assert shown.state == "budget"
        assert shown.why == "The limit of minutes was reached."


def test_an_edited_judge_prompt_asks_anew(tmp_path: Path) -> None:
    with opened(tmp_path, judged.script(strict=judged.verdict(True))) as (workbench, _):
        prompt, path = new_prompt(workbench), tmp_path / "w.db"
        given = judged.settings()
        handle = suites.run(workbench, prompt, given, suites.cases(3))
        judge = workbench.judges.prompt(prompt, "llm-rubric")
        assert judge.version == 1
        content = Content((Message("user", "Is {{output}} fine by {{rubric}}? Answer as JSON."),))
        store = workbench.store
        store.add_version(judge.uid, new_uid(), content, 1, "2026-01-01T00:00:00Z", "").result(PATIENCE_S)
        plan = suites.plan(workbench, prompt, given, suites.cases(3))
        suites.finish(workbench.tests.go_on_with(plan))
        assert judged.judge_calls(path) == 6
        run = store.tests.run(handle.run_uid)
        (asked,) = store.judges.judges(run.scoring_uid)
        assert asked.version == 2
        assert len(store.tests.scorings(run.uid)) == 2


def test_judgements_that_cannot_be_recorded_stop_the_test_with_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened(tmp_path, judged.script(strict=judged.verdict(True))) as (workbench, heard):
        prompt, judges = new_prompt(workbench), workbench.store.judges

        def full(start: object) -> Future[None]:
            found: Future[None] = Future()
            found.set_exception(failure("full"))
            return found

        with monkeypatch.context() as patch:
            patch.setattr(judges, "begin_run", full)
            handle = suites.run(workbench, prompt, judged.settings(), suites.cases(3))
            assert handle.progress().state == "stopped"
            assert handle.problem is not None
            assert handle.problem.sentence.startswith("Judging was stopped.")
            assert len(heard.of("problem")) == 1
            sweep = workbench.tests.rescore(handle.run_uid, judged.settings())
            assert sweep.wait(PATIENCE_S)
            assert sweep.problem is not None
        assert workbench.tests.rescore(handle.run_uid, judged.settings()).wait(PATIENCE_S)
        assert judged.states(workbench, handle.run_uid) == [["pass"] * 3]
