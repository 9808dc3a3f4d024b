"""The runs that a query finds, a page at a time.

Invariant: newest or oldest first, a page is read from the index in display order, up to its last row and no further, so
its cost does not depend on its position. A run is on one page only, however many of its documents match.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from workbench.core.search.results import SearchCursor, SearchTotal
from workbench.store.search.search_plan import SearchPlan, single_words
from workbench.store.sqlite import sqlite3

MOST_COUNTED = 10_000
_COUNT_FOR_S = 0.008
_COUNTED_AT_ONCE = 1000
CANDIDATES = 5000
"""The newest matching documents, among which the best matches are chosen."""
_COMMON = 10_000
"""A word in more documents says little about any of them, and weighing it would read each one."""
_DOCS_SHOWN = 3
_SKIP_AFTER = 200


@dataclass(slots=True)
class MatchedRun:
    """A run by its place, and the first of its documents that match."""

    place: int
    docs: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class MatchedPage:
    """The runs of a page, the cursor of the next one, and what is known about all."""

    runs: tuple[MatchedRun, ...] = ()
    next: SearchCursor | None = None
    total: SearchTotal | None = None
    within: int = 0


def newest(connection: sqlite3.Connection, plan: SearchPlan, after: SearchCursor | None, limit: int) -> MatchedPage:
    """Return a page of runs, newest first."""
    high = plan.high if after is None else min(plan.high, after.place)
    return _page(connection, plan, after, limit, _downwards(connection, plan, high))


def oldest(connection: sqlite3.Connection, plan: SearchPlan, after: SearchCursor | None, limit: int) -> MatchedPage:
    """Return a page of runs, oldest first."""
    low = plan.low if after is None else max(plan.low, after.place + 1)
    return _page(connection, plan, after, limit, _upwards(connection, plan, low))


def _page(
    connection: sqlite3.Connection,
    plan: SearchPlan,
    after: SearchCursor | None,
    limit: int,
    found: Iterator[MatchedRun],
) -> MatchedPage:
    runs = list(itertools.islice(found, limit))
    if next(found, None) is None:
        return MatchedPage(tuple(runs), None, None if after else SearchTotal(len(runs)))
    return MatchedPage(tuple(runs), SearchCursor(runs[-1].place), None if after else _total(connection, plan))


def _downwards(connection: sqlite3.Connection, plan: SearchPlan, high: int) -> Iterator[MatchedRun]:
    """Yield runs whose places are below `high`, newest first, each once all of its documents were seen."""
    current: MatchedRun | None = None
    seen = 0
    rows = _documents(connection, plan, plan.low, high)
    while (row := next(rows, None)) is not None:
        doc, place = row
        if current is None or current.place != place:
            if current is not None:
                yield current
            current, seen = MatchedRun(place), 0
        seen += 1
        # Documents come from the last value set to the first, and the first ones are shown.
        current.docs = [doc, *current.docs[: _DOCS_SHOWN - 1]]
        if seen == _SKIP_AFTER:
            rows = _documents(connection, plan, plan.low, place)
    if current is not None:
        yield current


def _upwards(connection: sqlite3.Connection, plan: SearchPlan, low: int) -> Iterator[MatchedRun]:
    """Yield runs whose places are not below `low`, oldest first, each once its first documents were seen."""
    current: MatchedRun | None = None
    for doc, place in _documents(connection, plan, low, plan.high, up=True):
        # Documents of the preceding run have ids from its place on, so some may lie above `low`.
        if place < low:
            continue
        if current is None or current.place != place:
            if current is not None:
                yield current
            current = MatchedRun(place)
        if len(current.docs) < _DOCS_SHOWN:
            current.docs.append(doc)
    if current is not None:
        yield current


def _documents(
    connection: sqlite3.Connection, plan: SearchPlan, low: int, high: int, *, up: bool = False
) -> Iterator[tuple[int, int]]:
    """Yield ids and places of documents, newest first, or oldest first if `up`."""
    way = "ASC" if up else "DESC"
    if not plan.uses_index:
        listed = f"SELECT place, place{_listed(plan)} ORDER BY place {way}"
        yield from connection.execute(listed, (low, high, *plan.values))
        return
    rows = f"SELECT run_search.rowid, run_docs.place{_from(plan)} ORDER BY run_search.rowid {way}"
    yield from connection.execute(rows, (plan.match(), low, high, *plan.values))


def _from(plan: SearchPlan) -> str:
    counted = " CROSS JOIN run_rows ON run_rows.place = run_docs.place" if plan.checks else ""
    return (
        f" FROM run_search CROSS JOIN run_docs ON run_docs.id = run_search.rowid{counted}"
        f" WHERE run_search MATCH ? AND run_search.rowid >= ? AND run_search.rowid < ?{_and(plan.checks)}"
    )


def _listed(plan: SearchPlan) -> str:
    # Queries for hidden runs use the index.
    shown = ("run_rows.archived = 0", "run_rows.run_id NOT IN (SELECT id FROM runs WHERE kind = 'judge')")
    return f" FROM run_rows WHERE place >= ? AND place < ?{_and([*plan.checks, *shown])}"


def _and(checks: Sequence[str]) -> str:
    return "".join(f" AND {check}" for check in checks)


def _total(connection: sqlite3.Connection, plan: SearchPlan) -> SearchTotal:
    """Count the matching runs, as long as that is cheap."""
    if not plan.uses_index:
        listed = f"SELECT count(*) FROM (SELECT 1{_listed(plan)} LIMIT ?)"
        values = (plan.low, plan.high, *plan.values, MOST_COUNTED + 1)
        (count,) = connection.execute(listed, values).fetchone()
        return SearchTotal(min(count, MOST_COUNTED), exact=count <= MOST_COUNTED)
    until = time.monotonic() + _COUNT_FOR_S
    block = (
        "SELECT count(*), count(DISTINCT place), min(place) FROM"
        f" (SELECT run_docs.place{_from(plan)} ORDER BY run_search.rowid DESC LIMIT {_COUNTED_AT_ONCE})"
    )
    count, high = 0, plan.high
    while True:
        docs, places, lowest = connection.execute(block, (plan.match(), plan.low, high, *plan.values)).fetchone()
        count += places
        if docs < _COUNTED_AT_ONCE:
            return SearchTotal(count)
        if count > MOST_COUNTED or time.monotonic() > until:
            return SearchTotal(min(count, MOST_COUNTED), exact=False)
        # All documents of a run have ids from its place on, so no document of the last run is counted again.
        high = lowest


def best(connection: sqlite3.Connection, plan: SearchPlan, after: SearchCursor | None, limit: int) -> MatchedPage:
    """Return a page of runs by relevance (bm25) among the newest CANDIDATES documents."""
    if not plan.words:
        return newest(connection, plan, after, limit)
    high, shown = (plan.high, 0) if after is None else (after.place, after.shown)
    rows = f"SELECT run_search.rowid, run_docs.place{_from(plan)} ORDER BY run_search.rowid DESC LIMIT ?"
    values = (plan.match(), plan.low, high, *plan.values, CANDIDATES)
    places: dict[int, int] = dict(connection.execute(rows, values).fetchall())
    if not places:
        return MatchedPage(total=None if after else SearchTotal(0))
    runs: dict[int, MatchedRun] = {}
    for doc in _ranked(connection, plan, places):
        found = runs.setdefault(places[doc], MatchedRun(places[doc]))
        if len(found.docs) < _DOCS_SHOWN:
            found.docs.append(doc)
    ordered = tuple(runs.values())
    within = CANDIDATES if len(places) == CANDIDATES else 0
    page, more = ordered[shown : shown + limit], len(ordered) > shown + limit
    next_page = SearchCursor(max(places) + 1, shown + limit) if more else None
    return MatchedPage(page, next_page, None if after else SearchTotal(len(ordered), exact=not within), within)


def _ranked(connection: sqlite3.Connection, plan: SearchPlan, places: dict[int, int]) -> list[int]:
    """Return documents by relevance, best first; equal ones newest first."""
    counts = {part: _count(connection, part) for part in (*plan.words, *plan.facts)}
    parts = [part for part, count in counts.items() if count <= _COMMON]
    if not any(word in parts for word in plan.words):
        # All words are common. Weighing a phrase would look it up in every document again, so weigh one word.
        singles = [single for word in plan.words for single in single_words(word)]
        parts.append(max(singles, key=len, default=plan.words[0]))
    scores = connection.execute(
        "SELECT rowid, bm25(run_search, 1.0, 0.0) FROM run_search WHERE run_search MATCH ? AND rowid >= ?"
        " AND rowid <= ? AND +rowid IN (SELECT value FROM json_each(?))",
        (" AND ".join(parts), min(places), max(places), json.dumps(list(places))),
    ).fetchall()
    ranked = [doc for doc, _ in sorted(scores, key=lambda scored: (scored[1], -scored[0]))]
    # Where the index splits words differently from `single_words`, a matching document may have no score.
    return [*ranked, *sorted(places.keys() - set(ranked), reverse=True)]


def _count(connection: sqlite3.Connection, part: str) -> int:
    counted = "SELECT count(*) FROM (SELECT 1 FROM run_search WHERE run_search MATCH ? LIMIT ?)"
    return int(connection.execute(counted, (part, _COMMON + 1)).fetchone()[0])
