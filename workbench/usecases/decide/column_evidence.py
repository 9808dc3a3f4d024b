"""Makes evidence of the columns that were read.

Invariant: nothing is decided here; a rate without a scored case is None. A rate that a judge gave is corrected only
with random labels of answers of that column.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from workbench.core.decide.evidence import CallFigures, ColumnEvidence, SampleFigures
from workbench.core.decide.tuned_names import tuned_name
from workbench.core.lanes import Endpoint, Lane, short_model
from workbench.core.money import Rates
from workbench.core.statistics.columns import PassRate, pass_rate
from workbench.core.statistics.corrected_rate import corrected_rate
from workbench.core.statistics.results import ColumnResults, is_majority
from workbench.core.testing.grid import SuiteColumn
from workbench.core.visible_text import visible_name
from workbench.store.judging.judge_records import JudgeRecords
from workbench.usecases.decide.call_figures import call_figures
from workbench.usecases.decide.column_reader import ReadColumn
from workbench.usecases.decide.versions import KnownVersions, effort_of, stable_tokens
from workbench.usecases.model_access import ModelAccess
from workbench.usecases.retirement_radar import successor_at
from workbench.usecases.testing.column_titles import parameter_words, vote_words


@dataclass(frozen=True, slots=True)
class ModelBook:
    """What is known of models: their endpoints by uid, prices, the days on which they are retired, and
    their successors."""

    endpoint: Callable[[str], Endpoint | None]
    rates: Callable[[Endpoint, str], Rates | None]
    retires: Callable[[Endpoint, str], date | None]
    successor: Callable[[Endpoint, str], str]

    def tuned(self, lane: Lane) -> str:
        """Return what the tuned model of a column is called, "" if it is none."""
        there = self.endpoint(lane.endpoint)
        if there is None:
            return tuned_name(lane.model, lane.label)
        return tuned_name(lane.model, lane.label, there.name, there.adapter)

    def name(self, lane: Lane) -> str:
        """Return what people call the model of a column: its label, its adapter, or its short id.

        A base model and its adapter, two endpoints over one file, have the same id.
        """
        there = self.endpoint(lane.endpoint)
        adapter = "" if there is None or not there.adapter else tuned_name("", adapter=there.adapter)
        return visible_name(lane.label or adapter or short_model(lane.model))

    def retires_on(self, lane: Lane) -> date | None:
        """Return the day on which a model is retired, None if unknown."""
        there = self.endpoint(lane.endpoint)
        return None if there is None else self.retires(there, lane.model)

    def successor_of(self, lane: Lane) -> str:
        """Return the id of the model that replaces the one of a lane, "" if none is known."""
        there = self.endpoint(lane.endpoint)
        return "" if there is None else self.successor(there, lane.model)

    def rates_of(self, lane: Lane) -> Rates | None:
        """Return today's prices of a model, None if unknown."""
        there = self.endpoint(lane.endpoint)
        return None if there is None else self.rates(there, lane.model)


def model_book(models: ModelAccess) -> ModelBook:
    """Return what is known of the models of a workbench."""
    return ModelBook(
        models.endpoints.find,
        models.pricing.rates_for,
        models.catalogue.retires,
        lambda endpoint, model: successor_at(models.catalogue.get(), endpoint.uid, model, models.today()),
    )


class ColumnMaker:
    """Makes evidence of columns."""

    def __init__(self, models: ModelBook, versions: KnownVersions, judges: JudgeRecords) -> None:
        self.models, self._versions, self._judges = models, versions, judges

    def evidence(self, one: ReadColumn) -> ColumnEvidence:
        """Return the evidence of a column. Raises StoreError."""
        lane, counts = one.column.lane, one.counts
        lost = [{cell.state for cell in case.cells} for case in one.results.cases if not case.counts[1]]
        return ColumnEvidence(
            key=one.key,
            title=f"{column_words(one.column, self.models.name(lane))}{vote_words(one.run) if one.votes else ''}",
            version=one.column.version,
            model=lane.model,
            set_name=one.run.set_name,
            passes=pass_rate(one.results.cases),
            unscored=sum("unscored" in states for states in lost),
            unanswered=sum("unscored" not in states for states in lost),
            failed=counts.failed,
            format_only=counts.format_only if counts.format_checked else None,
            format_checked=counts.format_checked,
            format_valid=counts.format_valid,
            by_rule=counts.by_rule,
            by_person=counts.by_person,
            by_judge=counts.by_judge,
            judge_failed=counts.judge_failed,
            corrected_passes=self._corrected(one),
            samples=_vote_figures(one) if one.votes else sample_figures(one.results),
            figures=self.figures(one),
            schema_enforced=self._is_schema_enforced(one),
            effort=effort_of(lane),
            adapter=self.models.tuned(lane),
            retires_on=self.models.retires_on(lane),
            successor=self.models.successor_of(lane),
            run_uids=(one.run.uid,),
        )

    def figures(self, one: ReadColumn) -> CallFigures | None:
        """Return what the calls of a column took; a vote takes all of its samples."""
        content = self._versions.content(one.column.version)
        stable = None if content is None else float(stable_tokens(content))
        found = call_figures(one.calls, self.models.rates_of(one.column.lane), stable)
        return _times(found, one.run.samples) if found is not None and one.votes else found

    def _is_schema_enforced(self, one: ReadColumn) -> bool | None:
        content = self._versions.content(one.column.version)
        if content is None or content.output is None or content.output.kind != "schema" or not one.calls:
            return None
        return not any(call.is_format_changed for call in one.calls)

    def _corrected(self, one: ReadColumn) -> PassRate | None:
        """Return the corrected rate of a column that one judged check alone decides."""
        if not one.counts.by_judge or one.counts.by_rule or one.counts.by_person:
            return None
        checks = self._judges.checks(one.run.uid, one.run.scoring_uid)
        if len(checks) != 1 or not checks[0].labels:
            return None
        columns = self._judges.results(one.run.uid, one.run.scoring_uid, checks[0].check_hash)
        cells = next((column.cells for column in columns if column.position == one.column.position), ())
        wanted = {case.case for case in one.results.cases}
        found = corrected_rate(cell for cell in cells if cell.case in wanted)
        if found is None or found.rate is None:
            return None
        raw = found.raw
        passing = round(found.rate * raw.cases)
        return PassRate(found.rate, raw.cases, passing, raw.clusters, raw.effective, found.interval)


def _times(figures: CallFigures, samples: int) -> CallFigures:
    """Return the figures of an answer that takes several calls at once; they end about together."""
    names = ("input_tokens", "output_tokens", "cached_tokens", "stable_tokens", "cost_usd")
    known = {name: value for name in names if (value := getattr(figures, name)) is not None}
    pace = None if figures.calls_per_minute is None else figures.calls_per_minute / samples
    return replace(figures, calls_per_minute=pace, **{name: samples * value for name, value in known.items()})


def _vote_figures(one: ReadColumn) -> SampleFigures:
    """Return the figures of a column that votes: only what was elected is scored."""
    counts = [case.counts for case in one.results.cases if case.counts[1]]
    passing = sum(is_majority(*count) for count in counts)
    return SampleFigures(one.run.samples, len(counts), passing, passing, has_rule=True)


def column_words(column: SuiteColumn, name: str) -> str:
    """Return what people call a column: version, the name of its model, and parameters."""
    return " · ".join(filter(None, (visible_name(column.version_name), name, parameter_words(column.lane.params))))


def sample_figures(results: ColumnResults) -> SampleFigures | None:
    """Return how many cases pass in any of their samples and by majority, None without several scored samples.

    Only cases with the usual number of scored samples count.
    """
    counts = [case.counts for case in results.cases]
    samples = max((scored for _, scored in counts), default=0)
    if samples < 2:
        return None
    whole = [passed for passed, scored in counts if scored == samples]
    return SampleFigures(
        samples, len(whole), sum(passed > 0 for passed in whole), sum(is_majority(passed, samples) for passed in whole)
    )
