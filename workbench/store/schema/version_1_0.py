"""The tables of schema 1.0.

Invariant: released, so never edited (see migrations). The comments are inside the statements because SQLite keeps
them: whoever opens the file with another tool reads there why the tables are as they are.

Rules of all tables: integer keys are local to the file, `uid` (UUIDv7) is what travels. Times are UTC text of fixed
width, "2026-11-24T13:20:05.123Z", so that text order is time order. Enumerations have no CHECK, because a newer minor
release may add values and SQLite can only change a CHECK by rebuilding the table. NULL is "unknown", never zero.
"""

from __future__ import annotations

_TABLES = (
    """CREATE TABLE meta (
  -- Small facts about this file: its own uid, the prompt last worked on.
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE prompts (
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  -- Not unique: two databases that are merged may both have a "Summary".
  name TEXT NOT NULL,
  -- Runs of kind iteration, counted here so that the list of prompts never counts runs.
  iterations INTEGER NOT NULL DEFAULT 0,
  archived INTEGER NOT NULL DEFAULT 0,
  starred INTEGER NOT NULL DEFAULT 0,
  note TEXT NOT NULL DEFAULT '',
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT""",
    """CREATE TABLE drafts (
  -- JSON of what the editor holds: content, values, lanes, based_on. Replaced about once a second while typing.
  prompt_id INTEGER PRIMARY KEY REFERENCES prompts(id) ON DELETE CASCADE,
  body TEXT NOT NULL,
  saved_at TEXT NOT NULL
) STRICT""",
    """CREATE TABLE contents (
  -- Shared by all prompts. body is the canonical JSON (RFC 8785) whose SHA-256 is hash; messages, and in later
  -- releases examples, tools and output format, are keys of it.
  id INTEGER PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  body TEXT NOT NULL
) STRICT""",
    """CREATE TABLE versions (
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  prompt_id INTEGER NOT NULL REFERENCES prompts(id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  content_id INTEGER NOT NULL REFERENCES contents(id),
  -- A key and not a number: numbers are for people and may be given anew by a merge.
  parent_id INTEGER REFERENCES versions(id) ON DELETE SET NULL,
  -- 1 when the parent was not the newest version at the time: the start of a branch.
  branched INTEGER NOT NULL DEFAULT 0,
  note TEXT NOT NULL DEFAULT '',
  created_at TEXT NOT NULL,
  UNIQUE (prompt_id, number),
  -- Going back to an old text is that version again, not a new one.
  UNIQUE (prompt_id, content_id)
) STRICT""",
    """CREATE TABLE labels (
  -- Names that move from version to version, such as production.
  prompt_id INTEGER NOT NULL REFERENCES prompts(id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  version_id INTEGER NOT NULL REFERENCES versions(id) ON DELETE CASCADE,
  moved_at TEXT NOT NULL,
  PRIMARY KEY (prompt_id, name)
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE endpoints (
  -- Where models answer. The names of secret headers are here; their values are only in the keyring.
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  base_url TEXT NOT NULL DEFAULT '',
  headers TEXT NOT NULL DEFAULT '[]',
  secret_headers TEXT NOT NULL DEFAULT '[]',
  needs_key INTEGER NOT NULL DEFAULT 0,
  path TEXT NOT NULL DEFAULT '',
  adapter TEXT NOT NULL DEFAULT '',
  archived INTEGER NOT NULL DEFAULT 0,
  updated_at TEXT NOT NULL
) STRICT""",
    """CREATE TABLE prices (
  -- Dollars per token that a person set by hand; they win over any catalogue.
  endpoint_uid TEXT NOT NULL,
  model TEXT NOT NULL,
  input REAL NOT NULL,
  output REAL NOT NULL,
  cached REAL,
  source TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (endpoint_uid, model)
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE value_bodies (
  -- Values of variables, as JSON in the order they were given, stored once however many runs used them.
  -- exact is the SHA-256 of body; hash is the same for the same values in any order, and says which outputs of
  -- different runs answered the same thing.
  id INTEGER PRIMARY KEY,
  exact TEXT NOT NULL UNIQUE,
  hash TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT""",
    """CREATE TABLE runs (
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  prompt_id INTEGER NOT NULL REFERENCES prompts(id) ON DELETE CASCADE,
  -- iteration, test, improve, judge, import
  kind TEXT NOT NULL,
  -- Counted per prompt and kind.
  number INTEGER NOT NULL,
  -- The version of the current text; of the first lane when every lane was pinned.
  version_id INTEGER NOT NULL REFERENCES versions(id),
  -- What the text started from, which is not the version's parent when an old text came back.
  based_on_id INTEGER REFERENCES versions(id) ON DELETE SET NULL,
  owner_uid TEXT NOT NULL,
  started_at TEXT NOT NULL,
  -- What the timeline shows, kept here so that a page of it is one range of one index.
  summary TEXT NOT NULL DEFAULT '',
  added INTEGER NOT NULL DEFAULT 0,
  removed INTEGER NOT NULL DEFAULT 0,
  verdict TEXT NOT NULL DEFAULT 'none',
  winner TEXT NOT NULL DEFAULT '',
  note TEXT NOT NULL DEFAULT '',
  starred INTEGER NOT NULL DEFAULT 0,
  archived INTEGER NOT NULL DEFAULT 0,
  -- 1 when names are hidden until each value set is judged, 2 when they were revealed without; looking reveals nothing.
  blind INTEGER NOT NULL DEFAULT 0,
  UNIQUE (prompt_id, kind, number)
) STRICT""",
    """CREATE TABLE tags (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT""",
    """CREATE TABLE run_tags (
  run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  tag_id INTEGER NOT NULL REFERENCES tags(id) ON DELETE CASCADE,
  PRIMARY KEY (run_id, tag_id)
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE run_values (
  -- The value sets that a run went through, by position. set_uid is NULL for values that belong to no named set.
  run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  set_uid TEXT,
  name TEXT NOT NULL DEFAULT '',
  values_id INTEGER NOT NULL REFERENCES value_bodies(id),
  PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE lanes (
  run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  uid TEXT NOT NULL UNIQUE,
  -- Stays the same over iterations, so that a lane can be compared with its own past.
  slot TEXT NOT NULL,
  label TEXT NOT NULL DEFAULT '',
  -- No foreign key: history outlives endpoints, and imported runs name endpoints of other machines.
  endpoint_uid TEXT NOT NULL,
  -- As it was sent.
  model TEXT NOT NULL,
  params TEXT NOT NULL DEFAULT '{}',
  -- Never NULL: a lane always says what it ran. pinned tells a pinned version from the current text.
  version_id INTEGER NOT NULL REFERENCES versions(id),
  pinned INTEGER NOT NULL,
  PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE bodies (
  -- JSON of requests, stored once by SHA-256. No keys, no headers.
  id INTEGER PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  body TEXT NOT NULL
) STRICT""",
    """CREATE TABLE outputs (
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  -- Positions of the lane and of the value set in the run: one index serves the key and both foreign keys.
  lane INTEGER NOT NULL,
  value_set INTEGER NOT NULL,
  sample INTEGER NOT NULL,
  -- From 1. A retry adds an attempt and deletes nothing.
  attempt INTEGER NOT NULL,
  -- waiting, queued, streaming, finished, failed, stopped, interrupted
  state TEXT NOT NULL DEFAULT 'waiting',
  created_at TEXT NOT NULL,
  ended_at TEXT,
  starred INTEGER NOT NULL DEFAULT 0,
  model TEXT NOT NULL DEFAULT '',
  finish_reason TEXT NOT NULL DEFAULT '',
  -- input_tokens include cached ones, output_tokens include reasoning; usage_source is provider or estimate.
  input_tokens INTEGER,
  output_tokens INTEGER,
  cached_tokens INTEGER,
  reasoning_tokens INTEGER,
  usage_source TEXT NOT NULL DEFAULT 'provider',
  cost_usd REAL,
  -- Dollars per token at the time, and where they came from.
  rate_input REAL,
  rate_output REAL,
  rate_cached REAL,
  rate_source TEXT,
  -- Whole milliseconds of a monotonic clock since the call arrived at the engine, and two differences of them.
  queued_ms INTEGER,
  sent_ms INTEGER,
  first_ms INTEGER,
  end_ms INTEGER,
  ttft_ms INTEGER,
  duration_ms INTEGER,
  error_code TEXT,
  error TEXT,
  error_detail TEXT,
  -- The messages of a request are a body of their own: lanes that ask the same of several models share them.
  request_id INTEGER REFERENCES bodies(id),
  request_messages_id INTEGER REFERENCES bodies(id),
  -- JSON list of what was added, changed or refused on the way to the provider.
  marks TEXT NOT NULL DEFAULT '[]',
  -- Long texts last, so that reading the columns above does not read through them.
  reasoning TEXT NOT NULL DEFAULT '',
  text TEXT NOT NULL DEFAULT '',
  UNIQUE (run_id, lane, value_set, sample, attempt),
  FOREIGN KEY (run_id, lane) REFERENCES lanes(run_id, position) ON DELETE CASCADE,
  FOREIGN KEY (run_id, value_set) REFERENCES run_values(run_id, position) ON DELETE CASCADE
) STRICT""",
    """CREATE TABLE in_flight (
  -- Outputs that have not ended, and the process that will end them. When that process is dead they are interrupted.
  run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  output_id INTEGER NOT NULL REFERENCES outputs(id) ON DELETE CASCADE,
  owner_uid TEXT NOT NULL,
  PRIMARY KEY (run_id, output_id)
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE partials (
  -- Answers while they stream, some rows a second; no index, so that appending costs nothing. Emptied when a run ends.
  -- text, reasoning: a piece and its offset in characters; a smaller offset than before starts over from there.
  -- tool_call: the number of a call in its round, and JSON of its name, its id, and a piece of its arguments.
  -- rounds: how many steps came before, and a JSON list of those of rounds that are over. What follows begins anew.
  output_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  text TEXT NOT NULL
) STRICT""",
    """CREATE TABLE steps (
  -- The steps of an output in which tools took part: text, reasoning, tool_call, tool_result, in order, as JSON that
  -- keeps the provider's opaque signatures. An output without rows here is its reasoning and then its text.
  output_id INTEGER NOT NULL REFERENCES outputs(id) ON DELETE CASCADE,
  seq INTEGER NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (output_id, seq)
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE responses (
  -- Raw responses as JSON. Apart, so that they can be dropped to save space.
  output_id INTEGER PRIMARY KEY REFERENCES outputs(id) ON DELETE CASCADE,
  body TEXT NOT NULL
) STRICT""",
    """CREATE TABLE blobs (
  -- Attachments by SHA-256; content, values and requests name them by hash.
  hash TEXT PRIMARY KEY,
  media_type TEXT NOT NULL,
  body BLOB NOT NULL
) STRICT""",
    # What version_1_1 says of run_id goes beyond the words below.
    """CREATE TABLE verdicts (
  -- Append-only; of those about the same outputs the latest counts. winner, tie, all_bad, none (taken back).
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  prompt_id INTEGER NOT NULL REFERENCES prompts(id) ON DELETE CASCADE,
  -- NULL when the outputs come from different runs.
  run_id INTEGER REFERENCES runs(id) ON DELETE CASCADE,
  -- Which value set of the run; NULL when run_id is.
  value_set INTEGER,
  kind TEXT NOT NULL,
  blind INTEGER NOT NULL DEFAULT 0,
  supersedes_id INTEGER REFERENCES verdicts(id) ON DELETE SET NULL,
  created_at TEXT NOT NULL,
  FOREIGN KEY (run_id, value_set) REFERENCES run_values(run_id, position) ON DELETE CASCADE
) STRICT""",
    """CREATE TABLE verdict_outputs (
  -- Every output that was judged. shown is its place on the screen from 0, because people favour the left.
  -- place is 1 for the winner or for each of those tied, 2 for the rest, NULL when nothing was placed.
  verdict_id INTEGER NOT NULL REFERENCES verdicts(id) ON DELETE CASCADE,
  output_id INTEGER NOT NULL REFERENCES outputs(id) ON DELETE CASCADE,
  shown INTEGER NOT NULL,
  place INTEGER,
  PRIMARY KEY (verdict_id, output_id)
) STRICT, WITHOUT ROWID""",
)

_INDEXES = (
    "CREATE INDEX versions_by_content ON versions (content_id)",
    "CREATE INDEX value_bodies_by_hash ON value_bodies (hash)",
    "CREATE INDEX runs_by_version ON runs (version_id)",
    "CREATE INDEX lanes_by_version ON lanes (version_id)",
    "CREATE INDEX verdicts_by_run ON verdicts (run_id, value_set)",
    "CREATE INDEX verdicts_by_superseded ON verdicts (supersedes_id)",
    "CREATE INDEX verdict_outputs_by_output ON verdict_outputs (output_id)",
    "CREATE INDEX run_tags_by_tag ON run_tags (tag_id)",
)

# Triggers and not code keep these in step, so that a row that another tool edits does not leave a wrong index behind.
# The index of texts without spaces between words is filled by the program: SQL alone cannot separate characters.
_SEARCH = (
    """CREATE VIEW content_texts AS
  SELECT contents.id AS id,
    (SELECT group_concat(json_extract(value, '$.text'), char(10)) FROM json_each(contents.body, '$.messages')) AS text
  FROM contents""",
    # Contentless: FTS5 cannot check or rebuild an index over a view that uses json_each.
    "CREATE VIRTUAL TABLE contents_fts USING fts5 (text, content='', tokenize='unicode61 remove_diacritics 2')",
    """CREATE TRIGGER contents_insert AFTER INSERT ON contents BEGIN
  INSERT INTO contents_fts (rowid, text) SELECT id, text FROM content_texts WHERE id = new.id;
END""",
    """CREATE TRIGGER contents_delete BEFORE DELETE ON contents BEGIN
  INSERT INTO contents_fts (contents_fts, rowid, text)
    SELECT 'delete', id, text FROM content_texts WHERE id = old.id;
END""",
    # Only outputs with text: the index holds no others, and would be called damaged if this view did.
    "CREATE VIEW output_texts AS SELECT id, text FROM outputs WHERE text <> ''",
    "CREATE VIRTUAL TABLE outputs_fts USING fts5 (text, content='output_texts', content_rowid='id', "
    "tokenize='unicode61 remove_diacritics 2')",
    """CREATE TRIGGER outputs_insert AFTER INSERT ON outputs WHEN new.text <> '' BEGIN
  INSERT INTO outputs_fts (rowid, text) VALUES (new.id, new.text);
END""",
    """CREATE TRIGGER outputs_update AFTER UPDATE OF text ON outputs WHEN new.text IS NOT old.text BEGIN
  INSERT INTO outputs_fts (outputs_fts, rowid, text) SELECT 'delete', old.id, old.text WHERE old.text <> '';
  INSERT INTO outputs_fts (rowid, text) SELECT new.id, new.text WHERE new.text <> '';
END""",
    """CREATE TRIGGER outputs_delete AFTER DELETE ON outputs WHEN old.text <> '' BEGIN
  INSERT INTO outputs_fts (outputs_fts, rowid, text) VALUES ('delete', old.id, old.text);
END""",
    # Contentless: their rows are the texts with a space around every character, which can be made again at any time.
    "CREATE VIRTUAL TABLE contents_cjk USING fts5 (text, content='', tokenize='unicode61')",
    "CREATE VIRTUAL TABLE outputs_cjk USING fts5 (text, content='', tokenize='unicode61')",
)

_VIEWS = (
    """CREATE VIEW version_list AS
  SELECT prompts.name AS prompt, versions.number, parents.number AS parent, versions.branched, versions.created_at,
    content_texts.text, contents.hash
  FROM versions
  JOIN prompts ON prompts.id = versions.prompt_id
  JOIN contents ON contents.id = versions.content_id
  JOIN content_texts ON content_texts.id = versions.content_id
  LEFT JOIN versions AS parents ON parents.id = versions.parent_id""",
    """CREATE VIEW run_list AS
  SELECT prompts.name AS prompt, runs.kind, runs.number, versions.number AS version, runs.started_at, runs.summary,
    runs.added, runs.removed, runs.verdict, runs.winner, runs.note, runs.uid
  FROM runs
  JOIN prompts ON prompts.id = runs.prompt_id
  JOIN versions ON versions.id = runs.version_id""",
    """CREATE VIEW output_list AS
  SELECT prompts.name AS prompt, runs.kind, runs.number AS run, lanes.position AS lane, versions.number AS version,
    lanes.model AS asked_model, outputs.model, lanes.params, value_bodies.body AS "values", outputs.sample,
    outputs.attempt, outputs.state, outputs.text, outputs.reasoning, outputs.error, outputs.input_tokens,
    outputs.output_tokens, outputs.cost_usd, outputs.ttft_ms, outputs.duration_ms, outputs.ended_at, outputs.uid
  FROM outputs
  JOIN runs ON runs.id = outputs.run_id
  JOIN prompts ON prompts.id = runs.prompt_id
  JOIN lanes ON lanes.run_id = outputs.run_id AND lanes.position = outputs.lane
  JOIN versions ON versions.id = lanes.version_id
  JOIN run_values ON run_values.run_id = outputs.run_id AND run_values.position = outputs.value_set
  JOIN value_bodies ON value_bodies.id = run_values.values_id""",
    """CREATE VIEW verdict_list AS
  SELECT prompts.name AS prompt, runs.number AS run, verdicts.kind, verdicts.blind, verdicts.created_at,
    lanes.position AS lane, lanes.model AS asked_model, verdict_outputs.shown, verdict_outputs.place,
    outputs.uid AS output,
    NOT EXISTS (SELECT 1 FROM verdicts AS later WHERE later.supersedes_id = verdicts.id) AS counts
  FROM verdicts
  JOIN prompts ON prompts.id = verdicts.prompt_id
  LEFT JOIN runs ON runs.id = verdicts.run_id
  LEFT JOIN verdict_outputs ON verdict_outputs.verdict_id = verdicts.id
  LEFT JOIN outputs ON outputs.id = verdict_outputs.output_id
  LEFT JOIN lanes ON lanes.run_id = outputs.run_id AND lanes.position = outputs.lane""",
)

STATEMENTS: tuple[str, ...] = (*_TABLES, *_INDEXES, *_SEARCH, *_VIEWS)
