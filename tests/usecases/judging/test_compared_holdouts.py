"""A hold-out whose answers a judge compares: its totals count every case, and nothing tells one of them."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.filters import parse
from tests.patience import PATIENCE_S
from tests.usecases.judging import judged_suites as judged
from tests.usecases.making import draft, echo, new_prompt, opened
from tests.usecases.testing import suites
from workbench.core.cases import Case, Check
from workbench.core.testing.check_hash import check_hash
from workbench.core.testing.report import SuiteReport
from workbench.formats.test_reports import FORMATS
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.usecases.judging.judge_book import JudgeBook
from workbench.usecases.judging.label_export import label_rows
from workbench.usecases.judging.labelled_checks import labelled_checks
from workbench.usecases.problems import RefusedError
from workbench.usecases.testing.holdout import HoldoutBook
from workbench.usecases.workbench import Workbench

# The judge repeats what it is asked: its verdict is the text of the answer that stands first. The baseline always says
# "first". So "second" loses in both orders, "first" is the same answer, and "banana" is no verdict.
BEST = Check("select-best", value='"the better word"', rubric_prompt=json.dumps('{"better": "{{first}}"}'))
SCRIPT = {"models": {"m0": [{"text": "first"}]}}
WORDS = ("second", "first", "banana")
GIVEN = judged.settings(echo("c0", "m0"), echo("c1", "m1"), checks=(BEST,), judge=echo("judge", "repeats"))


def cases() -> tuple[Case, ...]:
    return tuple(Case(f"case-{n}", f"Zebra {n}", (("word", WORDS[n % 3]),)) for n in range(36))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[tuple[Workbench, str]]:
    """A prompt with a third of its cases held out."""
    with opened(tmp_path, SCRIPT) as (workbench, _):
        prompt = new_prompt(workbench)
        workbench.store.packs.save_cases(prompt, cases()).result(PATIENCE_S)
        workbench.store.tests.save_settings(prompt, GIVEN, utc_now()).result(PATIENCE_S)
        yield workbench, prompt


def hold_out(workbench: Workbench, prompt: str) -> None:
    book = HoldoutBook(workbench.store, new_uid, utc_now)
    book.set_aside(book.propose(prompt)).result(PATIENCE_S)


def report_of(workbench: Workbench, prompt: str, **which: object) -> tuple[str, SuiteReport]:
    found = workbench.store.packs.cases(prompt)
    handle = suites.run(workbench, prompt, GIVEN, found, draft=draft(text="{{word}}"), **which)
    return handle.run_uid, workbench.tests.analyst.report("Words", handle.run_uid, GIVEN)


def words_of(workbench: Workbench, prompt: str, *, held_out: bool) -> Counter[str]:
    return Counter(
        dict(case.values)["word"] for case in workbench.store.packs.cases(prompt) if case.held_out == held_out
    )


def test_totals_of_a_hold_out_count_every_comparison(bench: tuple[Workbench, str]) -> None:
    workbench, prompt = bench
    hold_out(workbench, prompt)
    for which, held_out in (("tuning", False), ("holdout", True)):
        _, report = report_of(workbench, prompt, set_name=which)
        truth = words_of(workbench, prompt, held_out=held_out)
        assert min(truth.values()) > 0
        (said,) = report.columns[1].judging
        assert said.preference is not None
        found = said.preference
        assert (found.won, found.lost, found.undecided, found.unscored) == (
            *(0, truth["second"], truth["first"], truth["banana"]),
        ), which
        assert said.short == "judge unmeasured"


def test_cases_that_are_held_out_later_still_count_in_an_earlier_test(bench: tuple[Workbench, str]) -> None:
    workbench, prompt = bench
    run_uid, before = report_of(workbench, prompt)
    hold_out(workbench, prompt)
    after = workbench.tests.analyst.report("Words", run_uid, GIVEN)
    assert after.columns[1].judging == before.columns[1].judging
    assert after.columns[1].judging[0].preference is not None
    assert after.columns[1].judging[0].preference.undecided == 12


def test_nothing_that_is_shown_tells_a_compared_case(bench: tuple[Workbench, str]) -> None:
    workbench, prompt = bench
    hold_out(workbench, prompt)
    run_uid, report = report_of(workbench, prompt, set_name="holdout")
    run = workbench.store.tests.run(run_uid)
    analyst = workbench.tests.analyst
    told = ["".join(one.write(report, lambda: analyst.cells(run_uid))) for one in FORMATS.values()]
    for text in (*told, *report.sentences, *(repr(cell) for cell in analyst.cells(run_uid))):
        assert "Zebra" not in text
        assert "banana" not in text
    judges = workbench.store.judges
    assert [judges.answers(run_uid, run.scoring_uid, check_hash(BEST), column) for column in (0, 1)] == [(), ()]
    assert [row[0] for row in label_rows(workbench.store.tests, judges, run)] == ["kind"]
    with pytest.raises(RefusedError, match="compares answers"):
        labelled_checks(judges, run_uid, run.scoring_uid)
    with pytest.raises(RefusedError, match="compares two answers"):
        JudgeBook(workbench.store, new_uid, utc_now).labelling(run_uid, check_hash(BEST))
    # What the judge got and said is in the history, and is found by no word of a case.
    assert workbench.searcher.behind() == 0
    for query in ("kind:judge banana", 'kind:judge case:"zebra"', "banana", "zebra"):
        page = workbench.store.searches.page(parse(query).query, lambda moment: moment)
        assert page.rows == (), query
    (asked,) = judges.runs(run.scoring_uid)
    shown = workbench.store.iteration_detail(asked.uid)
    told = json.dumps([(one.name, dict(one.values)) for one in shown.sets])
    assert "banana" not in told
    assert "Zebra" not in told
    assert not [one.text for one in shown.outputs]


def test_a_hold_out_that_is_not_complete_tells_no_preference(bench: tuple[Workbench, str], tmp_path: Path) -> None:
    workbench, prompt = bench
    hold_out(workbench, prompt)
    run_uid, report = report_of(workbench, prompt, set_name="holdout")
    assert report.judged.judges
    with closing(sqlite3.connect(tmp_path / "w.db", timeout=PATIENCE_S)) as connection, connection:
        connection.execute("DELETE FROM run_cells WHERE case_position = 0 AND lane = 1")
    report = workbench.tests.analyst.report("Words", run_uid, GIVEN)
    assert (report.judged.judges, [column.judging for column in report.columns]) == ((), [(), ()])
    assert [column.rate_words for column in report.columns] == ["", ""]
    assert not any("preferred" in sentence.lower() for sentence in report.sentences)
