"""Rows of the history for the runs of a page, and where they match.

Invariant: only what is shown is read: a few statements for a page, and the texts of matching documents, up to a limit.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from workbench.core.lanes import short_model
from workbench.core.outcome import Outcome
from workbench.core.runs import IterationRow
from workbench.core.search.match_marker import MatchMarker, snippet
from workbench.core.search.query import QueryFilter, SearchQuery
from workbench.core.search.results import HistoryRow, Part, SearchHit, SuiteStanding
from workbench.store.connections import MOST_VALUE, bounded
from workbench.store.runs import timeline
from workbench.store.runs.held_out import hidden_positions, is_known
from workbench.store.runs.visibility import ARCHIVED, DELETED
from workbench.store.safe_records import as_text, sound
from workbench.store.search.search_index import prompt_texts, values_in
from workbench.store.search.search_pages import MatchedRun
from workbench.store.search.test_facts import standings
from workbench.store.sqlite import sqlite3

_LONGEST = 200_000
"""Characters of one text that are searched for matches."""
_MOST = 3_000_000
"""Characters of a whole page that are searched for matches."""
_ANSWER_HITS = 3

_ROWS = (
    "SELECT run_rows.place, runs.id, runs.kind, prompts.uid, prompts.name, runs.starred, runs.archived,"
    " (SELECT max(value_set) FROM run_docs WHERE run_docs.place = run_rows.place), cost_usd, unpriced, tokens,"
    " longest_ms, EXISTS (SELECT 1 FROM unindexed WHERE unindexed.run_id = runs.id), answers, failed, interrupted,"
    " stopped, cut"
    " FROM run_rows JOIN runs ON runs.id = run_rows.run_id JOIN prompts ON prompts.id = runs.prompt_id"
    " WHERE run_rows.place IN (SELECT value FROM json_each(?))"
)
_LANES = "SELECT run_id, label, model FROM lanes WHERE run_id IN (SELECT value FROM json_each(?)) ORDER BY position"
_TAGS = (
    "SELECT run_id, name FROM run_tags JOIN tags ON tags.id = tag_id WHERE run_id IN (SELECT value FROM json_each(?))"
    " ORDER BY name"
)
_ANSWERS = (
    "SELECT outputs.uid, lanes.label, lanes.model, substr(CAST(outputs.text AS BLOB), 1, ?)"
    " FROM lanes CROSS JOIN outputs"
    " ON outputs.run_id = lanes.run_id AND outputs.lane = lanes.position AND outputs.value_set = ?"
    f" WHERE lanes.run_id = ? AND octet_length(outputs.text) BETWEEN 1 AND {MOST_VALUE}"
    " ORDER BY lane, sample, attempt DESC"
)
_PROMPTS = (
    f"SELECT DISTINCT contents.id, CAST({bounded('contents.body')} AS BLOB) FROM versions"
    " JOIN contents ON contents.id = versions.content_id WHERE versions.id IN"
    " (SELECT version_id FROM lanes WHERE run_id = ?1 UNION SELECT version_id FROM runs WHERE id = ?1)"
)
_VALUES = (
    f"SELECT {bounded('body')} FROM value_bodies JOIN run_values ON value_bodies.id = values_id"
    " WHERE run_id = ? AND run_values.position = ?"
)
_NOTES = (
    f"SELECT {bounded('note')} FROM runs WHERE id = ?1 UNION ALL SELECT {bounded('note')} FROM versions WHERE id IN"
    " (SELECT version_id FROM lanes WHERE run_id = ?1 UNION SELECT version_id FROM runs WHERE id = ?1)"
)


def rows_for(connection: sqlite3.Connection, found: Sequence[MatchedRun], query: SearchQuery) -> tuple[HistoryRow, ...]:
    """Return the rows of these runs, in their order; runs that no longer exist are left out."""
    rows = {row[0]: row[1:] for row in connection.execute(_ROWS, (json.dumps([one.place for one in found]),))}
    keys = [row[0] for row in rows.values()]
    lines = timeline.rows_of(connection, keys, {row[0]: Outcome(*row[-5:]) for row in rows.values()})
    lanes, tags = defaultdict[int, list[str]](list), defaultdict[int, list[str]](list)
    for run, label, model in connection.execute(_LANES, (json.dumps(keys),)):
        lanes[run].append(as_text(label) or short_model(as_text(model)))
    for run, name in connection.execute(_TAGS, (json.dumps(keys),)):
        tags[run].append(as_text(name))
    tests = [row[0] for row in rows.values() if row[1] == "test"] if is_known(connection) else []
    tested = standings(connection, tests)
    hits = _Hits(connection, MatchMarker(query))
    deleted = any(term == QueryFilter("is", "deleted") for term in query.terms)
    made = []
    for one in found:
        row = rows.get(one.place)
        # The index may not reflect yet that a run was deleted.
        if row is None or (row[5] >= DELETED) != deleted:
            continue
        if (line := lines.get(row[0])) is not None:
            test = tested.get(row[0])
            where = hits.of(row[0], one, line.blind) if one.docs else ()
            made.append(_row(row, line, lanes[row[0]], tags[row[0]], where, test))
    return tuple(made)


def _row(
    row: Sequence[Any],
    line: IterationRow,
    lanes: Sequence[str],
    tags: Sequence[str],
    hits: tuple[SearchHit, ...],
    test: SuiteStanding | None,
) -> HistoryRow:
    _, kind, prompt_uid, prompt, starred, archived, last_set, cost, unpriced, tokens, longest, late, *_ = row
    return sound(
        HistoryRow(
            row=line,
            kind=kind,
            prompt_uid=prompt_uid,
            prompt=prompt,
            lanes=() if line.blind else tuple(lanes),
            tags=tuple(tags),
            starred=bool(starred),
            archived=bool(archived & ARCHIVED),
            deleted=archived >= DELETED,
            value_sets=(last_set or 0) + 1,
            cost_usd=None if line.blind else cost,
            unpriced=0 if line.blind else unpriced,
            tokens=None if line.blind else tokens,
            longest_ms=None if line.blind else longest,
            hits=hits,
            is_uncounted=bool(late) and cost is None and not (line.running or line.blind),
            test=test,
        )
    )


class _Hits:
    """Finds the matches in the texts of one page."""

    def __init__(self, connection: sqlite3.Connection, marker: MatchMarker) -> None:
        self._connection = connection
        self._marker = marker
        self._left = _MOST if marker else 0
        self._contents: dict[int, tuple[str, ...]] = {}

    def of(self, run: int, found: MatchedRun, blind: bool) -> tuple[SearchHit, ...]:
        """Return where a run matches, answers first; without names while it is blind.

        Values and answers of held-out cases are not looked at.
        """
        if self._left <= 0:
            return ()
        places = "SELECT value_set FROM run_docs WHERE id IN (SELECT value FROM json_each(?)) ORDER BY value_set"
        hidden = hidden_positions(self._connection, run)
        docs = self._connection.execute(places, (json.dumps(found.docs),))
        sets = [value_set for (value_set,) in docs if value_set not in hidden]
        hits = [hit for value_set in sets for hit in self._answers(run, value_set, blind)][:_ANSWER_HITS]
        notes = [note for (note,) in self._connection.execute(_NOTES, (run,)) if note]
        hits += self._first("note", list(map(as_text, notes)))
        for value_set in sets:
            row = self._connection.execute(_VALUES, (run, value_set)).fetchone()
            values = self._first("values", values_in(row[0]) if row else (), value_set)
            hits += values
            if values:
                break
        return (*hits, *self._first("prompt", self._prompt(run)))

    def _answers(self, run: int, value_set: int, blind: bool) -> list[SearchHit]:
        hits: list[SearchHit] = []
        # Bytes, because a text would end at its first NUL; the last bytes may be part of a character.
        given = self._connection.execute(_ANSWERS, (4 * _LONGEST, value_set, run))
        answers: Iterable[tuple[str, str, str, str]]
        answers = ((*named, body.decode(errors="ignore")[:_LONGEST]) for *named, body in given)
        if blind:
            # Sorted by text, because the order of lanes or ids would reveal who answered.
            answers = sorted(("", "", "", text) for *_, text in answers)
        for uid, label, model, text in answers:
            if marks := self._marks(text):
                title = "" if blind else label or short_model(model)
                hits.append(SearchHit("answer", snippet(text, marks), uid, title, value_set))
                if len(hits) == _ANSWER_HITS:
                    break
        return hits

    def _first(self, part: Part, texts: Sequence[str], value_set: int = 0) -> list[SearchHit]:
        for text in texts:
            if marks := self._marks(text[:_LONGEST]):
                return [SearchHit(part, snippet(text, marks), value_set=value_set)]
        return []

    def _prompt(self, run: int) -> list[str]:
        texts: list[str] = []
        for key, body in self._connection.execute(_PROMPTS, (run,)):
            if key not in self._contents:
                self._contents[key] = prompt_texts(body or b"")
            texts += self._contents[key]
        return texts

    def _marks(self, text: str) -> tuple[tuple[int, int], ...]:
        self._left -= len(text)
        return self._marker.marks(text) if self._left > 0 else ()
