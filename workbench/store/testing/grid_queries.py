"""The SQL that finds the rows of a grid: filters, sorts and counts.

Invariant: filters say what the cells show. A cell is one case in one column; with scored samples it passes or fails by
majority of them, a tie fails; in a column that votes it does as its elected sample. A row matches when one of its cells
does, or that of the wanted column. Rows are paged by their sort value and position, never by an offset. No statement
reads the text of an answer; which samples are elected is read before, of columns that vote alone.

Regressed: the cell fails, and in the newest earlier run of the same prompt and set that has a scoring and is no probe,
the same case (by uid) passed in the same column (by slot), in the newest scoring of that run.

Filters about judges compare what they passed or failed; what is unscored or unsure agrees with everything. A set of
checks is no rule, because a judged check may be in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from workbench.core.json_parts import load
from workbench.core.testing.grid import GridCounts, GridQuery, RowFilter, RowSort
from workbench.store.judging.labels import COUNTS
from workbench.store.runs import hidden_prompts
from workbench.store.runs.held_out import SHOWN_CASE
from workbench.store.runs.visibility import DELETED
from workbench.store.sqlite import sqlite3
from workbench.store.testing import votes

_SCORES = (
    "cell_scores AS s ON s.scoring_id = {scoring} AND s.case_position = c.case_position AND s.lane = c.lane"
    " AND s.sample = c.sample AND s.output_id = c.output_id{counts}"
)
_FACTS = (
    "facts AS (SELECT c.case_position, c.lane, count(*) AS recorded,"
    " count(*) FILTER (WHERE s.state = 'pass') AS passed,"
    " count(*) FILTER (WHERE s.state IN ('pass', 'fail')) AS scored,"
    " count(*) FILTER (WHERE s.state = 'unscored') AS unscored,"
    " count(*) FILTER (WHERE c.state = 'finished') AS finished,"
    " max(coalesce(s.overruled, 0)) > 0 AS overruled,"
    " avg(s.score) FILTER (WHERE s.state IN ('pass', 'fail')) AS score,"
    " avg(c.cost_usd) FILTER (WHERE c.state = 'finished') AS cost,"
    " avg(c.duration_ms) FILTER (WHERE c.state = 'finished') AS latency,"
    " {differs} AS differs"
    f" FROM run_cells AS c LEFT JOIN {_SCORES.format(scoring=':scoring', counts='{counts}')}{{base}}"
    " WHERE c.run_id = :run AND c.case_position >= :low AND c.case_position < :high{lane}"
    " GROUP BY c.case_position, c.lane)"
)
_BASE = (
    " LEFT JOIN run_cells AS b ON b.run_id = c.run_id AND b.case_position = c.case_position AND b.lane = :baseline"
    " AND b.sample = c.sample"
)
_DIFFERS = "coalesce(max(c.text_hash <> b.text_hash), 0)"
_BEFORE = (
    "before AS (SELECT v.set_uid, l.slot FROM run_cells AS c"
    f" JOIN {_SCORES.format(scoring=':earlier_scoring', counts='{counts}')}"
    " JOIN run_values AS v ON v.run_id = c.run_id AND v.position = c.case_position"
    " JOIN lanes AS l ON l.run_id = c.run_id AND l.position = c.lane"
    " WHERE c.run_id = :earlier AND v.set_uid IS NOT NULL GROUP BY c.case_position, c.lane"
    " HAVING 2 * count(*) FILTER (WHERE s.state = 'pass') > count(*) FILTER (WHERE s.state IN ('pass', 'fail')))"
)
_EARLIER = (
    "SELECT earlier.id, (SELECT scorings.id FROM scorings WHERE run_id = earlier.id ORDER BY created_at DESC, id DESC"
    "  LIMIT 1) FROM runs AS this JOIN test_runs AS mine ON mine.run_id = this.id"
    " JOIN runs AS earlier ON earlier.prompt_id = this.prompt_id AND earlier.kind = this.kind"
    "  AND earlier.number < this.number"
    " JOIN test_runs AS theirs ON theirs.run_id = earlier.id AND theirs.set_name = mine.set_name"
    f" WHERE this.id = ? AND theirs.probe = '' AND earlier.archived < {DELETED}"
    " AND EXISTS (SELECT 1 FROM scorings WHERE run_id = earlier.id) ORDER BY earlier.number DESC LIMIT 1"
)
_FAILED = "(scored > 0 AND 2 * passed <= scored)"
_REGRESSED = (
    f"{_FAILED} AND ((SELECT set_uid FROM run_values WHERE run_id = :run AND position = case_position),"
    " (SELECT slot FROM lanes WHERE run_id = :run AND position = lane)) IN (SELECT set_uid, slot FROM before)"
)
_LABEL_DIFFERS = (
    "(case_position, lane) IN (SELECT v.case_position, v.lane FROM judge_labels CROSS JOIN check_bodies"
    " ON check_bodies.hash = judge_labels.check_hash CROSS JOIN run_cells AS c"
    "  ON c.output_id = judge_labels.output_id AND c.run_id = :run"
    " CROSS JOIN judge_verdicts AS v ON v.scoring_id = :scoring AND v.case_position = c.case_position"
    "  AND v.lane = c.lane AND v.sample = c.sample AND v.check_id = check_bodies.id"
    f" WHERE label IN ('pass', 'fail') AND v.state IN ('pass', 'fail') AND label <> v.state AND {COUNTS})"
)
_RULE_DIFFERS = (
    "(case_position, lane) IN (SELECT v.case_position, v.lane FROM judge_verdicts AS v JOIN check_results AS r"
    " USING (scoring_id, case_position, lane, sample) WHERE v.scoring_id = :scoring AND v.state IN ('pass', 'fail')"
    " AND r.state IN ('pass', 'fail') AND r.state <> v.state"
    " AND r.check_id NOT IN (SELECT check_id FROM judge_verdicts WHERE scoring_id = :scoring)"
    " AND r.check_id NOT IN (SELECT id FROM check_bodies"
    "  WHERE iif(json_valid(body), json_extract(body, '$.type'), '') = 'assert-set'))"
)
_REPEATS_DIFFER = (
    "(case_position, lane) IN (SELECT v.case_position, v.lane FROM judge_verdicts AS v"
    " WHERE v.scoring_id = :scoring AND v.agreeing < v.repeats)"
)
_OF_JUDGES = frozenset((_LABEL_DIFFERS, _RULE_DIFFERS, _REPEATS_DIFFER))
_IS_JUDGED = "SELECT 1 FROM judge_verdicts WHERE scoring_id = ? LIMIT 1"
_FLAGS: dict[RowFilter, str] = {
    "failed": _FAILED,
    "unscored": "scored = 0 AND unscored > 0",
    "no_answer": "finished = 0",
    "flaky": "passed > 0 AND passed < scored",
    "overruled": "overruled",
    "differs": "differs",
    "regressed": _REGRESSED,
    "label_differs": _LABEL_DIFFERS,
    "rule_differs": _RULE_DIFFERS,
    "repeats_differ": _REPEATS_DIFFER,
}
"""When a cell matches a filter; "all" and "open" are about rows."""
_OPEN = "coalesce(recorded, 0) < :cells"
_SORTS: dict[RowSort, str] = {"score": "score", "cost": "cost", "latency": "latency"}
_TAG = (
    " AND EXISTS (SELECT 1 FROM case_bodies, json_each(case_bodies.body, '$.tags') AS tag"
    "  WHERE case_bodies.id = k.case_body_id AND json_valid(case_bodies.body) AND tag.value = :tag)"
)
_TEXT = (
    " AND EXISTS (SELECT 1 FROM run_values AS v JOIN value_bodies ON value_bodies.id = v.values_id"
    "  WHERE v.run_id = k.run_id AND v.position = k.position AND (v.name LIKE :text ESCAPE '\\'"
    "  OR (json_valid(value_bodies.body) AND EXISTS (SELECT 1 FROM json_each(value_bodies.body) AS one"
    "   WHERE one.value LIKE :text ESCAPE '\\'))))"
)


_FIRST_CASES = 500
"""How many cases the first piece of a page looks at."""


@dataclass(frozen=True, slots=True)
class GridScope:
    """A run and a scoring by their keys, and what its grid depends on; `scoring` 0 for none.

    `prompt` is the key of the prompt if some cases may be hidden, because they are held out; else None.
    """

    run: int
    scoring: int
    columns: int
    samples: int
    baseline: int
    prompt: int | None = None


def positions(
    connection: sqlite3.Connection, scope: GridScope, query: GridQuery, after: str, limit: int
) -> tuple[list[int], str]:
    """Return the positions of up to `limit` cases after a cursor, and the cursor after them, "" at the end.

    Raises ValueError for an invalid cursor.
    """
    found: list[tuple[int, Any]] = []
    for cases in _ranges(connection, scope, query, after):
        found += _found(connection, scope, query, after, limit + 1 - len(found), cases)
        if len(found) > limit:
            break
    page = found[:limit]
    more = len(found) > limit and page
    return [position for position, _ in page], json.dumps([page[-1][1], page[-1][0]]) if more else ""


def _ranges(connection: sqlite3.Connection, scope: GridScope, query: GridQuery, after: str) -> Iterator[range]:
    """Yield the cases to look at: all for a sort by value, otherwise piece by piece from the cursor on.

    Pieces double, so that a filter that matches often reads little, and one that matches never costs little more.
    """
    (last,) = connection.execute("SELECT max(position) FROM run_cases WHERE run_id = ?", (scope.run,)).fetchone()
    size = _FIRST_CASES if query.sort == "order" else max(_FIRST_CASES, (last or 0) + 1)
    if query.descending and query.sort == "order":
        end = _cursor(after)[1] if after else (last or 0) + 1
        while end > 0:
            yield range(max(0, end - size), end)
            end, size = end - size, size * 2
        return
    start = _cursor(after)[1] + 1 if after and query.sort == "order" else 0
    while start <= (last or 0):
        yield range(start, start + size)
        start, size = start + size, size * 2


def _found(
    connection: sqlite3.Connection, scope: GridScope, query: GridQuery, after: str, limit: int, cases: range
) -> list[tuple[int, Any]]:
    """Return the position and sort value of the rows after a cursor among some cases."""
    given = _given(scope, query) | {"low": cases.start, "high": cases.stop, "limit": limit}
    with_ = join = ""
    if query.rows != "all" or query.sort != "order":
        flags = {"flag": _FLAGS.get(query.rows, "0")}
        rows, with_ = _rows(connection, scope, query, given, flags, sort=_SORTS.get(query.sort, "NULL"))
        join = f" LEFT JOIN {rows} ON f.case_position = k.position"
    where = _narrowed(scope, query)
    if query.rows == "open":
        where += f" AND {_OPEN}"
    elif query.rows != "all":
        where += " AND flag"
    value = "k.position" if query.sort == "order" else "sort"
    keyset, order = _keyset(query, value, after, given)
    return connection.execute(
        f"{with_}SELECT k.position, {value} FROM run_cases AS k{join}"
        f" WHERE k.run_id = :run AND k.position >= :low AND k.position < :high{where}{keyset}"
        f" ORDER BY {order} LIMIT :limit",
        given,
    ).fetchall()


def counts(connection: sqlite3.Connection, scope: GridScope, query: GridQuery) -> GridCounts:
    """Return how many rows match each filter, for the tag, text and column of `query`."""
    given = _given(scope, query)
    rows, with_ = _rows(
        connection, scope, query, given, {f"is_{name}": flag for name, flag in _FLAGS.items()}, sort="0"
    )
    sums = ", ".join(f"coalesce(sum(is_{name}), 0)" for name in _FLAGS)
    every, is_open, *flags = connection.execute(
        f"{with_}SELECT count(*), coalesce(sum({_OPEN}), 0), {sums} FROM run_cases AS k"
        f" LEFT JOIN {rows} ON f.case_position = k.position WHERE k.run_id = :run{_narrowed(scope, query)}",
        given,
    ).fetchone()
    tags = connection.execute(
        "SELECT tag.value, count(DISTINCT position) FROM run_cases AS k JOIN case_bodies"
        " ON case_bodies.id = case_body_id, json_each(iif(json_valid(body), body, '{}'), '$.tags') AS tag"
        f" WHERE run_id = :run AND tag.type = 'text'{_unless_hidden(scope)} GROUP BY tag.value ORDER BY tag.value",
        {"run": scope.run, "prompt": scope.prompt},
    ).fetchall()
    cases, recorded, unfinished = connection.execute(
        "SELECT (SELECT count(*) FROM run_cases WHERE run_id = ?1), count(*),"
        " count(*) FILTER (WHERE state <> 'finished') FROM run_cells WHERE run_id = ?1",
        (scope.run,),
    ).fetchone()
    by_filter: dict[RowFilter, int] = {"all": every, "open": is_open, **dict(zip(_FLAGS, flags, strict=True))}
    cells = cases * scope.columns * scope.samples
    return GridCounts(by_filter, tuple((tag, number) for tag, number in tags), cells, recorded, unfinished)


def _given(scope: GridScope, query: GridQuery) -> dict[str, Any]:
    columns = 1 if query.column is not None else scope.columns
    like = query.text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {
        "run": scope.run,
        "prompt": scope.prompt,
        "scoring": scope.scoring,
        "baseline": scope.baseline,
        "lane": query.column,
        "cells": columns * scope.samples,
        "low": 0,
        "high": 2**62,
        "tag": query.tag,
        "text": f"%{like}%",
    }


def _narrowed(scope: GridScope, query: GridQuery) -> str:
    return _unless_hidden(scope) + (_TAG if query.tag else "") + (_TEXT if query.text else "")


def _unless_hidden(scope: GridScope) -> str:
    return "" if scope.prompt is None else f" AND {SHOWN_CASE}"


def _rows(
    connection: sqlite3.Connection,
    scope: GridScope,
    query: GridQuery,
    given: dict[str, Any],
    flags: dict[str, str],
    *,
    sort: str,
) -> tuple[str, str]:
    """Return a table `f` of the facts of each case with recorded cells, and the WITH clause that it needs."""
    wanted = flags.values()
    needed = [
        _FACTS.format(
            differs=_DIFFERS if "differs" in wanted else "0",
            base=_BASE if "differs" in wanted else "",
            lane="" if query.column is None else " AND c.lane = :lane",
            counts=votes.condition(connection, scope.run, given),
        )
    ]
    if not _OF_JUDGES.isdisjoint(wanted) and not _is_judged(connection, scope.scoring):
        flags = {name: "0" if flag in _OF_JUDGES else flag for name, flag in flags.items()}
    if _REGRESSED in wanted:
        earlier = connection.execute(_EARLIER, (scope.run,)).fetchone()
        if earlier is None:
            flags = {name: "0" if flag == _REGRESSED else flag for name, flag in flags.items()}
        else:
            given["earlier"], given["earlier_scoring"] = earlier
            needed.append(_BEFORE.format(counts=votes.condition(connection, earlier[0], given, "earlier_")))
    # `iif`, because SQLite compares a pair with every row of a list when it must tell false from NULL.
    maxima = ", ".join(f"max(iif({flag}, 1, 0)) AS {name}" for name, flag in flags.items())
    table = (
        f"(SELECT case_position, sum(recorded) AS recorded, {maxima}, avg({sort}) AS sort FROM facts"
        " GROUP BY case_position) AS f"
    )
    return table, f"WITH {', '.join(needed)} "


def _is_judged(connection: sqlite3.Connection, scoring: int) -> bool:
    """Whether a scoring has verdicts of judges; one in a history of format 1.7 that is opened read-only has none."""
    return hidden_prompts.is_known(connection) and connection.execute(_IS_JUDGED, (scoring,)).fetchone() is not None


def _keyset(query: GridQuery, value: str, after: str, given: dict[str, Any]) -> tuple[str, str]:
    """Return the condition for rows after a cursor, and the order. Unknown values come last, in both directions."""
    comes_after, way = ("<", "DESC") if query.descending else (">", "ASC")
    if query.sort == "order":
        order = f"k.position {way}"
    else:
        order = f"({value} IS NULL), {value} {way}, k.position"
    if not after:
        return "", order
    given["value"], given["position"] = _cursor(after)
    if query.sort == "order":
        return f" AND k.position {comes_after} :position", order
    if given["value"] is None:
        return f" AND {value} IS NULL AND k.position > :position", order
    return (
        f" AND ({value} IS NULL OR {value} {comes_after} :value OR ({value} = :value AND k.position > :position))",
        order,
    )


def _cursor(after: str) -> tuple[float | None, int]:
    """Read a cursor. Raises ValueError for anything that this module did not return."""
    found = load(after)
    if not isinstance(found, list) or len(found) != 2 or not isinstance(found[1], int):
        raise ValueError("not a cursor of the grid")
    return found[0], found[1]
