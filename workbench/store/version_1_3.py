"""What schema 1.3 adds: searches with names, where things came from that were not made here, cases and packs.

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
  -- Whose thing it is: llm, promptfoo, workbench, pack.
  kind TEXT NOT NULL,
  -- The name of the thing in the place that it is from, unique within its kind.
  foreign_id TEXT NOT NULL,
  -- Which of our things it became: prompt, version, run; and its uid.
  thing TEXT NOT NULL,
  uid TEXT NOT NULL,
  -- The file or folder that it was read from, for people.
  source TEXT NOT NULL,
  imported_at TEXT NOT NULL,
  UNIQUE (kind, foreign_id, thing)
) STRICT""",
    "CREATE INDEX origins_by_uid ON origins (uid)",
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

STATEMENTS: tuple[str, ...] = (*_SAVED_SEARCHES, *_ORIGINS, *_CASES, *_PACKS)
