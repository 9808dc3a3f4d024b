"""Prepares a step that another feature requests, once the tests of the open prompt are read.

Invariant: nothing is sent: the step ends where a person sees what it takes. A request for a prompt that is no longer
open is dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from workbench.app.testing.controller import SuiteController
from workbench.app.testing.tuned_columns import with_tuned
from workbench.core.lanes import MOST_SAMPLES
from workbench.core.testing.settings import MOST_COLUMNS
from workbench.core.testing.vote import FEWEST_SAMPLES
from workbench.core.text import counted
from workbench.host.ids import new_uid
from workbench.ui.shell.services import Services
from workbench.ui.shell.testing_events import TestStep, TestStepRequested

if TYPE_CHECKING:
    from workbench.core.testing.settings import SuiteSettings
    from workbench.ui.features.testing.columns import ColumnActions
    from workbench.ui.features.testing.comparison_actions import ComparisonActions
    from workbench.ui.features.testing.probe_actions import ProbeActions
    from workbench.ui.features.testing.set_actions import SetActions


class StepParts(Protocol):
    """The controller of the view, whose parts prepare steps; `sets` and `probes` are there once it is shown."""

    suites: SuiteController
    columns: ColumnActions
    compare: ComparisonActions
    sets: SetActions | None
    probes: ProbeActions | None

    def show(self) -> None:
        """Open the view."""


class RequestedStep:
    """Keeps the newest request. `refresh` reads the tests again."""

    def __init__(self, services: Services, parts: StepParts, refresh: Callable[[], object]) -> None:
        self._services, self._parts, self._refresh = services, parts, refresh
        self._suites = parts.suites
        self._wanted: tuple[str, TestStepRequested] | None = None
        self._suites.read.connect(self._prepare)

    def request(self, event: TestStepRequested) -> None:
        """Open the view, and prepare a step."""
        services = self._services
        self._wanted = services.session.prompt(), event
        services.session.save()
        self._parts.show()
        self._refresh()

    def _prepare(self) -> None:
        if self._wanted is None or self._suites.overview is None:
            return
        prompt, event = self._wanted
        if prompt != self._services.session.prompt():
            self._wanted = None
        elif prompt == self._suites.prompt_uid:
            self._wanted = None
            self._take(event)

    def _take(self, event: TestStepRequested) -> None:
        parts = self._parts
        assert parts.sets is not None
        assert parts.probes is not None
        sets, probes = parts.sets, parts.probes
        acts: Mapping[TestStep, Callable[[], object]] = {
            "run": lambda: self._suites.choose_set("tuning"),
            "model": self._add_model,
            "samples": lambda: self._set_samples(event.count),
            "vote": lambda: self._add_vote(event.count),
            "probe": probes.paste_facts,
            "guards": lambda: self._with_tuned(sets.guards.prepare, sets.guards.prepare),
            "labels": lambda: self._label(event),
            "try": parts.compare.open_try,
            "holdout": lambda: self._open_holdout(sets),
            "tuned": lambda: self._with_tuned(lambda: self._open_holdout(sets), lambda: self._add_adapter(sets)),
            "adapter": lambda: self._add_adapter(sets),
            "unscored": self._list_unscored,
            "unanswered": lambda: self._suites.choose_rows("no_answer"),
        }
        acts[event.step]()

    def _label(self, event: TestStepRequested) -> None:
        """Label answers to the cases that the person tuned on: those of the hold-out stay unseen."""
        if self._suites.set_name == "holdout":
            self._wanted = self._services.session.prompt(), event
            self._suites.choose_set("tuning")
        else:
            self._services.navigator.action("label_answers").trigger()

    def _list_unscored(self) -> None:
        """List the cases whose answers could not be scored, and offer to check them again."""
        services = self._services
        self._suites.choose_rows("unscored")
        said = "The reason stands beside each answer. Correct the check if it is wrong, then check the answers again."
        if not services.backend.store.read_only:
            services.notices.offer(said, "Check again", services.navigator.action("rescore_cases").trigger)

    def _set_samples(self, count: int) -> None:
        """Ask each case several times from the next run on."""
        samples = min(max(2, count), MOST_SAMPLES)
        self._change(
            lambda settings: replace(settings, samples=samples),
            f"{counted(samples, 'sample')} per case from the next run on.",
        )

    def _add_vote(self, count: int) -> None:
        """Add a column like the first one that votes over its samples, so that both are compared."""
        samples, slot = min(max(FEWEST_SAMPLES, count), MOST_SAMPLES), new_uid()

        def change(settings: SuiteSettings) -> SuiteSettings:
            columns = settings.columns or self._services.session.draft().run_lanes
            added = tuple(replace(one, slot=slot) for one in columns[:1] if len(columns) < MOST_COLUMNS)
            voting = tuple(one.slot for one in added or columns)
            vote = tuple(dict.fromkeys((*settings.vote, *voting)))
            return replace(settings, columns=(*columns, *added), vote=vote, samples=samples)

        self._change(change, f"A column that votes over {samples} samples was added. Run the test to compare it.")

    def _change(self, change: Callable[[SuiteSettings], SuiteSettings], sentence: str) -> None:
        """Change samples, columns and votes, with a notice that undoes it."""
        suites, notices = self._suites, self._services.notices
        overview = suites.overview
        if self._services.backend.store.read_only or overview is None:
            notices.refused("The history is read-only, so the settings of the tests stay as they are.")
            return
        before = overview.settings
        if change(before) == before:
            notices.quiet("tests", f"{sentence} Run the test.")
            return

        def back(settings: SuiteSettings) -> SuiteSettings:
            return replace(settings, columns=before.columns, vote=before.vote, samples=before.samples)

        suites.change_settings(change)
        notices.offer(sentence, "Undo", lambda: suites.change_settings(back))

    def _add_model(self) -> None:
        """Choose a model for a new column beside those of Compose, if there are no columns yet."""
        overview = self._suites.overview
        if overview is not None and not overview.settings.columns:
            self._parts.columns.take_lanes()
        self._parts.columns.choose_model(None)

    def _add_adapter(self, sets: SetActions) -> None:
        """Show the hold-out, and choose the tuned model for a new column."""
        self._open_holdout(sets)
        self._add_model()

    def _with_tuned(self, then: Callable[[], None], without: Callable[[], object]) -> None:
        """Have columns of the prompt's own model and of a tuned one, then go on; `without` if no tuned one is known."""
        from workbench.usecases.decide.column_evidence import model_book  # the statistics are too much for preloading

        services, prompt, overview = self._services, self._suites.prompt_uid, self._suites.overview
        assert overview is not None
        settings, lanes = overview.settings, self._services.session.draft().run_lanes
        is_tuned = model_book(services.backend.models).tuned

        def go_on(found: SuiteSettings | None) -> None:
            if prompt != self._suites.prompt_uid or self._suites.overview is None:
                return
            if found is None:
                without()
            elif found == settings or services.backend.store.read_only:
                then()
            else:
                self._change_columns(found, settings, then)

        services.tasks.run(lambda: with_tuned(settings, lanes, is_tuned, new_uid), go_on)

    def _change_columns(self, after: SuiteSettings, before: SuiteSettings, then: Callable[[], None]) -> None:
        suites = self._suites

        def put(one: SuiteSettings) -> Callable[[SuiteSettings], SuiteSettings]:
            return lambda settings: replace(settings, columns=one.columns, baseline=one.baseline)

        saved = suites.change_settings(put(after))
        if saved is None:
            return
        said = "The tests compare the tuned model with the prompt's own one."
        self._services.notices.offer(said, "Undo", lambda: suites.change_settings(put(before)))
        self._services.tasks.watch(saved, lambda _: then())

    def _open_holdout(self, sets: SetActions) -> None:
        """Show the hold-out, or offer to set one aside."""
        overview = self._suites.overview
        assert overview is not None
        if any(one.name == "holdout" and one.cases for one in overview.sets):
            self._suites.choose_set("holdout")
        else:
            sets.holdouts.set_aside()
