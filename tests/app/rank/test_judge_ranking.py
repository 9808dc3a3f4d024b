"""Ranking by a judge: one at a time, and only the newest request is delivered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import pytest

from workbench.app.rank.judge_ranking import JudgeRankingController
from workbench.usecases.ranking_result import JudgeRanking


class HeldTasks:
    """Keeps what was asked for until the test ends it."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Callable[[Any], None], Callable[[Exception], None]]] = []
        self.reported: list[BaseException] = []

    def run_large(
        self, work: Callable[[], Any], then: Callable[[Any], None], on_error: Callable[[Exception], None]
    ) -> None:
        self.waiting.append((then, on_error))

    def report(self, error: BaseException) -> None:
        self.reported.append(error)


class _Result:
    def __init__(self, prompt_uid: str) -> None:
        self.prompt_uid = prompt_uid


class _Ranking:
    def __init__(self, prompt_uid: str) -> None:
        self.result = _Result(prompt_uid)


def ranking(prompt_uid: str) -> JudgeRanking:
    return cast("JudgeRanking", _Ranking(prompt_uid))


@pytest.fixture
def tasks() -> HeldTasks:
    return HeldTasks()


@pytest.fixture
def controller(qapp: object, tasks: HeldTasks) -> JudgeRankingController:
    nothing = cast("Any", None)
    return JudgeRankingController(nothing, cast("Any", tasks), nothing, nothing)


@pytest.mark.parametrize("fails", [False, True])
def test_request_during_a_ranking_is_computed_after_it(
    controller: JudgeRankingController, tasks: HeldTasks, *, fails: bool
) -> None:
    ranked, failed = list[object](), list[str]()
    controller.ranked.connect(ranked.append)
    controller.failed.connect(lambda: failed.append("failed"))
    controller.show("one", "both")
    controller.show("two", "both")
    assert len(tasks.waiting) == 1
    then, on_error = tasks.waiting.pop()
    if fails:
        on_error(ValueError("gone"))
    else:
        then(ranking("one"))
    # Neither the old ranking nor its failure is about what is shown now.
    assert (ranked, failed, tasks.reported) == ([], [], [])
    assert len(tasks.waiting) == 1
    found = ranking("two")
    tasks.waiting.pop()[0](found)
    assert (ranked, tasks.waiting) == ([found], [])


def test_failed_ranking_is_reported_and_can_be_asked_for_again(
    controller: JudgeRankingController, tasks: HeldTasks
) -> None:
    failed = list[str]()
    controller.failed.connect(lambda: failed.append("failed"))
    controller.show("one", "both")
    error = ValueError("gone")
    tasks.waiting.pop()[1](error)
    assert (failed, tasks.reported) == (["failed"], [error])
    controller.show("one", "both")
    assert len(tasks.waiting) == 1


def test_ranking_of_a_prompt_that_was_left_is_dropped(controller: JudgeRankingController, tasks: HeldTasks) -> None:
    ranked = list[object]()
    controller.ranked.connect(ranked.append)
    controller.show("one", "both")
    controller.show("", "both")
    tasks.waiting.pop()[0](ranking("one"))
    assert (ranked, tasks.waiting) == ([], [])
