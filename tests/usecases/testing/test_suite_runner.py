"""Running tests with the scripted engine and the real history."""

from __future__ import annotations

from pathlib import Path

from tests.usecases.making import new_prompt, opened
from tests.usecases.testing import suites
from workbench.core.cases import Check


def test_every_cell_is_asked_recorded_and_scored(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, heard):
        prompt = new_prompt(workbench)
        given = suites.settings(*suites.lanes(3), samples=2, checks=(suites.HELLO, Check("contains", value='"name 1"')))
        handle = suites.run(workbench, prompt, given, suites.cases(20))
        assert handle.problem is None
        shown = handle.progress()
        assert (shown.state, shown.cells, shown.answered, shown.scored, shown.failed) == ("finished", 120, 120, 120, 0)
        run = workbench.store.tests.run(handle.run_uid)
        assert run.answered == 120
        columns = workbench.store.tests.results(run.uid, run.scoring_uid)
        states = [[cell.state for case in column.cases for cell in case.cells] for column in columns]
        assert [column.count("pass") for column in states] == [22] * 3
        assert [column.count("fail") for column in states] == [18] * 3
        assert not heard.of("problem")


def test_what_is_answered_in_a_round_is_not_asked_again(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        prompt = new_prompt(workbench)
        given = suites.settings(*suites.lanes(2))
        suites.run(workbench, prompt, given, suites.cases(5))
        made = suites.plan(workbench, prompt, given, suites.cases(7))
        assert workbench.tests.estimator.estimate(made).calls == 4
        second = suites.finish(workbench.tests.start(prompt, made)).progress()
        assert (second.cells, second.reused, second.done, second.answered) == (14, 10, 4, 14)
        assert second.scored == 14
        fresh = suites.run(workbench, prompt, given, suites.cases(7), round_="fresh").progress()
        assert (fresh.reused, fresh.done) == (0, 14)
