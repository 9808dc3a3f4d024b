"""The guard sets of a prompt: choosing them, running them on its models, and what came of it.

Invariant: a guard run is a test run of the guard's own prompt, so that its answers are reused, shown and exported like
those of any test, and none is paid twice. The list of guards is part of the settings of the guarded prompt.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workbench.core.testing.grid import SuiteRun
from workbench.core.testing.guards import guard_columns, model_of, same_models
from workbench.core.testing.settings import SuiteBudget, SuiteSettings
from workbench.core.text import counted
from workbench.store import Store
from workbench.usecases.guard_sets import GUARD_FILES, add_guard, guard_prompt, load_guard
from workbench.usecases.problems import RefusedError
from workbench.usecases.prompts import FIRST_DRAFT
from workbench.usecases.testing.plan import SuitePlan

if TYPE_CHECKING:
    from workbench.core.testing.report import SuiteReport
    from workbench.usecases.testing.progress import SuiteHandle
    from workbench.usecases.testing.runner import SuiteRunner

MOST_GUARDS = 10
_MOST_RUNS = 200


@dataclass(frozen=True, slots=True)
class GuardEntry:
    """A guard of a prompt: the uid and name of its own prompt, and the number of its cases."""

    uid: str
    name: str
    cases: int


@dataclass(frozen=True, slots=True)
class GuardOffer:
    """What can be added as a guard: a set that comes with the product (`file`), or a prompt with cases (`uid`)."""

    name: str
    description: str
    file: str = ""
    uid: str = ""


class GuardBook:
    """The guards of one history. Everything blocks: use it on worker threads. All methods raise StoreError."""

    def __init__(
        self, store: Store, tests: Callable[[], SuiteRunner], new_uid: Callable[[], str], now: Callable[[], str]
    ) -> None:
        self._store, self._tests = store, tests
        self._new_uid, self._now = new_uid, now

    def entries(self, prompt_uid: str) -> tuple[GuardEntry, ...]:
        """Return the guards of a prompt, without those whose prompt is archived or deleted."""
        guards = self._store.tests.settings(prompt_uid).guards
        names = {row.uid: row.name for row in self._store.prompts()} if guards else {}
        return tuple(GuardEntry(uid, names[uid], len(self._store.packs.cases(uid))) for uid in guards if uid in names)

    def settings(self, prompt_uid: str) -> SuiteSettings:
        """Return the test settings of the guarded prompt as stored."""
        return self._store.tests.settings(prompt_uid)

    def offers(self, prompt_uid: str) -> tuple[GuardOffer, ...]:
        """Return what can be added to the guards of a prompt: the sets of the product first, then other prompts."""
        there = {prompt_uid, *self._store.tests.settings(prompt_uid).guards}
        found, shipped = list[GuardOffer](), set[str]()
        for file in GUARD_FILES:
            guard = load_guard(file)
            uid = guard_prompt(self._store, guard)
            shipped.add(uid)
            if uid not in there:
                found.append(GuardOffer(guard.name, guard.description, file))
        for row in self._store.prompts():
            if row.uid not in there | shipped and (cases := len(self._store.packs.cases(row.uid))):
                found.append(GuardOffer(row.name, f"Your prompt, {counted(cases, 'case')}", uid=row.uid))
        return tuple(found)

    def add(self, prompt_uid: str, offer: GuardOffer) -> str:
        """Add a guard, and return the uid of its prompt. Raises RefusedError if there are too many."""
        settings = self._store.tests.settings(prompt_uid)
        if len(settings.guards) >= MOST_GUARDS:
            raise RefusedError(f"A prompt has at most {MOST_GUARDS} guard sets. Remove one, then add another.")
        uid = offer.uid or add_guard(self._store, load_guard(offer.file), self._new_uid, self._now())
        if uid not in settings.guards:
            self._save(prompt_uid, replace(settings, guards=(*settings.guards, uid)))
        return uid

    def remove(self, prompt_uid: str, guard_uid: str) -> tuple[str, ...]:
        """Remove a guard, and return the guards before; its prompt and what it was asked stay."""
        settings = self._store.tests.settings(prompt_uid)
        self._save(prompt_uid, replace(settings, guards=tuple(one for one in settings.guards if one != guard_uid)))
        return settings.guards

    def restore(self, prompt_uid: str, guards: tuple[str, ...]) -> None:
        """Undo `remove`."""
        self._save(prompt_uid, replace(self._store.tests.settings(prompt_uid), guards=guards))

    def plan(self, guard_uid: str, settings: SuiteSettings, budget: SuiteBudget | None = None) -> SuitePlan:
        """Return the plan of testing a guard with the models of `settings`, those of the guarded prompt.

        `budget` replaces that of the settings. Raises RefusedError.
        """
        return self._tests().planner.plan(
            guard_uid,
            self._store.draft(guard_uid) or FIRST_DRAFT,
            replace(self._guard_settings(guard_uid, settings), budget=budget or settings.budget),
            self._store.packs.cases(guard_uid),
        )

    def start(self, plan: SuitePlan) -> SuiteHandle:
        """Ask the open cells of a plan of a guard. Raises RefusedError."""
        return self._tests().go_on_with(plan, failed_too=True)

    def newest(self, guard_uid: str, settings: SuiteSettings) -> SuiteRun | None:
        """Return the newest test of a guard on exactly the models of `settings`, with the same baseline."""
        columns, baseline = guard_columns(settings.columns, settings.baseline)
        wanted = next((model_of(lane) for lane in columns if lane.slot == baseline), None)
        for run in self._store.tests.runs(guard_uid, _MOST_RUNS):
            lanes = [column.lane for column in run.columns]
            counts = run.set_name == "tuning" and not run.probe and same_models(lanes, columns)
            if counts and model_of(lanes[run.baseline]) == wanted:
                return run
        return None

    def report(self, guard: GuardEntry, run_uid: str, settings: SuiteSettings) -> SuiteReport:
        """Return the totals of a test of a guard by model, compared with the baseline's model."""
        given = self._guard_settings(guard.uid, settings)
        report = self._tests().analyst.report(guard.name, run_uid, given)
        return replace(report, set_words=f"on {counted(report.cases, 'case')} of this guard set")

    def _guard_settings(self, guard_uid: str, settings: SuiteSettings) -> SuiteSettings:
        columns, baseline = guard_columns(settings.columns, settings.baseline)
        own = self._store.tests.settings(guard_uid)
        # Without a judge of its own a guard gets that of the guarded prompt.
        judge = own.judge if own.judge.lane is not None else settings.judge
        return replace(own, columns=columns, baseline=baseline, judge=judge)

    def _save(self, prompt_uid: str, settings: SuiteSettings) -> None:
        self._store.tests.save_settings(prompt_uid, settings, self._now()).result()
