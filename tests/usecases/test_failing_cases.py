"""Cases that failed in a test: tagged, brought back with the tag, and copied."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.usecases.making import new_prompt, opened
from tests.usecases.testing import suites
from workbench.core.cases import Case, Check
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.testing.cells import CellKey
from workbench.core.testing.grid import GridQuery, SuiteRun
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.usecases.failing_cases import FailingCases, FailingRows
from workbench.usecases.problems import RefusedError
from workbench.usecases.run_cases import RunCases
from workbench.usecases.workbench import Workbench

ECHO = {"default": [{"echo": True}, {"finish": "stop"}]}
ASK = Draft(Content((Message("user", "Where is {{name}}?"),)))
KNOWS = Check("contains", value='"Friday"')
TAG = "failed in test 1"


def ran(workbench: Workbench, prompt: str, *cases: Case) -> SuiteRun:
    """Store cases, and run a test of them in two columns."""
    workbench.store.packs.save_cases(prompt, cases).result(60)
    given = suites.settings(*suites.lanes(2), checks=())
    run = suites.run(workbench, prompt, given, cases, draft=ASK)
    return workbench.store.tests.run(run.run_uid)


def rows(run: SuiteRun, query: GridQuery | None = None, *positions: int) -> FailingRows:
    return FailingRows(run, query or GridQuery(), (0, 1), frozenset(positions))


def test_failing_cases_are_tagged_and_those_that_are_gone_are_cases_again(tmp_path: Path) -> None:
    with opened(tmp_path, ECHO) as (workbench, _):
        prompt, packs = new_prompt(workbench), workbench.store.packs
        failing = [replace(case, tags=("late",)) for case in suites.cases(3, KNOWS)]
        passing = suites.cases(5, suites.IS_A)[3:]
        run = ran(workbench, prompt, *failing, *passing)
        made = FailingCases(workbench.store, new_uid)
        keeper = RunCases(workbench.store, new_uid)
        edited = replace(failing[1], expectation="On Friday.")
        now = (failing[0], edited, *passing)
        packs.save_cases(prompt, now).result(60)
        found = made.tagged(prompt, rows(run))
        assert [(one.case.name, one.before) for one in found] == [
            (failing[0].name, failing[0]),
            (failing[1].name, edited),
            (failing[2].name, None),
        ]
        keeper.keep(found).result(60)
        kept = packs.cases(prompt)
        assert [case.name for case in kept] == [case.name for case in (*now, failing[2])]
        assert [case.tags for case in kept] == [("late", TAG), ("late", TAG), (), (), ("late", TAG)]
        assert (kept[1].expectation, kept[-1].checks) == ("On Friday.", (KNOWS,))
        with pytest.raises(RefusedError, match="have the tag “failed in test 1” already"):
            made.tagged(prompt, rows(run))
        # Undo leaves a case alone that was deleted meanwhile.
        packs.remove_cases(prompt, (edited.uid,)).result(60)
        keeper.take_back(found).result(60)
        assert packs.cases(prompt) == (failing[0], *passing)


def test_only_the_listed_or_selected_cases_in_the_shown_columns_are_tagged(tmp_path: Path) -> None:
    with opened(tmp_path, ECHO) as (workbench, _):
        prompt = new_prompt(workbench)
        cases = [replace(case, tags=("even",) if at % 2 == 0 else ()) for at, case in enumerate(suites.cases(4, KNOWS))]
        run = ran(workbench, prompt, *cases)
        made = FailingCases(workbench.store, new_uid)
        names = [case.name for case in cases]
        assert [one.case.name for one in made.tagged(prompt, rows(run, GridQuery(tag="even")))] == names[::2]
        assert [one.case.name for one in made.tagged(prompt, rows(run, GridQuery(tag="even"), 1, 2))] == names[1:3]
        assert len(made.tagged(prompt, rows(run, GridQuery(rows="failed", column=1)))) == 4
        by_sample = GridQuery(sort="cost", column=1, by_sample=True, sample=0)
        assert len(made.tagged(prompt, rows(run, by_sample))) == 4
        with pytest.raises(RefusedError, match="None of these cases fails"):
            made.tagged(prompt, FailingRows(run, GridQuery(), (7,)))
        with pytest.raises(RefusedError, match="None of these cases fails"):
            made.tagged(prompt, rows(run, GridQuery(text="nothing like it")))


def test_a_case_that_is_held_out_by_now_gets_no_tag_and_no_copy(tmp_path: Path) -> None:
    with opened(tmp_path, ECHO) as (workbench, _):
        prompt, store = new_prompt(workbench), workbench.store
        cases = suites.cases(3, KNOWS)
        run = ran(workbench, prompt, *cases)
        detail = store.tests.cell(run.uid, run.scoring_uid, CellKey(1, 0, 0))
        store.tests.set_aside(prompt, frozenset({cases[1].uid}), "salt", utc_now()).result(60)
        made = FailingCases(store, new_uid)
        assert [one.case.name for one in made.tagged(prompt, rows(run))] == [cases[0].name, cases[2].name]
        with pytest.raises(RefusedError, match="hold-out"):
            made.copy(prompt, detail, "echo", failed=True)
        with pytest.raises(RefusedError, match="hold-out"):
            made.tagged(prompt, rows(replace(run, set_name="holdout")))


def test_a_copy_quotes_the_failed_answer_and_counts_as_one_with_its_original(tmp_path: Path) -> None:
    with opened(tmp_path, ECHO) as (workbench, _):
        prompt, store = new_prompt(workbench), workbench.store
        given = replace(
            suites.cases(1, KNOWS)[0], name="Late order", expectation="On Friday.", notes="From Ada.", tags=("late",)
        )
        run = ran(workbench, prompt, given)
        # With the hold-out that a prompt has from 30 cases on, a new case would join it by its hash, and be hidden.
        store.tests.set_aside(prompt, frozenset(), "salt", utc_now()).result(60)
        made, keeper = FailingCases(store, new_uid), RunCases(store, new_uid)
        detail = store.tests.cell(run.uid, run.scoring_uid, CellKey(0, 0, 0))
        found = made.copy(prompt, detail, "echo", failed=True)
        keeper.keep(found).result(60)
        original, copy = store.packs.cases(prompt)
        assert original == replace(given, cluster="Late order")
        notes = "From Ada.\n\nCounter-example, echo in test 1:\nWhere is name 0?"
        copied = replace(original, uid=copy.uid, name="Late order (copy)", expectation="", notes=notes)
        assert copy == copied
        assert copy.uid != original.uid
        # Any number of copies stay with their original, and none joins the hold-out.
        for number in range(2, 12):
            keeper.keep(made.copy(prompt, detail, "echo", failed=False)).result(60)
            last = store.packs.cases(prompt)[-1]
            assert (last.name, last.cluster, last.held_out) == (f"Late order (copy) {number}", "Late order", False)
            assert last.notes == "From Ada."
        keeper.take_back(found).result(60)
        assert store.packs.cases(prompt)[0] == given


def test_a_case_that_is_gone_or_has_no_name_is_copied_too(tmp_path: Path) -> None:
    with opened(tmp_path, ECHO) as (workbench, _):
        prompt, store = new_prompt(workbench), workbench.store
        given = replace(suites.cases(1, KNOWS)[0], name="")
        run = ran(workbench, prompt, given)
        detail = store.tests.cell(run.uid, run.scoring_uid, CellKey(0, 0, 0))
        made = FailingCases(store, new_uid)
        copy, original = (one.case for one in made.copy(prompt, detail, "echo", failed=False))
        assert (copy.name, copy.cluster, original.cluster, original.uid) == ("Case 1", "Copies", "Copies", given.uid)
        store.packs.save_cases(prompt, ()).result(60)
        (alone,) = made.copy(prompt, detail, "echo", failed=False)
        assert (alone.before, alone.case.cluster, alone.case.values) == (None, "", given.values)
