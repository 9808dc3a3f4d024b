"""The timeline keeps its order without gaps, whichever process numbers the runs and whatever arrives meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from workbench.app.compose.iteration_viewer import nothing_answered
from workbench.app.compose.timeline_model import PAGE, ROW, TimelineModel
from workbench.app.tasks import Tasks
from workbench.core.content import Content, Message
from workbench.core.outcome import Outcome
from workbench.core.runs import IterationRow, VerdictKind
from workbench.core.timeline import (
    BareVersion,
    TimelineCursor,
    TimelinePage,
    TimelineRow,
    VersionDetail,
    describe,
    name,
    standing,
)


def _moment(second: int) -> str:
    return f"2026-11-24T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}.000Z"


def _row(number: int, note: str = "", version: int = 1000, verdict: VerdictKind = "none") -> IterationRow:
    return IterationRow(f"run-{number}", number, version, _moment(number), note, "", 0, 0, verdict, "", running=False)


def _bare(number: int, second: int = 0, *, ran: bool = False) -> BareVersion:
    return BareVersion(f"version-{number}", number, _moment(second or number), "", "", 2, 1, ran, name=f"text {number}")


@pytest.fixture
def tasks(qtbot: QtBot) -> Iterator[Tasks]:
    made = Tasks()
    yield made
    made.close()


class History:
    """Pages of a list of rows that a test may change between two fetches."""

    def __init__(self, rows: list[TimelineRow]) -> None:
        self.rows = rows
        self.asked: list[TimelineCursor | None] = []

    def __call__(self, _prompt: str, after: TimelineCursor | None, limit: int) -> TimelinePage:
        self.asked.append(after)
        rows = [row for row in self.rows if after is None or self._number(row, after)]
        page = rows[:limit]
        if len(rows) <= limit:
            return TimelinePage(tuple(page))
        last = [after.iteration, after.version] if after else [2**62, 2**62]
        for row in page:
            last[isinstance(row, BareVersion)] = row.number
        return TimelinePage(tuple(page), TimelineCursor(*last))

    @staticmethod
    def _number(row: TimelineRow, after: TimelineCursor) -> bool:
        return row.number < (after.version if isinstance(row, BareVersion) else after.iteration)


Make = Callable[[list[TimelineRow]], tuple[TimelineModel, History]]


@pytest.fixture
def make(qtbot: QtBot, tasks: Tasks) -> Make:
    def made(rows: list[TimelineRow]) -> tuple[TimelineModel, History]:
        history = History(rows)
        model = TimelineModel(tasks, history)
        model.set_prompt("p")
        qtbot.waitUntil(lambda: model.rowCount() == min(PAGE, len(rows)))
        return model, history

    return made


def _names(model: TimelineModel) -> list[str]:
    return _short([row for i in range(model.rowCount()) if (row := model.row(i)) is not None])


def _short(rows: list[TimelineRow]) -> list[str]:
    return [f"v{row.number}" if isinstance(row, BareVersion) else str(row.number) for row in rows]


def _refresh(qtbot: QtBot, model: TimelineModel) -> None:
    done: list[bool] = []
    model.refresh(lambda: done.append(True))
    qtbot.waitUntil(lambda: bool(done))


def test_late_row_is_inserted_in_order(make: Make) -> None:
    model, _ = make([_row(3), _row(1)])
    model.put(_row(5))
    model.put(_row(2))
    model.put(_row(4))
    assert _names(model) == ["5", "4", "3", "2", "1"]
    model.put(_row(4, "seen twice"))
    assert _names(model) == ["5", "4", "3", "2", "1"]
    found = model.find("run-4")
    assert found is not None
    assert found.note == "seen twice"
    assert model.position("run-2") == 3


def test_row_is_ordered_among_versions_by_time(make: Make) -> None:
    model, _ = make([_bare(7, 50), _row(40), _bare(6, 30), _row(20), _bare(5, 10)])
    model.put(_row(45))
    model.put(_row(25))
    model.put(_row(60))
    assert _names(model) == ["60", "v7", "45", "40", "v6", "25", "20", "v5"]


def test_version_row_is_removed_when_the_version_is_run(make: Make) -> None:
    model, _ = make([_row(3), _bare(2), _bare(1)])
    spy = QSignalSpy(model.rowsRemoved)
    model.put(_row(4, version=2))
    assert _names(model) == ["4", "3", "v1"]
    assert spy.count() == 1
    model.mark_ran([1, 9])
    assert model.row(2) == _bare(1, ran=True)


def test_adjacent_rows_are_removed_in_one_step(make: Make) -> None:
    model, _ = make([_row(number) for number in range(9, 0, -1)])
    spy = QSignalSpy(model.rowsRemoved)
    model.drop({f"run-{number}" for number in (9, 8, 7, 4, 3, 1)})
    assert _names(model) == ["6", "5", "2"]
    assert spy.count() == 3


def test_outdated_page_does_not_restore_a_version_that_was_run(qtbot: QtBot, make: Make) -> None:
    model, history = make([_row(3), _bare(2), _bare(1)])
    model.put(_row(4, version=2))
    _refresh(qtbot, model)
    assert _names(model) == ["3", "v1"], "the outdated page changes nothing else"
    history.rows = [_row(4, version=2), _row(3), _bare(1)]
    _refresh(qtbot, model)
    assert _names(model) == ["4", "3", "v1"]


def test_older_read_that_arrives_late_changes_nothing(qtbot: QtBot, make: Make) -> None:
    model, history = make([_row(3), _bare(1)])
    early, late = model.ticket(), model.ticket()
    model.put(_row(4, "ended"), late)
    model.put(_row(4, "running"), early)
    assert _names(model) == ["4", "3", "v1"]
    assert model.row(0) == _row(4, "ended")
    history.rows = [_row(4, "running"), _row(3), _bare(1)]
    done: list[bool] = []
    model.refresh(lambda: done.append(True))
    model.put(_row(4, "judged"))
    model.put(_row(5))
    qtbot.waitUntil(lambda: bool(done))
    assert _names(model) == ["5", "4", "3", "v1"], "a page requested earlier removes no row"
    assert model.row(1) == _row(4, "judged")


def test_refresh_keeps_rows_below_the_first_page(qtbot: QtBot, make: Make) -> None:
    model, _ = make([_row(n) for n in range(200, 0, -1)])
    model.fetchMore(QModelIndex())
    qtbot.waitUntil(lambda: model.rowCount() == 200)
    done: list[bool] = []
    model.refresh(lambda: done.append(True))
    model.put(_row(20, "noted"))
    qtbot.waitUntil(lambda: bool(done))
    assert _names(model) == [str(n) for n in range(200, 0, -1)]
    assert model.row(180) == _row(20, "noted")


def test_restored_rows_appear_among_all_loaded_rows(qtbot: QtBot, make: Make) -> None:
    rows: list[TimelineRow] = [_row(n) for n in range(400, 0, -1)]
    model, history = make([row for row in rows if row.number % 4])
    model.fetchMore(QModelIndex())
    qtbot.waitUntil(lambda: model.rowCount() == 200)
    history.rows = rows
    done: list[bool] = []
    model.refresh(lambda: done.append(True), restored=100)
    qtbot.waitUntil(lambda: bool(done))
    assert _names(model) == [str(n) for n in range(400, 100, -1)]
    model.fetchMore(QModelIndex())
    qtbot.waitUntil(lambda: model.rowCount() == 400)


def test_refresh_applies_changes_of_other_processes_without_a_reset(qtbot: QtBot, make: Make) -> None:
    rows: list[TimelineRow] = [_row(n) for n in range(300, 100, -1)]
    model, history = make(rows)
    model.fetchMore(QModelIndex())
    qtbot.waitUntil(lambda: model.rowCount() == 200)
    history.rows = [_row(302), _bare(9, 301), _row(301), _row(300, "noted"), *rows[1:40], *rows[41:]]
    resets = QSignalSpy(model.modelReset)
    _refresh(qtbot, model)
    assert _names(model) == _short(history.rows)
    assert model.find("run-300") == _row(300, "noted")
    assert resets.count() == 0, "the model is not reset, so the scroll position stays"


def test_more_new_rows_than_a_page_leave_no_gap(qtbot: QtBot, make: Make) -> None:
    rows: list[TimelineRow] = [_row(n) for n in range(150, 0, -1)]
    model, history = make(rows)
    history.rows = [_row(n) for n in range(400, 0, -1)]
    model.put(_row(400))
    _refresh(qtbot, model)
    assert _names(model) == [str(n) for n in range(400, 300, -1)]
    while model.canFetchMore(QModelIndex()):
        before = model.rowCount()
        model.fetchMore(QModelIndex())
        qtbot.waitUntil(lambda before=before: model.rowCount() > before)
    assert _names(model) == [str(n) for n in range(400, 0, -1)]


def test_pages_are_requested_by_cursor(qtbot: QtBot, make: Make) -> None:
    rows: list[TimelineRow] = [_bare(7, 900), *(_row(n) for n in range(250, 0, -1))]
    model, history = make(rows)
    assert model.canFetchMore(QModelIndex())
    model.fetchMore(QModelIndex())
    assert not model.canFetchMore(QModelIndex()), "one page at a time"
    qtbot.waitUntil(lambda: model.rowCount() == 200)
    model.fetchMore(QModelIndex())
    qtbot.waitUntil(lambda: model.rowCount() == 251)
    assert not model.canFetchMore(QModelIndex())
    assert history.asked == [None, TimelineCursor(152, 7), TimelineCursor(52, 7)]


def test_description_of_a_row_contains_all_its_facts() -> None:
    row = _row(3, "shorter", version=2)
    assert describe(row).startswith("#3, 24 Nov 2026")
    assert describe(replace(row, version_name="#3")).startswith("#3, 24 Nov 2026")
    assert describe(replace(row, version_name="#2")).startswith("#3, text of #2, 24 Nov 2026")
    assert describe(replace(row, version_name="#3 (live)")).startswith("#3, live, 24 Nov 2026")
    assert name(replace(row, kind="import")) == "import 3"
    assert describe(row).endswith(" · shorter")
    assert "words added" not in describe(row)
    assert "1 word added, 12,345 removed" in describe(replace(row, added=1, removed=12_345))
    assert "1,234 words added" in describe(replace(row, added=1234))
    failed = IterationRow("r", 3, 2, _moment(1), "", "", 0, 0, "none", "", running=False, outcome=Outcome(2, failed=1))
    assert describe(failed).endswith("1 of 2 failed")
    running = IterationRow("r", 3, 2, _moment(1), "", "", 0, 0, "none", "", running=True, outcome=Outcome(2, failed=1))
    assert describe(running).endswith("running")
    assert describe(_bare(4)).startswith("Text 4, 24 Nov 2026")
    assert describe(_bare(4)).endswith("2 words added, 1 removed · not run")
    assert describe(_bare(4, ran=True)).endswith("ran only in lanes pinned to it")
    imported = replace(_bare(4), imported=True)
    assert standing(imported) == "has answers"
    assert describe(imported).endswith("imported with answers")
    content = Content((Message("user", "was"),))
    assert "were imported; see the History" in nothing_answered(VersionDetail(imported, content))[1]


def test_model_data_returns_the_row_and_its_text(make: Make) -> None:
    model, _ = make([_row(3, "shorter"), _bare(2)])
    assert model.data(model.index(1), ROW) == _bare(2)
    assert model.data(model.index(0)) == "#3 shorter"
    assert model.data(model.index(1)).startswith("text 2")
