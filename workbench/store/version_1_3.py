"""What schema 1.3 adds: searches with names, where things came from that were not made here, techniques of versions.

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

STATEMENTS: tuple[str, ...] = (*_SAVED_SEARCHES, *_ORIGINS, *_TECHNIQUES)
