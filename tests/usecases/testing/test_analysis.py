"""Reports of test runs: figures, sentences, comparisons with other runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.store.making import NOW
from tests.usecases.making import echo, new_prompt, opened
from tests.usecases.testing import suites
from workbench.core.cases import Case, Check
from workbench.core.lanes import Params
from workbench.core.testing.cells import CellKey
from workbench.core.testing.grid import SuiteColumn, SuiteRun
from workbench.usecases.problems import RefusedError
from workbench.usecases.testing import analysis
from workbench.usecases.testing.analysis import SuiteQuestion
from workbench.usecases.testing.bar import SuiteBar
from workbench.usecases.testing.column_titles import column_titles
from workbench.usecases.testing.report_cells import report_cell


def columns_run(columns: tuple[SuiteColumn, ...]) -> SuiteRun:
    """Return a run with these columns."""
    return SuiteRun("r", 1, "", 1, 1, columns, 0, 1, 0)


def mixed(count: int) -> tuple[Case, ...]:
    """Return cases of which the model "good" passes all and "poor" those whose number is odd."""
    return tuple(
        Case(f"case-{n}", f"Case {n}", (("name", f"{n % 2}"),), cluster=f"c{n // 2}" if n < 4 else "")
        for n in range(count)
    )


GOOD, POOR = echo("good", "good"), echo("poor", "poor")
SCRIPT = {"models": {"good": [{"text": "right 1"}], "poor": [{"echo": True}]}}
ODD = Check("contains", value='"1"')


def test_a_report_says_which_column_is_better_and_what_failed(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        given = replace(suites.settings(GOOD, POOR, checks=(ODD,)), baseline="poor")
        handle = suites.run(workbench, prompt, given, mixed(80))
        report = workbench.tests.analyst.report(
            "Greeting", handle.run_uid, given, SuiteQuestion(bar=SuiteBar(0.9)), handle.progress(), 1.5
        )
        good, poor = report.columns
        assert (good.is_baseline, poor.is_baseline, report.baseline) == (False, True, 1)
        assert (good.title, poor.title) == ("good", "poor")
        assert (good.summary.passed, poor.summary.passed) == (80, 40)
        assert good.verdict == "better"
        assert good.sentence.startswith("good is better than the baseline poor: it fixed 40 cases")
        assert report.sentences[0] == good.sentence
        assert (poor.failing_total, poor.failing[:2]) == (40, ("Case 0", "Case 2"))
        assert (report.bar, report.bar_words) == (
            "not_held",
            "poor passes 50 %; at least 90 % is asked for.",
        )
        assert (report.calls, report.seconds, report.set_words, report.open) == (160, 1.5, "on 80 cases", 0)
        assert report.scored == 160


def test_cells_of_a_report_have_text_state_and_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        given = suites.settings(GOOD, POOR, checks=(ODD,))
        handle = suites.run(workbench, prompt, given, mixed(2))
        cells = list(workbench.tests.analyst.cells(handle.run_uid))
        assert [(cell.column, cell.case, cell.state) for cell in cells] == [
            (0, 0, "pass"),
            (0, 1, "pass"),
            (1, 0, "fail"),
            (1, 1, "pass"),
        ]
        monkeypatch.setattr(analysis, "_CELLS_AT_ONCE", 3)
        assert list(workbench.tests.analyst.cells(handle.run_uid)) == cells
        assert cells[2].text == "Hello 0"
        assert "1" in cells[2].reason


def test_cells_of_a_report_are_what_each_says_in_full(tmp_path: Path) -> None:
    script = {"models": {**SCRIPT["models"], "broken": [{"fail": ["server", "The server had trouble.", ""]}]}}
    with opened(tmp_path, script) as (workbench, _):
        prompt, records = new_prompt(workbench), workbench.store.tests
        given = suites.settings(POOR, echo("c", "broken"), checks=(ODD, Check("python", value='"x"')), samples=2)
        handle = suites.run(workbench, prompt, given, mixed(3))
        run = records.run(handle.run_uid)
        (scoring,) = records.scorings(run.uid)
        detail = records.cell(run.uid, run.scoring_uid, CellKey(0, 0, 0))
        records.overrule(run.uid, detail.output_uid, detail.check_hashes[0], "pass", "", NOW, "o1").result()
        cells = list(workbench.tests.analyst.cells(run.uid))
        assert len(cells) == 12
        assert {cell.state for cell in cells} == {"fail", "unscored", "no_answer"}
        for cell in cells:
            (full,) = records.cells(run.uid, run.scoring_uid, [CellKey(cell.case, cell.column, cell.sample)])
            assert report_cell(full, cell.column_title, scoring) == cell


def test_cases_without_checks_are_answered_and_left_out(tmp_path: Path) -> None:
    with opened(tmp_path, {}) as (workbench, _):
        prompt = new_prompt(workbench)
        given = suites.settings(checks=())
        tested = (*suites.cases(2), *suites.cases(5, suites.HELLO)[2:])
        handle = suites.run(workbench, prompt, given, tested)
        report = workbench.tests.analyst.report("Greeting", handle.run_uid, given)
        assert (report.unchecked, report.unscored, report.columns[0].summary.cases) == (2, 0, 3)


def test_a_person_who_overrules_changes_the_report(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        given = suites.settings(POOR, checks=(ODD,))
        handle = suites.run(workbench, prompt, given, mixed(2))
        records, run_uid = workbench.store.tests, handle.run_uid
        (cell, _) = workbench.tests.analyst.cells(run_uid)
        assert cell.state == "fail"
        detail = records.cell(run_uid, records.run(run_uid).scoring_uid, suites.CellKey(0, 0, 0))
        records.overrule(run_uid, detail.output_uid, detail.check_hashes[0], "pass", "fine", "2026-01-01", "o").result()
        assert workbench.tests.analyst.report("Greeting", run_uid, given).columns[0].summary.passed == 2
        assert [one.state for one in workbench.tests.analyst.cells(run_uid)] == ["pass", "pass"]


def test_another_run_is_compared_on_equal_cases_only(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt, analyst = new_prompt(workbench), workbench.tests.analyst
        given = suites.settings(POOR, checks=(ODD,))
        old = suites.run(workbench, prompt, given, mixed(40)).run_uid
        changed = (replace(mixed(1)[0], values=(("name", "other"),)), *mixed(40)[1:])
        good = suites.settings(GOOD, checks=(ODD,))
        new = suites.run(workbench, prompt, good, changed).run_uid
        report = analyst.report("Greeting", new, good, SuiteQuestion(baseline_run=old))
        (column,) = report.columns
        assert column.comparison is not None
        assert column.comparison.passes is not None
        assert (column.comparison.passes.pairs, column.comparison.left_out.missing) == (39, 1)
        assert "the baseline poor of test run 1" in column.sentence
        assert "1 case left out: 1 not in both columns." in column.sentence
        other = suites.settings(GOOD, checks=(suites.HELLO,))
        rescored = suites.run(workbench, prompt, other, mixed(40)).run_uid
        with pytest.raises(RefusedError) as caught:
            analyst.report("Greeting", rescored, other, SuiteQuestion(baseline_run=old))
        assert caught.value.sentence == (
            "Test run 1 was scored by other checks. Score it by the present ones, then compare."
        )


def test_no_worse_says_what_a_column_saves(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        given = replace(suites.settings(GOOD, echo("other", "good"), checks=(ODD,)), margin=0.2)
        handle = suites.run(workbench, prompt, given, mixed(60))
        report = workbench.tests.analyst.report(
            "Greeting", handle.run_uid, given, SuiteQuestion(no_worse=True, bar=SuiteBar(no_worse=True))
        )
        sentence = report.columns[1].no_worse_sentence
        assert sentence.startswith("good (2) is no worse than good (1) by more than 20 points")
        # Both are free, so there is nothing to save.
        assert "saves" not in sentence
        assert report.bar == "held"


def test_titles_tell_columns_apart(tmp_path: Path) -> None:
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        warm = replace(echo("b", "good"), params=Params(temperature=0.2))
        labelled = replace(echo("c", "good"), label="mine")
        handle = suites.run(workbench, prompt, suites.settings(GOOD, warm, labelled), suites.cases(1))
        report = workbench.tests.analyst.report("Greeting", handle.run_uid, suites.settings())
        assert [one.title for one in report.columns] == ["good", "good · temp 0.2", "mine"]
        assert (report.version_name, report.text_words) == ("test 1", "")


def test_titles_name_the_version_if_there_are_several() -> None:
    lanes = GOOD, replace(GOOD, slot="b", model="")
    one = tuple(SuiteColumn(place, lane, 1, "#1") for place, lane in enumerate(lanes))
    run = columns_run(one)
    assert column_titles(run) == ("good", "#1")
    assert column_titles(run, always=True) == column_titles(run, ("#2",)) == ("#1 · good", "#1")
    assert column_titles(columns_run((one[0], replace(one[0], version=2, version_name="test 3")))) == (
        "#1 · good",
        "test 3 · good",
    )


def test_a_stopped_run_says_what_is_still_to_come(tmp_path: Path) -> None:
    with opened(tmp_path, {"models": {"m0": [{"wait_ms": 60_000}]}}) as (workbench, _):
        prompt = new_prompt(workbench)
        given = suites.settings()
        handle = workbench.tests.start(prompt, suites.plan(workbench, prompt, given, suites.cases(3)))
        workbench.tests.stop(handle.run_uid)
        suites.finish(handle)
        report = workbench.tests.analyst.report(
            "Greeting", handle.run_uid, given, SuiteQuestion(bar=SuiteBar()), handle.progress()
        )
        assert report.open == 3
        assert report.sentences[-1] == "3 answers are still to come."
        assert report.bar == "nothing_scored"
