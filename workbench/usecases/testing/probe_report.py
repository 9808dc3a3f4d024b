"""Reports of probes: what the answers to chosen cases show, and nothing about which column is better.

Invariant: every sentence of such a report compares answers with those of the run beside it.
"""

from __future__ import annotations

from dataclasses import replace

from workbench.core.statistics.comparisons import ColumnComparison, compare_columns
from workbench.core.statistics.probe_words import again_words, facts_words
from workbench.core.testing.grid import SuiteRun
from workbench.core.testing.probes import Probe
from workbench.core.testing.report import SuiteReport
from workbench.store.testing.suite_records import SuiteRecords


def probe_report(report: SuiteReport, run: SuiteRun, records: SuiteRecords) -> SuiteReport:
    """Return the report of a probe, made of that of a test with its cases."""
    probe = Probe.from_text(run.probe)
    verdict = "with the facts" if probe is not None and probe.kind == "facts" else "asked again"
    columns = tuple(
        replace(
            one,
            is_baseline=False,
            comparison=None,
            verdict=verdict,
            difference_words="",
            sentence="",
            score_sentence="",
            no_worse=None,
            no_worse_sentence="",
        )
        for one in report.columns
    )
    return replace(report, columns=columns, sentences=probe_sentences(run, records), tried=None, tries=None)


def probe_sentences(run: SuiteRun, records: SuiteRecords) -> tuple[str, ...]:
    """Return what a probe shows so far, computed from its pairs."""
    probe = Probe.from_text(run.probe)
    if probe is None or not run.scoring_uid:
        return ()
    other = records.run(probe.beside)
    if not other.scoring_uid:
        return ()
    mine = records.results(run.uid, run.scoring_uid)
    theirs = {
        column.lane.slot: results
        for column, results in zip(other.columns, records.results(other.uid, other.scoring_uid), strict=True)
    }
    compared: list[ColumnComparison] = []
    for column, results in zip(run.columns, mine, strict=True):
        if column.lane.slot in theirs:
            asked = {case.case for case in results.cases}
            before = theirs[column.lane.slot]
            base = replace(before, cases=tuple(case for case in before.cases if case.case in asked))
            compared += compare_columns(base, [results])
    words = facts_words(compared[0]) if probe.kind == "facts" and compared else again_words(compared)
    return (words,) if words else ()
