"""Judging against the baseline column, and by vectors."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from tests.usecases.judging import judged_suites as judged
from tests.usecases.making import echo, new_prompt, opened
from tests.usecases.testing import suites
from workbench.core.cases import Check

BEST = Check("select-best", value='"the friendlier one"')
SIMILAR = Check("similar", value='"Hello name 1"', threshold=0.9)


def test_answers_are_compared_with_those_of_the_baseline_in_both_orders(tmp_path: Path) -> None:
    script = {
        "models": {
            "m1": [{"text": "Hello dear"}],
            "strict": [{"text": json.dumps({"reason": "Order.", "better": "first"})}],
        }
    }
    with opened(tmp_path, script) as (workbench, _):
        prompt = new_prompt(workbench)
        given = judged.settings(*suites.lanes(2), checks=(suites.HELLO, BEST))
        handle = suites.run(workbench, prompt, given, suites.cases(5))
        # A judge that always prefers the first place decides nothing.
        assert judged.states(workbench, handle.run_uid) == [["pass"] * 5, ["unscored"] * 5]
        assert judged.judge_calls(tmp_path / "w.db") == 10
        found = judged.detail(workbench, handle.run_uid, 2, 1).results[1]
        assert found.reason.startswith("Undecided: ")
        assert len(judged.detail(workbench, handle.run_uid, 2, 0).results) == 1


def test_a_baseline_in_the_last_column_and_stored_answers(tmp_path: Path) -> None:
    script = {"models": {"m0": [{"text": "Hello dear"}], "strict": [{"text": '{"better": "equal"}'}]}}
    with opened(tmp_path, script) as (workbench, _):
        prompt = new_prompt(workbench)
        columns = suites.lanes(2)
        given = judged.settings(*columns, checks=(BEST,), baseline="c1")
        handle = suites.run(workbench, prompt, given, suites.cases(3))
        # The baseline column has no check that applies.
        assert judged.states(workbench, handle.run_uid) == [["unscored"] * 3, []]
        assert "equal" in judged.detail(workbench, handle.run_uid, 0, 0).results[0].reason
        calls = judged.judge_calls(tmp_path / "w.db")
        assert workbench.tests.rescore(handle.run_uid, given).wait(30)
        assert judged.judge_calls(tmp_path / "w.db") == calls == 6
        assert judged.states(workbench, handle.run_uid)[0] == ["unscored"] * 3


def test_a_baseline_without_an_answer_is_said(tmp_path: Path) -> None:
    script = judged.script(m0=[{"fail": ["server", "Down.", ""]}], strict=[{"text": '{"better": "equal"}'}])
    with opened(tmp_path, script) as (workbench, _):
        prompt = new_prompt(workbench)
        handle = suites.run(workbench, prompt, judged.settings(*suites.lanes(2), checks=(BEST,)), suites.cases(2))
        assert "no answer to compare with" in judged.detail(workbench, handle.run_uid, 0, 1).results[0].reason


def test_meanings_are_compared_by_vectors(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        prompt = new_prompt(workbench)
        given = judged.settings(checks=(SIMILAR,), judge=None, embedding=echo("v", "vectors"))
        handle = suites.run(workbench, prompt, given, suites.cases(3))
        assert judged.states(workbench, handle.run_uid) == [["fail", "pass", "fail"]]
        assert judged.judge_calls(tmp_path / "w.db") == 3
        # The stored vectors give the same result.
        assert workbench.tests.rescore(handle.run_uid, given).wait(30)
        assert judged.judge_calls(tmp_path / "w.db") == 3
        assert judged.states(workbench, handle.run_uid) == [["fail", "pass", "fail"]]


def test_relevance_asks_the_judge_and_then_for_vectors(tmp_path: Path) -> None:
    script = judged.script(strict=[{"text": "Hello name 1"}])
    with opened(tmp_path, script) as (workbench, _):
        prompt = new_prompt(workbench)
        check = Check("answer-relevance", threshold=0.9)
        given = judged.settings(checks=(check,), embedding=echo("v", "vectors"))
        handle = suites.run(workbench, prompt, given, suites.cases(2))
        assert judged.states(workbench, handle.run_uid) == [["fail", "pass"]]
        assert judged.judge_calls(tmp_path / "w.db") == 8


def test_a_decision_model_gives_a_probability(tmp_path: Path) -> None:
    script = {"models": {"strict": [{"answers": [{"type": "predicate", "probability": 0.8}]}]}}
    with opened(tmp_path, script) as (workbench, _):
        prompt = new_prompt(workbench)
        given = judged.settings(checks=(replace(judged.POLITE, threshold=0.7),))
        given = replace(given, judge=replace(given.judge, decides=True))
        handle = suites.run(workbench, prompt, given, suites.cases(3))
        assert judged.states(workbench, handle.run_uid) == [["pass"] * 3]
        run = workbench.store.tests.run(handle.run_uid)
        (fact,) = workbench.store.judges.checks(run.uid, run.scoring_uid)
        (row, *_) = workbench.store.judges.answers(run.uid, run.scoring_uid, fact.check_hash, 0)
        assert row.probability == 0.8
