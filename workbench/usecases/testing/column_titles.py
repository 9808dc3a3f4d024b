"""What the columns of a test run are called.

Invariant: titles are unique within a run.
"""

from __future__ import annotations

from workbench.core.lanes import Params, short_model
from workbench.core.parameters import parameter
from workbench.core.testing.grid import SuiteColumn, SuiteRun
from workbench.core.visible_text import visible_name


def column_titles(run: SuiteRun) -> tuple[str, ...]:
    """Return a unique title for each column, such as "#14 · gpt-5-mini", with parameters where they tell it apart."""
    titles = [_title(column) for column in run.columns]
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


def parameter_words(params: Params) -> str:
    """Return the set parameters in a few words, such as "temp 0.2, 2 stops"; "" for none."""
    rows = ((parameter(name), value) for name, value in params.values)
    words = [row.summary(value) for row, value in rows if row is not None]
    return ", ".join([*words, "extra"] if params.extra else words)


def _title(column: SuiteColumn) -> str:
    lane = column.lane
    name = lane.label or visible_name(short_model(lane.model))
    return " · ".join(filter(None, (column.version_name, name)))
