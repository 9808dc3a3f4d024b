"""Cases that fail whatever was tried, and the probe that pastes facts into them.

Invariant: only cases that the person tunes on. A probe is read from the run with facts and the one beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workbench.core.decide.evidence import ProbeEvidence, StubbornEvidence
from workbench.core.statistics.results import ColumnResults, is_majority
from workbench.core.testing.grid import SuiteRun
from workbench.core.testing.probes import Probe
from workbench.store import Store
from workbench.usecases.decide.column_reader import ColumnSet

FEWEST_VERSIONS, FEWEST_MODELS = 3, 2
_MOST_PROBES = 20


def stubborn_evidence(store: Store, columns: ColumnSet, runs: Sequence[SuiteRun]) -> StubbornEvidence | None:
    """Return which cases fail everywhere, None without a tested column. Raises StoreError."""
    if not columns.newest:
        return None
    tried: dict[str, list[tuple[int, tuple[str, str], bool]]] = {}
    for one in columns.newest.values():
        lane = one.column.lane
        for case in one.results.cases:
            if case.counts[1]:
                passes = is_majority(*case.counts)
                tried.setdefault(case.case, []).append((one.column.version, (lane.endpoint, lane.model), passes))
    versions = {one.column.version for one in columns.newest.values()}
    models = {(one.column.lane.endpoint, one.column.lane.model) for one in columns.newest.values()}
    enough = len(versions) >= FEWEST_VERSIONS and len(models) >= FEWEST_MODELS
    stubborn = {case for case, results in tried.items() if enough and _fails_everywhere(results)}
    probe = _probe(store, runs, stubborn)
    return StubbornEvidence(
        cases=len(tried),
        stubborn=len(stubborn) if enough else None,
        versions=len(versions),
        models=len(models),
        probe=probe,
        run_uids=tuple(run.uid for run in columns.runs),
    )


def _fails_everywhere(results: Iterable[tuple[int, tuple[str, str], bool]]) -> bool:
    found = list(results)
    return (
        not any(passes for *_, passes in found)
        and len({version for version, *_ in found}) >= FEWEST_VERSIONS
        and len({model for _, model, _ in found}) >= FEWEST_MODELS
    )


def _probe(store: Store, runs: Sequence[SuiteRun], stubborn: set[str]) -> ProbeEvidence | None:
    """Return what facts change, each case by its newest probe; cases that are not stubborn do not count."""
    found: dict[str, tuple[bool, bool]] = {}
    used: list[str] = []
    by_uid = {run.uid: run for run in runs}
    probes = [(run, probe) for run in runs if (probe := Probe.from_text(run.probe)) and probe.kind == "facts"]
    for run, probe in probes[:_MOST_PROBES]:
        beside = by_uid.get(probe.beside)
        if beside is None or not run.scoring_uid or not beside.scoring_uid:
            continue
        before, after = _passes(store, beside), _passes(store, run)
        new = [case for case in after if case in before and case in stubborn and case not in found]
        found |= {case: (before[case], after[case]) for case in new}
        used += [run.uid, beside.uid] if new else []
    if not found:
        return None
    fixed = sum(after and not before for before, after in found.values())
    broke = sum(before and not after for before, after in found.values())
    return ProbeEvidence(len(found), fixed, broke, tuple(dict.fromkeys(used)))


def _passes(store: Store, run: SuiteRun) -> dict[str, bool]:
    """Return whether each scored case of the first column passes."""
    results: Sequence[ColumnResults] = store.tests.results(run.uid, run.scoring_uid)
    if not results:
        return {}
    return {case.case: is_majority(*case.counts) for case in results[0].cases if case.counts[1]}
