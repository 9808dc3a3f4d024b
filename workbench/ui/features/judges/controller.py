"""Executes the commands about judges.

Invariant: everything is read and stored off the UI thread. A dialog belongs to the open prompt, and closes with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.app.judging.judge_choice import JudgeChoices, chosen_words, embedding_words, judge_start
from workbench.app.judging.stored_judges import StoredJudges
from workbench.core.lanes import Lane
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.ui.features.judges.judge_prompts import JudgePromptActions
from workbench.ui.features.judges.labelling import LabellingActions
from workbench.ui.features.judges.tested_run import TestedRuns
from workbench.ui.shell.events import Changed, DataChanged, PromptOpened
from workbench.usecases.problems import problem_of

if TYPE_CHECKING:
    from workbench.core.testing.settings import JudgeSettings, SuiteSettings
    from workbench.ui.shell.services import Services


class JudgesController:
    """Chooses judges; `labelling` and `prompts` do the rest."""

    def __init__(self, services: Services) -> None:
        self._services = services
        store = services.backend.store
        self._choices = JudgeChoices(store.tests, utc_now)
        source = StoredJudges(store, new_uid, utc_now)
        runs = TestedRuns(services, source)
        self.prompts = JudgePromptActions(services, runs)
        self.labelling = LabellingActions(services, source, runs, self.prompts.improve)
        services.events.subscribe(PromptOpened, self._prompt_opened)

    def stop(self) -> None:
        """Close the dialog, because the window closes."""
        self.labelling.close()

    def _prompt_opened(self, event: PromptOpened) -> None:
        self.labelling.close()
        self.prompts.prompt_opened(event.prompt_uid)

    def choose(self) -> None:
        """Choose who judges the tests of the open prompt."""
        services, prompt = self._services, self._services.session.prompt()

        def show(settings: SuiteSettings) -> None:
            if services.session.prompt() == prompt:
                lanes = services.session.draft().lanes
                services.navigator.choose_model(judge_start(settings, lanes), take, services.dialogs.widget())

        def take(endpoint: str, model: str) -> None:
            self._save(prompt, endpoint, model)

        services.tasks.run(lambda: self._choices.settings(prompt), show, self._failed)

    def choose_embedding(self) -> None:
        """Choose the model that compares meanings in the tests of the open prompt."""
        services, prompt = self._services, self._services.session.prompt()

        def show(settings: SuiteSettings) -> None:
            if services.session.prompt() == prompt:
                start = settings.judge.embedding or judge_start(settings, (), "embed")
                services.navigator.choose_model(start, take, services.dialogs.widget(), "embed")

        def take(endpoint: str, model: str) -> None:
            def change(judge: JudgeSettings) -> JudgeSettings:
                same = _is(judge.embedding, endpoint, model)
                return judge if same else replace(judge, embedding=Lane("vectors", endpoint, model))

            self._change(prompt, change, embedding_words)

        services.tasks.run(lambda: self._choices.settings(prompt), show, self._failed)

    def _save(self, prompt: str, endpoint: str, model: str) -> None:
        def change(judge: JudgeSettings) -> JudgeSettings:
            same = _is(judge.lane, endpoint, model)
            return judge if same else replace(judge, lane=Lane("judge", endpoint, model), decides=False)

        self._change(prompt, change, chosen_words)

    def _change(
        self, prompt: str, change: Callable[[JudgeSettings], JudgeSettings], words: Callable[[SuiteSettings], str]
    ) -> None:
        services = self._services
        before: list[JudgeSettings] = []

        def changed(judge: JudgeSettings) -> JudgeSettings:
            before.append(judge)
            return change(judge)

        def saved(settings: SuiteSettings) -> None:
            services.notices.offer(words(settings), "Undo", undo)
            self._changed()

        def undo() -> None:
            services.notices.withdraw_offer()
            put_back = self._choices.change
            services.tasks.run(lambda: put_back(prompt, lambda _: before[0]), lambda _: self._changed(), self._failed)

        services.tasks.run(lambda: self._choices.change(prompt, changed), saved, self._failed)

    def _changed(self) -> None:
        # Checks by judges mean something else now.
        self._services.events.publish(DataChanged(Changed.CASES))

    def _failed(self, error: Exception) -> None:
        problem = problem_of(error)
        self._services.notices.problem(problem.sentence, problem.detail)


def _is(lane: Lane | None, endpoint: str, model: str) -> bool:
    return lane is not None and (lane.endpoint, lane.model) == (endpoint, model)
