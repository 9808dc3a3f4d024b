"""Reads runs for exports.

Invariant: the amount that is read at once is bounded, however many answers a run has. Runs come in the requested order,
each from one snapshot.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager

from workbench.core.content import Content
from workbench.core.exported_cells import ExportedComparison
from workbench.core.exported_runs import ExportedPart
from workbench.core.runs import IterationDetail
from workbench.core.search.query import SearchQuery
from workbench.core.version_name import run_name
from workbench.store.errors import missing
from workbench.store.judging import judge_pairs
from workbench.store.runs import timeline, versions
from workbench.store.runs.prompts import prompt_id
from workbench.store.safe_records import as_text
from workbench.store.search import suite_exports
from workbench.store.search.search_pages import MatchedRun
from workbench.store.search.search_rows import rows_for
from workbench.store.search.suite_exports import Cells
from workbench.store.sqlite import sqlite3

_ANSWERS = 200
"""Answers per part."""


class RunExports:
    """Reads one history. Blocks, so it belongs on a worker thread."""

    def __init__(self, use: Callable[[], AbstractContextManager[sqlite3.Connection]]) -> None:
        self._use = use

    def name(self, run_uid: str) -> str:
        """Return the display name of a run. Raises StoreError (missing)."""
        with self._use() as connection:
            row = connection.execute(
                "SELECT name, kind, number FROM runs JOIN prompts ON prompts.id = prompt_id WHERE runs.uid = ?",
                (run_uid,),
            ).fetchone()
            if row is None:
                raise missing("run", run_uid)
            name, kind, number = row
            return f"{' '.join(as_text(name).split())}, {run_name(kind, number)}"

    def variables(self, run_uid: str) -> tuple[str, ...]:
        """Return the names of a run's variables, in order of first use."""
        with self._use() as connection:
            rows = connection.execute(
                "SELECT DISTINCT key FROM runs JOIN run_values ON run_id = runs.id"
                " JOIN value_bodies ON value_bodies.id = values_id, json_each(body) WHERE uid = ?"
                " ORDER BY position, json_each.id",
                (run_uid,),
            )
            return tuple(dict.fromkeys(name for (name,) in rows))

    def parts(self, run_uids: Iterable[str]) -> Generator[ExportedPart]:
        """Yield these runs, large ones in parts. Raises StoreError (missing) for an unknown one.

        Within a run nothing else can be read on this thread; close the generator to stop before the end.
        """
        for uid in run_uids:
            with self._use() as connection:
                yield from _parts(connection, uid)


def _parts(connection: sqlite3.Connection, uid: str) -> Iterator[ExportedPart]:
    placed = connection.execute(
        "SELECT place FROM run_rows JOIN runs ON runs.id = run_rows.run_id WHERE uid = ?", (uid,)
    ).fetchone()
    if placed is None:
        raise missing("run", uid)
    [row] = rows_for(connection, [MatchedRun(placed[0])], SearchQuery())
    prompt = prompt_id(connection, row.prompt_uid)
    contents: dict[int, Content] = {}
    found: Iterable[tuple[range, IterationDetail, Cells]]
    if row.test is not None:
        found = suite_exports.parts(connection, uid, _ANSWERS)
    else:
        found = ((sets, detail, {}) for sets, detail in timeline.parts(connection, uid, _ANSWERS))
    for sets, detail, cells in found:
        for lane in detail.lanes:
            if lane.version not in contents:
                contents[lane.version] = versions.one(connection, prompt, lane.version).content
        yield ExportedPart(row, detail, sets, contents, cells, _comparisons(connection, detail))


def _comparisons(connection: sqlite3.Connection, detail: IterationDetail) -> dict[str, tuple[ExportedComparison, ...]]:
    """Return what judges say of the answers of a part, by the uid of the answer."""
    found: dict[str, list[ExportedComparison]] = {output.uid: [] for output in detail.outputs}
    for pair in judge_pairs.pairs_about(connection, found):
        for this, other in (pair.verdict.outputs, pair.verdict.outputs[::-1]):
            if this.uid in found:
                verdict = judge_pairs.compared(this, other)
                one = ExportedComparison(other.uid, verdict, pair.judge.model, pair.judge.criterion)
                found[this.uid].append(one)
    return {uid: tuple(said) for uid, said in found.items() if said}
