"""The table of runs over a history of any length: pages, memory, and searches that replace each other."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, Qt
from pytestqt.qtbot import QtBot

from workbench.app.history.table_model import KEPT, PAGE, ROW, HistoryTableModel
from workbench.app.tasks import Tasks
from workbench.core.history_columns import COLUMNS, COST, LANES, PROMPT, WINNER, cell, facts, listed, whole
from workbench.core.outcome import Outcome
from workbench.core.runs import IterationRow
from workbench.core.search.results import HistoryPage, HistoryRow, Order, SearchCursor, SearchTotal
from workbench.store import StoreError
from workbench.usecases.searcher import SearchPage, SearchStop

NOW = "2026-11-24T13:20:05.000Z"


def row(number: int, **changed: object) -> HistoryRow:
    line = {"verdict": "none", "winner": "", "running": False, "blind": False, "outcome": Outcome(2)}
    line |= {key: changed.pop(key) for key in list(changed) if key in line}
    made = IterationRow(f"r{number}", number, 1, NOW, "", "", 0, 0, **line)  # type: ignore[arg-type]
    return HistoryRow(made, "iteration", "p", "Order bot", lanes=("gpt", "haiku"), cost_usd=0.0011, **changed)  # type: ignore[arg-type]


class Many:
    """A history of `count` runs, numbered from the newest; the query `slow` waits to be stopped."""

    def __init__(self, count: int) -> None:
        self.count, self.calls = count, 0
        self.started = threading.Event()

    def search(
        self,
        text: str,
        after: SearchCursor | None = None,
        limit: int = PAGE,
        *,
        order: Order = "newest",
        stop: SearchStop | None = None,
    ) -> SearchPage:
        self.calls += 1
        assert stop is not None
        if text == "slow":
            self.started.set()
            while not stop.asked:
                threading.Event().wait(0.001)
            raise StoreError("stopped", "", "interrupted")
        if text == "broken":
            raise StoreError("The history cannot be read. Try again.", "", "broken")
        first = 0 if after is None else after.place
        last = min(self.count, first + limit)
        rows = tuple(row(number) for number in range(first, last))
        following = SearchCursor(last) if last < self.count else None
        return SearchPage(
            HistoryPage(rows, following, SearchTotal(self.count) if after is None else None), text, took_ms=4
        )


@pytest.fixture
def tasks(qapp: object) -> Iterator[Tasks]:
    made = Tasks()
    yield made
    made.close()


def shown(qtbot: QtBot, tasks: Tasks, many: Many) -> HistoryTableModel:
    model = HistoryTableModel(tasks, many, lambda: NOW, tasks)
    with qtbot.waitSignal(model.answered):
        model.search("")
    return model


def to_the_end(qtbot: QtBot, model: HistoryTableModel) -> None:
    while model.canFetchMore(QModelIndex()):
        with qtbot.waitSignal(model.rowsInserted):
            model.fetchMore(QModelIndex())


def test_pages_are_loaded_in_order_without_gaps(qtbot: QtBot, tasks: Tasks) -> None:
    model = shown(qtbot, tasks, Many(250))
    assert model.rowCount() == PAGE
    assert model.total == SearchTotal(250)
    to_the_end(qtbot, model)
    assert model.rowCount() == 250
    assert [model.index(at, 0).data(ROW).row.number for at in range(250)] == list(range(250))


def test_distant_rows_are_evicted_and_loaded_again(qtbot: QtBot, tasks: Tasks) -> None:
    model = shown(qtbot, tasks, Many(60 * PAGE + 7))
    to_the_end(qtbot, model)
    assert model.rowCount() == 60 * PAGE + 7
    assert len(model._pages) == KEPT
    far = model.index(150, PROMPT)
    with qtbot.waitSignal(model.dataChanged) as told:
        assert far.data(ROW) is None
        assert far.data() == "…"
    assert (told.args[0].row(), told.args[1].row()) == (PAGE, 2 * PAGE - 1)
    assert far.data(ROW).row.number == 150
    assert len(model._pages) == KEPT


def test_held_rows_are_loaded_and_kept_until_released(qtbot: QtBot, tasks: Tasks) -> None:
    many = Many(50 * PAGE)
    model = shown(qtbot, tasks, many)
    to_the_end(qtbot, model)
    model.hold([(0, 0), (2 * PAGE - 1, 50 * PAGE - 1)])
    assert not model.holds_all
    qtbot.waitUntil(lambda: model.holds_all)
    calls = many.calls
    assert [model.row(at) is not None for at in range(50 * PAGE)] == [True] * 50 * PAGE
    assert len(model._pages) == 50
    model.hold([])
    with qtbot.waitSignal(model.dataChanged):
        model.reread(["r0"])
    assert len(model._pages) == KEPT
    assert many.calls == calls + 1, "polling stops"


def test_only_the_last_page_requested_during_a_read_is_loaded(qtbot: QtBot, tasks: Tasks) -> None:
    many = Many(60 * PAGE)
    model = shown(qtbot, tasks, many)
    to_the_end(qtbot, model)
    before = many.calls
    for page in (0, 5, 7, 3):
        assert model.row(page * PAGE) is None
    qtbot.waitUntil(lambda: (found := model.row(3 * PAGE)) is not None and found.row.number == 3 * PAGE)
    assert many.calls == before + 2


def test_page_requested_again_during_its_read_is_loaded_once(qtbot: QtBot, tasks: Tasks) -> None:
    many = Many(60 * PAGE)
    model = shown(qtbot, tasks, many)
    to_the_end(qtbot, model)
    before = many.calls
    assert (model.row(0), model.row(1)) == (None, None)
    qtbot.waitUntil(lambda: model.row(0) is not None)
    qtbot.waitUntil(lambda: model.row(5 * PAGE) is not None)
    assert many.calls == before + 2


def test_newer_search_replaces_a_running_one(qtbot: QtBot, tasks: Tasks) -> None:
    many = Many(30)
    model = shown(qtbot, tasks, many)
    refused: list[str] = []
    model.refused.connect(refused.append)
    model.search("slow")
    qtbot.waitUntil(many.started.is_set)
    assert model.is_searching
    assert model.rowCount() == 30, "old results stay until new ones arrive"
    with qtbot.waitSignal(model.answered) as told:
        model.search("quick")
    assert told.args[0].text == "quick"
    assert model.text == "quick"
    tasks.close()
    assert refused == []


def test_failed_search_is_reported_and_keeps_the_shown_rows(qtbot: QtBot, tasks: Tasks) -> None:
    model = shown(qtbot, tasks, Many(30))
    with qtbot.waitSignal(model.refused) as told:
        model.search("broken")
    assert told.args == ["The history cannot be read. Try again."]
    assert model.rowCount() == 30
    assert not model.is_searching


def test_same_results_do_not_reset_the_model(qtbot: QtBot, tasks: Tasks) -> None:
    many = Many(250)
    model = shown(qtbot, tasks, many)
    to_the_end(qtbot, model)
    resets: list[bool] = []
    model.modelReset.connect(lambda: resets.append(True))
    with qtbot.waitSignal(model.answered):
        model.search_again()
    assert (resets, model.rowCount()) == ([], 250)
    many.count = 10
    with qtbot.waitSignal(model.answered):
        model.search_again()
    assert (resets, model.rowCount()) == ([True], 10)


def test_searching_all_rows_again_removes_deleted_runs(qtbot: QtBot, tasks: Tasks) -> None:
    many = Many(3 * PAGE)
    model = shown(qtbot, tasks, many)
    to_the_end(qtbot, model)
    many.count -= 1
    with qtbot.waitSignal(model.answered):
        model.search_again(all_rows=True)
    assert model.rowCount() == 3 * PAGE - 1
    assert not model.canFetchMore(QModelIndex())
    many.count = 60 * PAGE
    with qtbot.waitSignal(model.answered):
        model.search_again()
    to_the_end(qtbot, model)
    with qtbot.waitSignal(model.answered):
        model.search_again(all_rows=True)
    assert model.rowCount() == 60 * PAGE
    assert len(model._pages) <= KEPT
    assert not model.canFetchMore(QModelIndex())


class Holes(Many):
    """The same without the runs in `gone`."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.gone: set[int] = set()

    def search(
        self,
        text: str,
        after: SearchCursor | None = None,
        limit: int = PAGE,
        *,
        order: Order = "newest",
        stop: SearchStop | None = None,
    ) -> SearchPage:
        self.calls += 1
        there = [number for number in range(self.count) if number not in self.gone]
        behind = [number for number in there if after is None or number >= after.place][:limit]
        following = SearchCursor(behind[-1] + 1) if behind and behind[-1] != there[-1] else None
        rows = tuple(row(number) for number in behind)
        return SearchPage(
            HistoryPage(rows, following, SearchTotal(len(there)) if after is None else None), text, took_ms=4
        )


def test_rows_deleted_far_below_are_removed_without_gaps(qtbot: QtBot, tasks: Tasks) -> None:
    many = Holes(60 * PAGE + 7)
    model = shown(qtbot, tasks, many)
    to_the_end(qtbot, model)
    assert model.row(5500) is not None
    many.gone = {5500, 5501, 17}
    with qtbot.waitSignal(model.answered):
        model.search_again(all_rows=True)
    assert model.rowCount() == 60 * PAGE + 4
    assert model.total == SearchTotal(60 * PAGE + 4)
    assert model.positions(["r5499", "r5500", "r5502"]) == [5498, 5499], "the deleted run has no position"
    assert len(model._pages) <= KEPT
    model.hold([(0, model.rowCount() - 1)])
    qtbot.waitUntil(lambda: model.holds_all)
    numbers = [found.row.number for at in range(model.rowCount()) if (found := model.row(at)) is not None]
    assert numbers == [number for number in range(60 * PAGE + 7) if number not in many.gone]


def test_run_deleted_elsewhere_below_the_first_page_is_removed(qtbot: QtBot, tasks: Tasks) -> None:
    many = Holes(3 * PAGE)
    model = shown(qtbot, tasks, many)
    to_the_end(qtbot, model)
    many.gone = {2 * PAGE + 5}
    model.search_again()
    qtbot.waitUntil(lambda: model.rowCount() == 3 * PAGE - 1)
    assert model.position(f"r{2 * PAGE + 5}") == -1
    qtbot.waitUntil(lambda: not model.is_searching)
    calls = many.calls
    with qtbot.waitSignal(model.answered):
        model.search_again()
    tasks.wait_for(lambda: None)
    assert many.calls == calls + 1, "polling stops"


@pytest.mark.parametrize("pages", [1, 2])
def test_row_of_a_deleted_run_is_removed_when_its_page_is_read_again(qtbot: QtBot, tasks: Tasks, pages: int) -> None:
    many = Many(pages * PAGE)
    model = shown(qtbot, tasks, many)
    to_the_end(qtbot, model)
    many.count = pages * PAGE - 1
    model.reread([f"r{many.count - 1}"])
    qtbot.waitUntil(lambda: model.rowCount() == many.count)
    assert model.row(many.count - 1) is not None
    tasks.wait_for(lambda: None)
    calls = many.calls
    with qtbot.waitSignal(model.answered):
        model.search_again()
    assert many.calls == calls + 1


def test_row_of_a_deleted_run_is_removed_by_a_search_after_its_page_was_read_again(
    qtbot: QtBot, tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = Many(8)
    model = shown(qtbot, tasks, many)
    many.count = 7
    with monkeypatch.context() as patch:
        patch.setattr(model, "search_again", lambda **_: None)
        with qtbot.waitSignal(model.dataChanged):
            model.reread(["r0"])
    with qtbot.waitSignal(model.answered):
        model.search_again(all_rows=True)
    assert (model.rowCount(), model.index(6, PROMPT).data()) == (7, "Order bot")


@pytest.mark.parametrize(
    ("given", "column", "words"),
    [
        (row(1, verdict="winner", winner="gpt"), WINNER, "★ gpt"),
        (row(1, verdict="tie", winner="tie"), WINNER, "tie"),
        (row(1, verdict="lost", winner="lost to #12 gpt"), WINNER, "lost to #12 gpt"),
        (row(1, outcome=Outcome(2, failed=1)), WINNER, "1 of 2 failed"),
        (row(1, running=True), WINNER, "running"),
        (row(1, running=True), COST, ""),
        (row(1), COST, "$0.0011"),
        (row(1, unpriced=1), COST, "$0.0011 + 1 without a price"),
        (replace(row(1), cost_usd=0.0), COST, "free"),
        (replace(row(1, unpriced=2), cost_usd=0.0), COST, "$0 + 2 without prices"),
        (replace(row(1, unpriced=1), cost_usd=None), COST, "unknown"),
        (row(1), LANES, "gpt · haiku"),
        (row(1, starred=True, tags=("good",)), PROMPT, "☆ Order bot #good"),
    ],
)
def test_cells_show_the_facts_of_a_run(given: HistoryRow, column: int, words: str) -> None:
    assert cell(given, column, NOW) == words


def test_cost_in_a_line_shows_unknown_or_the_amount() -> None:
    assert COLUMNS[COST].fact(replace(row(1, unpriced=1), cost_usd=None)) == "cost unknown"
    assert COLUMNS[COST].fact(row(1)) == "$0.0011"


def test_blind_run_shows_neither_lanes_nor_cost() -> None:
    blind = row(1, blind=True)
    cells = (cell(blind, column, NOW) for column in range(len(COLUMNS)))
    said = " ".join([*cells, whole(blind), *facts(blind), *listed(blind)])
    assert "blind" in said
    assert not any(word in said for word in ("gpt", "haiku", "0.0011"))


def test_accessible_text_describes_the_row(qtbot: QtBot, tasks: Tasks) -> None:
    model = shown(qtbot, tasks, Many(3))
    told = model.index(1, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert told.startswith("Order bot · #1, 24 Nov 2026")
    assert told.endswith("gpt, haiku · cost $0.0011")


def test_rereading_rows_of_several_pages_keeps_them_visible(qtbot: QtBot, tasks: Tasks) -> None:
    many = Many(3 * PAGE)
    model = shown(qtbot, tasks, many)
    to_the_end(qtbot, model)
    before, told = many.calls, []
    model.dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
    model.reread([f"r{2 * PAGE}", "r1", "r2", "gone"])
    assert model.row(1) is not None
    qtbot.waitUntil(lambda: len(told) == 2)
    assert sorted(told) == [(0, PAGE - 1), (2 * PAGE, 3 * PAGE - 1)]
    assert many.calls == before + 2


def test_uncounted_rows_are_read_again_until_counted(
    qtbot: QtBot, tasks: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an import the index is made anew in the background, and nothing else tells when it is there."""
    monkeypatch.setattr("workbench.app.history.table_model._COUNTED_MS", 1)

    class Coming(Many):
        def search(self, *args: object, **named: object) -> SearchPage:
            found = super().search(*args, **named)  # type: ignore[arg-type] # as it is called
            if self.calls > 2:
                return found
            rows = tuple(replace(row, cost_usd=None, is_uncounted=True) for row in found.page.rows)
            return replace(found, page=replace(found.page, rows=rows))

    many = Coming(3)
    model = shown(qtbot, tasks, many)
    assert model.index(0, COST).data() == ""
    qtbot.waitUntil(lambda: model.index(0, COST).data() == "$0.0011", timeout=10_000)
    assert many.calls == 3
