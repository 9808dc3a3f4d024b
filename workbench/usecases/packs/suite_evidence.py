"""The results of tests in a pack's evidence: numbers, no answers.

Invariant: of each version the newest scored test run that is no probe counts, with every column that ran the version.
A rate that stands on judges comes with their measured error, or the word that they are unmeasured.
A rate comes with its interval, the number of cases and the hash of the checks, so that nobody compares what cannot be.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Set
from typing import TYPE_CHECKING, Any

from workbench.core.testing.check_hash import check_hash
from workbench.packs.case_file import line
from workbench.store import Store

if TYPE_CHECKING:
    from workbench.core.testing.grid import SuiteColumn, SuiteRun
    from workbench.core.testing.judged_report import ColumnJudging, JudgedReport

_MOST_RUNS = 200
_CHUNK = 500


def suite_evidence(store: Store, prompt_uid: str, versions: Set[str]) -> bytes:
    """Return a line for each column of the newest scored test run of each of these versions, by content hash."""
    hashes = {version.number: version.hash for version in store.versions(prompt_uid)}
    open_, lines = set(versions), []
    for run in store.tests.runs(prompt_uid, _MOST_RUNS):
        columns = [column for column in run.columns if hashes.get(column.version) in open_]
        if run.scoring_uid and not run.probe and columns:
            lines += [line(one) for one in _results(store, run, columns, hashes)]
            open_ -= {hashes[column.version] for column in columns}
    return "".join(f"{one}\n" for one in lines).encode()


def _results(
    store: Store, run: SuiteRun, columns: list[SuiteColumn], hashes: dict[int, str]
) -> Iterator[dict[str, Any]]:
    # Imports numpy, which packs without tests do not need.
    from workbench.core.statistics.columns import summarise
    from workbench.usecases.judging.judge_reports import JudgeAnalyst

    results, checks = store.tests.results(run.uid, run.scoring_uid), _checks_hash(store, run)
    titles = [column.lane.title for column in run.columns]
    judged = JudgeAnalyst(store.judges).report(run, run.scoring_uid, titles)
    for column in columns:
        summary = summarise(results[column.position])
        passes = summary.passes
        interval = None if passes is None else passes.interval
        latency = summary.latency
        yield {
            "test": run.uid,
            "number": run.number,
            "version": hashes[column.version],
            "started_at": run.started_at,
            "set": run.set_name,
            "round": run.round,
            "samples": run.samples,
            "title": column.lane.title,
            "model": column.lane.model,
            "params": column.lane.params.to_json(),
            "checks": checks,
            "cases": run.cases,
            "scored": 0 if passes is None else passes.cases,
            "passing": 0 if passes is None else passes.passing,
            "rate": None if passes is None else passes.rate,
            "low": None if interval is None else interval.low,
            "high": None if interval is None else interval.high,
            "unscored_cells": summary.unscored,
            "unanswered_cells": summary.unanswered,
            "cost_per_1000": summary.cost_per_1000,
            "median_s": None if latency is None else latency.median,
            "judged": [_judging(judged, said) for said in judged.columns[column.position]],
        }


def _judging(report: JudgedReport, said: ColumnJudging) -> dict[str, Any]:
    """Return how far a judge can be trusted, and the rate of a column corrected for its errors."""
    judge, corrected = report.judges[said.judge], said.corrected
    interval = None if corrected is None else corrected.interval
    return {
        "check": judge.check,
        "models": list(judge.models),
        "labels": judge.labels,
        "measured": judge.is_measured,
        "words": judge.words,
        "short": said.short,
        "raw": None if corrected is None else corrected.raw.rate,
        "corrected": None if corrected is None else corrected.rate,
        "low": None if interval is None else interval.low,
        "high": None if interval is None else interval.high,
    }


def _checks_hash(store: Store, run: SuiteRun) -> str:
    """Return SHA-256 over the checks and thresholds of a run, those for all cases and those of each case in order."""
    scoring = next(one for one in store.tests.scorings(run.uid) if one.uid == run.scoring_uid)
    made = hashlib.sha256(f"{scoring.threshold}\n".encode())
    made.update("".join(f"{check_hash(check)}\n" for check in scoring.checks).encode())
    for start in range(0, run.cases, _CHUNK):
        for case in store.tests.cases(run.uid, start, min(run.cases, start + _CHUNK)):
            made.update(f"{case.threshold}\n".encode())
            made.update("".join(f"{check_hash(check)}\n" for check in case.checks).encode())
    return made.hexdigest()
