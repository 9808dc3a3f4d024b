"""The owner interface that Compose provides to the lanes feature."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.core.parameter_support import ParameterSupport
from workbench.ui.shell.rooms import LanesOwner

if TYPE_CHECKING:
    from workbench.app.compose.run_controller import RunController
    from workbench.app.compose.value_sets import ValueSets
    from workbench.app.tasks import BackgroundTasks
    from workbench.core.blocks import Tool
    from workbench.core.drafts import Draft
    from workbench.core.lanes import Lane
    from workbench.core.runs import Result, RunSet
    from workbench.core.value_kinds import Kinds
    from workbench.ui.shell.compose_room import ComposeOwner


class _Answers:
    def __init__(self, stage: RunController, sets: ValueSets) -> None:
        self._stage, self._sets = stage, sets
        self.stop, self.show_sample, self.run_of = stage.stop, stage.show_sample, stage.run_of
        self.tested = stage.tested.checks_of

    @property
    def is_blind(self) -> bool:
        return self._stage.shown.is_blind

    def results(self, slot: str) -> list[Result] | None:
        if self.is_blind:
            return None
        outputs, shown = self._stage.outputs, self._stage.shown
        return [found for uid in shown.answers(slot) if (found := outputs.result(uid)) is not None]

    def shown_set(self) -> RunSet:
        return self._stage.shown.shown_set

    def value_kinds(self) -> Kinds:
        known = self._sets.get(self.shown_set().uid)
        return () if known is None else known.kinds

    def tools(self, slot: str) -> tuple[Tool, ...]:
        contents = (lane.asked.content for lane in self._stage.shown.lanes if lane.slot == slot)
        offered = next((content.tools for content in contents if content is not None), ())
        return tuple(tool for tool in offered if tool.enabled)

    def pinned(self, slot: str) -> int | None:
        return next((lane.asked.lane.pinned for lane in self._stage.shown.lanes if lane.slot == slot), None)


class _Models:
    def __init__(self, owner: ComposeOwner, tasks: BackgroundTasks) -> None:
        self._compose, self._workbench, self._tasks = owner.compose, owner.workbench, tasks

    def set_model(self, slot: str, endpoint: str, model: str) -> None:
        self._compose.lanes.set_model(slot, endpoint, model)

    def show_support(self, slot: str, show: Callable[[ParameterSupport], None]) -> None:
        """Call `show` with the supported parameters of a lane's model, at once and again after LiteLLM is loaded."""
        tasks, parameters = self._tasks, self._workbench.parameters
        lane = self._compose.lanes.get(slot)
        if lane is None:
            return
        endpoint = self._compose.endpoints.get(lane.endpoint)

        def listed(support: ParameterSupport) -> None:
            show(support)
            tasks.run(lambda: parameters.full(endpoint, lane.model), show)

        tasks.run(lambda: parameters.listed(endpoint, lane.model), listed)

    def show_listed(self, slot: str, show: Callable[[ParameterSupport], None]) -> None:
        """Call `show` once with what the catalogue knows about a lane's model."""
        parameters, lane = self._workbench.parameters, self._compose.lanes.get(slot)
        if lane is not None:
            endpoint = self._compose.endpoints.get(lane.endpoint)
            self._tasks.run(lambda: parameters.listed(endpoint, lane.model), show)

    def snippets(self, prompt_uid: str, draft: Draft, lane: Lane, *, filled: bool) -> dict[str, tuple[str, bool]]:
        return self._workbench.coder.snippets(prompt_uid, draft, lane, filled=filled)


def lanes_owner(owner: ComposeOwner, tasks: BackgroundTasks) -> LanesOwner:
    """Return the owner interface of Compose's lanes."""
    compose = owner.compose
    return LanesOwner(
        compose.lanes,
        compose.board,
        _Answers(compose.stage, compose.sets),
        _Models(owner, tasks),
        owner.remembered,
        owner.page.runbar.presets,
    )
