"""The tasks of the first hour, by real keys in the real program, take no more actions than their goals."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.e2e.first_hour.__main__ import measure, table
from tests.e2e.first_hour.desk import display, missing
from tests.e2e.first_hour.tasks import TASKS, Task

pytestmark = [pytest.mark.e2e, pytest.mark.deep(only=True)]


@pytest.fixture(scope="module")
def screen() -> Iterator[str]:
    assert missing() == []
    with display() as name:
        yield name


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_task_is_done_within_its_goal(task: Task, screen: str, figure: Callable[[str], None]) -> None:
    done = measure(task, screen)
    figure(table([done]).splitlines()[1])
    assert done.trouble == ""
