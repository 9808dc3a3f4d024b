"""Columns for tests."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from workbench.core.statistics.comparisons import ColumnComparison, PassComparison, compare_columns
from workbench.core.statistics.results import CaseResults, CellResult, CellState, ColumnResults

STATES: dict[str, CellState] = {"+": "pass", "-": "fail", "?": "unscored", "0": "no_answer"}


def case(name: object, cells: str, cluster: object = "") -> CaseResults:
    """Return a case with a cell for each sign: + passes, - fails, ? is unscored, 0 has no answer."""
    return CaseResults(str(name), tuple(CellResult(STATES[sign]) for sign in cells), str(cluster))


def column(name: str, cells: Sequence[str], clusters: Sequence[object] = ()) -> ColumnResults:
    """Return a column with the cells of each case, and their clusters."""
    return ColumnResults(name, tuple(case(at, row, clusters[at] if clusters else "") for at, row in enumerate(cells)))


def table(both: int, fixed: int, broken: int, neither: int) -> tuple[ColumnResults, ColumnResults]:
    """Return a baseline #10 and a column #14 with these numbers of pairs."""
    before = "+" * both + "-" * fixed + "+" * broken + "-" * neither
    after = "+" * (both + fixed) + "-" * (broken + neither)
    return column("#10", before), column("#14", after)


def compared(both: int, fixed: int, broken: int, neither: int) -> ColumnComparison:
    """Return the comparison of these numbers of pairs."""
    baseline, other = table(both, fixed, broken, neither)
    return compare_columns(baseline, [other])[0]


def passes(comparison: ColumnComparison) -> PassComparison:
    """Return the comparison of passes, which must exist."""
    assert comparison.passes is not None
    return comparison.passes


@st.composite
def column_pairs(draw: st.DrawFn, least: int = 10, most: int = 30) -> tuple[ColumnResults, ColumnResults]:
    """Two columns with the same clusters and up to three samples, some unscored or without an answer."""
    cells = st.text("+++---?0", min_size=1, max_size=3)
    rows = draw(st.lists(st.tuples(cells, cells, st.integers(0, 40)), min_size=least, max_size=most))
    clusters = [cluster or "" for _, _, cluster in rows]
    return column("A", [one for one, _, _ in rows], clusters), column("B", [one for _, one, _ in rows], clusters)
