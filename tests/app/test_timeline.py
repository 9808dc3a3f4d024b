"""The timeline keeps its order and has no gaps, whoever numbers the runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from workbench.app.tasks import Tasks
from workbench.app.timeline import TimelineModel
from workbench.core.runs import IterationRow


def _row(number: int, note: str = "") -> IterationRow:
    moment = "2026-11-24T13:20:05.123Z"
    return IterationRow(f"run-{number}", number, 1, moment, note, "", 0, 0, "none", "", running=False)


@pytest.fixture
def tasks(qtbot: QtBot) -> Iterator[Tasks]:
    made = Tasks()
    yield made
    made.close()


@pytest.fixture
def model(qtbot: QtBot, tasks: Tasks) -> TimelineModel:
    made = TimelineModel(tasks, lambda _prompt, _before, _limit: [_row(3), _row(1)])
    made.set_prompt("p")
    qtbot.waitUntil(lambda: made.rowCount() == 2)
    return made


def _numbers(model: TimelineModel) -> list[int]:
    return [row.number for i in range(model.rowCount()) if (row := model.row(i)) is not None]


def test_a_row_that_comes_late_takes_its_place(model: TimelineModel) -> None:
    model.put(_row(5))
    model.put(_row(2))
    model.put(_row(4))
    assert _numbers(model) == [5, 4, 3, 2, 1]
    model.put(_row(4, "seen twice"))
    assert _numbers(model) == [5, 4, 3, 2, 1]
    found = model.row(1)
    assert found is not None
    assert found.note == "seen twice"
    assert model.position("run-2") == 3
