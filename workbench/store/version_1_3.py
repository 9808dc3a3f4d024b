"""What schema 1.3 adds: searches with names, and where things came from that were not made here.

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

STATEMENTS: tuple[str, ...] = (*_SAVED_SEARCHES, *_ORIGINS)
