"""What a result says belongs to the view in which its work began."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future

import pytest
from pytestqt.qtbot import QtBot

from workbench.app.tasks import Tasks


@pytest.fixture
def tasks(qapp: object) -> Iterator[Tasks]:
    made = Tasks()
    made.show_view("compose")
    yield made
    made.close()


def began(qtbot: QtBot, tasks: Tasks, *, fails: bool = False, within: Callable[[], object] = lambda: None) -> list[str]:
    """Return the view named before and after `within` is called by the result of work that began in Compose and ended
    in History."""
    work: Future[None] = Future()
    found: list[str] = []

    def handle(_: object) -> None:
        found.append(tasks.began_in)
        within()
        found.append(tasks.began_in)

    tasks.watch(work, handle, handle)
    tasks.show_view("history")
    if fails:
        work.set_exception(ValueError("no"))
    else:
        work.set_result(None)
    qtbot.waitUntil(lambda: len(found) == 2)
    return found


@pytest.mark.parametrize("fails", [False, True])
def test_result_belongs_to_the_view_of_its_beginning(qtbot: QtBot, tasks: Tasks, fails: bool) -> None:
    assert tasks.began_in == "compose"
    assert began(qtbot, tasks, fails=fails) == ["compose", "compose"]
    assert tasks.began_in == "history"


def test_view_that_a_result_shows_is_its_own_from_then_on(qtbot: QtBot, tasks: Tasks) -> None:
    assert began(qtbot, tasks, within=lambda: tasks.show_view("test")) == ["compose", "test"]
    assert tasks.began_in == "test"


def test_work_of_a_result_belongs_to_the_same_view(qtbot: QtBot, tasks: Tasks) -> None:
    later: list[str] = []
    began(qtbot, tasks, within=lambda: tasks.run(lambda: None, lambda _: later.append(tasks.began_in)))
    qtbot.waitUntil(lambda: later == ["compose"])
    assert tasks.began_in == "history"


def test_failed_handling_does_not_keep_its_view(qtbot: QtBot, tasks: Tasks) -> None:
    def broken() -> None:
        raise ZeroDivisionError

    with qtbot.captureExceptions() as raised:
        work: Future[None] = Future()
        tasks.watch(work, lambda _: broken())
        tasks.show_view("history")
        work.set_result(None)
        qtbot.waitUntil(lambda: bool(raised))
    assert tasks.began_in == "history"
