"""Keeps the search index up to date.

Invariant: a document of the index says exactly what the tables say, or its run is listed in `unindexed`. A failure here
never loses a change: the writer repeats it without indexing. A damaged index is rebuilt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from workbench.core.content_texts import texts_of
from workbench.core.json_parts import load
from workbench.core.search.text_folding import prepared
from workbench.store.connections import MOST_VALUE, bounded
from workbench.store.errors import StoreError
from workbench.store.runs.damaged_drafts import UNREADABLE
from workbench.store.runs.held_out import hidden_positions
from workbench.store.runs.versions import parsed
from workbench.store.safe_records import as_text
from workbench.store.schema.search_tables import PLACED, SEARCH
from workbench.store.search.fields import with_set, words_of
from workbench.store.search.index_terms import RunFacts, facts_of
from workbench.store.sqlite import FILE_ERRORS, sqlite3

# Separates the texts of a document, so that no phrase spans two of them. Prepared texts do not contain it.
_APART = "\n\ue002\n"
_SHOWN = (
    "UPDATE run_rows SET cost_usd = ?, unpriced = ?, tokens = ?, longest_ms = ?, answers = ?, failed = ?,"
    " interrupted = ?, stopped = ?, cut = ? WHERE run_id = ?"
)
_NUMBERS = "cost_usd, unpriced, tokens, longest_ms, answers, failed, interrupted, stopped, cut"
_DUE = (
    "SELECT run_id, next_set FROM unindexed"
    " WHERE NOT EXISTS (SELECT 1 FROM in_flight WHERE in_flight.run_id = unindexed.run_id)"
    " ORDER BY run_id DESC LIMIT 1"
)
_PROMPTS = (
    f"SELECT contents.hash, contents.id, {bounded('versions.note')} FROM versions"
    " JOIN contents ON contents.id = versions.content_id"
    " WHERE versions.id IN (SELECT version_id FROM lanes WHERE run_id = ?1 UNION ALL SELECT version_id FROM runs"
    " WHERE id = ?1) ORDER BY versions.id"
)
_DOCS = (
    f"SELECT run_docs.id, run_docs.value_set, {bounded('value_bodies.body')}, run_values.name FROM run_rows"
    " JOIN run_docs ON run_docs.place = run_rows.place"
    " JOIN run_values ON run_values.run_id = run_rows.run_id AND run_values.position = run_docs.value_set"
    " JOIN value_bodies ON value_bodies.id = run_values.values_id"
    " WHERE run_rows.run_id = ? AND run_docs.value_set >= ? ORDER BY run_docs.value_set"
)
# By lane, so that reading one value set of a run with thousands takes a few steps in the key of outputs.
_ANSWERS = (
    "SELECT text FROM lanes CROSS JOIN outputs"
    " ON outputs.run_id = lanes.run_id AND outputs.lane = lanes.position AND outputs.value_set = ?"
    f" WHERE lanes.run_id = ? AND octet_length(text) BETWEEN 1 AND {MOST_VALUE}"
    # The order of the key: sorting would read all texts before the first is returned.
    " ORDER BY lanes.position, sample, attempt"
)
_SPAN = (
    "SELECT run_rows.place, min(id), max(id) FROM run_rows JOIN run_docs ON run_docs.place = run_rows.place"
    " WHERE run_id = ?"
)
_BETWEEN = "SELECT 1 FROM run_docs WHERE id > ? AND id < ? AND place <> ? LIMIT 1"
_MOVE = (
    "UPDATE run_rows SET place = ?1, misplaced = started_at < coalesce((SELECT max(started_at) FROM run_rows AS others"
    " WHERE others.misplaced = 0 AND others.run_id <> ?2), '') WHERE run_id = ?2"
)
_DOCUMENT = "INSERT OR REPLACE INTO run_search (rowid, text, facts) VALUES (?, ?, ?)"
# A single statement can empty an index without a trace, and searches would find nothing from then on.
_IS_EMPTIED = (
    "SELECT EXISTS (SELECT 1 FROM run_docs) AND NOT EXISTS (SELECT 1 FROM run_search_docsize)"
    " AND NOT EXISTS (SELECT 1 FROM unindexed)"
)
_MOST_KEPT = 64
_MOST_DOCUMENT = 12_000_000
"""Characters of one document, which SQLite accepts whatever they are; the rest of a longer run cannot be found by its
words."""


class Indexer:
    """Indexes the runs in `unindexed`, newest first, a piece at a time. Belongs to the writing connection."""

    def __init__(self) -> None:
        # Prepared prompt texts by hash, which successive runs share. Not by key, because keys may be reused.
        self._contents: dict[str, str] = {}
        self._rebuilt = self._was_looked_at = False
        # Facts of the run that is indexed in several pieces, and where it goes on. Reading them takes a look at all of
        # its outputs. Any change of the run here starts it over at its first value set.
        self._facts: tuple[tuple[int, int, int], RunFacts] | None = None
        self.trouble: StoreError | None = None
        """Why the index is no longer kept up to date, None while it is."""

    def due(self, connection: sqlite3.Connection) -> bool:
        """Whether an ended run is not up to date in the index."""
        if not self._was_looked_at:
            if connection.execute(_IS_EMPTIED).fetchone()[0]:
                connection.execute("INSERT OR REPLACE INTO unindexed (run_id) SELECT id FROM runs")
            self._was_looked_at = True
        return connection.execute(_DUE).fetchone() is not None

    def work(self, connection: sqlite3.Connection, characters: int) -> bool:
        """Index runs, about `characters` of text, inside a transaction; return whether more are left."""
        left = characters
        while left > 0:
            due = connection.execute(_DUE).fetchone()
            if due is None:
                self.trouble = None
                return False
            left -= self._index(connection, int(due[0]), int(due[1]), left)
        return True

    def rebuild(self, connection: sqlite3.Connection) -> None:
        """Rebuild the index from scratch."""
        self._contents.clear()
        rebuild(connection)

    def failed(self, connection: sqlite3.Connection, error: StoreError) -> bool:
        """Rebuild a damaged index, once; remember any other error. Return whether to go on."""
        sentence = (
            f"The newest runs cannot be found by their words, because the index could not be written. {error.sentence}"
        )
        self.trouble = StoreError(sentence, error.detail, error.code)
        if error.code != "corrupt" or self._rebuilt:
            return False
        self._rebuilt = True
        try:
            connection.execute("BEGIN IMMEDIATE")
            self.rebuild(connection)
            connection.execute("COMMIT")
        except FILE_ERRORS:
            # The error is recorded already, and more than the index is damaged.
            if connection.in_transaction:
                connection.rollback()
            return False
        self.trouble = None
        return True

    def _index(self, connection: sqlite3.Connection, run: int, next_set: int, characters: int) -> int:
        """Index one run from a value set on, up to about `characters`; return how many were used."""
        try:
            return self._document(connection, run, next_set, characters)
        except UNREADABLE:
            # A damaged run must not keep the others from being found.
            connection.execute("DELETE FROM unindexed WHERE run_id = ?", (run,))
            return 1

    def _document(self, connection: sqlite3.Connection, run: int, next_set: int, characters: int) -> int:
        known, self._facts = self._facts, None
        if known is not None and known[0] == (run, next_set, _others(connection)):
            facts: RunFacts | None = known[1]
        else:
            facts = facts_of(connection, run)
        if facts is None:
            connection.execute("DELETE FROM unindexed WHERE run_id = ?", (run,))
            return 1
        connection.execute(_SHOWN, (*facts.numbers.values(), run))
        if not next_set:
            _keep_together(connection, run)
        words, taken = words_of(connection, facts), 1
        for key, text, value_set, name in self.documents(connection, run, next_set):
            if taken > characters:
                connection.execute("UPDATE unindexed SET next_set = ? WHERE run_id = ?", (value_set, run))
                self._facts = (run, value_set, _others(connection)), facts
                return taken
            connection.execute(_DOCUMENT, (key, text, with_set(words, name)))
            taken += len(text)
        connection.execute("DELETE FROM unindexed WHERE run_id = ?", (run,))
        return taken

    def documents(
        self, connection: sqlite3.Connection, run: int, next_set: int = 0
    ) -> Iterator[tuple[int, str, int, str]]:
        """Yield id, text, value set and its name of the documents of a run.

        Those of held-out cases have neither values nor answers, because only totals of them are shown. What judges said
        of them has no name either: it would tell that a case was asked about.
        """
        note, kind = connection.execute(f"SELECT {bounded('note')}, kind FROM runs WHERE id = ?", (run,)).fetchone()
        versions = connection.execute(_PROMPTS, (run,)).fetchall()
        shared = [self._content(connection, hash_, content) for hash_, content, _ in versions]
        shared += [prepared(as_text(text)) for text in (note, *(text for _, _, text in versions)) if text]
        hidden = hidden_positions(connection, run)
        for key, value_set, body, name in connection.execute(_DOCS, (run, next_set)).fetchall():
            own: Iterable[str] = ()
            if value_set not in hidden:
                answers = (prepared(as_text(text)) for (text,) in connection.execute(_ANSWERS, (value_set, run)))
                own = chain(map(prepared, values_in(body)), answers)
            is_named = kind != "judge" or value_set not in hidden
            yield key, _joined(chain(shared, own)), value_set, as_text(name) if is_named else ""

    def _content(self, connection: sqlite3.Connection, hash_: str, content: int) -> str:
        text = self._contents.get(hash_)
        if text is None:
            if len(self._contents) >= _MOST_KEPT:
                self._contents.clear()
            query = f"SELECT CAST({bounded('body')} AS BLOB) FROM contents WHERE id = ?"
            (body,) = connection.execute(query, (content,)).fetchone()
            text = self._contents[hash_] = _APART.join(map(prepared, prompt_texts(body or b"")))
        return text


def _joined(texts: Iterable[str]) -> str:
    """Return a document of these texts; anything beyond _MOST_DOCUMENT is not read."""
    taken, left = [], _MOST_DOCUMENT
    for text in texts:
        taken.append(text[:left])
        left -= len(text) + len(_APART)
        if left <= 0:
            break
    return _APART.join(taken)


def prompt_texts(body: bytes) -> tuple[str, ...]:
    """Return the texts of a stored content; an unreadable one as it is stored."""
    try:
        content, _ = parsed(body)
    except (ValueError, RecursionError):
        return (body.decode(errors="replace"),)
    return tuple(one for one in texts_of(content) if one)


def values_in(body: str) -> tuple[str, ...]:
    """Return the values of a stored value set."""
    try:
        values = load(body)
        return tuple(str(value) for value in values.values() if value)
    except (TypeError, ValueError, RecursionError, AttributeError):
        return (as_text(body),)


def behind(connection: sqlite3.Connection, most: int) -> int:
    """Return how many ended runs are not indexed yet, at most `most`."""
    counted = (
        "SELECT count(*) FROM (SELECT 1 FROM unindexed"
        " WHERE NOT EXISTS (SELECT 1 FROM in_flight WHERE in_flight.run_id = unindexed.run_id) LIMIT ?)"
    )
    return int(connection.execute(counted, (most,)).fetchone()[0])


def rebuild(connection: sqlite3.Connection) -> None:
    """Empty the index, list every run as unindexed, and assign all places anew in order of time."""
    connection.execute("DROP TABLE IF EXISTS run_search")
    connection.execute(SEARCH)
    # The numbers of a run do not depend on its place, and are shown until they are counted again.
    connection.execute("DROP TABLE IF EXISTS temp.counted")
    connection.execute(f"CREATE TEMP TABLE counted (run_id INTEGER PRIMARY KEY, {_NUMBERS})")
    connection.execute(f"INSERT INTO counted SELECT run_id, {_NUMBERS} FROM run_rows WHERE answers > 0")
    for statement in PLACED:
        connection.execute(statement)
    connection.execute(
        f"UPDATE run_rows SET ({_NUMBERS}) = (SELECT {_NUMBERS} FROM counted WHERE counted.run_id = run_rows.run_id)"
        " WHERE run_id IN (SELECT run_id FROM counted)"
    )
    connection.execute("DROP TABLE temp.counted")


def _keep_together(connection: sqlite3.Connection, run: int) -> None:
    """Move the documents of a run behind all others if such are between them, because the run grew after these began.

    Pages are read in the order of documents, and show a run where its documents are.
    """
    place, first, last = connection.execute(_SPAN, (run,)).fetchone()
    if first is None or connection.execute(_BETWEEN, (first, last, place)).fetchone() is None:
        return
    (newest,) = connection.execute("SELECT max(id) FROM run_docs").fetchone()
    connection.execute("DELETE FROM run_search WHERE rowid IN (SELECT id FROM run_docs WHERE place = ?)", (place,))
    connection.execute("DELETE FROM run_docs WHERE place = ?", (place,))
    connection.execute(_MOVE, (newest + 1, run))
    connection.execute(
        "INSERT INTO run_docs (id, place, value_set) SELECT ?1 + row_number() OVER (ORDER BY position) - 1, ?1,"
        " position FROM run_values WHERE run_id = ?2",
        (newest + 1, run),
    )


def _others(connection: sqlite3.Connection) -> int:
    """Return a number that changes when another process has written, which may have changed a run."""
    (number,) = connection.execute("PRAGMA data_version").fetchone()
    return int(number)
