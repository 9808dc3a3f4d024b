"""Tables for searching: saved searches, the rows of the timeline, and the full-text index.

Invariant: as for `tables`. Everything here but saved_searches can be rebuilt from the other tables.

One document for each run and value set holds all of its text, so that words in the prompt, in an answer and in a note
are found together. The facts that filters match are terms of the document, too (`search.index_terms`), so that one
query to the index answers a search, newest first, without reading a table.

Triggers and not code maintain the list of what must be indexed, so that a row edited by another tool leaves no wrong
document behind. The program writes the documents: SQL alone cannot separate characters of Chinese or Japanese.
"""

from __future__ import annotations

_TABLES = (
    """CREATE TABLE saved_searches (
  -- Searches that a person keeps under a name.
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE,
  -- As it was typed into the search field.
  query TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT""",
    """CREATE TABLE run_rows (
  -- What the History shows of a run, counted when the run ended, so that showing a row counts no outputs.
  -- place is the id of the run's first document, and grows with time.
  place INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL UNIQUE,
  started_at TEXT NOT NULL,
  -- 1 when an earlier place has a later time, because the clock was set back. Importing old runs gives new places.
  misplaced INTEGER NOT NULL DEFAULT 0,
  -- As in runs.
  archived INTEGER NOT NULL DEFAULT 0,
  -- Sums over all attempts, NULL when nothing is known; unpriced counts finished answers whose cost is unknown.
  cost_usd REAL,
  unpriced INTEGER NOT NULL DEFAULT 0,
  tokens INTEGER,
  -- The longest of the answers that count, which are the newest attempts.
  longest_ms INTEGER,
  -- How many answers there are, and how many of them failed, were interrupted, stopped, or cut off by a limit.
  answers INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  interrupted INTEGER NOT NULL DEFAULT 0,
  stopped INTEGER NOT NULL DEFAULT 0,
  cut INTEGER NOT NULL DEFAULT 0
) STRICT""",
    "CREATE INDEX run_rows_by_time ON run_rows (started_at) WHERE misplaced = 0",
    "CREATE INDEX run_rows_misplaced ON run_rows (place) WHERE misplaced = 1",
    """CREATE TABLE run_docs (
  -- The documents of run_search. Those of one run have consecutive ids, in the order of its value sets.
  id INTEGER PRIMARY KEY,
  -- Of the run in run_rows.
  place INTEGER NOT NULL,
  value_set INTEGER NOT NULL
) STRICT""",
    "CREATE INDEX run_docs_by_place ON run_docs (place, value_set)",
    """CREATE TABLE search_names (
  -- Names of models and lanes, and codes of errors, each once. Documents hold their ids; a search looks here first.
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  UNIQUE (kind, name)
) STRICT""",
    """CREATE TABLE unindexed (
  -- Runs whose documents are not up to date. Triggers add rows, whoever writes; the program takes them away by indexing
  -- the run, once none of its outputs is in flight.
  run_id INTEGER PRIMARY KEY,
  -- The value set to go on with.
  next_set INTEGER NOT NULL DEFAULT 0
) STRICT""",
)

SEARCH = (
    # Contentless: the documents can be rebuilt at any time, and are stored in no single table.
    "CREATE VIRTUAL TABLE run_search USING fts5 (text, facts, content='', contentless_delete=1,"
    " tokenize='unicode61 remove_diacritics 2')"
)
"""The index; it is rebuilt when it is damaged."""

_TRIGGERS = (
    # A run appears in the timeline with its first value set.
    """CREATE TRIGGER run_values_insert AFTER INSERT ON run_values BEGIN
  INSERT INTO run_rows (place, run_id, started_at, misplaced, archived)
    SELECT coalesce((SELECT max(id) FROM run_docs), 0) + 1, id, started_at,
      started_at < coalesce((SELECT max(started_at) FROM run_rows WHERE misplaced = 0), ''), archived
    FROM runs WHERE id = new.run_id AND id NOT IN (SELECT run_id FROM run_rows);
  INSERT INTO run_docs (id, place, value_set)
    SELECT coalesce((SELECT max(id) FROM run_docs), 0) + 1, place, new.position
    FROM run_rows WHERE run_id = new.run_id;
  INSERT OR REPLACE INTO unindexed (run_id) VALUES (new.run_id);
END""",
    # Every column of a run that its documents depend on.
    """CREATE TRIGGER runs_update AFTER UPDATE ON runs
WHEN new.note IS NOT old.note OR new.verdict IS NOT old.verdict OR new.starred IS NOT old.starred
  OR new.archived IS NOT old.archived OR new.blind IS NOT old.blind OR new.kind IS NOT old.kind
  OR new.prompt_id IS NOT old.prompt_id OR new.version_id IS NOT old.version_id BEGIN
  UPDATE run_rows SET archived = new.archived WHERE run_id = new.id;
  INSERT OR REPLACE INTO unindexed (run_id) VALUES (new.id);
END""",
    """CREATE TRIGGER runs_delete BEFORE DELETE ON runs BEGIN
  DELETE FROM run_search WHERE rowid IN
    (SELECT id FROM run_docs WHERE place = (SELECT place FROM run_rows WHERE run_id = old.id));
  DELETE FROM run_docs WHERE place = (SELECT place FROM run_rows WHERE run_id = old.id);
  DELETE FROM run_rows WHERE run_id = old.id;
END""",
    # After the cascade, whose deleted outputs list the run once more.
    "CREATE TRIGGER runs_deleted AFTER DELETE ON runs BEGIN DELETE FROM unindexed WHERE run_id = old.id; END",
    """CREATE TRIGGER outputs_insert AFTER INSERT ON outputs BEGIN
  INSERT OR REPLACE INTO unindexed (run_id) VALUES (new.run_id);
END""",
    """CREATE TRIGGER outputs_update AFTER UPDATE ON outputs BEGIN
  INSERT OR REPLACE INTO unindexed (run_id) VALUES (new.run_id);
END""",
    """CREATE TRIGGER outputs_delete AFTER DELETE ON outputs BEGIN
  INSERT OR REPLACE INTO unindexed (run_id) SELECT id FROM runs WHERE id = old.run_id;
END""",
    """CREATE TRIGGER run_tags_insert AFTER INSERT ON run_tags BEGIN
  INSERT OR REPLACE INTO unindexed (run_id) VALUES (new.run_id);
END""",
    """CREATE TRIGGER run_tags_delete AFTER DELETE ON run_tags BEGIN
  INSERT OR REPLACE INTO unindexed (run_id) SELECT id FROM runs WHERE id = old.run_id;
END""",
    # The note of a version is part of the documents of all runs that used it.
    """CREATE TRIGGER versions_update AFTER UPDATE OF note ON versions WHEN new.note IS NOT old.note BEGIN
  INSERT OR REPLACE INTO unindexed (run_id) SELECT run_id FROM lanes WHERE version_id = new.id;
END""",
)

PLACED = (
    "DELETE FROM run_rows",
    "DELETE FROM run_docs",
    """INSERT INTO run_rows (place, run_id, started_at, archived)
  SELECT 1 + coalesce(sum(max(sets, 1)) OVER (ORDER BY started_at, id
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0), id, started_at, archived
  FROM (SELECT id, started_at, archived,
    (SELECT count(*) FROM run_values WHERE run_values.run_id = runs.id) AS sets FROM runs)""",
    """INSERT INTO run_docs (id, place, value_set)
  SELECT place + row_number() OVER (PARTITION BY run_values.run_id ORDER BY position) - 1, place, position
  FROM run_rows JOIN run_values ON run_values.run_id = run_rows.run_id""",
    "INSERT OR REPLACE INTO unindexed (run_id) SELECT id FROM runs",
)
"""Assigns every run its place in order of time, and lists all of them for indexing. Not part of the schema."""

SEARCH_TABLES: tuple[str, ...] = (*_TABLES, SEARCH, *_TRIGGERS)
