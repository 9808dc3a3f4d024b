"""Tuned models against the champion's model on the guard sets of a prompt.

Invariant: a guard set is tested by its own text, so a column of it is identified by model and parameters. Guard sets of
the same kind are compared together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from workbench.core.decide.evidence import EvidenceSet, PairEvidence
from workbench.core.lanes import Lane
from workbench.core.statistics.comparisons import compare_passes
from workbench.core.statistics.results import ColumnResults
from workbench.core.testing.grid import SuiteColumn, SuiteRun
from workbench.core.testing.guards import model_of
from workbench.store import Store
from workbench.usecases.guard_sets import REFUSALS, guard_uid

_MOST_RUNS = 60
_MOST_TUNED = 5


def guard_sets(store: Store, guards: Sequence[str]) -> dict[str, EvidenceSet]:
    """Return which set each guard of a prompt belongs to, by the uid of its prompt. Raises StoreError."""
    refusals = guard_uid(store, REFUSALS) if guards else ""
    return {uid: "refusal" if uid == refusals else "general" for uid in guards}


def guard_evidence(
    store: Store,
    guards: Mapping[str, EvidenceSet],
    champion: tuple[str, SuiteColumn],
    tuned: Sequence[tuple[str, SuiteColumn]],
    name: Callable[[Lane], str],
) -> tuple[PairEvidence, ...]:
    """Return the pairs of tuned models with the champion, each a key and a column. Raises StoreError.

    `name` tells what people call the model of a column.
    """
    if not tuned or not guards:
        return ()
    runs = {uid: store.tests.runs(uid, _MOST_RUNS) for uid in guards}
    found = []
    for key, column in tuned[:_MOST_TUNED]:
        for set_name in dict.fromkeys(guards.values()):
            of_set = [runs[uid] for uid, name in guards.items() if name == set_name]
            pair = _pair(store, of_set, champion, key, column, set_name)
            found += [] if pair is None else [replace(pair, title=name(column.lane))]
    return tuple(found)


def _pair(
    store: Store,
    runs: Sequence[Sequence[SuiteRun]],
    champion: tuple[str, SuiteColumn],
    key: str,
    column: SuiteColumn,
    set_name: EvidenceSet,
) -> PairEvidence | None:
    sides = ([], [])  # type: tuple[list[ColumnResults], list[ColumnResults]]
    used: list[str] = []
    for of_guard in runs:
        both = _newest(store, of_guard, champion[1], column)
        if both is not None:
            run, *results = both
            used.append(run.uid)
            for side, result in zip(sides, results, strict=True):
                side.append(_named(result, run.uid))
    joined = [ColumnResults("", tuple(case for result in side for case in result.cases)) for side in sides]
    passes = compare_passes(*joined)
    if passes is None:
        return None
    return PairEvidence(
        role="tuned",
        champion=champion[0],
        challenger=key,
        set_name=set_name,
        passes=passes,
        model=column.lane.model,
        run_uids=tuple(used),
    )


def _newest(
    store: Store, runs: Sequence[SuiteRun], champion: SuiteColumn, column: SuiteColumn
) -> tuple[SuiteRun, ColumnResults, ColumnResults] | None:
    """Return the newest scored test of a guard with both models, and their results."""
    wanted = model_of(champion.lane), model_of(column.lane)
    for run in runs:
        if not run.scoring_uid or run.probe or run.set_name != "tuning":
            continue
        there = {model_of(one.lane): one.position for one in run.columns}
        if all(model in there for model in wanted):
            results = store.tests.results(run.uid, run.scoring_uid)
            return run, results[there[wanted[0]]], results[there[wanted[1]]]
    return None


def _named(results: ColumnResults, run_uid: str) -> ColumnResults:
    """Return results whose cases and clusters cannot be confused with those of another guard."""
    cases = (
        replace(one, case=f"{run_uid} {one.case}", cluster=f"{run_uid} {one.cluster}" if one.cluster else "")
        for one in results.cases
    )
    return replace(results, cases=tuple(cases))
