"""Prepares a step that another feature requests, once the tests of the open prompt are read.

Invariant: nothing is sent: the step ends where a person sees what it takes. A request for a prompt that is no longer
open is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.app.testing.controller import SuiteController
from workbench.core.lanes import MOST_SAMPLES
from workbench.core.text import counted
from workbench.ui.shell.services import Services
from workbench.ui.shell.testing_events import TestStep, TestStepRequested

if TYPE_CHECKING:
    from workbench.core.testing.settings import SuiteSettings
    from workbench.ui.features.testing.controller import TestingController


class RequestedStep:
    """Keeps the newest request. `refresh` reads the tests again."""

    def __init__(self, services: Services, controller: TestingController, refresh: Callable[[], object]) -> None:
        self._services, self._controller, self._refresh = services, controller, refresh
        self._wanted: tuple[str, TestStepRequested] | None = None
        controller.suites.read.connect(self._prepare)

    @property
    def _suites(self) -> SuiteController:
        return self._controller.suites

    def request(self, event: TestStepRequested) -> None:
        """Open the view, and prepare a step."""
        services = self._services
        self._wanted = services.session.prompt(), event
        services.session.save()
        self._controller.show()
        self._refresh()

    def _prepare(self) -> None:
        if self._wanted is None or self._suites.overview is None:
            return
        prompt, event = self._wanted
        if prompt != self._services.session.prompt():
            self._wanted = None
        elif prompt == self._suites.prompt_uid:
            self._wanted = None
            self._acts()[event.step](event.count)

    def _acts(self) -> Mapping[TestStep, Callable[[int], object]]:
        test = self._controller
        assert test.probes is not None
        probes = test.probes
        return {
            "run": lambda _: test.enter(),
            "samples": self._set_samples,
            "vote": self._set_samples,
            "probe": lambda _: probes.paste_facts(),
            "guards": lambda _: self._open_guards(),
            "labels": lambda _: self._services.navigator.action("label_answers").trigger(),
            "try": lambda _: test.compare.open_try(),
            "holdout": lambda _: self._open_holdout(),
        }

    def _set_samples(self, count: int) -> None:
        """Ask each case several times from the next run on."""
        samples, suites, notices = min(max(2, count), MOST_SAMPLES), self._suites, self._services.notices
        overview = suites.overview
        if self._services.backend.store.read_only or overview is None:
            notices.refused("The history is read-only, so the settings of the tests stay as they are.")
            return
        before = overview.settings.samples
        if before == samples:
            notices.quiet("tests", f"Each case is asked {samples} times. Run the test.")
            return

        def change(to: int) -> Callable[[SuiteSettings], SuiteSettings]:
            return lambda settings: replace(settings, samples=to)

        suites.change_settings(change(samples))
        notices.offer(
            f"{counted(samples, 'sample')} per case from the next run on.",
            "Undo",
            lambda: suites.change_settings(change(before)),
        )

    def _open_guards(self) -> None:
        """Show the first guard set, or offer what can be one."""
        overview, sets = self._suites.overview, self._controller.sets
        assert overview is not None
        assert sets is not None
        if overview.settings.guards:
            sets.guards.show(overview.settings.guards[0])
        else:
            sets.guards.open_menu()

    def _open_holdout(self) -> None:
        """Show the hold-out, or offer to set one aside."""
        overview, sets = self._suites.overview, self._controller.sets
        assert overview is not None
        assert sets is not None
        if any(one.name == "holdout" and one.cases for one in overview.sets):
            self._suites.choose_set("holdout")
        else:
            sets.holdouts.set_aside()
