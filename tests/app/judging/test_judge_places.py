"""The same words about a judge wherever its numbers stand: Test, Rank, History, reports, terminal, JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.test_history_table import row
from tests.filters import parse
from tests.store.judging.judges import label
from tests.store.making import NOW, opened
from tests.ui.judged_support import compared_test, is_good, judged_test
from workbench.app.history.suite_detail import suite_detail
from workbench.app.rank.check_ranking import rate_text
from workbench.app.testing.words import column_head
from workbench.cli.testing_report import lines
from workbench.core.history_columns import WINNER, cell, facts, listed, whole
from workbench.core.statistics.judge_cells import FEWEST_LABELS
from workbench.core.statistics.judge_words import COMPARING
from workbench.core.testing.report import SuiteReport
from workbench.formats.test_reports import FORMATS
from workbench.store import Store
from workbench.store.judging.records import LabelState
from workbench.ui.features.testing.judge_line import judge_line
from workbench.usecases.judging.judge_reports import JudgeAnalyst, judged_run
from workbench.usecases.testing.analysis import SuiteAnalyst
from workbench.usecases.testing.check_ranking import rank_by_checks
from workbench.usecases.testing.versions_over_time import VersionsOverTime

UNMEASURED, NOT_CORRECTED = "judge unmeasured", "not corrected"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = opened(tmp_path / "history.db")
    made.create_prompt("p", "Order bot", NOW).result(60)
    yield made
    made.close()


def labelled(store: Store, first: int, second: int) -> SuiteReport:
    """Return the report with so many random labels of answers in the two columns."""
    wanted = (first, second)
    for output in judged_test(store):
        _, case, column, *_ = output.split(".")
        if int(case) < wanted[int(column)]:
            says: LabelState = "pass" if is_good(int(case), int(column)) else "fail"
            label(store, output, says, f"l.{output}")
    return SuiteAnalyst(store.tests, judges=JudgeAnalyst(store.judges)).newest("Order bot", "p", "t1")


def places(store: Store, report: SuiteReport) -> dict[str, list[str]]:
    """Return what each place says beside the rates of the two columns."""
    document = json.loads("".join(FORMATS["json"].write(report, lambda: iter(()))))
    printed = [line for line in lines(report) if line.startswith(("  acme-large", "  acme-mini"))]
    tables = "".join(FORMATS["markdown"].write(report, lambda: iter(()))).splitlines()
    ranked = rank_by_checks(store.tests, "p", lambda run: judged_run(store.judges, run))
    return {
        "Test": [column_head(column, None).judged or "" for column in report.columns],
        "Rank": [rate_text(one) for one in ranked.rows],
        "History": [one.rate for one in suite_detail(row(1), report).columns],
        "terminal": printed,
        "Markdown": [line for line in tables if line.startswith("|") and "acme" in line],
        "JSON": [column["judge_words"] for column in document["columns"]],
    }


def short_places(store: Store) -> dict[str, list[str]]:
    """Return what the places say that have no room for a corrected rate."""
    assert store.searches.behind() == 0
    (found,) = store.searches.page(parse("kind:test").query, lambda moment: moment).rows
    share = store.pass_shares.of_versions("p", [1])[1]
    chart = VersionsOverTime(store.tests, store.judges).chart("p", "tuning")
    return {
        "History list": [*facts(found), cell(found, WINNER, NOW), whole(found), *listed(found)],
        "timeline": [share.text, share.words],
        "chart": [point.words for series in chart.series for point in series.points],
    }


@pytest.mark.parametrize("labels", [(0, 0), (10, 9), (12, 12)])
def test_short_places_say_that_a_judge_is_unmeasured(store: Store, labels: tuple[int, int]) -> None:
    labelled(store, *labels)
    for place, words in short_places(store).items():
        with_rate = [one for one in words if re.search(r"\d/\d|\d of \d|pass", one)]
        assert with_rate, place
        for one in with_rate:
            assert (UNMEASURED in one) == (sum(labels) < FEWEST_LABELS), (place, one)


@pytest.mark.parametrize("labels", [(0, 0), (10, 9), (12, 12)])
def test_the_chart_of_versions_says_below_that_a_judge_is_unmeasured(store: Store, labels: tuple[int, int]) -> None:
    labelled(store, *labels)
    about = VersionsOverTime(store.tests, store.judges).chart("p", "tuning").about
    told = [one for one in about if "unmeasured" in one]
    if sum(labels) < FEWEST_LABELS:
        assert told == ["A judge whose error is unmeasured decides: label answers to see how far to trust these rates."]
    else:
        assert told == []


def test_a_judge_that_compares_is_unmeasured_everywhere(store: Store) -> None:
    compared_test(store)
    report = SuiteAnalyst(store.tests, judges=JudgeAnalyst(store.judges)).newest("Order bot", "p", "t1")
    (judge,) = report.judged.judges
    assert judge_line(judge) == "Judged by judge · unmeasured: comparisons cannot be labelled"
    assert judge.words.endswith(COMPARING)
    for place, words in places(store, report).items():
        assert UNMEASURED in words[1], (place, words)
        assert "unmeasured" not in words[0], (place, words)
    assert UNMEASURED in next(one for one in report.sentences if "preferred in 24 of 24 cases" in one)
    for place, words in short_places(store).items():
        assert any(UNMEASURED in one for one in words), (place, words)


@pytest.mark.parametrize(
    ("labels", "beside"),
    [((0, 0), UNMEASURED), ((10, 9), UNMEASURED), ((12, 12), NOT_CORRECTED), ((24, 24), ", corrected ")],
)
def test_every_place_says_the_same_about_the_judge(store: Store, labels: tuple[int, int], beside: str) -> None:
    report = labelled(store, *labels)
    (judge,) = report.judged.judges
    assert judge.is_measured == (beside != UNMEASURED)
    assert ("unmeasured" in judge_line(judge)) == (beside == UNMEASURED)
    for place, words in places(store, report).items():
        assert len(words) >= 2, place
        assert all(beside in one for one in words[:2]), (place, words)
        assert ("unmeasured" in " ".join(words)) == (beside == UNMEASURED), (place, words)
