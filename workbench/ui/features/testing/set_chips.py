"""The chips of the sets of cases and of probes above the grid.

Invariant: a chip has the name of its set, or the uid of its probe, as key.
"""

from __future__ import annotations

from typing import NamedTuple, cast, get_args

from workbench.app.testing.controller import SuiteController
from workbench.app.testing.source import SuiteOverview
from workbench.app.testing.words import SET_TITLES
from workbench.core.testing.grid import CaseSetName, SuiteRun
from workbench.core.testing.probes import Probe, probe_title

_TUNING_TIP = "The cases that you see while you change the prompt"
_HOLDOUT_TIP = "Cases that you do not see while you change the prompt, so that their totals stay honest"
_PROBE_TIP = "Chosen cases asked again; a probe never counts in the sentences about the tests"


class SetChip(NamedTuple):
    """A set of cases or a probe."""

    key: str
    text: str
    tip: str = ""


def set_chips(overview: SuiteOverview | None) -> tuple[SetChip, ...]:
    """Return the chips of the sets and probes of a prompt."""
    if overview is None:
        return ()
    sets = [
        SetChip(
            one.name,
            f"{SET_TITLES[one.name]} {one.cases:,}{' (totals only)' if one.name == 'holdout' else ''}",
            _HOLDOUT_TIP if one.name == "holdout" else _TUNING_TIP,
        )
        for one in overview.sets
    ]
    return (*sets, *(SetChip(run.uid, _probe_text(run), _PROBE_TIP) for run in overview.probes))


def _probe_text(run: SuiteRun) -> str:
    probe = Probe.from_text(run.probe)
    title = "probe" if probe is None else probe_title(probe, run.cases)
    return f"{title[:1].upper()}{title[1:]}"


def choose_chip(suites: SuiteController, key: str) -> None:
    """Show the set or the probe of a chip."""
    if key in get_args(CaseSetName):
        suites.choose_set(cast("CaseSetName", key))
    else:
        suites.choose_set("tuning", key)
