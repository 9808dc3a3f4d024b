"""The tasks of the first hour, by real keys in the real program, take no more actions than their goals."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.e2e.first_hour.__main__ import measure, table
from tests.e2e.first_hour.desk import display, missing
from tests.e2e.first_hour.tasks import TASKS, Task

pytestmark = [pytest.mark.e2e, pytest.mark.deep(only=True)]


_NOT_YET = {
    "examples and schema": "examples are typed one by one",
}
"""Tasks that still take more than their goals, and why."""


def _tasks() -> Iterator[object]:
    for task in TASKS:
        reason = _NOT_YET.get(task.name)
        marks = [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
        yield pytest.param(task, id=task.name, marks=marks)


@pytest.fixture(scope="module")
def screen() -> Iterator[str]:
    assert missing() == []
    with display() as name:
        yield name


@pytest.mark.parametrize("task", list(_tasks()))
def test_task_is_done_within_its_goal(task: Task, screen: str, figure: Callable[[str], None]) -> None:
    done = measure(task, screen)
    figure(table([done]).splitlines()[1])
    assert done.trouble == ""
