"""Executes the commands of checks, and checks the answers that Compose shows.

Invariant: checks are read, stored and evaluated off the UI thread; the process that evaluates them is started by the
first check. The dialog belongs to the open prompt, and closes with it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QDialog

from workbench.app.checks.answer_checks import AnswerChecks
from workbench.app.checks.pinned_tools import PinnedTools
from workbench.app.lanes.shown_answers import OutputChecks, ShownAnswers
from workbench.core.blocks import Tool
from workbench.core.cases import Check
from workbench.core.templates import content_variables
from workbench.host.clock import utc_now
from workbench.host.processes import scrubbed_env
from workbench.store.errors import StoreError
from workbench.ui.shell.check_events import (
    AnswersChecked,
    CaseChecksRequested,
    ShownAnswersRequested,
)
from workbench.ui.shell.events import Changed, DataChanged, HistoryChanged, PromptOpened
from workbench.ui.shell.services import Services
from workbench.usecases.check_trial import CheckTrial
from workbench.usecases.problems import problem_of
from workbench.usecases.prompt_checks import PromptChecks

if TYPE_CHECKING:
    from workbench.ui.features.checks.dialog import ChecksDialog
    from workbench.ui.features.checks.judge_trial import JudgeTrialActions

RETRY_MS = 2000
"""Delay in milliseconds before a failed write is retried."""


class ChecksController:
    """Opens the dialog of checks, and publishes the results of the shown answers."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._checks = PromptChecks(services.backend.store.tests, utc_now)
        self._of_cases: dict[tuple[str, str], tuple[Check, ...]] = {}
        self._unsaved: dict[str, tuple[Check, ...]] = {}
        self._saving: set[str] = set()
        self._trial: CheckTrial | None = None
        self.make_trial: Callable[[], CheckTrial] = lambda: CheckTrial(scrubbed_env(os.environ))
        """Makes what evaluates checks; replaced in tests."""
        self._answers = AnswerChecks(services.tasks, self.trial, self._read_all, self._tell)
        self._tools = PinnedTools(services.tasks, self._read_tools)
        self.dialog: ChecksDialog | None = None
        self.judging: JudgeTrialActions | None = None
        """Tries judged checks of the dialog; None until the first one is opened."""
        services.events.subscribe(PromptOpened, self._prompt_opened)
        services.events.subscribe(HistoryChanged, lambda _: self._of_cases.clear())
        services.events.subscribe(DataChanged, self._data_changed)

    def trial(self) -> CheckTrial:
        """Return what evaluates checks; its process starts with the first one."""
        if self._trial is None:
            self._trial = self.make_trial()
        return self._trial

    def follow(self) -> None:
        """Check the answers that Compose shows now."""
        prompt = self._services.session.prompt()

        def check(shown: ShownAnswers) -> None:
            self._answers.follow(prompt, shown)
            if self.dialog is not None:
                self.dialog.show_answers(shown)

        self._tools.complete(prompt, self.shown(), check)

    def shown(self) -> ShownAnswers:
        """Return the answers that Compose shows."""
        found: list[ShownAnswers] = []
        self._services.events.publish(ShownAnswersRequested(found.append))
        return found[-1] if found else ShownAnswers()

    def open(self) -> None:
        """Edit the checks for all cases of the open prompt."""
        if self.dialog is not None:
            self.dialog.raise_()
            self.dialog.activateWindow()
            return
        services, prompt = self._services, self._services.session.prompt()
        name = services.navigator.prompt_name(prompt)

        def show(checks: tuple[Check, ...]) -> None:
            if self.dialog is None and services.session.prompt() == prompt:
                dialog = self._made(f"Checks for all cases of “{name}”", checks)
                dialog.changed.connect(lambda changed: self._save(prompt, changed))

        if prompt in self._unsaved:
            show(self._unsaved[prompt])
        else:
            services.tasks.run(lambda: self._checks.of(prompt), show)

    def edit_case(self, request: CaseChecksRequested) -> None:
        """Edit the checks of one case."""
        if self.dialog is not None:
            self.dialog.close()
        case = request.case
        dialog = self._made(f"Checks of the case “{case.name or 'without a name'}”", case.checks, request)

        def save(checks: tuple[Check, ...]) -> None:
            request.save(replace(case, checks=checks))

        dialog.changed.connect(save)
        if isinstance(request.over, QDialog):
            # A dialog that is deleted with its parent would lose the last edits.
            request.over.finished.connect(dialog.close)

    def stop(self) -> None:
        """Save pending edits and end the evaluating process, before the window closes."""
        if self.dialog is not None:
            self.dialog.save()
        if self._trial is not None:
            self._trial.close()

    def _made(self, title: str, checks: tuple[Check, ...], request: CaseChecksRequested | None = None) -> ChecksDialog:
        from workbench.ui.features.checks.dialog import ChecksDialog

        services, draft = self._services, self._services.session.draft()
        output = draft.content.output
        dialog = ChecksDialog(
            services.theme,
            services.tasks,
            self.trial(),
            title,
            variables=content_variables(draft.content),
            schema=output.schema if output is not None else "",
            is_for_case=request is not None,
            read_only=services.backend.store.read_only,
            parent=(request.over if request is not None else None) or services.dialogs.widget(),
        )
        from workbench.ui.features.checks.judge_trial import JudgeTrialActions

        judging = self.judging = self.judging or JudgeTrialActions(services)
        judging.attach(dialog.judge, services.session.prompt())
        dialog.judged_shown.connect(judging.show)
        dialog.finished.connect(self._closed)
        self.dialog = dialog
        dialog.show_checks(checks)
        self.follow()
        dialog.show()
        return dialog

    def _save(self, prompt: str, checks: tuple[Check, ...]) -> None:
        """Store the checks of a prompt, one change after the other; on failure keep them in memory and retry."""
        self._unsaved[prompt] = checks
        if prompt in self._saving:
            return
        self._saving.add(prompt)

        def saved(_: None) -> None:
            self._saving.discard(prompt)
            if self._unsaved[prompt] != checks:
                self._retry(prompt)
                return
            del self._unsaved[prompt]
            self._services.events.publish(DataChanged(Changed.CASES))

        def failed(error: Exception) -> None:
            self._saving.discard(prompt)
            problem = problem_of(error)
            if self.dialog is not None:
                self.dialog.say(problem.sentence, "error")
            else:
                self._services.notices.problem(problem.sentence, problem.detail)
            QTimer.singleShot(RETRY_MS, self._services.dialogs.widget(), lambda: self._retry(prompt))

        self._services.tasks.run(lambda: self._checks.save(prompt, checks), saved, failed)

    def _retry(self, prompt: str) -> None:
        if prompt in self._unsaved:
            self._save(prompt, self._unsaved[prompt])

    def _read_tools(self, prompt: str, version: int) -> tuple[Tool, ...]:
        """Return the tools that models could call in a version, () if it was deleted; blocks."""
        try:
            content = self._services.backend.store.version(prompt, version).content
        except StoreError as error:
            if error.code != "missing":
                raise
            return ()
        return tuple(tool for tool in content.tools if tool.enabled)

    def _read_all(self, prompt: str, set_uid: str) -> tuple[Check, ...]:
        """Return the checks of a prompt and of one of its cases; blocks."""
        if not prompt:
            return ()
        key = prompt, set_uid
        if set_uid and key not in self._of_cases:
            cases = self._services.backend.store.packs.cases(prompt)
            self._of_cases[key] = next((case.checks for case in cases if case.uid == set_uid), ())
        return (*self._checks.of(prompt), *self._of_cases.get(key, ()))

    def _tell(self, results: Mapping[str, OutputChecks]) -> None:
        self._services.events.publish(AnswersChecked(results))

    def _data_changed(self, event: DataChanged) -> None:
        if event.what & Changed.CASES:
            self._of_cases.clear()
            self.follow()

    def _prompt_opened(self, event: PromptOpened) -> None:
        self._of_cases.clear()
        if self.dialog is not None:
            self.dialog.close()

    def _closed(self) -> None:
        self.dialog = None
        if self.judging is not None:
            self.judging.close()
