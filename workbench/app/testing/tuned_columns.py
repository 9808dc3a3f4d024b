"""Columns that compare a tuned model with the prompt's own model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from workbench.core.lanes import Lane
from workbench.core.testing.settings import MOST_COLUMNS, SuiteSettings


def with_tuned(
    settings: SuiteSettings, lanes: Sequence[Lane], is_tuned: Callable[[Lane], object], new_uid: Callable[[], str]
) -> SuiteSettings | None:
    """Return settings with a tuned column and one of the prompt's own model before it, which is the baseline.

    `lanes` are those of Compose: their models that are not tuned are in use. None if no tuned model is known, or if
    there is no room.
    """
    columns = list(settings.columns or lanes)
    in_use = [lane for lane in lanes if not is_tuned(lane)] or [lane for lane in columns if not is_tuned(lane)]
    models = [_model(lane) for lane in in_use]
    own = next((lane for lane in columns if _model(lane) in models), None)
    tuned = next((lane for lane in columns if is_tuned(lane)), None)
    added = next((lane for lane in lanes if is_tuned(lane)), None)
    if (tuned is None and added is None) or not in_use:
        return None
    if own is None:
        own = replace(in_use[0], slot=new_uid(), samples=1)
        columns.insert(0, own)
    if tuned is None and added is not None:
        columns.append(replace(added, slot=new_uid(), samples=1))
    if len(columns) > MOST_COLUMNS:
        return None
    if own is columns[0] and settings.columns == tuple(columns) and settings.baseline in ("", own.slot):
        return settings
    return replace(settings, columns=tuple(columns), baseline=own.slot)


def _model(lane: Lane) -> tuple[str, str]:
    return lane.endpoint, lane.model
