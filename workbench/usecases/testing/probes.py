"""Makes and reads probes: chosen cases of a test asked again, as they are or with facts pasted in.

Invariant: a probe asks the cases, versions and models of its test as they were, and the history marks it, so that it is
never part of a conclusion and its answers are used for no other run. Everything blocks: use it on worker threads.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from workbench.core.cases import Case
from workbench.core.content import Content
from workbench.core.drafts import Draft
from workbench.core.statistics.results import ColumnResults, is_majority
from workbench.core.testing.grid import GridQuery, SuiteColumn, SuiteRun
from workbench.core.testing.probes import MOST_FACTS, Probe, takes_context
from workbench.store.testing.suite_records import SuiteRecords
from workbench.usecases.problems import RefusedError
from workbench.usecases.testing.plan import PlanStore, SuitePlan
from workbench.usecases.testing.progress import SuiteHandle
from workbench.usecases.testing.runner import SuiteRunner

_PAGE = 200
_CHUNK = 500
_RECORDED_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class StubbornCases:
    """The cases of a test that fail in every column, by position, and the columns that facts could be tried in.

    `best` is the position of the column with the highest pass rate. `slots` says of each column whether its prompt has
    a variable for the facts.
    """

    run: SuiteRun
    positions: tuple[int, ...]
    best: int
    slots: tuple[bool, ...]


class Probes:
    """The probes of one history."""

    def __init__(self, records: SuiteRecords, versions: PlanStore, runner: SuiteRunner) -> None:
        self._records, self._versions, self._runner = records, versions, runner

    def listed(self, run: SuiteRun, query: GridQuery) -> tuple[int, ...]:
        """Return the positions of the cases that a query lists, in their order in the run."""
        found: list[int] = []
        after = ""
        while True:
            page = self._records.page(run.uid, run.scoring_uid, query, after, _PAGE)
            found += [row.position for row in page.rows]
            after = page.after
            if not after:
                return tuple(sorted(set(found)))

    def stubborn(self, prompt_uid: str, run: SuiteRun) -> StubbornCases:
        """Return the cases that fail in every version and model of a test. Raises RefusedError if there are none."""
        results = self._records.results(run.uid, run.scoring_uid) if run.scoring_uid else ()
        failing = [{case.case for case in column.cases if _fails(*case.counts)} for column in results]
        everywhere = set.intersection(*failing) if failing else set()
        positions = tuple(at for at, case in self._cases(run) if case.uid in everywhere)
        if not positions:
            raise RefusedError("No case fails in every version and model, so facts are not what is missing.")
        rates = [_rate(column) for column in results]
        slots = tuple(takes_context(self._content(prompt_uid, column)) for column in run.columns)
        return StubbornCases(run, positions, rates.index(max(rates)), slots)

    def again(self, prompt_uid: str, run: SuiteRun, positions: Collection[int], about: str) -> SuitePlan:
        """Return the plan of asking some cases of a test again in all of its columns. Raises RefusedError."""
        probe = Probe("again", run.uid, run.uid, about)
        return self._plan(prompt_uid, run, positions, run.columns, run.samples, probe)

    def with_facts(
        self, prompt_uid: str, run: SuiteRun, positions: Collection[int], column: int, facts: str
    ) -> tuple[SuitePlan, SuitePlan]:
        """Return the plans of asking cases in one column with facts and without them. Raises RefusedError."""
        if len(facts) > MOST_FACTS:
            raise RefusedError(f"These facts are longer than {MOST_FACTS:,} characters. Paste only what matters.")
        columns, about = (run.columns[column],), "fail everywhere"
        plans = (
            self._plan(prompt_uid, run, positions, columns, 1, Probe("facts", run.uid, "", about, facts)),
            self._plan(prompt_uid, run, positions, columns, 1, Probe("facts-control", run.uid, run.uid, about)),
        )
        return plans

    def start(self, plan: SuitePlan) -> SuiteHandle:
        """Start a probe; returns once it is recorded. Raises RefusedError, StoreError."""
        handle = self._runner.start(plan.prompt_uid, plan)
        handle.wait_recorded(_RECORDED_WITHIN_S)
        if handle.problem is not None and not handle.is_recorded:
            raise RefusedError(handle.problem.sentence, handle.problem.detail)
        return handle

    def start_facts(self, plans: tuple[SuitePlan, SuitePlan]) -> SuiteHandle:
        """Start the probe with facts beside the one without them, and return the former."""
        facts, control = plans
        without = self.start(control)
        probe = Probe.from_text(facts.probe)
        assert probe is not None
        return self.start(replace(facts, probe=replace(probe, beside=without.run_uid).to_text()))

    def price_of_facts(self, plan: SuitePlan, facts: str) -> float | None:
        """Return about what facts cost in dollars as a part of all calls of a plan.

        None without a price, and for a model whose tokens are not counted.
        """
        rates = self._runner.planner.rates(plan.columns[0])
        tokens = self._runner.estimator.tokens_of(plan.prompt_uid, plan.columns[0], facts)
        return None if rates is None or tokens is None else plan.cells * tokens * rates.input

    def _plan(
        self,
        prompt_uid: str,
        run: SuiteRun,
        positions: Collection[int],
        columns: Sequence[SuiteColumn],
        samples: int,
        probe: Probe,
    ) -> SuitePlan:
        if run.set_name == "holdout":
            raise RefusedError("Cases of the hold-out are not probed: what you learn from them uses them up.")
        if run.probe:
            raise RefusedError("This is a probe already. Show the test, then probe its cases.")
        wanted = set(positions)
        cases = [case for at, case in self._cases(run) if at in wanted]
        if not cases:
            raise RefusedError("No case is listed, so there is nothing to ask again.")
        lanes = tuple(replace(one.lane, pinned=one.version, samples=1, hidden=False, baseline="") for one in columns)
        slots = [one.slot for one in lanes]
        baseline = run.columns[run.baseline].lane.slot
        settings = replace(
            self._records.settings(prompt_uid),
            columns=lanes,
            baseline=baseline if baseline in slots else slots[0],
            samples=samples,
        )
        return self._runner.planner.plan(
            prompt_uid, Draft(), settings, cases, set_name=run.set_name, probe=probe.to_text()
        )

    def _cases(self, run: SuiteRun) -> Iterator[tuple[int, Case]]:
        """Yield the cases of a test by position, without those that were held out since."""
        hidden = self._records.hidden_cases(run.uid)
        for start in range(0, run.cases, _CHUNK):
            cases = self._records.cases(run.uid, start, min(run.cases, start + _CHUNK))
            yield from ((at, case) for at, case in enumerate(cases, start) if at not in hidden)

    def _content(self, prompt_uid: str, column: SuiteColumn) -> Content:
        return self._versions.version(prompt_uid, column.version).content


def _fails(passed: int, scored: int) -> bool:
    return scored > 0 and not is_majority(passed, scored)


def _rate(column: ColumnResults) -> float:
    scored = [case.counts for case in column.cases if case.counts[1]]
    return sum(is_majority(*counts) for counts in scored) / len(scored) if scored else 0.0
