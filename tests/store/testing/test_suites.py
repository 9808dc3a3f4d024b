"""Test runs: settings, starts, cells and reuse."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.store.making import FAILED, FULL_RESULT, LATER, NOW, done, lane, run, text
from tests.store.testing.suites import CONTAINS, answered, begun, called, case, identity, key, scored, suite
from workbench.core.cases import Case, Check
from workbench.core.lanes import Params
from workbench.core.runs import Result, RunSet
from workbench.core.testing.answer_ages import StoredAnswers
from workbench.core.testing.goals import RunGoals
from workbench.core.testing.grid import GridQuery
from workbench.core.testing.settings import SuiteBudget, SuiteSettings
from workbench.store import Store, StoreError
from workbench.store.testing.records import CellEnd, TestedCase

MUCH_LATER = "2026-12-31T00:00:00.000Z"
FULL = SuiteSettings(
    (CONTAINS, Check("regex", negated=True, value='"x"')),
    0.5,
    (lane("A", "one", 3), replace(lane("B", "two"), params=Params(temperature=0.5))),
    "B",
    3,
    SuiteBudget(1.5, 100, 2.5),
    0.2,
    0.02,
    "salt",
    ("A",),
)


def test_settings_are_kept(store: Store) -> None:
    assert store.tests.settings("p") == SuiteSettings()
    # The salt belongs to the hold-out, which is set aside by other means.
    full = replace(FULL, salt="")
    for settings in (full, SuiteSettings(), full):
        store.tests.save_settings("p", settings, LATER).result(60)
        assert store.tests.settings("p") == settings


def test_settings_of_an_unknown_prompt_are_missing(store: Store) -> None:
    with pytest.raises(StoreError, match="not in the history"):
        store.tests.settings("unknown")
    with pytest.raises(StoreError, match="not in the history"):
        store.tests.save_settings("unknown", FULL, NOW).result(60)


def test_run_begins_with_all_cells_open(store: Store) -> None:
    cases = (
        case(0, checks=(CONTAINS,), tags=("late", "x"), cluster="c", expectation="ok", threshold=0.5, held_out=True),
        case(1, notes="n", metadata='{"a":1}', rest='{"b":[2]}'),
    )
    begun_ = begun(
        store, cases=cases, samples=2, baseline=1, set_name="holdout", probe="facts", budget=SuiteBudget(1.0)
    )
    assert (begun_.run_uid, begun_.number, begun_.lane_versions) == ("t1", 1, (1, 1))
    assert (begun_.reused, begun_.cells) == (0, 8)
    found = store.tests.run("t1")
    assert (found.number, found.round, found.samples, found.baseline, found.cases) == (1, 1, 2, 1, 2)
    assert (found.answered, found.cells, found.set_name, found.scoring_uid) == (0, 8, "holdout", "")
    assert found.probe == "facts"
    assert [(c.position, c.lane, c.version) for c in found.columns] == [
        (0, lane("A", "one"), 1),
        (1, lane("B", "two"), 1),
    ]
    assert found.columns[0].endpoint_name
    assert store.tests.runs("p") == (found,)
    assert store.tests.cases("t1", 0, 10) == cases
    assert store.tests.case("t1", 1) == cases[1]
    assert store.tests.tested_cases("t1") == (TestedCase("case-0", "Case 0", 1), TestedCase("case-1", "Case 1", 0))
    every = [key(c, column, sample) for c in (0, 1) for column in (0, 1) for sample in (0, 1)]
    assert list(store.tests.open_cells("t1", None, 100)) == every
    assert list(store.tests.open_cells("t1", every[2], 3)) == every[3:6]
    assert store.tests.latest_round("p") == 1


def test_goals_are_kept_and_unreadable_ones_are_unknown(store: Store, path: Path) -> None:
    goals = RunGoals(0.1, 0.05, "try", "t0", 1)
    begun(store, "t1", goals=goals)
    begun(store, "t2")
    assert (store.tests.run("t1").goals, store.tests.run("t2").goals) == (goals, RunGoals())
    with closing(sqlite3.connect(path)) as other, other:
        other.execute("UPDATE test_runs SET goals = '[1'")
    assert store.tests.run("t1").goals == RunGoals()


def test_baseline_of_a_stored_run_is_one_of_its_columns(store: Store) -> None:
    begun(store)
    store.tests.set_baseline("t1", 1).result(60)
    assert store.tests.run("t1").baseline == 1
    with pytest.raises(ValueError, match="one of its columns"):
        store.tests.set_baseline("t1", 2).result(60)
    with pytest.raises(StoreError, match="not in the history"):
        store.tests.set_baseline("nothing", 0).result(60)
    assert store.tests.run("t1").baseline == 1


def test_reused_cells_are_counted_by_column(store: Store) -> None:
    begun(store, "t1")
    answered(store, "t1", [key(0), key(1), key(0, 1)])
    begun(store, "t2")
    answered(store, "t2", [key(1, 1)])
    assert store.tests.reused_cells("t1") == {}
    assert store.tests.reused_cells("t2") == {0: 2, 1: 1}


def test_editing_a_case_does_not_move_its_snapshot(store: Store) -> None:
    store.packs.save_cases("p", [case(0)]).result(60)
    begun(store, cases=(case(0),))
    store.packs.change_case("p", case(0, name="Other")).result(60)
    assert store.tests.case("t1", 0) == case(0)


def test_recorded_cells_are_not_open(store: Store) -> None:
    begun(store)
    answered(store, "t1", [key(0, 1)])
    called(store, "t1", [key(1, 0)])
    assert store.tests.open_cells("t1", None, 9) == (key(0), key(1, 1))
    assert store.tests.run("t1").answered == 1


def test_failed_call_is_recorded_and_asked_again_on_request(store: Store) -> None:
    begun(store)
    answered(store, "t1", [key(0)], FAILED)
    assert key(0) not in store.tests.open_cells("t1", None, 9)
    assert store.tests.open_cells("t1", None, 1, failed_too=True) == (key(0),)
    answered(store, "t1", [key(0)], done("better"), attempt=2)
    assert store.tests.open_cells("t1", None, 1, failed_too=True) == (key(0, 1),)
    assert store.tests.cell("t1", "", key(0)).output_uid == "t1.0.0.0.2"


def test_finished_answer_is_never_replaced(store: Store) -> None:
    begun(store)
    [first] = called(store, "t1", [key(0)])
    store.recover(lambda owner: False, LATER).result(60)
    answered(store, "t1", [key(0)], done("second"), attempt=2)
    # The first process was alive after all.
    store.tests.finish_outputs([CellEnd(first, done("first"), LATER)]).result(60)
    detail = store.tests.cell("t1", "", key(0))
    assert (detail.output_uid, detail.result and detail.result.text) == ("t1.0.0.0.2", "second")


def test_ending_a_call_twice_changes_nothing_and_keeps_the_others(store: Store) -> None:
    begun(store)
    first, second = called(store, "t1", [key(0), key(1)])
    store.tests.finish_outputs([CellEnd(first, done("once"), LATER)]).result(60)
    store.tests.finish_outputs([CellEnd(first, done("twice"), LATER), CellEnd(second, done("b"), LATER)]).result(60)
    detail = store.tests.cell("t1", "", key(0))
    assert detail.result is not None
    assert detail.result.text == "once"
    assert store.tests.run("t1").answered == 2


def test_interrupted_call_leaves_its_cell_open(store: Store) -> None:
    begun(store)
    called(store, "t1", [key(0), key(1)])
    assert key(0) not in store.tests.open_cells("t1", None, 9)
    assert store.recover(lambda owner: False, LATER).result(60).outputs == 2
    assert key(0) in store.tests.open_cells("t1", None, 9)
    answered(store, "t1", [key(0)], attempt=2)
    assert key(0) not in store.tests.open_cells("t1", None, 9)
    assert key(1) in store.tests.open_cells("t1", None, 9)


def test_answers_of_the_round_are_used_again(store: Store) -> None:
    begun(store, "t1")
    answered(store, "t1", [key(0), key(0, 1)])
    answered(store, "t1", [key(1)], FAILED)
    again = begun(store, "t2", cases=(case(2), case(0), case(1)))
    assert (again.reused, again.cells) == (2, 6)
    assert store.tests.open_cells("t2", None, 9) == (key(0), key(0, 1), key(2), key(2, 1))
    detail = store.tests.cell("t2", "", key(1, 1))
    assert (detail.output_uid, detail.run_uid, detail.answered_at) == ("t1.0.1.0.1", "t1", LATER)
    several = [key(1, 1), key(0), key(1)]
    assert store.tests.cells("t2", "", several) == tuple(store.tests.cell("t2", "", one) for one in several)
    assert store.tests.cells("t2", "", []) == ()
    with pytest.raises(StoreError, match="not in the history"):
        store.tests.cells("t2", "", [key(0), key(0, 7)])
    [row] = store.tests.page("t2", "", GridQuery(), "", 9).rows[1:2]
    assert row.cells[1].is_reused
    assert begun(store, "t3", round=2).reused == 0
    assert store.tests.latest_round("p") == 2


def test_newest_answer_is_used_and_none_from_before_a_limit(store: Store) -> None:
    begun(store, "t1")
    answered(store, "t1", [key(0), key(1)])
    assert not store.tests.has_answers_before("t1", LATER)
    assert store.tests.has_answers_before("t1", MUCH_LATER)
    wanted = [identity(key(number), case(number), "one") for number in (0, 1)]
    assert store.tests.answered("p", wanted, old_before=MUCH_LATER) == StoredAnswers(2, 2, LATER)
    assert store.tests.answered("p", wanted, since=MUCH_LATER) == StoredAnswers()
    renewed = begun(store, "t2", reuse_since=MUCH_LATER)
    assert renewed.reused == 0
    [uid] = called(store, "t2", [key(0)])
    store.tests.finish_outputs([CellEnd(uid, done("newer"), MUCH_LATER)]).result(60)
    assert store.tests.answered("p", wanted, old_before=MUCH_LATER) == StoredAnswers(2, 1, LATER)
    # The same start made again reuses the answers that arrived since.
    assert begun(store, "t3", reuse_since=MUCH_LATER).reused == 1
    assert begun(store, "t4").reused == 2
    assert store.tests.cell("t4", "", key(0)).output_uid == uid
    [row, _] = store.tests.page("t4", "", GridQuery(), "", 9).rows
    assert row.cells[0].answered_at == MUCH_LATER


def test_answer_without_a_time_counts_as_old(store: Store, path: Path) -> None:
    begun(store, "t1")
    answered(store, "t1", [key(0)])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE outputs SET ended_at = NULL")
    wanted = [identity(key(0), case(0), "one")]
    assert store.tests.answered("p", wanted, old_before=NOW) == StoredAnswers(1, 1, "")
    assert store.tests.answered("p", wanted, since=NOW) == StoredAnswers()
    assert store.tests.has_answers_before("t1", NOW)


def test_answer_of_a_probe_is_not_used_again(store: Store) -> None:
    begun(store, "t1")
    answered(store, "t1", [key(0)])
    begun(store, "t2", probe="again")
    [uid] = called(store, "t2", [key(0)])
    store.tests.finish_outputs([CellEnd(uid, done("probe"), MUCH_LATER)]).result(60)
    assert begun(store, "t3").reused == 1
    assert store.tests.cell("t3", "", key(0)).output_uid != uid


def test_answer_is_used_for_one_cell_of_a_run(store: Store) -> None:
    twins = (case(0), replace(case(0), uid="twin"))
    begun(store, "t1", cases=twins[:1])
    answered(store, "t1", [key(0)])
    assert begun(store, "t2", cases=twins).reused == 1
    answered(store, "t2", [key(1)])
    assert begun(store, "t3", cases=twins).reused == 2
    assert len({store.tests.cell("t3", "", key(n)).output_uid for n in (0, 1)}) == 2


def test_answers_of_compose_and_of_other_prompts_are_not_used(store: Store) -> None:
    store.create_prompt("q", "Other", NOW)
    begun(store, "t1", prompt_uid="q")
    answered(store, "t1", [key(0), key(1)])
    store.begin_run(run("r", text("Where is {{order}}?"), lanes=(lane("A", "one"),), values=(("order", "0"),))).result(
        10
    )
    store.finish_output("r.0.0", done("a"), LATER).result(60)
    assert begun(store, "t2").reused == 0


def test_answers_of_a_deleted_run_are_not_used(store: Store) -> None:
    begun(store, "t1")
    answered(store, "t1", [key(0)])
    store.curation.delete(["t1"], True).result(60)
    assert begun(store, "t2").reused == 0
    assert [one.uid for one in store.tests.runs("p")] == ["t2"]


def test_test_runs_are_no_iterations(store: Store) -> None:
    begun(store)
    answered(store, "t1", [key(0)])
    assert store.iteration_count("p") == 0
    assert store.iterations("p") == []
    assert store.begin_run(run("r1", text("Where is {{order}}?"))).result(60).number == 1
    assert [row.uid for row in store.timeline("p").rows] == ["r1"]


def test_whole_answer_is_kept(store: Store) -> None:
    begun(store)
    answered(store, "t1", [key(0)], FULL_RESULT)
    detail = store.tests.cell("t1", "", key(0))
    assert detail.result == FULL_RESULT
    store.tests.begin_scoring("t1", "s", (), NOW).result(60)
    [one] = store.tests.unscored_cells("t1", "s", None, 9)
    assert (one.key, one.output_uid, one.state, one.text) == (key(0), "t1.0.0.0.1", "finished", FULL_RESULT.text)
    assert (one.finish_reason, one.latency_ms, one.cost_usd) == ("stop", 897, FULL_RESULT.cost_usd)
    assert one.steps == FULL_RESULT.steps


def test_opened_held_out_case_is_used_up_once_and_moves_to_the_tuning_cases(store: Store) -> None:
    together = [case(number, held_out=True, cluster="x") for number in (2, 3)]
    store.packs.save_cases("p", [case(0, held_out=True), case(1, held_out=True), *together]).result(60)
    assert store.tests.used_cases("p") == {}
    assert store.tests.use_case("p", "case-1", NOW).result(60) == ("case-1",)
    assert store.tests.use_case("p", "case-1", LATER).result(60) == ()
    assert store.tests.used_cases("p") == {"case-1": NOW}
    assert [one.held_out for one in store.packs.cases("p")] == [True, False, True, True]
    # Editing the case does not make it new, and changes its set back as little.
    store.packs.change_case("p", case(1, held_out=True, name="Other")).result(60)
    assert [one.held_out for one in store.packs.cases("p")] == [True, False, True, True]
    assert store.tests.use_case("p", "case-3", LATER).result(60) == ("case-2", "case-3")
    store.packs.save_cases("p", [case(1), case(0)]).result(60)
    assert store.tests.used_cases("p") == {"case-1": NOW}


def test_cases_that_ran_in_compose_are_seen(store: Store) -> None:
    store.packs.save_cases("p", [case(0), case(1), case(2), case(3)]).result(60)
    assert store.tests.seen_cases("p") == frozenset()
    begun(store, cases=[case(3)])
    store.begin_run(run("r1", text("x"), values=(("order", "1"),))).result(60)
    named = replace(run("r2", text("x"), values=(("order", "other"),)), sets=(RunSet("case-2", "", ()),))
    store.begin_run(named).result(60)
    assert store.tests.seen_cases("p") == {"case-1", "case-2"}


@pytest.mark.parametrize(
    "wrong",
    [{"cases": ()}, {"columns": ()}, {"questions": ("a",)}, {"samples": 0}, {"baseline": 2}],
)
def test_run_that_asks_nothing_is_refused(store: Store, wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="test run"):
        store.tests.begin(replace(suite(), **wrong)).result(60)  # type: ignore[arg-type]
    assert store.tests.runs("p") == ()


def test_stopped_call_is_no_answer(store: Store) -> None:
    begun(store)
    answered(store, "t1", [key(0)], Result("stopped", "half"))
    assert store.tests.page("t1", "", GridQuery(), "", 1).rows[0].cells[0].status == "no_answer"
    assert key(0) in store.tests.open_cells("t1", None, 9, failed_too=True)


def test_case_without_values_and_uid_is_tested(store: Store) -> None:
    begun(store, cases=(Case(""), Case("")))
    outputs = answered(store, "t1", [key(0), key(1)])
    store.tests.begin_scoring("t1", "s", (CONTAINS,), NOW).result(60)
    scores = [scored(key(n), outputs[n], "pass") for n in (0, 1)]
    store.tests.save_scores("s", scores).result(60)
    assert [one.case for one in store.tests.results("t1", "s")[0].cases] == ["#0", "#1"]
