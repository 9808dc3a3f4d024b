"""The columns of the grid, and what stands above each.

Invariant: columns of a run keep their positions; those that are set up and have not run yet stand behind them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.app.judging.judged_among import judged_among
from workbench.app.testing.source import ShownEstimate, SuiteOverview, TestedSet
from workbench.app.testing.words import ColumnHead, column_head, plain_head
from workbench.core.testing.grid import CaseSetName, SuiteColumn, SuiteRun, is_one_version
from workbench.core.testing.grid_shape import ColumnKey, unique_keys
from workbench.core.testing.probes import Probe
from workbench.core.testing.vote import FEWEST_SAMPLES
from workbench.core.visible_text import visible_name
from workbench.usecases.testing.column_titles import parameter_words

if TYPE_CHECKING:
    # It imports numpy, which the window does not need.
    from workbench.core.testing.report import SuiteReport

NOT_RUN, STORED = "not run yet", "answers are stored"
NO_NAME = "–"


def grid_columns(overview: SuiteOverview | None, run: SuiteRun | None) -> tuple[SuiteColumn, ...]:
    """Return the columns of a run, then those that are set up and not in it; a probe has only its own."""
    if overview is None:
        return ()
    if run is None:
        return overview.columns
    if run.probe:
        return run.columns
    there = {_identity(column) for column in run.columns}
    return (*run.columns, *(one for one in overview.columns if _identity(one) not in there))


def is_stored_elsewhere(run: SuiteRun | None, overview: SuiteOverview | None, estimate: ShownEstimate) -> bool:
    """Return whether every cell of the settings has an answer, and `run` is about other columns, votes or cases."""
    if run is None or overview is None or run.probe or estimate.new or estimate.refusal or not estimate.cells:
        return False
    there, wanted = ({_identity(column) for column in columns} for columns in (run.columns, overview.columns))
    settings = overview.settings
    slots = {lane.slot for lane in settings.columns}
    votes = slots.intersection(settings.vote) if settings.samples >= FEWEST_SAMPLES else set[str]()
    return run.cells != estimate.cells or there != wanted or votes != slots.intersection(run.goals.vote)


def grid_heads(
    columns: Sequence[SuiteColumn], run: SuiteRun | None, report: SuiteReport | None, waiting: str = NOT_RUN
) -> tuple[ColumnHead, ...]:
    """Return the head of each column, with statistics if there is a report; `waiting` is for those not in it."""
    in_run = 0 if run is None else len(run.columns)
    # Beside columns that are set up, those of the run may need the version in their titles.
    is_added = run is not None and is_one_version(run.columns) and not is_one_version(columns)
    heads: list[ColumnHead] = []
    for place, column in enumerate(columns):
        if report is not None and place < len(report.columns):
            # The baseline may be a column of another run.
            base = next((one.summary for one in report.columns if one.is_baseline), None)
            head = column_head(report.columns[place], base)
            if is_added and report.version_name and not head.title.startswith(f"{column.version_name} · "):
                head = replace(head, title=visible_name(f"{column.version_name} · {head.title}"))
            heads.append(head)
        else:
            is_own = run is not None and not run.goals.against_run
            state = "baseline" if is_own and run is not None and place == run.baseline else ""
            heads.append(plain_head(column, state if place < in_run else waiting, columns))
    return tuple(heads)


def column_keys(columns: Sequence[SuiteColumn]) -> tuple[ColumnKey, ...]:
    """Return the version and the model of each column; parameters are added where they tell columns apart."""
    keys = [ColumnKey(column.version_name or NO_NAME, column.lane.title or NO_NAME) for column in columns]
    several = {key for key in keys if keys.count(key) > 1}
    words = [
        parameter_words(column.lane.params) if key in several else "" for key, column in zip(keys, columns, strict=True)
    ]
    return unique_keys(
        [key._replace(model=f"{key.model} · {more}") if more else key for key, more in zip(keys, words, strict=True)]
    )


def with_judges(heads: Sequence[ColumnHead], overview: SuiteOverview | None) -> tuple[ColumnHead, ...]:
    """Return heads that keep room for what judges make of the rates, if there are judged checks."""
    checks = () if overview is None else overview.settings.checks
    if not any(judged_among(checks)):
        return tuple(heads)
    return tuple(head if head.judged is not None else replace(head, judged="") for head in heads)


def shown_set(overview: SuiteOverview, name: CaseSetName, probe_uid: str) -> TestedSet:
    """Return a set of cases with its newest run, or the cases of a probe with the probe, if it is there."""
    probe = next((run for run in overview.probes if run.uid == probe_uid), None)
    return overview.set(name) if probe is None else TestedSet(probe.set_name, probe.cases, probe)


def probe_estimate(run: SuiteRun | None) -> ShownEstimate | None:
    """Return what a probe still has to ask; None for a run that counts."""
    return ShownEstimate(run.cells, run.cells - run.answered) if run is not None and run.probe else None


def beside_word(run: SuiteRun | None) -> str:
    """Return the word before the results that stand beside those of a probe, "" for a run that counts."""
    probe = None if run is None else Probe.from_text(run.probe)
    return "" if probe is None else "without" if probe.kind == "facts" else "was"


def _identity(column: SuiteColumn) -> tuple[str, str, str, str]:
    """Return what makes a column of the settings the same as one of a run."""
    lane = column.lane
    return lane.endpoint, lane.model, column.version_name, str(lane.params.to_json())
