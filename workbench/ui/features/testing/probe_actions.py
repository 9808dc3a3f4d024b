"""Asks chosen cases again: those that are listed or selected, or with facts pasted in.

Invariant: nothing is asked before a person has seen how many calls it takes and what they cost.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from workbench.app.testing.controller import SuiteController
from workbench.app.testing.probes import AgainOffer, FactsOffer, ProbedSuites
from workbench.core.testing.grid import SuiteRun
from workbench.core.text import counted
from workbench.ui.features.testing.facts_dialog import FactsDialog
from workbench.ui.features.testing.view import TestView
from workbench.ui.shell.services import Services
from workbench.usecases.problems import problem_of


class ProbeActions:
    """The probes of the shown tests."""

    def __init__(self, services: Services, suites: SuiteController, source: ProbedSuites, view: TestView) -> None:
        self._services, self._suites, self._source, self._view = services, suites, source, view
        self.dialog: FactsDialog | None = None
        """The dialog for facts that was opened last."""

    def start(self, kind: str) -> None:
        """Offer the probe "again" or "facts"."""
        if kind == "facts":
            self.paste_facts()
        else:
            self.run_listed()

    def run_listed(self) -> None:
        """Offer to ask the selected cases again if there are several, else all that are listed."""
        run = self._asked_run()
        if run is None:
            return
        prompt, query, source = self._suites.prompt_uid, self._suites.query, self._source
        selected = tuple(sorted({row.position for row in self._view.grid.selected()}))

        def offer() -> AgainOffer:
            if len(selected) > 1:
                return source.probes.chosen(prompt, run, selected, "selected")
            return source.probes.listed(prompt, run, query)

        self._services.tasks.run(offer, partial(self._ask_again, prompt), self._failed)

    def _ask_again(self, prompt: str, offer: AgainOffer) -> None:
        if prompt == self._suites.prompt_uid:
            source = self._source
            self._view.confirm.ask(
                offer.question,
                f"Run {counted(offer.estimate.new, 'call')}",
                lambda: self._start(prompt, lambda: source.probes.start(prompt, offer)),
                no="Cancel",
            )

    def paste_facts(self) -> None:
        """Open the dialog for facts, if there are cases that fail in every version and model."""
        run = self._asked_run()
        if run is not None:
            prompt, source = self._suites.prompt_uid, self._source
            self._services.tasks.run(
                lambda: source.probes.stubborn(prompt, run), partial(self._open_dialog, prompt), self._failed
            )

    def _open_dialog(self, prompt: str, offer: FactsOffer) -> None:
        if prompt != self._suites.prompt_uid:
            return
        services, source = self._services, self._source
        dialog = self.dialog = FactsDialog(services.theme, offer, services.dialogs.widget())

        def estimate(column: int, facts: str) -> None:
            services.tasks.run(
                lambda: source.probes.estimate_facts(prompt, offer, column, facts),
                lambda found: dialog.show_estimate(column, facts, found) if self.dialog is dialog else None,
                self._failed,
            )

        def start(column: int, facts: str) -> None:
            self._start(prompt, lambda: source.probes.start_facts(prompt, offer, column, facts))

        def forget() -> None:
            self.dialog = None

        dialog.estimate_wanted.connect(estimate)
        dialog.chosen.connect(start)
        dialog.finished.connect(lambda _: forget())
        dialog.open()

    def _start(self, prompt: str, start: Callable[[], str]) -> None:
        def show(run_uid: str) -> None:
            if prompt == self._suites.prompt_uid:
                self._suites.choose_set("tuning", run_uid)

        self._services.tasks.run(start, show, self._failed)

    def _asked_run(self) -> SuiteRun | None:
        """Return the run whose cases are asked again; None, with a notice, if there is none."""
        run, notices = self._suites.run, self._services.notices
        if self._services.backend.store.read_only:
            notices.refused("The history is read-only, so tests cannot run.")
        elif run is None or not run.answered:
            notices.refused("Nothing has run yet, so there is nothing to ask again.")
        elif self._suites.is_running:
            notices.refused("The tests are running. Wait for their end, then probe.")
        else:
            return run
        return None

    def _failed(self, error: Exception) -> None:
        problem = problem_of(error)
        self._services.notices.problem(problem.sentence, problem.detail)
