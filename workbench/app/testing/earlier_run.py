"""An earlier test run that a person opened, in place of the newest one of its set.

Invariant: a run that is not there, or is of another prompt, changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.app.testing.source import SuiteOverview, SuiteSource
from workbench.core.testing.grid import CaseSetName

_MOST_RUNS = 1_000
"""Runs of a prompt among which it is looked for."""


@dataclass(frozen=True, slots=True)
class EarlierRun:
    """A run by its uid and that of its prompt, "" for none."""

    prompt_uid: str = ""
    run_uid: str = ""

    def shown(
        self, source: SuiteSource, overview: SuiteOverview, set_name: CaseSetName
    ) -> tuple[SuiteOverview, CaseSetName]:
        """Return the overview with this run, and its set; both as they are without the run. Blocks."""
        if not self.run_uid or overview.prompt_uid != self.prompt_uid:
            return overview, set_name
        run = next((one for one in source.runs(self.prompt_uid, _MOST_RUNS) if one.uid == self.run_uid), None)
        return (overview, set_name) if run is None else (overview.showing(run), run.set_name)
