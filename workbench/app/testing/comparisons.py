"""Comparisons that a person starts from the Test view, the chart of pass rates, and the baseline of a stored test.

Invariant: as for `source`: methods that return a value block, those that return a future do not, and nothing here
computes a figure.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Protocol

from workbench.app.testing.start_estimate import ShownEstimate, shown_estimate
from workbench.core.lanes import Endpoint, Lane
from workbench.core.retirement import is_retired
from workbench.core.testing.answer_ages import OLD_AFTER_DAYS
from workbench.core.testing.grid import CaseSetName
from workbench.usecases.problems import RefusedError

if TYPE_CHECKING:
    from workbench.core.testing.version_chart import VersionChart
    from workbench.store import Store
    from workbench.usecases.testing.comparison_plans import ComparisonPlanner, SuccessorPlan, TryChoice
    from workbench.usecases.testing.plan import SuitePlan
    from workbench.usecases.testing.runner import SuiteRunner

_RECORDED_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class SuccessorFacts:
    """What is known about a model that is to be replaced: its retirement and its stored answers, as one sentence."""

    words: str
    is_retired: bool


class ComparisonSource(Protocol):
    """Comparisons of all prompts. Errors are StoreError, or others whose text is a sentence for the user."""

    def chart(self, prompt_uid: str, set_name: CaseSetName) -> VersionChart:
        """Return the pass rates by version, which takes up to a few seconds."""

    def set_baseline(self, run_uid: str, position: int) -> Future[None]:
        """Compare the columns of a stored test with another one of them."""

    def try_choice(self, prompt_uid: str, set_name: CaseSetName) -> TryChoice:
        """Return which columns can be champion and challenger."""

    def estimate_try(self, prompt_uid: str, set_name: CaseSetName, champion: Lane, challenger: Lane) -> ShownEstimate:
        """Return what asking both afresh would take; a refusal is part of it."""

    def start_try(self, prompt_uid: str, set_name: CaseSetName, champion: Lane, challenger: Lane) -> str:
        """Ask both afresh, and return the uid of the run once it is recorded."""

    def successor_facts(self, prompt_uid: str, old: Lane) -> SuccessorFacts:
        """Return what is known about a model that is to be replaced."""

    def estimate_successor(self, prompt_uid: str, old: Lane, new: Lane, margin: float) -> ShownEstimate:
        """Return what testing a successor would take; a refusal is part of it."""

    def start_successor(self, prompt_uid: str, old: Lane, new: Lane, margin: float, *, renew: bool = False) -> str:
        """Store the columns, test the successor, and return the uid of the run once it is recorded.

        With `renew`, answers that are older than OLD_AFTER_DAYS are asked again.
        """


class StoredComparisons:
    """A `ComparisonSource` of an open history."""

    def __init__(
        self,
        store: Store,
        tests: Callable[[], SuiteRunner],
        endpoint: Callable[[str], Endpoint | None],
        retires: Callable[[Endpoint, str], date | None],
        now: Callable[[], str],
        today: Callable[[], date],
    ) -> None:
        """`tests` makes the runner when it is first needed; `today` is in UTC."""
        self._store, self._tests = store, tests
        self._endpoint, self._retires = endpoint, retires
        self._now, self._today = now, today

    def chart(self, prompt_uid: str, set_name: CaseSetName) -> VersionChart:
        """Return the pass rates by version."""
        # It imports numpy.
        from workbench.usecases.testing.versions_over_time import VersionsOverTime

        return VersionsOverTime(self._store.tests, self._store.judges).chart(prompt_uid, set_name)

    def set_baseline(self, run_uid: str, position: int) -> Future[None]:
        """Compare the columns of a stored test with another one of them."""
        return self._store.tests.set_baseline(run_uid, position)

    def try_choice(self, prompt_uid: str, set_name: CaseSetName) -> TryChoice:
        """Return which columns can be champion and challenger."""
        return self._planner().choice(prompt_uid, set_name)

    def estimate_try(self, prompt_uid: str, set_name: CaseSetName, champion: Lane, challenger: Lane) -> ShownEstimate:
        """Return what asking both afresh would take."""
        return self._estimated(lambda: self._planner().plan_try(prompt_uid, set_name, champion, challenger))

    def start_try(self, prompt_uid: str, set_name: CaseSetName, champion: Lane, challenger: Lane) -> str:
        """Ask both afresh, and return the uid of the run once it is recorded."""
        return self._start(prompt_uid, self._planner().plan_try(prompt_uid, set_name, champion, challenger))

    def successor_facts(self, prompt_uid: str, old: Lane) -> SuccessorFacts:
        """Return what is known about a model that is to be replaced."""
        planner, today = self._planner(), self._today()
        day = planner.retirement(old)
        if day is None or not is_retired(day, today):
            until = "" if day is None else f" until {day}"
            return SuccessorFacts(f"{old.title} answers{until}: both models are asked.", is_retired=False)
        stored = planner.stored_baseline(prompt_uid, old)
        known = (
            "it has no answers in a test."
            if stored is None
            else f"its stored answers of test {stored.number} are the baseline."
        )
        return SuccessorFacts(f"{old.title} was retired on {day}: {known}", is_retired=True)

    def estimate_successor(self, prompt_uid: str, old: Lane, new: Lane, margin: float) -> ShownEstimate:
        """Return what testing a successor would take."""
        return self._estimated(lambda: self._successor(prompt_uid, old, new, margin).plan)

    def start_successor(self, prompt_uid: str, old: Lane, new: Lane, margin: float, *, renew: bool = False) -> str:
        """Store the columns, test the successor, and return the uid of the run once it is recorded."""
        found = self._successor(prompt_uid, old, new, margin)
        self._store.tests.save_settings(prompt_uid, found.settings, self._now()).result()
        plan = found.plan.without_answers_older(OLD_AFTER_DAYS, self._now()) if renew else found.plan
        return self._start(prompt_uid, plan)

    def _successor(self, prompt_uid: str, old: Lane, new: Lane, margin: float) -> SuccessorPlan:
        return self._planner().plan_successor(prompt_uid, old, new, margin, self._today())

    def _planner(self) -> ComparisonPlanner:
        # It imports numpy.
        from workbench.usecases.testing.comparison_plans import ComparisonPlanner

        return ComparisonPlanner(self._store, self._tests().planner, self._endpoint, self._retires)

    def _estimated(self, plan: Callable[[], SuitePlan]) -> ShownEstimate:
        return shown_estimate(self._tests().estimator, plan)

    def _start(self, prompt_uid: str, plan: SuitePlan) -> str:
        handle = self._tests().start(prompt_uid, plan)
        handle.wait_recorded(_RECORDED_WITHIN_S)
        if handle.problem is not None and not handle.is_recorded:
            raise RefusedError(handle.problem.sentence, handle.problem.detail)
        return handle.run_uid
