"""Marking rows to compare: at most two, and only loaded ones."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from workbench.app.compose.row_marks import RowMarks

ROWS = ["e", "d", "c", "b", "a"]


@pytest.fixture
def rows() -> list[str]:
    """The uids of the loaded rows, newest first."""
    return list(ROWS)


@pytest.fixture
def marks(qtbot: QtBot, rows: list[str]) -> RowMarks:
    return RowMarks(
        lambda uid: rows.index(uid) if uid in rows else -1, lambda at: rows[at] if 0 <= at < len(rows) else ""
    )


def test_third_marked_row_replaces_the_first(marks: RowMarks) -> None:
    marks.toggle("b")
    assert (marks.uids, marks.pair) == (("b",), None)
    marks.toggle("d")
    assert marks.pair == ("b", "d"), "the older row comes first"
    marks.toggle("a")
    assert marks.pair == ("a", "d")
    marks.toggle("d")
    assert marks.uids == ("a",)
    assert marks.clear()
    assert not marks.clear()


def test_first_mark_also_marks_the_shown_row(marks: RowMarks) -> None:
    marks.toggle("b", "e")
    assert marks.pair == ("b", "e")
    marks.clear()
    marks.toggle("b", "b")
    assert marks.uids == ("b",)
    marks.toggle("x", "y")
    assert marks.uids == ("b",), "a row that is not loaded cannot be marked"


def test_extending_moves_the_second_mark_past_the_first(marks: RowMarks) -> None:
    assert marks.extend("c", 1) == "b"
    assert marks.pair == ("b", "c")
    assert marks.extend("c", 1) == "a"
    assert marks.extend("c", 1) == "", "there is no older row"
    assert marks.pair == ("a", "c")
    for expected in ("b", "d", "e"):
        assert marks.extend("c", -1) == expected
    assert marks.pair == ("c", "e")
    assert marks.extend("x", 1) == ""


def test_removed_rows_lose_their_marks(marks: RowMarks, rows: list[str]) -> None:
    marks.toggle("b")
    marks.toggle("d")
    told: list[int] = []
    marks.changed.connect(lambda: told.append(1))
    rows.remove("d")
    marks.keep_loaded()
    assert marks.uids == ("b",)
    marks.keep_loaded()
    assert len(told) == 1
