"""What the columns of a test run are called.

Invariant: titles are unique within a run. The version is part of them if the columns have several.
"""

from __future__ import annotations

from collections.abc import Collection

from workbench.core.lanes import Params, short_model
from workbench.core.parameters import parameter
from workbench.core.testing.grid import SuiteColumn, SuiteRun, is_one_version
from workbench.core.visible_text import visible_name


def column_titles(run: SuiteRun, beside: Collection[str] = (), *, always: bool = False) -> tuple[str, ...]:
    """Return a unique title for each column: "gpt-5-mini", or with several versions "#14 · gpt-5-mini".

    Columns that vote say so. Parameters are added where they tell columns apart. `beside` are names of versions that
    the columns are shown with; `always` names the version in any case.
    """
    has_versions = always or not is_one_version(run.columns, beside)
    titles = [
        f"{_title(column, named=has_versions)}{vote_words(run) if column.lane.slot in run.goals.vote else ''}"
        for column in run.columns
    ]
    if len(set(titles)) < len(titles):
        titles = [
            " · ".join(filter(None, (title, parameter_words(column.lane.params) if titles.count(title) > 1 else "")))
            for title, column in zip(titles, run.columns, strict=True)
        ]
    if len(set(titles)) < len(titles):
        titles = [
            f"{title} ({number})" if titles.count(title) > 1 else title for number, title in enumerate(titles, start=1)
        ]
    return tuple(titles)


def vote_words(run: SuiteRun) -> str:
    """Return what is added to the title of a column that votes."""
    return f" · vote of {run.samples}"


def parameter_words(params: Params) -> str:
    """Return the set parameters in a few words, such as "temp 0.2, 2 stops"; "" for none."""
    rows = ((parameter(name), value) for name, value in params.values)
    words = [row.summary(value) for row, value in rows if row is not None]
    return ", ".join([*words, "extra"] if params.extra else words)


def _title(column: SuiteColumn, *, named: bool) -> str:
    lane = column.lane
    name = lane.label or visible_name(short_model(lane.model))
    return " · ".join(filter(None, (column.version_name if named or not name else "", name)))
