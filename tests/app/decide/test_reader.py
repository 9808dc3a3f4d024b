"""Reading decisions: one at a time, only the newest is delivered, and errors are reported once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from tests.app.decide.standin_decisions import StandInDecisions
from workbench.app.decide.reader import DecisionReader
from workbench.app.decide.source import PromptDecision
from workbench.core.decide.goals import DecideGoals
from workbench.store.errors import StoreError


class HeldTasks:
    """Large work waits for `work`; everything else runs at once."""

    def __init__(self) -> None:
        self.held: list[Callable[[], None]] = []
        self.reported: list[BaseException] = []

    def run(self, work: Callable[[], Any], then: Any = None, on_error: Any = None) -> None:
        try:
            result = work()
        except StoreError as error:
            on_error(error)
        else:
            then(result)

    def run_large(self, work: Callable[[], Any], then: Any = None, on_error: Any = None) -> None:
        self.held.append(lambda: self.run(work, then, on_error))

    def report(self, error: BaseException) -> None:
        self.reported.append(error)

    def work(self) -> None:
        self.held.pop(0)()


class Told:
    """A reader, and what it told."""

    def __init__(self) -> None:
        self.tasks, self.source = HeldTasks(), StandInDecisions()
        self.reader = DecisionReader(self.source, self.tasks)  # type: ignore[arg-type] # the parts that it uses
        self.read: list[PromptDecision] = []
        self.waits = self.failures = 0
        self.reader.read.connect(self.read.append)
        self.reader.waiting.connect(self._count_wait)
        self.reader.failed.connect(self._count_failure)

    def _count_wait(self) -> None:
        self.waits += 1

    def _count_failure(self) -> None:
        self.failures += 1


@pytest.fixture
def told(qtbot: QtBot) -> Told:
    return Told()


def test_requests_are_merged_and_only_the_newest_is_delivered(told: Told) -> None:
    for prompt in ("a", "a", "b"):
        told.reader.show(prompt)
    assert len(told.tasks.held) == 1
    told.tasks.work()
    assert told.read == []
    told.tasks.work()
    assert ([one.prompt_uid for one in told.read], told.source.reads, told.waits) == (["b"], ["a", "b"], 2)
    assert not told.tasks.held


def test_the_same_prompt_is_read_again_without_waiting(told: Told) -> None:
    told.reader.show("a")
    told.tasks.work()
    told.reader.show("a")
    assert told.reader.shown is told.read[0]
    told.tasks.work()
    assert (len(told.read), told.waits) == (2, 1)


def test_no_prompt_drops_what_is_being_read(told: Told) -> None:
    told.reader.show("a")
    told.reader.show("")
    told.tasks.work()
    assert (told.read, told.reader.shown, told.tasks.held) == ([], None, [])


def test_saved_figures_are_read_again(told: Told) -> None:
    told.reader.show("a")
    told.tasks.work()
    told.reader.save(DecideGoals(target=0.5))
    told.tasks.work()
    assert [one.goals.target for one in told.read] == [0.92, 0.5]


def test_an_error_is_reported_and_the_next_reading_works(told: Told) -> None:
    told.source.is_broken = True
    told.reader.show("a")
    told.tasks.work()
    assert ([str(error) for error in told.tasks.reported], told.failures) == ([str(told.tasks.reported[0])], 1)
    assert (told.read, told.reader.shown) == ([], None)
    told.source.is_broken = False
    told.reader.show("a")
    told.tasks.work()
    assert len(told.read) == 1


def test_an_error_of_an_older_request_is_dropped(told: Told) -> None:
    told.source.is_broken = True
    told.reader.show("a")
    told.reader.show("b")
    told.tasks.work()
    told.source.is_broken = False
    told.tasks.work()
    assert ([one.prompt_uid for one in told.read], told.tasks.reported, told.failures) == (["b"], [], 0)
