"""Finds the column that the advice is about.

Invariant: it is of the prompt's own model. A test with a tuned model also holds the base model that was trained; that
it is the baseline there does not make it the model in use.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from workbench.core.drafts import Draft
from workbench.core.lanes import Lane
from workbench.core.testing.grid import SuiteColumn, SuiteRun
from workbench.core.testing.tries import TryHistory
from workbench.usecases.decide.column_reader import is_evidence, read_key
from workbench.usecases.decide.pairs import model_of
from workbench.usecases.testing.tries import column_key

Model = tuple[str, str]
"""An endpoint and a model."""


@dataclass(frozen=True, slots=True)
class Champion:
    """The column that the advice is about; `key` "" and `column` None without a test.

    `is_in_use` unless the prompt is known to use other models only, none of which was tested.
    """

    key: str = ""
    column: SuiteColumn | None = None
    is_in_use: bool = True


def models_in_use(draft: Draft | None, is_tuned: Callable[[Lane], object]) -> tuple[Model, ...]:
    """Return the models that are not tuned of the lanes in Compose; empty if that is unknown."""
    lanes = () if draft is None else draft.run_lanes
    return tuple(dict.fromkeys((lane.endpoint, lane.model) for lane in lanes if not is_tuned(lane)))


def champions(
    runs: Sequence[SuiteRun], tries: TryHistory, in_use: Collection[Model], is_tuned: Callable[[Lane], object]
) -> Iterator[Champion]:
    """Yield the columns that may be it, the likeliest first; the first that has comparable results is it."""
    scored = [run for set_name in ("tuning", "holdout") for run in runs if is_evidence(run, set_name)]
    untuned = [(run, one) for run in scored for one in _baseline_first(run) if not is_tuned(one.lane)]
    before = next((model_of(one) for run, one in untuned if not _has_tuned(run, is_tuned)), None)
    known = in_use or [model for model in (before,) if model is not None]

    def made(run: SuiteRun, column: SuiteColumn) -> Champion:
        is_other = bool(in_use) and _has_tuned(run, is_tuned) and model_of(column) not in in_use
        return Champion(read_key(run, column), column, not is_other)

    if (tried := _tried(runs, tries)) is not None and not is_tuned(tried[1].lane):
        run, column = tried
        if not known or not _has_tuned(run, is_tuned) or model_of(column) in known:
            yield Champion(column_key(column), column)
    if not scored:
        return
    if _has_tuned(scored[0], is_tuned):
        for models in (in_use, (before,)):
            own = next(((run, one) for run, one in untuned if model_of(one) in models), None)
            if own is not None:
                yield made(*own)
    newest = next(((run, one) for run, one in untuned if run is scored[0]), None)
    yield made(*newest or (scored[0], scored[0].columns[scored[0].baseline]))


def _baseline_first(run: SuiteRun) -> list[SuiteColumn]:
    return sorted(run.columns, key=lambda column: column.position != run.baseline)


def _has_tuned(run: SuiteRun, is_tuned: Callable[[Lane], object]) -> bool:
    return any(is_tuned(column.lane) for column in run.columns)


def _tried(runs: Sequence[SuiteRun], tries: TryHistory) -> tuple[SuiteRun, SuiteColumn] | None:
    """Return the last champion of the tries and its test."""
    if not tries.counted:
        return None
    last = tries.counted[-1]
    key = last.pair[1 if last.result.is_settled else 0]
    run = next((run for run in runs if run.uid == last.run_uid), None)
    column = next((one for one in run.columns if column_key(one) == key), None) if run is not None else None
    return None if run is None or column is None else (run, column)
