"""Long work is done in slices, and all queued work gets its turn."""

from __future__ import annotations

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from workbench.ui.widgets.idle_queue import BUDGET_MS, IdleQueue


class Worker(QObject):
    """Work of `slices` slices, each of which takes `takes_ms`."""

    def __init__(self, turns: IdleQueue, clock: list[float], slices: int, takes_ms: float, parent: QObject) -> None:
        super().__init__(parent)
        self._clock, self.left, self._takes_ms = clock, slices, takes_ms
        turns.ask(self, self.work)

    def work(self) -> bool:
        self.left -= 1
        self._clock[0] += self._takes_ms / 1000
        return self.left > 0


def _turns() -> tuple[IdleQueue, list[float], QObject]:
    clock = [0.0]
    owner = QObject()
    return IdleQueue(owner, lambda: clock[0]), clock, owner


def test_turn_stays_within_budget_with_many_workers(qtbot: QtBot) -> None:
    turns, clock, owner = _turns()
    workers = [Worker(turns, clock, 10, 2.0, owner) for _ in range(8)]
    began = clock[0]
    turns.take()
    assert clock[0] - began < (BUDGET_MS + 2.0) / 1000
    assert [worker.left for worker in workers[:3]] == [9, 9, 9]
    assert workers[7].left == 10
    qtbot.waitUntil(lambda: not any(worker.left for worker in workers))


def test_slice_longer_than_the_budget_runs_alone_in_its_turn(qtbot: QtBot) -> None:
    turns, clock, owner = _turns()
    workers = [Worker(turns, clock, 2, 3.0 * BUDGET_MS, owner) for _ in range(3)]
    turns.take()
    turns.take()
    assert [worker.left for worker in workers] == [1, 1, 2]
    qtbot.waitUntil(lambda: not any(worker.left for worker in workers))


def test_deleted_and_dropped_workers_are_skipped(qtbot: QtBot) -> None:
    turns, clock, owner = _turns()
    gone = QObject()
    Worker(turns, clock, 3, 1.0, gone)
    dropped = Worker(turns, clock, 3, 1.0, owner)
    last = Worker(turns, clock, 3, 1.0, owner)
    turns.drop(dropped)
    del gone
    qtbot.waitUntil(lambda: last.left == 0)
    assert dropped.left == 3


def test_application_has_one_idle_queue(qtbot: QtBot) -> None:
    assert IdleQueue.of_application() is IdleQueue.of_application()
