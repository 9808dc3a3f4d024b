"""A judge compares pairs of answers: requests, stored verdicts and rankings."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.provider import JSON, FakeProvider, Reply, Request, whole
from tests.patience import PATIENCE_S
from tests.usecases.judged_history import runs
from tests.usecases.judged_pairs import against_people
from tests.usecases.judging import judged_suites as judged
from tests.usecases.making import echo, new_prompt, opened, wait_for
from workbench.core.lanes import LITELLM, Lane
from workbench.host.clock import monotonic_ms, utc_now
from workbench.host.ids import new_uid
from workbench.usecases.endpoint_form import EndpointForm
from workbench.usecases.judging.judge_models import OWN_ANSWERS
from workbench.usecases.judging.judge_ranking import NOTHING, rank_by_judge, with_agreement
from workbench.usecases.judging.pair_judging import PairJudging, PairRun
from workbench.usecases.judging.pair_plan import DEFAULT_CRITERION, JudgeChoice, PairPlan
from workbench.usecases.problems import RefusedError
from workbench.usecases.ranking import rank
from workbench.usecases.ranking_result import RankingRemark
from workbench.usecases.runner import RunOwner
from workbench.usecases.workbench import Workbench

STRICT = echo("judge", "strict")
ALWAYS_FIRST = {"models": {"strict": [{"text": json.dumps({"reason": "Order.", "better": "first"})}]}}
EQUAL = {"models": {"strict": [{"text": json.dumps({"reason": "Alike.", "better": "equal"})}]}}


@contextmanager
def house(path: Path, script: dict[str, Any], count: int = 12) -> Iterator[tuple[Workbench, PairJudging, str]]:
    """Open a history with `count` runs of two models that people judged."""
    with opened(path, script) as (workbench, _):
        prompt = new_prompt(workbench)
        runs(workbench.store, prompt, count, answer="Order {order}, says {model} by version {version}: {number}.")
        owner = RunOwner(workbench.owner_uid, new_uid, utc_now, monotonic_ms)
        yield workbench, PairJudging(workbench.store, workbench.runner, workbench.models, owner), prompt


def let(judging: PairJudging, plan: PairPlan) -> PairRun:
    """Run a plan to its end."""
    run = judging.start(plan, lambda _: None)
    assert run.ended.wait(PATIENCE_S)
    return run


def test_pairs_are_asked_in_both_orders_and_stored_apart_from_peoples_verdicts(tmp_path: Path) -> None:
    with house(tmp_path, ALWAYS_FIRST) as (workbench, judging, prompt):
        store = workbench.store
        before, ranked = store.judgements.verdicts(prompt), rank(store, prompt, "model")
        plan = judging.plan(prompt, JudgeChoice(STRICT, pairs=5))
        assert (len(plan.pairs), plan.shared, plan.is_free) == (5, 5, True)
        assert plan.offer == "Let strict compare 5 pairs, free"
        both = "each pair is asked in both orders. You compared 5 of these pairs, which measures the judge."
        assert plan.words == f"10 calls, free: {both}"
        run = let(judging, plan)
        assert (run.decided, run.unclear, run.problem) == (5, 0, None)
        assert run.words == "5 pairs compared."
        assert judged.judge_calls(tmp_path / "w.db") == 10
        found = store.judges.pairs(prompt)
        # A judge that always prefers the first place prefers neither answer.
        assert [pair.verdict.kind for pair in found] == ["tie"] * 5
        assert {pair.judge.model for pair in found} == {"strict"}
        assert {pair.judge.criterion for pair in found} == {DEFAULT_CRITERION}
        assert store.judgements.verdicts(prompt) == before
        assert rank(store, prompt, "model") == ranked
        told = [dict(one.values)["first"] for one in store.iteration_detail(run.handle.run_uid).sets]
        assert told == [text for pair in plan.pairs for text in (pair.answer.text, pair.answer.baseline)]


def test_an_answer_that_is_better_in_both_orders_wins(tmp_path: Path) -> None:
    def judge(request: Request) -> Reply:
        told = request.body["messages"][-1]["content"]
        first = told.partition("<first>")[2].partition("</first>")[0]
        better = "first" if "claude" in first else "second"
        return replace(whole(json.dumps({"reason": "Kinder.", "better": better})), headers=JSON)

    with FakeProvider() as fake, opened(tmp_path, None) as (workbench, _):
        fake.answer = judge
        saved = workbench.endpoints.save(EndpointForm("Mine", fake.base_url))
        saved.done.result(PATIENCE_S)
        prompt = new_prompt(workbench)
        runs(workbench.store, prompt, 6, versions=1, answer="Order {order}, says {model} by {version}: {number}.")
        owner = RunOwner(workbench.owner_uid, new_uid, utc_now, monotonic_ms)
        judging = PairJudging(workbench.store, workbench.runner, workbench.models, owner)
        run = let(judging, judging.plan(prompt, JudgeChoice(Lane("judge", saved.endpoint.uid, "m"), pairs=6)))
        assert (run.decided, run.problem) == (6, None)
        found = workbench.store.judges.pairs(prompt)
        won = {one.who.model for pair in found for one in pair.verdict.outputs if one.place == 1}
        assert won == {"anthropic/claude-haiku-4.5"}
        (row, _) = rank_by_judge(workbench.store, prompt, "model").result.rows
        assert (row.name, row.won, row.lost) == ("claude-haiku-4.5", 6.0, 0.0)


def test_the_prompt_of_one_version_is_not_shown_beside_an_answer_of_another(tmp_path: Path) -> None:
    with house(tmp_path, EQUAL, 24) as (_, judging, prompt):
        plan = judging.plan(prompt, JudgeChoice(STRICT, pairs=50))
        told = {pair.answer.prompt for pair in plan.pairs}
        assert any(one.startswith("system: Rule ") for one in told)
        assert any(one.startswith("order: ") for one in told)
        assert plan.shared == 24


def test_a_pair_that_the_judge_compared_is_not_asked_again_unless_the_criterion_changes(tmp_path: Path) -> None:
    with house(tmp_path, EQUAL, 6) as (_, judging, prompt):
        first = judging.plan(prompt, JudgeChoice(STRICT, pairs=4))
        let(judging, first)
        again = judging.plan(prompt, JudgeChoice(STRICT, pairs=50))
        asked = {frozenset((pair.first, pair.second)) for pair in first.pairs}
        assert asked.isdisjoint(frozenset((pair.first, pair.second)) for pair in again.pairs)
        assert again.shared == 2
        let(judging, again)
        nothing = judging.plan(prompt, JudgeChoice(STRICT))
        assert nothing.problem.startswith("No pairs left for this judge.")
        with pytest.raises(RefusedError, match="No pairs left"):
            judging.start(nothing, lambda _: None)
        assert judging.plan(prompt, JudgeChoice(STRICT, "The shorter one.", 4)).shared == 4
        assert judging.plan(prompt, JudgeChoice(echo("judge", "other"), pairs=4)).shared == 4


def test_unreadable_replies_give_no_verdict(tmp_path: Path) -> None:
    with house(tmp_path, {"models": {"strict": [{"text": "Both are nice."}]}}) as (workbench, judging, prompt):
        run = let(judging, judging.plan(prompt, JudgeChoice(STRICT, pairs=3)))
        assert (run.decided, run.unclear) == (0, 3)
        assert run.words == "0 pairs compared. 3 pairs got no clear reply."
        assert workbench.store.judges.pairs(prompt) == []


def test_failed_calls_give_no_verdict(tmp_path: Path) -> None:
    with house(tmp_path, {"models": {"strict": [{"fail": ["server", "Down.", ""]}]}}) as (workbench, judging, prompt):
        run = let(judging, judging.plan(prompt, JudgeChoice(STRICT, pairs=3)))
        assert (run.decided, run.unclear) == (0, 3)
        assert workbench.store.judges.pairs(prompt) == []


def test_a_stop_keeps_the_verdicts_so_far(tmp_path: Path) -> None:
    script = {"models": {"strict": [{"until": str(tmp_path / "go")}, {"text": '{"better": "equal"}'}]}}
    with house(tmp_path, script) as (workbench, judging, prompt):
        run = judging.start(judging.plan(prompt, JudgeChoice(STRICT, pairs=3)), lambda _: None)
        wait_for(lambda: run.handle.began is not None)
        assert run.words == "0 of 3 pairs compared."
        judging.stop(run)
        assert run.ended.wait(PATIENCE_S)
        assert (run.decided, run.unclear) == (0, 0)
        assert run.words == "0 pairs compared. 3 were stopped."
        assert workbench.store.judges.pairs(prompt) == []
        assert judged.rows(tmp_path / "w.db", "SELECT count(*) FROM in_flight") == [(0,)]


def test_verdicts_are_stored_while_others_still_wait(tmp_path: Path) -> None:
    with house(tmp_path, EQUAL) as (workbench, judging, prompt):
        told = threading.Event()
        run = judging.start(judging.plan(prompt, JudgeChoice(STRICT, pairs=3)), lambda _: told.set())
        assert told.wait(PATIENCE_S)
        assert run.ended.wait(PATIENCE_S)
        assert len(workbench.store.judges.pairs(prompt)) == run.decided == 3


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    with house(tmp_path, EQUAL) as (workbench, judging, prompt):
        assert judging.choice(prompt) == JudgeChoice(None)
        nobody = judging.plan(prompt, JudgeChoice(None))
        assert (nobody.problem, nobody.offer) == ("Choose a judge model.", "Let a judge compare pairs…")
        assert "criterion" in judging.plan(prompt, JudgeChoice(STRICT, "  ")).problem
        gone = judging.plan(prompt, JudgeChoice(Lane("judge", "gone", "m")))
        assert "endpoint of this lane was removed" in gone.problem
        assert "No pairs left" in judging.plan(new_prompt(workbench), JudgeChoice(STRICT)).problem


def test_the_price_is_told_before_and_the_choice_is_kept(tmp_path: Path) -> None:
    with house(tmp_path, EQUAL) as (_, judging, prompt):
        choice = JudgeChoice(Lane("judge", LITELLM, "openai/gpt-5-mini"), "The kinder one.")
        plan = judging.plan(prompt, choice)
        assert plan.cost is not None
        assert 0 < plan.cost.low < plan.cost.high < 0.1
        assert plan.offer.startswith(f"Let gpt-5-mini compare {len(plan.pairs)} pairs, about $0.0")
        for kept in judging.remember(choice):
            kept.result(PATIENCE_S)
        assert judging.choice(prompt) == choice
        assert plan.words.endswith("The judge wrote some of these answers: models favour their own.")
        unknown = judging.plan(prompt, JudgeChoice(Lane("judge", LITELLM, "nobody/knows"), pairs=2))
        assert unknown.offer == "Let knows compare 2 pairs, cost unknown"


def test_the_judge_of_the_tests_is_the_default(tmp_path: Path) -> None:
    with house(tmp_path, EQUAL) as (workbench, judging, prompt):
        workbench.store.tests.save_settings(prompt, judged.settings(), utc_now()).result(PATIENCE_S)
        assert judging.choice(prompt).lane == judged.JUDGE


# The ranking


def test_rank_shows_judge_and_people_apart_with_their_agreement(tmp_path: Path) -> None:
    with house(tmp_path, EQUAL, 40) as (workbench, _, prompt):
        store = workbench.store
        before = rank(store, prompt, "model")
        assert rank_by_judge(store, prompt, "model").result.enough.sentence == NOTHING
        assert with_agreement(store, before) == before
        # Where it disagrees it prefers the loser.
        assert against_people(store, prompt, lambda number: number % 4 > 0) == 40
        found = rank_by_judge(store, prompt, "model")
        assert (found.judge, found.is_measured, found.result.verdicts) == ("judge", True, 40)
        assert found.agreement.startswith(
            "The judge judge decided like you in 30 of 40 pairs that you compared, too (75 %"
        )
        assert [remark.warns for remark in found.remarks][:1] == [False]
        assert {row.name for row in found.result.rows} == {row.name for row in before.rows}
        assert [row.won for row in found.result.rows] != [row.won for row in before.rows]
        people = rank(store, prompt, "model")
        assert people == before
        told = with_agreement(store, people)
        assert told.rows == before.rows
        assert told.remarks[-1].text.startswith(found.agreement)


def test_a_judge_that_ranks_its_own_answers_is_warned_about(tmp_path: Path) -> None:
    with house(tmp_path, EQUAL, 12) as (workbench, _, prompt):
        against_people(workbench.store, prompt, lambda _: True, model="gpt-5-mini")
        found = rank_by_judge(workbench.store, prompt, "model")
        assert RankingRemark(OWN_ANSWERS, warns=True) in found.remarks


def test_an_unmeasured_judge_is_said_to_be_unmeasured(tmp_path: Path) -> None:
    with house(tmp_path, EQUAL, 12) as (workbench, _, prompt):
        against_people(workbench.store, prompt, lambda _: True)
        found = rank_by_judge(workbench.store, prompt, "both")
        assert not found.is_measured
        assert found.remarks[0].warns
        assert found.remarks[0].text.startswith("Unmeasured: the judge judge decided like you in 12 of 12 pairs")


def test_few_verdicts_give_a_sentence_and_other_judges_are_left_out(tmp_path: Path) -> None:
    with house(tmp_path, EQUAL, 12) as (workbench, judging, prompt):
        against_people(workbench.store, prompt, lambda _: True)
        let(judging, judging.plan(prompt, JudgeChoice(STRICT, pairs=3)))
        found = rank_by_judge(workbench.store, prompt, "technique")
        assert (found.judge, found.left_out, found.result.grouping) == ("strict", 12, "version")
        assert not found.result.rows
        assert found.remarks[-1].text == "12 verdicts of other judges or by other criteria left out."
        both = rank_by_judge(workbench.store, prompt, "both").result.enough.sentence
        assert both == "3 verdicts of strict so far. The ranking appears after 6."


def test_pairs_that_nobody_compared_do_not_measure_the_judge(tmp_path: Path) -> None:
    with opened(tmp_path, EQUAL) as (workbench, _):
        prompt = new_prompt(workbench)
        runs(workbench.store, prompt, 4, judged=False, answer="Order {order}, says {model}: {number}.")
        owner = RunOwner(workbench.owner_uid, new_uid, utc_now, monotonic_ms)
        judging = PairJudging(workbench.store, workbench.runner, workbench.models, owner)
        plan = judging.plan(prompt, JudgeChoice(STRICT, pairs=3))
        assert plan.words.endswith("You compared none of these pairs, so that they do not measure the judge.")
        let(judging, plan)
        found = rank_by_judge(workbench.store, prompt, "both")
        assert found.agreement == "Unmeasured: the judge strict and you have compared no pair in common."


def test_answers_of_a_blind_run_that_nobody_judged_are_not_compared(tmp_path: Path) -> None:
    with house(tmp_path, EQUAL, 4) as (_, judging, prompt):
        before = len(judging.plan(prompt, JudgeChoice(STRICT, pairs=50)).pairs)
        with closing(sqlite3.connect(tmp_path / "w.db")) as connection, connection:
            connection.execute("DELETE FROM verdicts")
            connection.execute("UPDATE runs SET blind = 1")
        after = judging.plan(prompt, JudgeChoice(STRICT, pairs=50))
        assert before > 0
        assert after.problem.startswith("No pairs left")
