"""Comparisons that a person starts by choosing two columns: champion and challenger, and a model and its successor.

Invariant: both sides of a comparison of champion and challenger are asked afresh, in a round of their own. A model that
its provider has retired is not asked: its stored answers are the baseline. Everything blocks: use it on worker threads.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from workbench.core.lanes import Endpoint, Lane
from workbench.core.retirement import is_retired
from workbench.core.statistics.columns import PassRate, pass_rate
from workbench.core.testing.goals import RunGoals
from workbench.core.testing.grid import CaseSetName, SuiteColumn, SuiteRun
from workbench.core.testing.settings import MOST_COLUMNS, SuiteSettings
from workbench.core.visible_text import visible_name
from workbench.usecases.problems import RefusedError
from workbench.usecases.prompts import FIRST_DRAFT
from workbench.usecases.testing.column_titles import column_titles, parameter_words
from workbench.usecases.testing.plan import SuitePlan, SuitePlanner

if TYPE_CHECKING:
    from workbench.core.drafts import Draft
    from workbench.core.testing.judged_report import JudgedReport
    from workbench.store import Store

CURRENT_TEXT = "Current text"
_MOST_RUNS = 200


@dataclass(frozen=True, slots=True)
class TryCandidate:
    """A column that can be champion or challenger. `rate_words` is its pass rate in the newest test, "" without one."""

    lane: Lane
    title: str
    rate_words: str = ""


@dataclass(frozen=True, slots=True)
class TryChoice:
    """The columns to choose from; `champion` and `challenger` are positions, -1 if none suits.

    `cases` are those of the set, `gain` is the gain that the rule rules out, a fraction.
    """

    candidates: tuple[TryCandidate, ...]
    champion: int
    challenger: int
    cases: int
    gain: float


@dataclass(frozen=True, slots=True)
class StoredBaseline:
    """The column of an earlier test whose answers stand for a model that does not answer any more."""

    run_uid: str
    number: int
    column: int
    version: int
    cases: int


@dataclass(frozen=True, slots=True)
class SuccessorPlan:
    """The test of a successor: `settings` to store, the `plan`, and the stored answers if the old model is retired."""

    settings: SuiteSettings
    plan: SuitePlan
    stored: StoredBaseline | None = None


class ComparisonPlanner:
    """Plans comparisons of one history. `retires` returns the day on which a model is retired, None if unknown."""

    def __init__(
        self,
        store: Store,
        planner: SuitePlanner,
        endpoint: Callable[[str], Endpoint | None],
        retires: Callable[[Endpoint, str], date | None],
    ) -> None:
        self._store = store
        self._planner = planner
        self._endpoint = endpoint
        self._retires = retires

    # Champion and challenger.

    def choice(self, prompt_uid: str, set_name: CaseSetName) -> TryChoice:
        """Return which columns can be compared: by default the best one, and the current text with its model."""
        settings, cases = self._store.tests.settings(prompt_uid), self._store.packs.cases(prompt_uid)
        number = sum(case.held_out == (set_name == "holdout") for case in cases)
        current = self._current_version(prompt_uid)
        # The best on tuning cases, whatever set is compared: a champion is not chosen by the hold-out.
        run = self._newest(prompt_uid, "tuning")
        found: dict[tuple[int, str, str, str], TryCandidate] = {}
        rates: dict[tuple[int, str, str, str], PassRate] = {}
        if run is not None:
            results = self._store.tests.results(run.uid, run.scoring_uid)
            judged = _judged(self._store, run)
            for column, title in zip(run.columns, column_titles(run, always=True), strict=True):
                key = _key(column.version, column.lane)
                passes = pass_rate(results[column.position].cases) if column.position < len(results) else None
                if key not in found:
                    found[key] = TryCandidate(
                        _pinned(column), title, _rate(passes, judged.beside_rate(column.position))
                    )
                    if passes is not None:
                        rates[key] = passes
        best = max(rates, key=lambda key: (rates[key].rate, rates[key].cases), default=None)
        lanes = [*settings.columns]
        if best is not None:
            # The current text with the champion's model.
            lanes.insert(0, replace(found[best].lane, pinned=None, label=""))
        for lane in lanes:
            version = current if lane.pinned is None else lane.pinned
            found.setdefault(_key(version, lane), TryCandidate(lane, self._title(prompt_uid, lane, version)))
        keys = list(found)
        champion = keys.index(best) if best is not None else (0 if keys else -1)
        wanted = _key(current, found[keys[champion]].lane) if keys else None
        others = [at for at in range(len(keys)) if at != champion]
        challenger = keys.index(wanted) if wanted in found and wanted != keys[champion] else next(iter(others), -1)
        return TryChoice(tuple(found.values()), champion, challenger, number, settings.difference)

    def plan_try(self, prompt_uid: str, set_name: CaseSetName, champion: Lane, challenger: Lane) -> SuitePlan:
        """Return the plan of asking both afresh on the same cases. Raises RefusedError, StoreError."""
        settings, draft = self._store.tests.settings(prompt_uid), self._draft(prompt_uid)
        lanes = (replace(champion, slot="champion"), replace(challenger, slot="challenger"))
        settings = replace(settings, columns=tuple(_plain(lane) for lane in lanes), baseline="champion")
        plan = self._planner.plan(
            prompt_uid,
            draft,
            settings,
            self._store.packs.cases(prompt_uid),
            set_name=set_name,
            round_="fresh",
            goals=RunGoals(settings.difference, settings.margin, "try"),
        )
        if plan.questions[0] == plan.questions[1]:
            raise RefusedError("Both columns ask the same question. Change the text, the model or a parameter first.")
        return plan

    # A model and its successor.

    def retirement(self, lane: Lane) -> date | None:
        """Return the day on which the model of a lane is retired, None if unknown."""
        endpoint = self._endpoint(lane.endpoint)
        return None if endpoint is None else self._retires(endpoint, lane.model)

    def stored_baseline(self, prompt_uid: str, lane: Lane) -> StoredBaseline | None:
        """Return the newest scored column of the tuning cases with this model and, if pinned, this version."""
        for run in self._store.tests.runs(prompt_uid, _MOST_RUNS):
            if run.set_name != "tuning" or not run.scoring_uid or run.probe:
                continue
            for column in run.columns:
                same_model = (column.lane.endpoint, column.lane.model) == (lane.endpoint, lane.model)
                if same_model and lane.pinned in (None, column.version):
                    return StoredBaseline(run.uid, run.number, column.position, column.version, run.cases)
        return None

    def plan_successor(self, prompt_uid: str, old: Lane, new: Lane, margin: float, today: date) -> SuccessorPlan:
        """Return the test of whether `new` is no worse than `old` by more than `margin`, on the tuning cases.

        Both are columns of the settings afterwards, with `old` as baseline; the plan asks only the two. Raises
        RefusedError if the old model is retired and has no stored answers, and as `SuitePlanner.plan`.
        """
        settings = replace(self._store.tests.settings(prompt_uid), margin=margin)
        goals, stored = RunGoals(settings.difference, margin), None
        asked: tuple[Lane, ...] = (old, new)
        if is_retired(self.retirement(old), today):
            stored = self.stored_baseline(prompt_uid, old)
            if stored is None:
                raise RefusedError(
                    f"{old.title} is retired and has no answers in a test, so there is nothing to compare with. Add "
                    "the successor as a column and look at its pass rate."
                )
            goals = replace(goals, against_run=stored.run_uid, against_column=stored.column)
            # The same text as the stored answers have, so that only the model differs.
            asked = (replace(new, pinned=stored.version),)
        columns = settings.columns
        slots = []
        for lane in asked:
            columns, slot = _placed(columns, lane)
            slots.append(slot)
        if len(columns) > MOST_COLUMNS:
            raise RefusedError(f"A test has at most {MOST_COLUMNS} columns. Remove one, then test the successor.")
        settings = replace(
            settings,
            columns=columns,
            baseline=slots[0] if stored is None else settings.baseline,
            no_worse=tuple(dict.fromkeys((*settings.no_worse, slots[-1]))),
        )
        # Both vote or neither does, so that only the model differs.
        rest = tuple(slot for slot in settings.vote if slot != slots[-1])
        is_voted = slots[0] in settings.vote if stored is None else self._was_voted(stored)
        settings = replace(settings, vote=(*rest, slots[-1]) if is_voted else rest)
        tested = replace(settings, columns=tuple(one for slot in slots for one in columns if one.slot == slot))
        cases = self._store.packs.cases(prompt_uid)
        plan = self._planner.plan(prompt_uid, self._draft(prompt_uid), tested, cases, goals=goals)
        return SuccessorPlan(settings, plan, stored)

    # Parts.

    def _was_voted(self, stored: StoredBaseline) -> bool:
        run = self._store.tests.run(stored.run_uid)
        return run.columns[stored.column].lane.slot in run.goals.vote

    def _newest(self, prompt_uid: str, set_name: CaseSetName) -> SuiteRun | None:
        runs = self._store.tests.runs(prompt_uid, _MOST_RUNS)
        return next((one for one in runs if one.set_name == set_name and one.scoring_uid and not one.probe), None)

    def _draft(self, prompt_uid: str) -> Draft:
        return self._store.draft(prompt_uid) or FIRST_DRAFT

    def _current_version(self, prompt_uid: str) -> int:
        """Return the number of the version that has the draft's text, 0 for none."""
        content = self._draft(prompt_uid).content
        number = self._store.version_meant(prompt_uid, content, None)
        return number if number is not None and self._store.version(prompt_uid, number).content == content else 0

    def _title(self, prompt_uid: str, lane: Lane, version: int) -> str:
        name = self._store.version(prompt_uid, version).name if version else ""
        if lane.pinned is None:
            name = f"{CURRENT_TEXT} ({name})" if name else CURRENT_TEXT
        return " · ".join(filter(None, (visible_name(name), visible_name(lane.title), parameter_words(lane.params))))


def _key(version: int, lane: Lane) -> tuple[int, str, str, str]:
    return version, lane.endpoint, lane.model, str(lane.params.to_json())


def _pinned(column: SuiteColumn) -> Lane:
    return replace(column.lane, pinned=column.version)


def _plain(lane: Lane) -> Lane:
    return replace(lane, samples=1, hidden=False, baseline="")


def _judged(store: Store, run: SuiteRun) -> JudgedReport:
    # Imports numpy.
    from workbench.usecases.judging.judge_reports import judged_run

    return judged_run(store.judges, run)


def _rate(passes: PassRate | None, judged: str) -> str:
    from workbench.core.statistics.wording import rate_words

    return "" if passes is None else " · ".join(filter(None, (rate_words(passes), judged)))


def _placed(columns: tuple[Lane, ...], lane: Lane) -> tuple[tuple[Lane, ...], str]:
    """Return columns with a lane among them, and its slot; one that asks the same question is used."""
    asked = (lane.endpoint, lane.model, lane.params, lane.pinned)
    for one in columns:
        if (one.endpoint, one.model, one.params, one.pinned) == asked:
            return columns, one.slot
    taken = {one.slot for one in columns}
    names = itertools.chain((lane.slot,), (f"successor{number}" for number in itertools.count(1)))
    slot = next(name for name in names if name and name not in taken)
    return (*columns, replace(_plain(lane), slot=slot)), slot
