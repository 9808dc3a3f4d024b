"""Reads of the list of prompts that end late."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from workbench.app.prompts.prompts import PromptList
from workbench.app.tasks import BackgroundTasks
from workbench.core.runs import PromptRow
from workbench.usecases.prompts import PromptLibrary


class LateTasks:
    """Works at once, and delivers when told; `held` are the deliveries, in order."""

    def __init__(self) -> None:
        self.held: list[Callable[[], None]] = []

    def run(self, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        result = work()
        self.held.append(lambda: then(result))


class Stored:
    """Two prompts in a folder, stored as closed; each read has one prompt more."""

    is_writable = False

    def __init__(self) -> None:
        self.reads = 0

    def all(self, archived: bool = False) -> Sequence[PromptRow]:
        self.reads += 1
        return [PromptRow(str(n), f"Prompt {n}", 0, False, "", "Support") for n in range(1 + self.reads)]

    def closed_folders(self) -> tuple[str, ...]:
        return ("Support",)


def listing() -> tuple[PromptList, LateTasks, Stored]:
    stored, tasks = Stored(), LateTasks()
    prompts = PromptList(cast(PromptLibrary, stored), lambda: _no_lanes(), cast(BackgroundTasks, tasks))
    return prompts, tasks, stored


def _no_lanes() -> Any:
    raise AssertionError("no prompt is created here")


def test_earlier_read_does_not_replace_a_later_one() -> None:
    prompts, tasks, _ = listing()
    then: list[int] = []
    prompts.refresh(lambda: then.append(1))
    prompts.refresh(lambda: then.append(2))
    first, second = tasks.held
    second()
    assert len(prompts.model.prompts) == 3
    first()
    assert len(prompts.model.prompts) == 3
    # What waited for the earlier read goes on nevertheless.
    assert then == [2, 1]


def test_folder_opened_by_hand_stays_so_when_the_stored_ones_arrive() -> None:
    prompts, tasks, stored = listing()
    prompts.load_now(stored.all())
    prompts.model.toggle("Support")
    prompts.model.toggle("Support")
    (arrives,) = tasks.held
    arrives()
    assert prompts.model.closed == set()


def test_stored_folders_are_closed_at_the_start() -> None:
    prompts, tasks, stored = listing()
    prompts.load_now(stored.all())
    (arrives,) = tasks.held
    arrives()
    assert prompts.model.closed == {"Support"}
