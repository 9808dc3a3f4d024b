"""What schema 1.3 adds: searches with names, origins, cases, packs, techniques of versions, and deleting.

Invariant: as for 1.0.
"""

from __future__ import annotations

_SAVED_SEARCHES = (
    """CREATE TABLE saved_searches (
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE,
  -- In the language of the search field, as it was typed.
  query TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT""",
)

_ORIGINS = (
    """CREATE TABLE origins (
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
) STRICT""",
    "CREATE INDEX origins_by_uid ON origins (uid)",
    # How answers were graded where they are from, one row for each answer that was.
    """CREATE VIEW grade_list AS
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
  WHERE origins.thing = 'output' AND origins.extra <> ''""",
)

_DELETING = (
    """CREATE TABLE last_numbers (
  -- The highest numbers of what was deleted for good, so that none is given a second time. kind is that of a run, or
  -- version.
  prompt_id INTEGER NOT NULL REFERENCES prompts(id) ON DELETE CASCADE,
  kind TEXT NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (prompt_id, kind)
) STRICT, WITHOUT ROWID""",
    """CREATE INDEX runs_hidden ON runs (
  -- archived holds bits from here on: 1 put away, 2 deleted, 4 deleted with its prompt; that of prompts 1 and 2. An
  -- older release sees all of them as put away. Undoing takes bits back, so that it tells exactly what was before.
  id
) WHERE archived >= 2""",
)

_CASES = (
    """CREATE TABLE cases (
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
) STRICT""",
)

_PACKS = (
    """CREATE TABLE packs (
  -- What is said of a pack and what is in it, by its uid, so that exporting it again asks and changes nothing.
  uid TEXT PRIMARY KEY,
  -- JSON: name, description, licence, author; of each prompt its uid, the names of its files, its versions by hash.
  body TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT, WITHOUT ROWID""",
)

_TECHNIQUES = (
    """CREATE TABLE version_techniques (
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
) STRICT, WITHOUT ROWID""",
)

STATEMENTS: tuple[str, ...] = (*_SAVED_SEARCHES, *_ORIGINS, *_CASES, *_PACKS, *_TECHNIQUES, *_DELETING)
