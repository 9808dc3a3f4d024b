"""The schema of format 1.3, from which existing files are upgraded, and the changes since.

Invariant: SCHEMA is never edited: a file that claims format 1.3 is compared with it before anything in it is read or
changed. `tables` explains what the tables mean. This module and `bridge` are removed with the first release.
"""

from __future__ import annotations

FORMAT = 1003

SCHEMA: tuple[str, ...] = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
    """CREATE TABLE prompts (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, name TEXT NOT NULL, iterations INTEGER
  NOT NULL DEFAULT 0, archived INTEGER NOT NULL DEFAULT 0, starred INTEGER NOT NULL DEFAULT 0, note TEXT NOT NULL
  DEFAULT '', created_at TEXT NOT NULL, updated_at TEXT NOT NULL) STRICT""",
    """CREATE TABLE drafts (prompt_id INTEGER PRIMARY KEY REFERENCES prompts(id) ON DELETE CASCADE, body TEXT NOT NULL,
  saved_at TEXT NOT NULL) STRICT""",
    "CREATE TABLE contents (id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, body TEXT NOT NULL) STRICT",
    """CREATE TABLE versions (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, prompt_id INTEGER NOT NULL REFERENCES
  prompts(id) ON DELETE CASCADE, number INTEGER NOT NULL, content_id INTEGER NOT NULL REFERENCES contents(id),
  parent_id INTEGER REFERENCES versions(id) ON DELETE SET NULL, branched INTEGER NOT NULL DEFAULT 0, note TEXT NOT
  NULL DEFAULT '', created_at TEXT NOT NULL, UNIQUE (prompt_id, number), UNIQUE (prompt_id, content_id)) STRICT""",
    """CREATE TABLE labels (prompt_id INTEGER NOT NULL REFERENCES prompts(id) ON DELETE CASCADE, name TEXT NOT NULL,
  version_id INTEGER NOT NULL REFERENCES versions(id) ON DELETE CASCADE, moved_at TEXT NOT NULL, PRIMARY KEY
  (prompt_id, name)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE endpoints (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, name TEXT NOT NULL,
  base_url TEXT NOT NULL DEFAULT '', headers TEXT NOT NULL DEFAULT '[]', secret_headers TEXT NOT NULL DEFAULT
  '[]', needs_key INTEGER NOT NULL DEFAULT 0, path TEXT NOT NULL DEFAULT '', adapter TEXT NOT NULL DEFAULT '',
  archived INTEGER NOT NULL DEFAULT 0, updated_at TEXT NOT NULL) STRICT""",
    """CREATE TABLE prices (endpoint_uid TEXT NOT NULL, model TEXT NOT NULL, input REAL NOT NULL, output REAL NOT NULL,
  cached REAL, source TEXT NOT NULL, updated_at TEXT NOT NULL, PRIMARY KEY (endpoint_uid, model)) STRICT, WITHOUT
  ROWID""",
    """CREATE TABLE value_bodies (id INTEGER PRIMARY KEY, exact TEXT NOT NULL UNIQUE, hash TEXT NOT NULL, body TEXT NOT
  NULL) STRICT""",
    """CREATE TABLE runs (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, prompt_id INTEGER NOT NULL REFERENCES
  prompts(id) ON DELETE CASCADE, kind TEXT NOT NULL, number INTEGER NOT NULL, version_id INTEGER NOT NULL
  REFERENCES versions(id), based_on_id INTEGER REFERENCES versions(id) ON DELETE SET NULL, owner_uid TEXT NOT
  NULL, started_at TEXT NOT NULL, summary TEXT NOT NULL DEFAULT '', added INTEGER NOT NULL DEFAULT 0, removed
  INTEGER NOT NULL DEFAULT 0, verdict TEXT NOT NULL DEFAULT 'none', winner TEXT NOT NULL DEFAULT '', note TEXT NOT
  NULL DEFAULT '', starred INTEGER NOT NULL DEFAULT 0, archived INTEGER NOT NULL DEFAULT 0, blind INTEGER NOT NULL
  DEFAULT 0, UNIQUE (prompt_id, kind, number)) STRICT""",
    "CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT",
    """CREATE TABLE run_tags (run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE, tag_id INTEGER NOT NULL
  REFERENCES tags(id) ON DELETE CASCADE, PRIMARY KEY (run_id, tag_id)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE run_values (run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE, position INTEGER NOT
  NULL, set_uid TEXT, name TEXT NOT NULL DEFAULT '', values_id INTEGER NOT NULL REFERENCES value_bodies(id), PRIMARY KEY
  (run_id, position)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE lanes (run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE, position INTEGER NOT NULL, uid
  TEXT NOT NULL UNIQUE, slot TEXT NOT NULL, label TEXT NOT NULL DEFAULT '', endpoint_uid TEXT NOT NULL, model TEXT
  NOT NULL, params TEXT NOT NULL DEFAULT '{}', version_id INTEGER NOT NULL REFERENCES versions(id), pinned INTEGER
  NOT NULL, PRIMARY KEY (run_id, position)) STRICT, WITHOUT ROWID""",
    "CREATE TABLE bodies (id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, body TEXT NOT NULL) STRICT",
    """CREATE TABLE outputs (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, run_id INTEGER NOT NULL REFERENCES
  runs(id) ON DELETE CASCADE, lane INTEGER NOT NULL, value_set INTEGER NOT NULL, sample INTEGER NOT NULL, attempt
  INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'waiting', created_at TEXT NOT NULL, ended_at TEXT, starred
  INTEGER NOT NULL DEFAULT 0, model TEXT NOT NULL DEFAULT '', finish_reason TEXT NOT NULL DEFAULT '', input_tokens
  INTEGER, output_tokens INTEGER, cached_tokens INTEGER, reasoning_tokens INTEGER, usage_source TEXT NOT NULL
  DEFAULT 'provider', cost_usd REAL, rate_input REAL, rate_output REAL, rate_cached REAL, rate_source TEXT,
  queued_ms INTEGER, sent_ms INTEGER, first_ms INTEGER, end_ms INTEGER, ttft_ms INTEGER, duration_ms INTEGER,
  error_code TEXT, error TEXT, error_detail TEXT, request_id INTEGER REFERENCES bodies(id), request_messages_id
  INTEGER REFERENCES bodies(id), marks TEXT NOT NULL DEFAULT '[]', reasoning TEXT NOT NULL DEFAULT '', text TEXT
  NOT NULL DEFAULT '', UNIQUE (run_id, lane, value_set, sample, attempt), FOREIGN KEY (run_id, lane) REFERENCES
  lanes(run_id, position) ON DELETE CASCADE, FOREIGN KEY (run_id, value_set) REFERENCES run_values(run_id,
  position) ON DELETE CASCADE) STRICT""",
    """CREATE TABLE in_flight (run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE, output_id INTEGER NOT NULL
  REFERENCES outputs(id) ON DELETE CASCADE, owner_uid TEXT NOT NULL, PRIMARY KEY (run_id, output_id)) STRICT,
  WITHOUT ROWID""",
    """CREATE TABLE partials (output_id INTEGER NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL, text TEXT NOT NULL)
  STRICT""",
    """CREATE TABLE steps (output_id INTEGER NOT NULL REFERENCES outputs(id) ON DELETE CASCADE, seq INTEGER NOT NULL,
  kind TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (output_id, seq)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE responses (output_id INTEGER PRIMARY KEY REFERENCES outputs(id) ON DELETE CASCADE, body TEXT NOT
  NULL) STRICT""",
    "CREATE TABLE blobs (hash TEXT PRIMARY KEY, media_type TEXT NOT NULL, body BLOB NOT NULL) STRICT",
    """CREATE TABLE verdicts (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, prompt_id INTEGER NOT NULL REFERENCES
  prompts(id) ON DELETE CASCADE, run_id INTEGER REFERENCES runs(id) ON DELETE CASCADE, value_set INTEGER, kind
  TEXT NOT NULL, blind INTEGER NOT NULL DEFAULT 0, supersedes_id INTEGER REFERENCES verdicts(id) ON DELETE SET
  NULL, created_at TEXT NOT NULL, FOREIGN KEY (run_id, value_set) REFERENCES run_values(run_id, position) ON
  DELETE CASCADE) STRICT""",
    """CREATE TABLE verdict_outputs (verdict_id INTEGER NOT NULL REFERENCES verdicts(id) ON DELETE CASCADE, output_id
  INTEGER NOT NULL REFERENCES outputs(id) ON DELETE CASCADE, shown INTEGER NOT NULL, place INTEGER, PRIMARY KEY
  (verdict_id, output_id)) STRICT, WITHOUT ROWID""",
    "CREATE INDEX versions_by_content ON versions (content_id)",
    "CREATE INDEX value_bodies_by_hash ON value_bodies (hash)",
    "CREATE INDEX runs_by_version ON runs (version_id)",
    "CREATE INDEX lanes_by_version ON lanes (version_id)",
    "CREATE INDEX verdicts_by_run ON verdicts (run_id, value_set)",
    "CREATE INDEX verdicts_by_superseded ON verdicts (supersedes_id)",
    "CREATE INDEX verdict_outputs_by_output ON verdict_outputs (output_id)",
    "CREATE INDEX run_tags_by_tag ON run_tags (tag_id)",
    """CREATE VIEW content_texts AS SELECT contents.id AS id, (SELECT group_concat(json_extract(value, '$.text'),
  char(10)) FROM json_each(contents.body, '$.messages')) AS text FROM contents""",
    """CREATE VIEW version_list AS SELECT prompts.name AS prompt, versions.number, parents.number AS parent,
  versions.branched, versions.created_at, content_texts.text, contents.hash FROM versions JOIN prompts ON
  prompts.id = versions.prompt_id JOIN contents ON contents.id = versions.content_id JOIN content_texts ON
  content_texts.id = versions.content_id LEFT JOIN versions AS parents ON parents.id = versions.parent_id""",
    """CREATE VIEW run_list AS SELECT prompts.name AS prompt, runs.kind, runs.number, versions.number AS version,
  runs.started_at, runs.summary, runs.added, runs.removed, runs.verdict, runs.winner, runs.note, runs.uid FROM
  runs JOIN prompts ON prompts.id = runs.prompt_id JOIN versions ON versions.id = runs.version_id""",
    """CREATE VIEW output_list AS SELECT prompts.name AS prompt, runs.kind, runs.number AS run, lanes.position AS lane,
  versions.number AS version, lanes.model AS asked_model, outputs.model, lanes.params, value_bodies.body AS
  "values", outputs.sample, outputs.attempt, outputs.state, outputs.text, outputs.reasoning, outputs.error,
  outputs.input_tokens, outputs.output_tokens, outputs.cost_usd, outputs.ttft_ms, outputs.duration_ms,
  outputs.ended_at, outputs.uid FROM outputs JOIN runs ON runs.id = outputs.run_id JOIN prompts ON prompts.id =
  runs.prompt_id JOIN lanes ON lanes.run_id = outputs.run_id AND lanes.position = outputs.lane JOIN versions ON
  versions.id = lanes.version_id JOIN run_values ON run_values.run_id = outputs.run_id AND run_values.position =
  outputs.value_set JOIN value_bodies ON value_bodies.id = run_values.values_id""",
    """CREATE TABLE run_beside (run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE, place INTEGER NOT NULL,
  slot TEXT NOT NULL, from_run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE, hidden INTEGER NOT NULL,
  baseline INTEGER NOT NULL, PRIMARY KEY (run_id, place), UNIQUE (run_id, slot)) STRICT, WITHOUT ROWID""",
    "CREATE INDEX run_beside_by_origin ON run_beside (from_run_id)",
    """CREATE VIEW verdict_list AS SELECT prompts.name AS prompt, runs.number AS run, verdicts.kind, verdicts.blind,
  verdicts.created_at, origins.number AS output_run, lanes.position AS lane, lanes.model AS asked_model,
  verdict_outputs.shown, verdict_outputs.place, outputs.uid AS output, NOT EXISTS (SELECT 1 FROM verdicts AS later
  WHERE later.supersedes_id = verdicts.id) AS counts FROM verdicts JOIN prompts ON prompts.id = verdicts.prompt_id
  LEFT JOIN runs ON runs.id = verdicts.run_id LEFT JOIN verdict_outputs ON verdict_outputs.verdict_id =
  verdicts.id LEFT JOIN outputs ON outputs.id = verdict_outputs.output_id LEFT JOIN runs AS origins ON origins.id
  = outputs.run_id LEFT JOIN lanes ON lanes.run_id = outputs.run_id AND lanes.position = outputs.lane""",
    """CREATE TABLE run_rows (place INTEGER PRIMARY KEY, run_id INTEGER NOT NULL UNIQUE, started_at TEXT NOT NULL,
  misplaced INTEGER NOT NULL DEFAULT 0, archived INTEGER NOT NULL DEFAULT 0, cost_usd REAL, unpriced INTEGER NOT
  NULL DEFAULT 0, tokens INTEGER, longest_ms INTEGER, answers INTEGER NOT NULL DEFAULT 0, failed INTEGER NOT NULL
  DEFAULT 0, interrupted INTEGER NOT NULL DEFAULT 0, stopped INTEGER NOT NULL DEFAULT 0, cut INTEGER NOT NULL
  DEFAULT 0) STRICT""",
    "CREATE TABLE run_docs (id INTEGER PRIMARY KEY, place INTEGER NOT NULL, value_set INTEGER NOT NULL) STRICT",
    """CREATE TABLE search_names (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (kind, name))
  STRICT""",
    "CREATE TABLE unindexed (run_id INTEGER PRIMARY KEY, next_set INTEGER NOT NULL DEFAULT 0) STRICT",
    "CREATE INDEX run_docs_by_place ON run_docs (place, value_set)",
    "CREATE INDEX run_rows_by_time ON run_rows (started_at) WHERE misplaced = 0",
    "CREATE INDEX run_rows_misplaced ON run_rows (place) WHERE misplaced = 1",
    "CREATE VIRTUAL TABLE run_search USING fts5 (text, facts, content='', contentless_delete=1,"
    " tokenize='unicode61 remove_diacritics 2')",
    """CREATE TABLE saved_searches (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, name TEXT NOT NULL UNIQUE, query
  TEXT NOT NULL, created_at TEXT NOT NULL) STRICT""",
    """CREATE TABLE origins (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, foreign_id TEXT NOT NULL, thing TEXT NOT NULL,
  uid TEXT NOT NULL, source TEXT NOT NULL, extra TEXT NOT NULL DEFAULT '', imported_at TEXT NOT NULL, UNIQUE
  (kind, foreign_id, thing)) STRICT""",
    "CREATE INDEX origins_by_uid ON origins (uid)",
    """CREATE VIEW grade_list AS SELECT prompts.name AS prompt, runs.kind, runs.number AS run, lanes.position AS lane,
  lanes.model AS asked_model, value_bodies.body AS "values", json_extract(extra, '$.pass') AS pass,
  json_extract(extra, '$.score') AS score, json_extract(extra, '$.reason') AS reason, origins.kind AS graded_by,
  outputs.uid AS output FROM origins JOIN outputs ON outputs.uid = origins.uid JOIN runs ON runs.id =
  outputs.run_id JOIN prompts ON prompts.id = runs.prompt_id JOIN lanes ON lanes.run_id = outputs.run_id AND
  lanes.position = outputs.lane JOIN run_values ON run_values.run_id = outputs.run_id AND run_values.position =
  outputs.value_set JOIN value_bodies ON value_bodies.id = run_values.values_id WHERE origins.thing = 'output' AND
  origins.extra <> ''""",
    """CREATE TABLE cases (id INTEGER PRIMARY KEY, uid TEXT NOT NULL, prompt_id INTEGER NOT NULL REFERENCES prompts(id)
  ON DELETE CASCADE, position INTEGER NOT NULL, name TEXT NOT NULL DEFAULT '', values_id INTEGER NOT NULL
  REFERENCES value_bodies(id), checks TEXT NOT NULL DEFAULT '[]', threshold REAL, metadata TEXT NOT NULL DEFAULT
  '{}', rest TEXT NOT NULL DEFAULT '{}', UNIQUE (prompt_id, uid)) STRICT""",
    "CREATE TABLE packs (uid TEXT PRIMARY KEY, body TEXT NOT NULL, updated_at TEXT NOT NULL) STRICT, WITHOUT ROWID",
    """CREATE TABLE version_techniques (version_id INTEGER NOT NULL REFERENCES versions(id) ON DELETE CASCADE, technique
  TEXT NOT NULL, name TEXT NOT NULL, brought TEXT NOT NULL, used INTEGER NOT NULL, PRIMARY KEY (version_id,
  technique)) STRICT, WITHOUT ROWID""",
    """CREATE TABLE last_numbers (prompt_id INTEGER NOT NULL REFERENCES prompts(id) ON DELETE CASCADE, kind TEXT NOT
  NULL, number INTEGER NOT NULL, PRIMARY KEY (prompt_id, kind)) STRICT, WITHOUT ROWID""",
    "CREATE INDEX runs_hidden ON runs (id) WHERE archived >= 2",
    """CREATE TRIGGER run_values_insert AFTER INSERT ON run_values BEGIN INSERT INTO run_rows (place, run_id,
  started_at, misplaced, archived) SELECT coalesce((SELECT max(id) FROM run_docs), 0) + 1, id, started_at, started_at <
  coalesce((SELECT max(started_at) FROM run_rows WHERE misplaced = 0), ''), archived FROM runs WHERE id =
  new.run_id AND id NOT IN (SELECT run_id FROM run_rows); INSERT INTO run_docs (id, place, value_set) SELECT
  coalesce((SELECT max(id) FROM run_docs), 0) + 1, place, new.position FROM run_rows WHERE run_id = new.run_id;
  INSERT OR REPLACE INTO unindexed (run_id) VALUES (new.run_id); END""",
    """CREATE TRIGGER runs_update AFTER UPDATE ON runs WHEN new.note IS NOT old.note OR new.verdict IS NOT old.verdict
  OR new.starred IS NOT old.starred OR new.archived IS NOT old.archived OR new.blind IS NOT old.blind OR new.kind IS
  NOT old.kind OR new.prompt_id IS NOT old.prompt_id OR new.version_id IS NOT old.version_id BEGIN UPDATE run_rows
  SET archived = new.archived WHERE run_id = new.id; INSERT OR REPLACE INTO unindexed (run_id) VALUES (new.id);
  END""",
    """CREATE TRIGGER runs_delete BEFORE DELETE ON runs BEGIN DELETE FROM run_search WHERE rowid IN (SELECT id FROM
  run_docs WHERE place = (SELECT place FROM run_rows WHERE run_id = old.id)); DELETE FROM run_docs WHERE place =
  (SELECT place FROM run_rows WHERE run_id = old.id); DELETE FROM run_rows WHERE run_id = old.id; END""",
    "CREATE TRIGGER runs_deleted AFTER DELETE ON runs BEGIN DELETE FROM unindexed WHERE run_id = old.id; END",
    """CREATE TRIGGER outputs_insert AFTER INSERT ON outputs BEGIN INSERT OR REPLACE INTO unindexed (run_id) VALUES
  (new.run_id); END""",
    """CREATE TRIGGER outputs_update AFTER UPDATE ON outputs BEGIN INSERT OR REPLACE INTO unindexed (run_id) VALUES
  (new.run_id); END""",
    """CREATE TRIGGER outputs_delete AFTER DELETE ON outputs BEGIN INSERT OR REPLACE INTO unindexed (run_id) SELECT id
  FROM runs WHERE id = old.run_id; END""",
    """CREATE TRIGGER run_tags_insert AFTER INSERT ON run_tags BEGIN INSERT OR REPLACE INTO unindexed (run_id) VALUES
  (new.run_id); END""",
    """CREATE TRIGGER run_tags_delete AFTER DELETE ON run_tags BEGIN INSERT OR REPLACE INTO unindexed (run_id) SELECT id
  FROM runs WHERE id = old.run_id; END""",
    """CREATE TRIGGER versions_update AFTER UPDATE OF note ON versions WHEN new.note IS NOT old.note BEGIN INSERT OR
  REPLACE INTO unindexed (run_id) SELECT run_id FROM lanes WHERE version_id = new.id; END""",
)

CHANGES: tuple[tuple[int, tuple[str, ...]], ...] = (
    (
        1004,
        (
            "ALTER TABLE endpoints ADD COLUMN provider TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE endpoints ADD COLUMN settings TEXT NOT NULL DEFAULT '{}'",
            "ALTER TABLE outputs ADD COLUMN billing TEXT NOT NULL DEFAULT ''",
        ),
    ),
    # The baseline: the same tables and columns, with comments.
    (1005, ()),
    # Test runs.
    (
        1006,
        (
            "ALTER TABLE cases ADD COLUMN expectation TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE cases ADD COLUMN tags TEXT NOT NULL DEFAULT '[]'",
            "ALTER TABLE cases ADD COLUMN cluster TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE cases ADD COLUMN notes TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE cases ADD COLUMN held_out INTEGER NOT NULL DEFAULT 0",
            "ALTER TABLE cases ADD COLUMN used_at TEXT",
            "ALTER TABLE in_flight ADD COLUMN identity TEXT NOT NULL DEFAULT ''",
            """CREATE TABLE suite_settings (prompt_id INTEGER PRIMARY KEY REFERENCES prompts(id) ON DELETE CASCADE,
  body TEXT NOT NULL, updated_at TEXT NOT NULL) STRICT""",
            """CREATE TABLE test_runs (run_id INTEGER PRIMARY KEY REFERENCES runs(id) ON DELETE CASCADE, round INTEGER
  NOT NULL, samples INTEGER NOT NULL, set_name TEXT NOT NULL, baseline INTEGER NOT NULL DEFAULT 0,
  budget TEXT NOT NULL DEFAULT '{}', probe TEXT NOT NULL DEFAULT '') STRICT""",
            "CREATE TABLE case_bodies (id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, body TEXT NOT NULL) STRICT",
            """CREATE TABLE run_cases (run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE, position INTEGER
  NOT NULL, case_body_id INTEGER NOT NULL REFERENCES case_bodies(id), PRIMARY KEY (run_id, position))
  STRICT, WITHOUT ROWID""",
            """CREATE TABLE run_cells (run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE, case_position
  INTEGER NOT NULL, lane INTEGER NOT NULL, sample INTEGER NOT NULL, output_id INTEGER NOT NULL
  REFERENCES outputs(id) ON DELETE CASCADE, identity TEXT NOT NULL, state TEXT NOT NULL, cost_usd REAL,
  duration_ms INTEGER, text_hash INTEGER, PRIMARY KEY (run_id, case_position, lane, sample)) STRICT,
  WITHOUT ROWID""",
            "CREATE INDEX run_cells_by_identity ON run_cells (identity)",
            "CREATE INDEX run_cells_by_output ON run_cells (output_id)",
            "CREATE TABLE check_bodies (id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, body TEXT NOT NULL) STRICT",
            """CREATE TABLE scorings (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, run_id INTEGER NOT NULL
  REFERENCES runs(id) ON DELETE CASCADE, created_at TEXT NOT NULL, threshold REAL, checks TEXT NOT NULL
  DEFAULT '[]') STRICT""",
            "CREATE INDEX scorings_by_run ON scorings (run_id)",
            """CREATE TABLE cell_scores (scoring_id INTEGER NOT NULL REFERENCES scorings(id) ON DELETE CASCADE,
  case_position INTEGER NOT NULL, lane INTEGER NOT NULL, sample INTEGER NOT NULL, output_id INTEGER NOT
  NULL REFERENCES outputs(id) ON DELETE CASCADE, state TEXT NOT NULL, score REAL, overruled INTEGER NOT
  NULL DEFAULT 0, threshold TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT '', PRIMARY KEY
  (scoring_id, case_position, lane, sample)) STRICT, WITHOUT ROWID""",
            "CREATE INDEX cell_scores_by_output ON cell_scores (output_id)",
            """CREATE TABLE check_results (scoring_id INTEGER NOT NULL, case_position INTEGER NOT NULL, lane INTEGER
  NOT NULL, sample INTEGER NOT NULL, seq INTEGER NOT NULL, check_id INTEGER NOT NULL REFERENCES
  check_bodies(id), state TEXT NOT NULL, score REAL, reason TEXT NOT NULL DEFAULT '', detail TEXT NOT
  NULL DEFAULT '', PRIMARY KEY (scoring_id, case_position, lane, sample, seq), FOREIGN KEY (scoring_id,
  case_position, lane, sample) REFERENCES cell_scores(scoring_id, case_position, lane, sample) ON DELETE
  CASCADE) STRICT, WITHOUT ROWID""",
            """CREATE TABLE overrules (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, output_id INTEGER NOT NULL
  REFERENCES outputs(id) ON DELETE CASCADE, check_hash TEXT NOT NULL, state TEXT NOT NULL, note TEXT NOT
  NULL DEFAULT '', created_at TEXT NOT NULL, supersedes_id INTEGER REFERENCES overrules(id) ON DELETE
  SET NULL) STRICT""",
            "CREATE INDEX overrules_by_output ON overrules (output_id, check_hash)",
            "CREATE INDEX overrules_by_superseded ON overrules (supersedes_id)",
            # Names of value sets become index terms, for the filter case:NAME.
            "INSERT OR REPLACE INTO unindexed (run_id) SELECT DISTINCT run_id FROM run_values WHERE name <> ''",
            """CREATE VIEW test_list AS SELECT prompts.name AS prompt, runs.number AS test, runs.started_at,
  test_runs.round, test_runs.set_name, (SELECT count(*) FROM run_cases WHERE run_cases.run_id = runs.id)
  AS cases, (SELECT count(*) FROM lanes WHERE lanes.run_id = runs.id) AS columns, test_runs.samples,
  (SELECT count(*) FROM run_cells WHERE run_cells.run_id = runs.id) AS recorded, (SELECT count(*) FROM
  scorings WHERE scorings.run_id = runs.id) AS scorings, runs.uid FROM test_runs JOIN runs ON runs.id =
  test_runs.run_id JOIN prompts ON prompts.id = runs.prompt_id""",
            """CREATE VIEW cell_list AS SELECT prompts.name AS prompt, runs.number AS test, run_cells.case_position AS
  "case", run_values.name AS case_name, value_bodies.body AS "values", run_cells.lane, versions.number
  AS version, lanes.model AS asked_model, run_cells.sample, run_cells.state AS answer, cell_scores.state
  AS result, cell_scores.score, cell_scores.reason, cell_scores.overruled, outputs.run_id <>
  run_cells.run_id AS reused, run_cells.cost_usd, run_cells.duration_ms, outputs.text, outputs.uid AS
  output FROM run_cells JOIN runs ON runs.id = run_cells.run_id JOIN prompts ON prompts.id =
  runs.prompt_id JOIN run_values ON run_values.run_id = run_cells.run_id AND run_values.position =
  run_cells.case_position JOIN value_bodies ON value_bodies.id = run_values.values_id JOIN lanes ON
  lanes.run_id = run_cells.run_id AND lanes.position = run_cells.lane JOIN versions ON versions.id =
  lanes.version_id JOIN outputs ON outputs.id = run_cells.output_id LEFT JOIN cell_scores ON
  cell_scores.scoring_id = (SELECT id FROM scorings WHERE scorings.run_id = run_cells.run_id ORDER BY
  created_at DESC, id DESC LIMIT 1) AND cell_scores.case_position = run_cells.case_position AND
  cell_scores.lane = run_cells.lane AND cell_scores.sample = run_cells.sample AND cell_scores.output_id
  = run_cells.output_id""",
        ),
    ),
    # What a person chose before a test run.
    (1007, ("ALTER TABLE test_runs ADD COLUMN goals TEXT NOT NULL DEFAULT '{}'",)),
    # Judges of checks, and labels that measure them.
    (
        1008,
        (
            """CREATE TABLE judge_prompts (prompt_id INTEGER PRIMARY KEY REFERENCES prompts(id) ON DELETE CASCADE,
  owner_id INTEGER NOT NULL REFERENCES prompts(id) ON DELETE CASCADE, check_type TEXT NOT NULL, UNIQUE
  (owner_id, check_type)) STRICT""",
            "CREATE INDEX runs_by_kind ON runs (kind)",
            """CREATE TABLE judge_runs (run_id INTEGER PRIMARY KEY REFERENCES runs(id) ON DELETE CASCADE,
  scoring_id INTEGER NOT NULL REFERENCES scorings(id) ON DELETE CASCADE) STRICT""",
            "CREATE INDEX judge_runs_by_scoring ON judge_runs (scoring_id)",
            """CREATE TABLE judgements (scoring_id INTEGER NOT NULL REFERENCES scorings(id) ON DELETE CASCADE,
  case_position INTEGER NOT NULL, lane INTEGER NOT NULL, sample INTEGER NOT NULL, seq INTEGER NOT
  NULL, repeat INTEGER NOT NULL, step INTEGER NOT NULL, output_id INTEGER NOT NULL REFERENCES
  outputs(id) ON DELETE CASCADE, check_id INTEGER NOT NULL REFERENCES check_bodies(id), identity TEXT
  NOT NULL, PRIMARY KEY (scoring_id, case_position, lane, sample, seq, repeat, step)) STRICT, WITHOUT
  ROWID""",
            "CREATE INDEX judgements_by_identity ON judgements (identity)",
            "CREATE INDEX judgements_by_output ON judgements (output_id)",
            """CREATE TABLE judge_verdicts (scoring_id INTEGER NOT NULL, case_position INTEGER NOT NULL, lane
  INTEGER NOT NULL, sample INTEGER NOT NULL, check_id INTEGER NOT NULL REFERENCES check_bodies(id),
  state TEXT NOT NULL, score REAL, repeats INTEGER NOT NULL DEFAULT 1, agreeing INTEGER NOT NULL
  DEFAULT 1, probability REAL, PRIMARY KEY (scoring_id, case_position, lane, sample, check_id),
  FOREIGN KEY (scoring_id, case_position, lane, sample) REFERENCES cell_scores(scoring_id,
  case_position, lane, sample) ON DELETE CASCADE) STRICT, WITHOUT ROWID""",
            """CREATE TABLE judge_labels (id INTEGER PRIMARY KEY, uid TEXT NOT NULL UNIQUE, output_id INTEGER NOT
  NULL REFERENCES outputs(id) ON DELETE CASCADE, check_hash TEXT NOT NULL, label TEXT NOT NULL, picked
  TEXT NOT NULL, note TEXT NOT NULL DEFAULT '', created_at TEXT NOT NULL, supersedes_id INTEGER
  REFERENCES judge_labels(id) ON DELETE SET NULL) STRICT""",
            "CREATE INDEX judge_labels_by_output ON judge_labels (output_id, check_hash)",
            "CREATE INDEX judge_labels_by_check ON judge_labels (check_hash)",
            "CREATE INDEX judge_labels_by_superseded ON judge_labels (supersedes_id)",
            """CREATE VIEW judgement_list AS SELECT owners.name AS prompt, tests.number AS test,
  judgements.case_position AS "case", run_values.name AS case_name, judgements.lane,
  judgements.sample, check_bodies.body AS "check", judgements.repeat, judgements.step, lanes.model AS
  judge_model, versions.number AS judge_version, outputs.state, outputs.text, outputs.error,
  outputs.cost_usd, outputs.uid AS output FROM judgements JOIN scorings ON scorings.id =
  judgements.scoring_id JOIN runs AS tests ON tests.id = scorings.run_id JOIN prompts AS owners ON
  owners.id = tests.prompt_id JOIN run_values ON run_values.run_id = tests.id AND run_values.position
  = judgements.case_position JOIN check_bodies ON check_bodies.id = judgements.check_id JOIN outputs
  ON outputs.id = judgements.output_id JOIN lanes ON lanes.run_id = outputs.run_id AND lanes.position
  = outputs.lane JOIN versions ON versions.id = lanes.version_id""",
            """CREATE VIEW label_list AS SELECT prompts.name AS prompt, runs.kind, runs.number AS run,
  lanes.position AS lane, lanes.model AS asked_model, value_bodies.body AS "values", check_bodies.body
  AS "check", judge_labels.label, judge_labels.picked, judge_labels.note, judge_labels.created_at,
  outputs.text, outputs.uid AS output, NOT EXISTS (SELECT 1 FROM judge_labels AS later WHERE
  later.output_id = judge_labels.output_id AND later.check_hash = judge_labels.check_hash AND
  (later.created_at, later.uid) > (judge_labels.created_at, judge_labels.uid)) AS counts FROM
  judge_labels JOIN outputs ON outputs.id = judge_labels.output_id JOIN runs ON runs.id =
  outputs.run_id JOIN prompts ON prompts.id = runs.prompt_id JOIN lanes ON lanes.run_id =
  outputs.run_id AND lanes.position = outputs.lane JOIN run_values ON run_values.run_id =
  outputs.run_id AND run_values.position = outputs.value_set JOIN value_bodies ON value_bodies.id =
  run_values.values_id LEFT JOIN check_bodies ON check_bodies.hash = judge_labels.check_hash""",
        ),
    ),
    (
        1009,
        (
            "DROP VIEW verdict_list",
            """CREATE VIEW verdict_list AS SELECT prompts.name AS prompt, runs.number AS run, verdicts.kind,
  verdicts.blind, verdicts.created_at, origins.number AS output_run, lanes.position AS lane, lanes.model AS asked_model,
  verdict_outputs.shown, verdict_outputs.place, outputs.uid AS output, NOT EXISTS (SELECT 1 FROM verdicts AS
  later WHERE later.supersedes_id = verdicts.id) AS counts FROM verdicts JOIN prompts ON prompts.id =
  verdicts.prompt_id LEFT JOIN runs ON runs.id = verdicts.run_id LEFT JOIN verdict_outputs ON
  verdict_outputs.verdict_id = verdicts.id LEFT JOIN outputs ON outputs.id = verdict_outputs.output_id LEFT JOIN
  runs AS origins ON origins.id = outputs.run_id LEFT JOIN lanes ON lanes.run_id = outputs.run_id AND
  lanes.position = outputs.lane WHERE verdicts.kind <> 'judge'""",
        ),
    ),
    # What a person answers once for Decide.
    (
        1010,
        (
            """CREATE TABLE decide_goals (prompt_id INTEGER PRIMARY KEY REFERENCES prompts(id) ON DELETE CASCADE,
  updated_at TEXT NOT NULL, body TEXT NOT NULL) STRICT""",
        ),
    ),
    # Folders and tags of prompts.
    (
        1011,
        (
            "ALTER TABLE prompts ADD COLUMN folder TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE prompts ADD COLUMN tags TEXT NOT NULL DEFAULT '[]'",
        ),
    ),
)
"""Statements from one format to the next, by the `user_version` they lead to, oldest first.

The last entry leads to VERSION. Editing the baseline requires another one, which upgrades existing files.
"""
