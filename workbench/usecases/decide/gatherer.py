"""Gathers the evidence of a prompt.

Invariant: a history of any size takes a bounded number of reads: the newest tests, versions and labelled answers.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from uuid import UUID

from workbench.core.decide.evidence import (
    CaseCounts,
    DecideEvidence,
    EvidenceSet,
    OptimiserEvidence,
    PairEvidence,
    TryEvidence,
)
from workbench.core.testing.grid import CaseSetName, SuiteRun
from workbench.core.testing.tries import TryHistory
from workbench.store import Store
from workbench.store.decide.prompt_facts import CaseFact
from workbench.usecases.decide.call_figures import call_figures
from workbench.usecases.decide.champion import Champion, champions, models_in_use
from workbench.usecases.decide.column_evidence import ColumnMaker, ModelBook
from workbench.usecases.decide.column_reader import ColumnReader, ColumnSet, is_evidence
from workbench.usecases.decide.guard_pairs import guard_evidence, guard_sets
from workbench.usecases.decide.judge_facts import JudgeFacts
from workbench.usecases.decide.pairs import Levers, model_of, pair_evidence
from workbench.usecases.decide.stubborn import stubborn_evidence
from workbench.usecases.decide.training_rows import training_evidence
from workbench.usecases.decide.verdicts import verdict_evidence
from workbench.usecases.decide.versions import KnownVersions, known_versions, version_evidence
from workbench.usecases.testing.tries import SuiteTries

_SETS: tuple[CaseSetName, ...] = ("tuning", "holdout")
_MOST_RUNS = 500
_MOST_ITERATIONS = 20
"""Runs in Compose whose calls tell what more calls cost where no test does."""
_DAY_MS = 86_400_000


class EvidenceGatherer:
    """Gathers evidence from one history."""

    def __init__(self, store: Store, tries: Callable[[], SuiteTries], models: ModelBook, levers: Levers) -> None:
        """`tries` returns the tries of all prompts; `levers` are ids of levers by the key of a technique or part."""
        self._store, self._tries, self._models, self._levers = store, tries, models, levers
        self._reader = ColumnReader(store)

    def gather(self, prompt_uid: str, name: str, today: date) -> DecideEvidence:
        """Return everything that is known about a prompt, whose name is `name`. Raises StoreError."""
        store = self._store
        runs = store.tests.runs(prompt_uid, _MOST_RUNS)
        tries = self._tries().history(prompt_uid) if runs else TryHistory()
        # Endpoints are read from the history each time.
        models = replace(self._models, endpoint=functools.cache(self._models.endpoint))
        champion, sets = self._champion(prompt_uid, runs, tries, models)
        tested = {column.version for run in runs for column in run.columns}
        versions = known_versions(store, prompt_uid, tested)
        maker = ColumnMaker(models, versions, store.judges)
        columns = tuple(maker.evidence(one) for found in sets for one in found.newest.values())
        pairs = tuple(
            pair for found in sets for pair in pair_evidence(found, champion.key, maker, versions, self._levers)
        )
        verdicts = store.judgements.verdicts(prompt_uid)
        cases = store.decide.case_facts(prompt_uid)
        guards = guard_sets(store, store.tests.settings(prompt_uid).guards)
        facts = store.decide.runs(prompt_uid)
        own_model = None if champion.column is None else model_of(champion.column)
        pairs += self._guard_pairs(guards, champion, sets, models)
        if not champion.is_in_use:
            pairs = tuple(pair for pair in pairs if pair.role != "tuned")
        stubborn = stubborn_evidence(store, sets[0], runs)
        tried = tuple(_tries(tries, runs, versions))
        judged = (*columns, *pairs, *tried, *((stubborn, stubborn.probe) if stubborn is not None else ()))
        return DecideEvidence(
            prompt=name,
            today=today,
            champion=champion.key,
            goals=store.decide.goals(prompt_uid),
            iterations=max(facts.by_kind.get("iteration", 0), len(versions.facts)),
            versions=version_evidence(versions),
            cases=self._cases(prompt_uid, cases, sets, guards, today),
            columns=columns,
            pairs=pairs,
            stubborn=stubborn,
            verdicts=verdict_evidence(verdicts, versions, own_model),
            training=training_evidence(store, prompt_uid, verdicts, cases, today),
            tries=tried,
            judges=JudgeFacts(store.judges, runs).of(uid for one in judged if one is not None for uid in one.run_uids),
            optimiser=_optimiser(facts.improved_at, runs),
            other_calls=call_figures(store.decide.newest_calls(prompt_uid, _MOST_ITERATIONS), None, None),
        )

    def _champion(
        self, prompt_uid: str, runs: Sequence[SuiteRun], tries: TryHistory, models: ModelBook
    ) -> tuple[Champion, list[ColumnSet]]:
        """Return the first champion that has comparable results, and the columns of both sets."""
        in_use = models_in_use(self._store.draft(prompt_uid), models.tuned) if runs else ()
        champion, sets = Champion(), [ColumnSet(name) for name in _SETS]
        for champion in champions(runs, tries, in_use, models.tuned):
            sets = [self._reader.read(runs, set_name, champion.key) for set_name in _SETS]
            if any(champion.key in found.newest for found in sets):
                break
        return champion, sets

    def _cases(
        self,
        prompt_uid: str,
        cases: Sequence[CaseFact],
        sets: Sequence[ColumnSet],
        guards: Mapping[str, EvidenceSet],
        today: date,
    ) -> CaseCounts:
        scored = {
            case.case for found in sets for one in found.newest.values() for case in one.results.cases if case.counts[1]
        }
        of_guards = Counter[str]()
        for uid, set_name in guards.items():
            of_guards[set_name] += len(self._store.decide.case_facts(uid))
        named = {case.cluster for case in cases if case.cluster}
        return CaseCounts(
            tuning=sum(not case.is_held_out for case in cases),
            holdout=sum(case.is_held_out for case in cases),
            general=of_guards["general"],
            refusal=of_guards["refusal"],
            clusters=len(named) + sum(not case.cluster for case in cases) if named else None,
            untried=sum(case.uid not in scored for case in cases),
            untried_holdout=sum(case.uid not in scored for case in cases if case.is_held_out),
            ended_holdout=bool(sets[1].newest) and not self._store.tests.has_holdout(prompt_uid),
            newest_days=min((days for case in cases if (days := _age(case.uid, today)) is not None), default=None),
        )

    def _guard_pairs(
        self, guards: Mapping[str, EvidenceSet], champion: Champion, sets: Sequence[ColumnSet], models: ModelBook
    ) -> tuple[PairEvidence, ...]:
        if champion.column is None:
            return ()
        tuned = {
            key: one.column
            for found in reversed(sets)
            for key, one in found.newest.items()
            if models.tuned(one.column.lane)
        }
        return guard_evidence(self._store, guards, (champion.key, champion.column), list(tuned.items()), models.name)


def _tries(tries: TryHistory, runs: Sequence[SuiteRun], versions: KnownVersions) -> Iterator[TryEvidence]:
    by_uid = {run.uid: run for run in runs}
    for one in tries.counted:
        # One that ended after the runs were read counts the next time.
        run = by_uid.get(one.run_uid)
        if run is None:
            continue
        champion, challenger = run.columns[run.baseline], run.columns[1 - run.baseline]
        yield TryEvidence(
            number=one.number,
            challenger=one.challenger,
            kind=one.kind,
            result=one.result,
            margin=one.margin,
            cases=one.cases,
            fixed=one.fixed,
            broke=one.broken,
            difference=one.difference,
            set_name=one.set_name,
            version=challenger.version,
            added=versions.added((champion.version, champion.lane), (challenger.version, challenger.lane)),
            run_uids=(one.run_uid,),
        )


def _optimiser(improved_at: Sequence[str], runs: Sequence[SuiteRun]) -> OptimiserEvidence:
    """Return the runs that proposed a better text, and how many of them a test of the hold-out followed."""
    checked = max((run.started_at for run in runs if is_evidence(run, "holdout")), default="")
    return OptimiserEvidence(len(improved_at), sum(at < checked for at in improved_at))


def _age(uid: str, today: date) -> float | None:
    """Return the days since a uid was made, None for one without a time."""
    try:
        known = UUID(uid)
    except ValueError:
        return None
    if known.version != 7:
        return None
    return max(0.0, (datetime.combine(today, time(), UTC).timestamp() * 1000 - (known.int >> 80)) / _DAY_MS)
