"""The table of the history's columns: every row is complete, and what each place makes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from workbench.core.history_columns import COLUMNS, HistoryColumn, cell, facts, listed, whole
from workbench.core.outcome import Outcome
from workbench.core.runs import IterationRow
from workbench.core.search.results import HistoryRow, SuiteStanding

NOW = "2026-11-24T13:20:05.000Z"
LINE = IterationRow("r7", 7, 3, NOW, "shorter", "", 2, 1, "winner", "gpt", running=False, version_name="#5")
LINE = replace(LINE, outcome=Outcome(4, failed=1))
FULL = HistoryRow(LINE, "iteration", "p", "Order bot", ("gpt", "haiku"), ("good",), starred=True, cost_usd=0.0011)
DESCRIBED = {"When", "Winner", "Change"}
"""Columns that the description of an iteration tells, which is in the words of its number."""


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.title)
def test_column_has_every_part(column: HistoryColumn) -> None:
    assert column.title
    assert column.text(FULL, NOW)
    assert bool(column.words(FULL)) != (column.title in DESCRIBED)
    # The terminal lists the note after the columns instead.
    assert any(column.listed(FULL)) != (column.title == "Change")
    for row in (replace(FULL, row=replace(LINE, blind=True, verdict="none", winner="")), replace(FULL, cost_usd=None)):
        assert len(column.listed(row)) == len(column.listed(FULL))
    assert column.width


def test_columns_have_different_titles() -> None:
    assert len({column.title for column in COLUMNS}) == len(COLUMNS)


def test_numbers_have_no_share_of_the_width() -> None:
    """They would be far from their neighbours, because they are aligned at the right."""
    assert {column.title for column in COLUMNS if column.is_number} == {"Iter.", "Cost"}
    assert all(isinstance(column.width, str) for column in COLUMNS if column.is_number)


def test_column_with_a_share_of_the_width_is_always_shown() -> None:
    """It fills the table in which others are hidden."""
    most = max(column.priority for column in COLUMNS)
    assert any(column.priority == most for column in COLUMNS if not isinstance(column.width, str))


@pytest.mark.parametrize("column", [-1, len(COLUMNS)])
def test_unknown_column_raises(column: int) -> None:
    with pytest.raises(IndexError, match=f"no column {column}"):
        cell(FULL, column, NOW)


def test_run_is_described_completely_in_each_place() -> None:
    assert [column.text(FULL, NOW) for column in COLUMNS] == [
        "now",
        "☆ Order bot #good",
        "#7",
        "shorter",
        "gpt · haiku",
        "★ gpt",
        "$0.0011",
    ]
    told = whole(FULL)
    assert told.startswith("Order bot · #7, text of #5, 24 Nov 2026")
    assert told.endswith(
        " · 2 words added, 1 removed · shorter · winner: gpt · 1 of 4 failed · gpt, haiku · cost $0.0011"
        " · starred · tag good"
    )
    assert list(facts(FULL)) == ["★ gpt", "$0.0011"]
    assert list(listed(FULL))[1:] == ["Order bot", "#7", "gpt · haiku", "★ gpt", "1 of 4 failed", "$0.0011"]


def test_answers_without_a_price_are_counted_in_the_description() -> None:
    assert whole(replace(FULL, cost_usd=None, unpriced=1200)).endswith(
        "cost unknown · 1,200 without a price · starred · tag good"
    )


def test_damaged_row_is_marked() -> None:
    damaged = replace(FULL, row=replace(LINE, damage="its note"))
    assert "★ gpt · damaged" in list(facts(damaged))
    assert "damaged: its note" in whole(damaged)
    assert "damaged: its note" in list(listed(damaged))


def suite_row(**fields: Any) -> HistoryRow:
    line = IterationRow("t3", 3, 3, NOW, "", "", 0, 0, "none", "", running=False, kind="test", version_name="#5")
    suite = replace(SuiteStanding(48, 3, 144, 144, 44, 48), **fields)
    return HistoryRow(line, "test", "p", "Order bot", ("mini", "mini", "haiku"), cost_usd=0.2, test=suite)


def test_a_test_is_one_row_with_its_best_column() -> None:
    row = suite_row()
    assert [column.text(row, NOW) for column in COLUMNS] == [
        *("now", "Order bot", "test 3", "", "mini · haiku", "44/48 · 3 columns", "$0.2000"),
    ]
    assert list(facts(row)) == ["48 cases in 3 columns; 44 of 48 pass in the best", "$0.2000"]
    assert "44 of 48 pass in the best" in whole(row)
    assert "44/48 · 3 columns" in list(listed(row))


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (suite_row(columns=1, cells=48, is_held_out=True), "44/48 · 1 column · hold-out"),
        (suite_row(scored=0, passing=0), "3 columns · not scored"),
        (suite_row(scored=None, passing=0), "3 columns"),
        (suite_row(answered=132, is_probe=True), "44/48 · 3 columns · probe · 12 open"),
        (replace(suite_row(), row=replace(suite_row().row, running=True)), "44/48 · 3 columns · running"),
        (
            replace(suite_row(), row=replace(suite_row().row, outcome=Outcome(9, failed=2))),
            "44/48 · 3 columns · 2 calls failed",
        ),
    ],
)
def test_state_of_a_test_follows_its_result(row: HistoryRow, words: str) -> None:
    assert next(column for column in COLUMNS if column.title == "Winner").text(row, NOW) == words


def test_run_that_changed_nothing_says_so() -> None:
    place = next(at for at, column in enumerate(COLUMNS) if column.title == "Change")
    rerun = replace(FULL, row=replace(LINE, note="", summary="", added=0, removed=0))
    assert cell(rerun, place, NOW) == "same text"
    assert cell(replace(rerun, kind="test"), place, NOW) == ""
