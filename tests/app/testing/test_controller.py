"""Tests of a prompt are read, started and followed off the UI thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field, replace

import pytest
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from tests.app.testing.standin_source import StandInSuites
from tests.patience import PATIENCE_S
from workbench.app.tasks import Tasks
from workbench.app.testing import progress_polling
from workbench.app.testing.cell_reader import CellReader
from workbench.app.testing.controller import SuiteController
from workbench.app.testing.grid_model import FIRST
from workbench.app.testing.row_reader import read_rows
from workbench.app.testing.source import ShownEstimate
from workbench.core.lanes import Lane
from workbench.core.testing.cells import CellKey
from workbench.core.testing.grid import CaseSetName


@pytest.fixture
def tasks(qapp: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tasks]:
    monkeypatch.setattr(progress_polling, "POLL_MS", 5)
    made = Tasks()
    yield made
    made.close()


def opened(qtbot: QtBot, tasks: Tasks, source: StandInSuites) -> SuiteController:
    suites = SuiteController(source, tasks, tasks)
    suites.open("p")
    qtbot.waitUntil(lambda: suites.overview is not None)
    if source.has_run:
        qtbot.waitUntil(lambda: suites.figures.report is not None and suites.figures.counts.rows != {})
    return suites


def until(qtbot: QtBot, condition: Callable[[], object]) -> None:
    qtbot.waitUntil(lambda: bool(condition()))


def test_run_has_heads_counts_and_statistics(qtbot: QtBot, tasks: Tasks) -> None:
    suites = opened(qtbot, tasks, StandInSuites())
    heads = suites.heads()
    assert [head.title for head in heads] == ["#10 · gpt-5-mini", "#14 · gpt-5-mini", "#14 · claude-haiku-4.5"]
    assert heads[0].verdict == "baseline"
    assert heads[1].verdict.startswith("better · +")
    assert [one.tone for one in heads[1].figures] == ["red", "red"]
    assert heads[1].low is not None
    assert heads[1].low < (heads[1].rate or 0)
    assert [one.partition(" ")[0] for one in heads[1].details] == ["Mean", "Latency", "$0.42"]
    assert heads[1].sentence in heads[1].words
    assert suites.figures.counts.rows["all"] == 48
    assert suites.holdout is not None
    assert suites.holdout.new == 72


def test_started_run_is_followed_to_its_end(qtbot: QtBot, tasks: Tasks) -> None:
    source = StandInSuites(12, answered=30)
    suites = opened(qtbot, tasks, source)
    ended = QSignalSpy(suites.ended)
    suites.act("start")
    until(qtbot, lambda: suites.is_running)
    source.advance(3)
    until(qtbot, lambda: suites.progress is not None and suites.progress.answered == 33)
    until(qtbot, lambda: suites.model.index(10, FIRST).data() is not None)
    source.advance(3)
    until(qtbot, lambda: ended.count() == 1)
    until(qtbot, lambda: not suites.is_running and suites.estimate.new == 0)
    assert source.told == [("start", "tuning", False)]
    assert not suites._polling.is_active


def test_run_is_paused_resumed_and_stopped(qtbot: QtBot, tasks: Tasks) -> None:
    source = StandInSuites(12, answered=10)
    suites = opened(qtbot, tasks, source)
    suites.act("start")
    until(qtbot, lambda: suites.is_running)
    for action, state in (("pause", "paused"), ("resume", "running"), ("stop", "stopped")):
        suites.act(action)  # type: ignore[arg-type] # one of RunAction
        until(qtbot, lambda state=state: suites.progress is not None and suites.progress.state == state)
    assert [one[0] for one in source.told] == ["start", "pause", "resume", "stop"]


def test_column_without_a_run_stands_beside_the_others(qtbot: QtBot, tasks: Tasks) -> None:
    source = StandInSuites(12)
    suites = opened(qtbot, tasks, source)
    lane = Lane("l9", "e1", "google/gemini")
    suites.change_settings(lambda settings: replace(settings, columns=(*settings.columns, lane)))
    until(qtbot, lambda: len(suites.heads()) == 4)
    assert (suites.heads()[3].title, suites.heads()[3].verdict) == ("#14 · gemini", "not run yet")
    until(qtbot, lambda: suites.model.columnCount() == FIRST + 4 and suites.model.rowCount() == 12)
    assert suites.model.index(0, FIRST + 3).data() is None
    assert suites.estimate.new == 12


def test_only_totals_of_the_hold_out_are_read(qtbot: QtBot, tasks: Tasks) -> None:
    source = StandInSuites(12)
    suites = opened(qtbot, tasks, source)
    pages = source.pages_read
    suites.choose_set("holdout")
    until(qtbot, lambda: suites.estimate.cells == 72)
    assert suites.run is None
    assert suites.model.rowCount() == 0
    assert source.pages_read == pages


def test_answers_about_another_prompt_are_dropped(qtbot: QtBot, tasks: Tasks) -> None:
    source = StandInSuites(12)
    suites = SuiteController(source, tasks, tasks)
    suites.open("old")
    suites.open("new")
    until(qtbot, lambda: suites.overview is not None)
    assert suites.overview is not None
    assert suites.overview.prompt_uid == "new"


def test_overruling_changes_row_counts_and_statistics(qtbot: QtBot, tasks: Tasks) -> None:
    source = StandInSuites(24)
    suites = opened(qtbot, tasks, source)
    failed = next(at for at in range(24) if source._cell(at, 1).status == "fail")
    cells = CellReader(source, tasks, suites)
    looked = QSignalSpy(cells.looked)
    assert suites.run is not None
    cells.look(suites.run, CellKey(failed, 1, 0), against=2)
    until(qtbot, lambda: looked.count() == 1)
    shown = looked.at(0)[0]
    assert shown.difference is not None
    assert shown.difference.new == shown.detail.result.text
    before = suites.figures.counts.rows["failed"]
    cells.overrule(shown.detail, 1, "pass", suites.results_changed)
    until(qtbot, lambda: suites.figures.counts.rows["overruled"] == 1)
    assert suites.figures.counts.rows["failed"] <= before
    until(qtbot, lambda: suites.model.cell(failed, FIRST + 1).status == "pass")  # type: ignore[union-attr] # loaded


@dataclass
class SlowEstimates(StandInSuites):
    """Estimates wait until they are allowed."""

    allowed: threading.Event = field(default_factory=threading.Event)

    def estimate(self, prompt_uid: str, set_name: CaseSetName) -> ShownEstimate:
        assert self.allowed.wait(PATIENCE_S)
        return super().estimate(prompt_uid, set_name)


def test_rows_are_shown_before_it_is_known_what_a_start_takes(qtbot: QtBot, tasks: Tasks) -> None:
    source = SlowEstimates(12, answered=30)
    suites = SuiteController(source, tasks, tasks)
    read = QSignalSpy(suites.read)
    suites.open("p")
    until(qtbot, lambda: suites.model.rowCount() == 12 and suites.model.row(0) is not None)
    assert suites.progress is not None
    assert (suites.progress.answered, len(suites.heads())) == (30, 3)
    assert (suites.is_estimated, suites.estimate, suites.holdout) == (False, ShownEstimate(), None)
    assert read.count() == 0
    source.allowed.set()
    until(qtbot, lambda: read.count() == 1)
    assert suites.is_estimated
    assert (suites.estimate.new, suites.holdout and suites.holdout.new) == (6, 72)
    until(qtbot, lambda: suites.figures.report is not None and suites.figures.counts.rows != {})


def test_estimate_of_a_shown_run_stays_until_the_new_one_is_there(qtbot: QtBot, tasks: Tasks) -> None:
    source = SlowEstimates(12, answered=30)
    source.allowed.set()
    suites = opened(qtbot, tasks, source)
    source.allowed.clear()
    source.advance(6)
    known = suites.estimate
    suites.refresh()
    assert (suites.is_estimated, suites.estimate) == (True, known)
    source.allowed.set()
    until(qtbot, lambda: suites.estimate.new == 0)
    assert suites.progress is not None
    assert suites.progress.answered == 36


def test_estimate_of_a_set_stays_while_the_rows_of_its_new_run_are_shown(qtbot: QtBot, tasks: Tasks) -> None:
    source = SlowEstimates(12, has_run=False)
    source.allowed.set()
    suites = opened(qtbot, tasks, source)
    until(qtbot, lambda: suites.is_estimated)
    known = suites.estimate
    assert known.new == 36
    source.allowed.clear()
    suites.act("start")
    until(qtbot, lambda: suites.is_running and suites.model.rowCount() == 12)
    # A button that was pressed stays enabled, and keeps the focus.
    assert (suites.is_estimated, suites.estimate) == (True, known)
    suites.choose_set("holdout")
    assert (suites.is_estimated, suites.estimate.new) == (False, 0)
    source.allowed.set()
    until(qtbot, lambda: suites.estimate.new == 72)


def test_failed_first_page_keeps_nothing_else_back(qtbot: QtBot, tasks: Tasks) -> None:
    source = StandInSuites(12, answered=30)
    source.broken = "page"
    suites = opened(qtbot, tasks, source)
    assert (suites.is_estimated, suites.estimate.new) == (True, 6)


@pytest.mark.parametrize("method", ["overview", "estimate", "progress", "counts", "report", "page"])
def test_every_failed_read_is_reported(qtbot: QtBot, tasks: Tasks, method: str) -> None:
    source = StandInSuites(12)
    source.broken = method
    suites = SuiteController(source, tasks, tasks)
    with qtbot.waitSignal(suites.refused) as told:
        suites.open("p")
    assert method in str(told.args[0])


def test_copied_rows_are_all_rows_of_the_query(qtbot: QtBot, tasks: Tasks) -> None:
    suites = opened(qtbot, tasks, StandInSuites(250))
    read: Future[int] = Future()
    read_rows(suites, tasks, lambda rows: read.set_result(len(rows)))
    until(qtbot, read.done)
    assert read.result() == 250
