PRAGMA application_id = 1347895880;
PRAGMA user_version = 1003;
CREATE TABLE "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
) STRICT;
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE TABLE meta (
  -- Small facts about this file: its own uid, the prompt last worked on.
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE prompts (
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
) STRICT;
CREATE TABLE drafts (
  -- JSON of what the editor holds: content, values, lanes, based_on. Replaced about once a second while typing.
  prompt_id INTEGER PRIMARY KEY REFERENCES prompts(id) ON DELETE CASCADE,
  body TEXT NOT NULL,
  saved_at TEXT NOT NULL
) STRICT;
CREATE TABLE contents (
  -- Shared by all prompts. body is the canonical JSON (RFC 8785) whose SHA-256 is hash; messages, and in later
  -- releases examples, tools and output format, are keys of it.
  id INTEGER PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  body TEXT NOT NULL
) STRICT;
CREATE TABLE versions (
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
) STRICT;
CREATE TABLE labels (
  -- Names that move from version to version, such as production.
  prompt_id INTEGER NOT NULL REFERENCES prompts(id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  version_id INTEGER NOT NULL REFERENCES versions(id) ON DELETE CASCADE,
  moved_at TEXT NOT NULL,
  PRIMARY KEY (prompt_id, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE endpoints (
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
) STRICT;
CREATE TABLE prices (
  -- Dollars per token that a person set by hand; they win over any catalogue.
  endpoint_uid TEXT NOT NULL,
  model TEXT NOT NULL,
  input REAL NOT NULL,
  output REAL NOT NULL,
  cached REAL,
  source TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (endpoint_uid, model)
) STRICT, WITHOUT ROWID;
CREATE TABLE value_bodies (
  -- Values of variables, as JSON in the order they were given, stored once however many runs used them.
  -- exact is the SHA-256 of body; hash is the same for the same values in any order, and says which outputs of
  -- different runs answered the same thing.
  id INTEGER PRIMARY KEY,
  exact TEXT NOT NULL UNIQUE,
  hash TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE TABLE runs (
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
) STRICT;
CREATE TABLE tags (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE run_tags (
  run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  tag_id INTEGER NOT NULL REFERENCES tags(id) ON DELETE CASCADE,
  PRIMARY KEY (run_id, tag_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE run_values (
  -- The value sets that a run went through, by position. set_uid is NULL for values that belong to no named set.
  run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  set_uid TEXT,
  name TEXT NOT NULL DEFAULT '',
  values_id INTEGER NOT NULL REFERENCES value_bodies(id),
  PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE lanes (
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
) STRICT, WITHOUT ROWID;
CREATE TABLE bodies (
  -- JSON of requests, stored once by SHA-256. No keys, no headers.
  id INTEGER PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  body TEXT NOT NULL
) STRICT;
CREATE TABLE outputs (
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
) STRICT;
CREATE TABLE in_flight (
  -- Outputs that have not ended, and the process that will end them. When that process is dead they are interrupted.
  run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  output_id INTEGER NOT NULL REFERENCES outputs(id) ON DELETE CASCADE,
  owner_uid TEXT NOT NULL,
  PRIMARY KEY (run_id, output_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE partials (
  -- Answers while they stream, some rows a second; no index, so that appending costs nothing. Emptied when a run ends.
  -- text, reasoning: a piece and its offset in characters; a smaller offset than before starts over from there.
  -- tool_call: the number of a call in its round, and JSON of its name, its id, and a piece of its arguments.
  -- rounds: how many steps came before, and a JSON list of those of rounds that are over. What follows begins anew.
  output_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  text TEXT NOT NULL
) STRICT;
CREATE TABLE steps (
  -- The steps of an output in which tools took part: text, reasoning, tool_call, tool_result, in order, as JSON that
  -- keeps the provider's opaque signatures. An output without rows here is its reasoning and then its text.
  output_id INTEGER NOT NULL REFERENCES outputs(id) ON DELETE CASCADE,
  seq INTEGER NOT NULL,
  kind TEXT NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (output_id, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE responses (
  -- Raw responses as JSON. Apart, so that they can be dropped to save space.
  output_id INTEGER PRIMARY KEY REFERENCES outputs(id) ON DELETE CASCADE,
  body TEXT NOT NULL
) STRICT;
CREATE TABLE blobs (
  -- Attachments by SHA-256; content, values and requests name them by hash.
  hash TEXT PRIMARY KEY,
  media_type TEXT NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE TABLE verdicts (
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
) STRICT;
CREATE TABLE verdict_outputs (
  -- Every output that was judged. shown is its place on the screen from 0, because people favour the left.
  -- place is 1 for the winner or for each of those tied, 2 for the rest, NULL when nothing was placed.
  verdict_id INTEGER NOT NULL REFERENCES verdicts(id) ON DELETE CASCADE,
  output_id INTEGER NOT NULL REFERENCES outputs(id) ON DELETE CASCADE,
  shown INTEGER NOT NULL,
  place INTEGER,
  PRIMARY KEY (verdict_id, output_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX versions_by_content ON versions (content_id);
CREATE INDEX value_bodies_by_hash ON value_bodies (hash);
CREATE INDEX runs_by_version ON runs (version_id);
CREATE INDEX lanes_by_version ON lanes (version_id);
CREATE INDEX verdicts_by_run ON verdicts (run_id, value_set);
CREATE INDEX verdicts_by_superseded ON verdicts (supersedes_id);
CREATE INDEX verdict_outputs_by_output ON verdict_outputs (output_id);
CREATE INDEX run_tags_by_tag ON run_tags (tag_id);
CREATE VIEW content_texts AS
  SELECT contents.id AS id,
    (SELECT group_concat(json_extract(value, '$.text'), char(10)) FROM json_each(contents.body, '$.messages')) AS text
  FROM contents;
CREATE VIEW version_list AS
  SELECT prompts.name AS prompt, versions.number, parents.number AS parent, versions.branched, versions.created_at,
    content_texts.text, contents.hash
  FROM versions
  JOIN prompts ON prompts.id = versions.prompt_id
  JOIN contents ON contents.id = versions.content_id
  JOIN content_texts ON content_texts.id = versions.content_id
  LEFT JOIN versions AS parents ON parents.id = versions.parent_id;
CREATE VIEW run_list AS
  SELECT prompts.name AS prompt, runs.kind, runs.number, versions.number AS version, runs.started_at, runs.summary,
    runs.added, runs.removed, runs.verdict, runs.winner, runs.note, runs.uid
  FROM runs
  JOIN prompts ON prompts.id = runs.prompt_id
  JOIN versions ON versions.id = runs.version_id;
CREATE VIEW output_list AS
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
  JOIN value_bodies ON value_bodies.id = run_values.values_id;
CREATE TABLE run_beside (
  -- Lanes that stood beside a run without being asked (baselines, hidden ones, those that were left out), each with
  -- what it had answered in an earlier run. A row is written with its run and never changed.
  run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  -- Among all lanes of then, those of the run included.
  place INTEGER NOT NULL,
  slot TEXT NOT NULL,
  from_run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  hidden INTEGER NOT NULL,
  baseline INTEGER NOT NULL,
  PRIMARY KEY (run_id, place),
  UNIQUE (run_id, slot)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_beside_by_origin ON run_beside (from_run_id);
CREATE VIEW verdict_list AS
  SELECT prompts.name AS prompt, runs.number AS run, verdicts.kind, verdicts.blind, verdicts.created_at,
    origins.number AS output_run, lanes.position AS lane, lanes.model AS asked_model, verdict_outputs.shown,
    verdict_outputs.place, outputs.uid AS output,
    NOT EXISTS (SELECT 1 FROM verdicts AS later WHERE later.supersedes_id = verdicts.id) AS counts
  FROM verdicts
  JOIN prompts ON prompts.id = verdicts.prompt_id
  LEFT JOIN runs ON runs.id = verdicts.run_id
  LEFT JOIN verdict_outputs ON verdict_outputs.verdict_id = verdicts.id
  LEFT JOIN outputs ON outputs.id = verdict_outputs.output_id
  LEFT JOIN runs AS origins ON origins.id = outputs.run_id
  LEFT JOIN lanes ON lanes.run_id = outputs.run_id AND lanes.position = outputs.lane;
CREATE TABLE run_rows (
  -- What the history shows of a run, counted when it ended, so that no row of it counts answers.
  -- place grows with time: it is the id of the run's first document.
  place INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL UNIQUE,
  started_at TEXT NOT NULL,
  -- 1 when an earlier place has a later time: the clock was set back. Whoever brings old runs in orders places anew.
  misplaced INTEGER NOT NULL DEFAULT 0,
  archived INTEGER NOT NULL DEFAULT 0,
  -- Over all attempts; NULL when nothing is known. unpriced are finished answers whose cost is unknown.
  cost_usd REAL,
  unpriced INTEGER NOT NULL DEFAULT 0,
  tokens INTEGER,
  -- The longest of the answers that count, which are the newest attempts.
  longest_ms INTEGER,
  answers INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  interrupted INTEGER NOT NULL DEFAULT 0,
  stopped INTEGER NOT NULL DEFAULT 0,
  cut INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE run_docs (
  -- The documents of run_search. Those of one run have ids in a row, in the order of its value sets.
  id INTEGER PRIMARY KEY,
  place INTEGER NOT NULL,
  value_set INTEGER NOT NULL
) STRICT;
CREATE TABLE search_names (
  -- Models with names of lanes, and codes of errors, each once. run_search holds their ids; searches look here first.
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  UNIQUE (kind, name)
) STRICT;
CREATE TABLE unindexed (
  -- Runs whose documents are not up to date, and the value set to go on with. Triggers fill it, whoever writes; the
  -- program empties it, when nothing of the run is in flight.
  run_id INTEGER PRIMARY KEY,
  next_set INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX run_docs_by_place ON run_docs (place, value_set);
CREATE INDEX run_rows_by_time ON run_rows (started_at) WHERE misplaced = 0;
CREATE INDEX run_rows_misplaced ON run_rows (place) WHERE misplaced = 1;
CREATE VIRTUAL TABLE run_search USING fts5 (text, facts, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 2');
CREATE TABLE saved_searches (
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE,
  -- In the language of the search field, as it was typed.
  query TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
CREATE TABLE origins (
  -- What was imported, so that importing it again changes nothing.
  id INTEGER PRIMARY KEY,
  -- Whose thing it is: llm, promptfoo. A thing of another workbench keeps its uid and needs no row.
  kind TEXT NOT NULL,
  -- The name of the thing in the place that it is from, unique within its kind.
  foreign_id TEXT NOT NULL,
  -- Which of our things it became: prompt, run, output; and its uid.
  thing TEXT NOT NULL,
  uid TEXT NOT NULL,
  -- The file that it was read from, for people.
  source TEXT NOT NULL,
  -- JSON of what was known there and has no place here, "" for nothing: of an output how it was graded.
  extra TEXT NOT NULL DEFAULT '',
  imported_at TEXT NOT NULL,
  UNIQUE (kind, foreign_id, thing)
) STRICT;
CREATE INDEX origins_by_uid ON origins (uid);
CREATE VIEW grade_list AS
  SELECT prompts.name AS prompt, runs.kind, runs.number AS run, lanes.position AS lane, lanes.model AS asked_model,
    value_bodies.body AS "values", json_extract(extra, '$.pass') AS pass, json_extract(extra, '$.score') AS score,
    json_extract(extra, '$.reason') AS reason, origins.kind AS graded_by, outputs.uid AS output
  FROM origins
  JOIN outputs ON outputs.uid = origins.uid
  JOIN runs ON runs.id = outputs.run_id
  JOIN prompts ON prompts.id = runs.prompt_id
  JOIN lanes ON lanes.run_id = outputs.run_id AND lanes.position = outputs.lane
  JOIN run_values ON run_values.run_id = outputs.run_id AND run_values.position = outputs.value_set
  JOIN value_bodies ON value_bodies.id = run_values.values_id
  WHERE origins.thing = 'output' AND origins.extra <> '';
CREATE TABLE cases (
  -- Values of a prompt with the checks that its answers are held to, by position from 0.
  id INTEGER PRIMARY KEY,
  -- Unique within a prompt only: a pack may be brought in twice, as two prompts.
  uid TEXT NOT NULL,
  prompt_id INTEGER NOT NULL REFERENCES prompts(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  name TEXT NOT NULL DEFAULT '',
  values_id INTEGER NOT NULL REFERENCES value_bodies(id),
  -- JSON list of assertions as promptfoo writes them; what this release does not know is kept as it came.
  checks TEXT NOT NULL DEFAULT '[]',
  -- The score from which it passes; NULL when every check has to.
  threshold REAL,
  metadata TEXT NOT NULL DEFAULT '{}',
  -- JSON object of all other keys.
  rest TEXT NOT NULL DEFAULT '{}',
  UNIQUE (prompt_id, uid)
) STRICT;
CREATE TABLE packs (
  -- What is said of a pack and what is in it, by its uid, so that exporting it again asks and changes nothing.
  uid TEXT PRIMARY KEY,
  -- JSON: name, description, licence, author; of each prompt its uid, the names of its files, its versions by hash.
  body TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE version_techniques (
  -- Which techniques of the palette a version uses, as far as anybody knows. No part of its content or its hash: the
  -- same text is the same version. That it has examples, an output format or tools, its content tells.
  version_id INTEGER NOT NULL REFERENCES versions(id) ON DELETE CASCADE,
  -- The name of its file without the number that orders the list; a person's own ones begin with own:
  technique TEXT NOT NULL,
  -- What people called it then.
  name TEXT NOT NULL,
  -- The pieces of text that inserting it brought, a line each: a later version has it too while one of them stands
  -- there. '' when a person said it, which later versions inherit as it is.
  brought TEXT NOT NULL,
  -- 0: a person said that the version does not use it.
  used INTEGER NOT NULL,
  PRIMARY KEY (version_id, technique)
) STRICT, WITHOUT ROWID;
CREATE TABLE last_numbers (
  -- The highest numbers of what was deleted for good, so that none is given a second time. kind is that of a run, or
  -- version.
  prompt_id INTEGER NOT NULL REFERENCES prompts(id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (prompt_id, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX runs_hidden ON runs (
  -- archived holds bits from here on: 1 put away, 2 deleted, 4 deleted with its prompt; that of prompts 1 and 2. An
  -- older release sees all of them as put away. Undoing takes bits back, so that it tells exactly what was before.
  id
) WHERE archived >= 2;
CREATE TRIGGER run_values_insert AFTER INSERT ON run_values BEGIN
  INSERT INTO run_rows (place, run_id, started_at, misplaced, archived)
    SELECT coalesce((SELECT max(id) FROM run_docs), 0) + 1, id, started_at,
      started_at < coalesce((SELECT max(started_at) FROM run_rows WHERE misplaced = 0), ''), archived
    FROM runs WHERE id = new.run_id AND id NOT IN (SELECT run_id FROM run_rows);
  INSERT INTO run_docs (id, place, value_set)
    SELECT coalesce((SELECT max(id) FROM run_docs), 0) + 1, place, new.position
    FROM run_rows WHERE run_id = new.run_id;
  INSERT OR REPLACE INTO unindexed (run_id) VALUES (new.run_id);
END;
CREATE TRIGGER runs_update AFTER UPDATE ON runs
WHEN new.note IS NOT old.note OR new.verdict IS NOT old.verdict OR new.starred IS NOT old.starred
  OR new.archived IS NOT old.archived OR new.blind IS NOT old.blind OR new.kind IS NOT old.kind
  OR new.prompt_id IS NOT old.prompt_id OR new.version_id IS NOT old.version_id BEGIN
  UPDATE run_rows SET archived = new.archived WHERE run_id = new.id;
  INSERT OR REPLACE INTO unindexed (run_id) VALUES (new.id);
END;
CREATE TRIGGER runs_delete BEFORE DELETE ON runs BEGIN
  DELETE FROM run_search WHERE rowid IN
    (SELECT id FROM run_docs WHERE place = (SELECT place FROM run_rows WHERE run_id = old.id));
  DELETE FROM run_docs WHERE place = (SELECT place FROM run_rows WHERE run_id = old.id);
  DELETE FROM run_rows WHERE run_id = old.id;
END;
CREATE TRIGGER runs_deleted AFTER DELETE ON runs BEGIN DELETE FROM unindexed WHERE run_id = old.id; END;
CREATE TRIGGER outputs_insert AFTER INSERT ON outputs BEGIN
  INSERT OR REPLACE INTO unindexed (run_id) VALUES (new.run_id);
END;
CREATE TRIGGER outputs_update AFTER UPDATE ON outputs BEGIN
  INSERT OR REPLACE INTO unindexed (run_id) VALUES (new.run_id);
END;
CREATE TRIGGER outputs_delete AFTER DELETE ON outputs BEGIN
  INSERT OR REPLACE INTO unindexed (run_id) SELECT id FROM runs WHERE id = old.run_id;
END;
CREATE TRIGGER run_tags_insert AFTER INSERT ON run_tags BEGIN
  INSERT OR REPLACE INTO unindexed (run_id) VALUES (new.run_id);
END;
CREATE TRIGGER run_tags_delete AFTER DELETE ON run_tags BEGIN
  INSERT OR REPLACE INTO unindexed (run_id) SELECT id FROM runs WHERE id = old.run_id;
END;
CREATE TRIGGER versions_update AFTER UPDATE OF note ON versions WHEN new.note IS NOT old.note BEGIN
  INSERT OR REPLACE INTO unindexed (run_id) SELECT run_id FROM lanes WHERE version_id = new.id;
END;
