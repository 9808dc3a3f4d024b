"""The questions before a test starts, in the page: about old answers, and about limits of the history.

Invariant: nothing is asked of a model, and no old answer is used again, before the person has answered them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from workbench.app.judging.estimate_words import judging_question
from workbench.app.testing.controller import SuiteController
from workbench.app.testing.source import ShownEstimate
from workbench.app.testing.words import RunAction, limit_words, old_words, renew_words
from workbench.core.testing.grid import CaseSetName
from workbench.core.text import counted
from workbench.ui.shell.stored_draft import when_stored
from workbench.ui.widgets.controls import ConfirmBar

if TYPE_CHECKING:
    from workbench.ui.shell.services import Services


class StartQuestions:
    """Starts, resumes and stops tests of the open prompt. `bar` returns the bar of questions once there is one."""

    def __init__(self, services: Services, suites: SuiteController, bar: Callable[[], ConfirmBar | None]) -> None:
        self._services, self._suites, self._bar = services, suites, bar

    def act(self, action: RunAction) -> None:
        """Do what a button says."""
        estimate = self._suites.estimate
        if action == "fresh":
            estimate = replace(estimate, new=estimate.cells, low_usd=None, high_usd=None)
        elif action == "renew":
            estimate = estimate.renewed
        self.start(action, self._suites.set_name, estimate)

    def start(self, action: RunAction, set_name: CaseSetName, estimate: ShownEstimate) -> None:
        """Do it for a set; a start or a retry that would use old answers again asks about them first."""
        if self._services.backend.store.read_only:
            self._services.notices.refused("The history is read-only, so tests cannot run.")
            return
        bar = self._bar()
        if action == "rescore" and bar is not None and (question := judging_question(estimate)):
            bar.ask(question, "Check again", partial(self._start, action, set_name, estimate), no="Cancel")
            return
        if action in ("start", "retry") and bar is not None:
            reuse = partial(self._start, action, set_name, estimate)
            renew = partial(self._start, "renew", set_name, estimate.renewed)
            if ask_about_age(bar, estimate, reuse, renew):
                return
        self._start(action, set_name, estimate)

    def _start(self, action: RunAction, set_name: CaseSetName, estimate: ShownEstimate) -> None:
        go, bar = partial(self._suites.act, action, set_name), self._bar()
        if action in ("start", "renew", "fresh"):
            go = partial(when_stored, self._services, go)
            question = limit_words(self._services.session.limits(), estimate)
            if question and bar is not None:
                bar.ask(question, f"Run {counted(estimate.new, 'call')}", go, no="Cancel")
                return
        go()


def ask_about_age(
    bar: ConfirmBar, estimate: ShownEstimate, reuse: Callable[[], object], renew: Callable[[], object]
) -> bool:
    """Ask whether old answers are used again or asked again; False, without a question, if there are none."""
    question = old_words(estimate)
    if question:
        bar.ask(question, "Use them again", reuse, no="Cancel", other=(renew_words(estimate), renew))
    return bool(question)
