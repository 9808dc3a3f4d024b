"""Opens the prompts of judges in Compose, to edit or to improve them.

Invariant: a judge prompt is opened with a way back to the prompt whose tests it belongs to, because no list shows it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QMenu

from workbench.app.judging.judged_among import judged_among
from workbench.core.visible_text import visible_name
from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.ui.features.judges.tested_run import TestedRun, TestedRuns
from workbench.usecases.problems import problem_of

if TYPE_CHECKING:
    from workbench.app.judging.judge_cases import JudgePrompts, JudgeToImprove
    from workbench.app.judging.labelling import LabelledCheck
    from workbench.core.cases import Check
    from workbench.store.judging.records import JudgePrompt
    from workbench.ui.shell.services import Services

NO_JUDGED = "This prompt has no check that a judge evaluates. Add one such as llm-rubric first."
_KEY = "judges"
NO_LABELS = "The answers of this test have no labels by this check. Label answers first."
_LONGEST = 60
_BACK = "Back"
"""More words would leave no room for the sentence."""
_T = TypeVar("_T")


class JudgePromptActions:
    """Actions on the judge prompts of the open prompt. `menu` is the one that asks for a check."""

    def __init__(self, services: Services, runs: TestedRuns) -> None:
        self._services, self._runs = services, runs
        self._told_of = ""
        self._made: JudgePrompts | None = None
        self.menu: QMenu | None = None

    def _prompts(self) -> JudgePrompts:
        if self._made is None:
            from workbench.app.judging.judge_cases import JudgePrompts

            self._made = JudgePrompts(self._services.backend.store, new_uid, utc_now)
        return self._made

    # Editing.

    def edit(self) -> None:
        """Open the prompt by which answers of the open prompt are judged; with several ask for the check."""
        services, prompt, prompts = self._services, self._services.session.prompt(), self._prompts()
        store = services.backend.store

        def read() -> tuple[str, list[Check]]:
            owner = prompts.owner_of(prompt)
            checks = list(store.tests.settings(prompt).checks)
            checks += [check for case in store.packs.cases(prompt) for check in case.checks]
            by_type = {check.type: check for check in reversed(list(judged_among(checks)))}
            return owner, list(reversed(by_type.values()))

        def show(found: tuple[str, list[Check]]) -> None:
            owner, checks = found
            if services.session.prompt() != prompt:
                return
            if owner:
                self._tell("This is the prompt of a judge.", owner, prompt)
            elif not checks:
                services.notices.refused(NO_JUDGED)
            else:
                self._choose([(check.type, check) for check in checks], lambda check: self._open(prompt, check))

        services.tasks.run(read, show, self._failed)

    def _open(self, owner: str, check: Check) -> None:
        def show(found: JudgePrompt) -> None:
            self._show(found, "This is the prompt of the judge. Tests use its newest text that was run.")

        prompts = self._prompts()
        self._services.tasks.run(lambda: prompts.prepare(prompts.ensure(owner, check)), show, self._failed)

    # Improving.

    def improve(self, check_hash: str = "") -> None:
        """Open the judge prompt with the answers that the judge and the person see differently as its cases."""
        self._runs.find(lambda tested: self._find(tested, check_hash))

    def _find(self, tested: TestedRun, check_hash: str) -> None:
        from workbench.app.judging.stored_judges import StoredJudges

        services, run = self._services, tested.run
        source = StoredJudges(services.backend.store, new_uid, utc_now)

        def found(checks: tuple[LabelledCheck, ...]) -> None:
            wanted = [check for check in checks if check_hash in ("", check.check_hash)]
            if not wanted:
                services.notices.refused(NO_LABELS)
            elif tested.prompt_uid == services.session.prompt():
                self._choose([(check.title, check) for check in wanted], lambda check: self._improve(tested, check))

        services.tasks.run(lambda: source.checks(run.uid, run.scoring_uid), found, self._failed)

    def _improve(self, tested: TestedRun, check: LabelledCheck) -> None:
        prompts = self._prompts()

        def show(found: JudgeToImprove) -> None:
            self._show(found.prompt, found.sentence)

        self._services.tasks.run(lambda: prompts.improve(tested.prompt_uid, tested.run, check), show, self._failed)

    # Both.

    def _choose(self, choices: list[tuple[str, _T]], then: Callable[[_T], object]) -> None:
        """Call `then` with the only choice, or let the person choose in a menu."""
        if len(choices) == 1:
            then(choices[0][1])
            return
        menu = self.menu = QMenu(self._services.dialogs.widget())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for title, one in choices:
            shown = visible_name(title)
            shown = shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"
            menu.addAction(shown.replace("&", "&&")).triggered.connect(lambda _=False, one=one: then(one))
        menu.popup(QCursor.pos())

    def _show(self, prompt: JudgePrompt, sentence: str) -> None:
        services = self._services
        if services.session.prompt() != prompt.owner_uid:
            return
        services.navigator.open_prompt(prompt.uid)
        services.navigator.show("compose")
        self._tell(sentence, prompt.owner_uid, prompt.uid)

    def _tell(self, sentence: str, owner: str, prompt: str) -> None:
        services, self._told_of = self._services, prompt

        def back() -> None:
            # Opening the prompt withdraws the sentence.
            services.navigator.open_prompt(owner)
            services.navigator.show("test")

        services.notices.quiet(_KEY, sentence, label=_BACK, act=back, lasting=True)

    def prompt_opened(self, prompt: str) -> None:
        """Withdraw what was said of another prompt."""
        if self._told_of not in ("", prompt):
            self._told_of = ""
            self._services.notices.withdraw(_KEY)

    def _failed(self, error: Exception) -> None:
        problem = problem_of(error)
        self._services.notices.refused(problem.sentence, problem.detail)
