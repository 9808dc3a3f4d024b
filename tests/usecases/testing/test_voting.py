"""Tests whose columns vote over their samples: plan, run, report and successor."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.usecases.making import new_prompt, opened
from tests.usecases.testing import suites
from workbench.cli.main import main
from workbench.core.testing.settings import SuiteSettings
from workbench.usecases.problems import RefusedError
from workbench.usecases.testing.column_titles import column_titles
from workbench.usecases.workbench import Workbench

TEXTS = ("no", "Hello A", "hello a.")
"""Answers of the three samples: the vote elects the second, which passes; the first and third fail."""


def voted(*lanes: int, samples: int = 3) -> SuiteSettings:
    columns = suites.lanes(2)
    return suites.settings(*columns, samples=samples, vote=tuple(columns[at].slot for at in lanes))


def rewrite(folder: Path) -> None:
    """Give the samples of every cell in a closed history other answers than the engine did."""
    with closing(sqlite3.connect(folder / "w.db")) as connection, connection:
        for sample, text in enumerate(TEXTS):
            connection.execute("UPDATE outputs SET text = ? WHERE sample = ?", (text, sample))


def test_plan_keeps_which_columns_vote_and_refuses_too_few_samples(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        prompt, tested = new_prompt(workbench), suites.cases(2)
        given = voted(0)
        plan = suites.plan(workbench, prompt, given, tested)
        assert plan.goals.vote == (given.columns[0].slot,)
        assert plan.cells == 12
        assert workbench.tests.estimator.estimate(plan).calls == 12, "all samples are asked and paid"
        with pytest.raises(RefusedError, match="A vote needs at least 3 samples per case, and these tests have 2"):
            suites.plan(workbench, prompt, replace(given, samples=2), tested)
        gone = replace(given, samples=1, vote=("gone",))
        assert suites.plan(workbench, prompt, gone, tested).goals.vote == ()


def test_report_judges_the_voted_answer_and_says_so(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        prompt = new_prompt(workbench)
        uid = suites.run(workbench, prompt, voted(1), suites.cases(12)).run_uid
    rewrite(tmp_path)
    with opened(tmp_path, {}) as (workbench, _):
        suites.finish(workbench.tests.rescore(uid, voted(1)))
        report = workbench.tests.analyst.report("Bot", uid, voted(1))
        plain, vote = report.columns
        assert (plain.title, vote.title) == ("m0", "m1 · vote of 3")
        assert plain.summary.passes is not None
        assert vote.summary.passes is not None
        assert (plain.summary.passes.passing, vote.summary.passes.passing) == (0, 12)
        assert vote.summary.passes.rate == 1.0
        assert vote.comparison is not None
        assert vote.comparison.verdict == "better"
        assert report.sentences[-1] == (
            "m1 · vote of 3 counts each case once, by the most frequent of its 3 answers: 12 of 12 cases have a "
            "majority, in 0 all answers agree."
        )
        cells = list(workbench.tests.analyst.cells(uid))
        assert [cell.counts for cell in cells if cell.column == 1][:3] == [False, True, False]
        assert all(cell.counts for cell in cells if cell.column == 0)


def test_vote_is_another_test_whose_answers_are_there(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        prompt = new_prompt(workbench)
        first = suites.run(workbench, prompt, voted(), suites.cases(3))
        plan = suites.plan(workbench, prompt, voted(0, 1), suites.cases(3))
        second = suites.finish(workbench.tests.go_on_with(plan))
        assert second.run_uid != first.run_uid
        assert (second.progress().done, second.progress().reused) == (0, 18)
        again = suites.finish(workbench.tests.go_on_with(suites.plan(workbench, prompt, voted(1, 0), suites.cases(3))))
        assert again.run_uid == second.run_uid
        run = workbench.store.tests.run(second.run_uid)
        assert column_titles(run) == ("m0 · vote of 3", "m1 · vote of 3")


def test_terminal_lets_all_columns_vote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    db = str(tmp_path / "w.db")
    with opened(tmp_path, {}) as (workbench, _):
        _prepare(workbench)
    assert main(["test", "--db", db, "Greeting", "--model", "echo", "--vote", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["samples"] == 3
    (column,) = told["columns"]
    assert column["title"] == "echo · vote of 3"
    assert column["votes"] == {"cases": 12, "majority": 12, "alike": 12}
    assert (column["cells"], column["passed"]) == (12, 12)
    assert [cell["counts"] for cell in told["cells"][:3]] == [True, False, False]
    assert main(["test", "--db", db, "Greeting", "--model", "echo", "--vote", "--repeat", "5"]) == 0
    said = capsys.readouterr().out
    assert "echo · vote of 5" in said
    assert "by the most frequent of its 5 answers" in said
    for wrong in (["--repeat", "2"], ["--try"]):
        assert main(["test", "--db", db, "Greeting", "--vote", *wrong]) == 2
        assert "workbench: " in capsys.readouterr().err


def _prepare(workbench: Workbench) -> None:
    uid = new_prompt(workbench)
    workbench.prompts.save_draft(uid, suites.make_draft()).result(20)
    workbench.store.packs.save_cases(uid, suites.cases(12, suites.HELLO)).result(20)
