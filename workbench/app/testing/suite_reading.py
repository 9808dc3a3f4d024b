"""Reads the tests of a prompt: first what is shown at once, then what a start would take.

Invariant: nothing here keeps state, and everything blocks.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.app.testing.column_heads import probe_estimate, shown_set
from workbench.app.testing.earlier_run import EarlierRun
from workbench.app.testing.source import ShownEstimate, ShownProgress, SuiteOverview, SuiteSource, TestedSet
from workbench.core.testing.grid import CaseSetName


@dataclass(frozen=True, slots=True)
class SuiteReading:
    """What is set up, and the run that is shown: that of `tested`, a set or a probe, with its progress."""

    overview: SuiteOverview
    tested: TestedSet
    progress: ShownProgress | None
    set_name: CaseSetName


@dataclass(frozen=True, slots=True)
class StartNeeds:
    """What a test of the shown set would take, and one of the hold-out, None if there is nothing to test."""

    shown: ShownEstimate
    holdout: ShownEstimate | None = None


def read_suite(
    source: SuiteSource, prompt: str, chosen_set: CaseSetName, probe_uid: str, earlier: EarlierRun
) -> SuiteReading:
    """Read what is set up and what ran."""
    overview, set_name = earlier.shown(source, source.overview(prompt), chosen_set)
    tested = shown_set(overview, set_name, probe_uid)
    progress = source.progress(tested.run.uid) if tested.run is not None else None
    return SuiteReading(overview, tested, progress, set_name)


def start_needs(source: SuiteSource, reading: SuiteReading) -> StartNeeds:
    """Compute what a start would take, with many cases in up to a second."""
    prompt, holdout = reading.overview.prompt_uid, reading.overview.set("holdout")
    shown = probe_estimate(reading.tested.run) or source.estimate(prompt, reading.set_name)
    wanted = source.estimate(prompt, "holdout") if reading.set_name == "tuning" and holdout.cases else None
    return StartNeeds(shown, wanted if wanted is not None and (wanted.new or holdout.run is None) else None)
