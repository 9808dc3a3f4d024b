"""The tables of the history, with their indexes, in order of dependency.

Invariant: the comments are inside the statements because SQLite keeps them: `.schema` of any tool shows what a table
and its columns mean. Open for change until the first release: edit a statement here, raise VERSION in
`format_version`, and add to CHANGES in `format_1_3` what upgrades an existing file. A column that ALTER TABLE adds is
the last one.

Rules of all tables:

- `id` is an integer that is valid in this file only; `uid` (UUIDv7 text) identifies a row across files.
- Times are UTC text of fixed width, "2026-11-24T13:20:05.123Z", so that text order is time order.
- NULL means "unknown", never zero. Text that may be absent is '' instead, and flags are 0 or 1.
- Enumerations have no CHECK: a newer minor release may add values, and SQLite changes a CHECK only by rebuilding the
  table.
- Tables whose rows are small and found by their key are WITHOUT ROWID; long texts are at the end of a row, so that
  reading the columns before them does not read their pages.
"""

from __future__ import annotations

_FILE = (
    """CREATE TABLE meta (
  -- Facts about this file and settings that belong to it: database_uid, created_at, last_prompt, and others by name.
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID""",
)

_PROMPTS = (
    """CREATE TABLE prompts (
  -- A named piece of work. It has versions, and a draft while something typed was not run yet.
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  -- Not unique: two histories that are merged may both have a "Summary".
  name TEXT NOT NULL,
  -- How many runs of kind iteration it has, kept here so that the list of prompts never counts runs.
  iterations INTEGER NOT NULL DEFAULT 0,
  -- Bits: 1 archived, 2 deleted (hidden, and still here until it is deleted for good).
  archived INTEGER NOT NULL DEFAULT 0,
  starred INTEGER NOT NULL DEFAULT 0,
  note TEXT NOT NULL DEFAULT '',
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  -- The name of its folder in the list of prompts, '' for none.
  folder TEXT NOT NULL DEFAULT '',
  -- JSON list of texts.
  tags TEXT NOT NULL DEFAULT '[]'
) STRICT""",
    """CREATE TABLE drafts (
  -- What the editor holds for a prompt and no run has used yet. Replaced about once a second while somebody types.
  prompt_id INTEGER PRIMARY KEY REFERENCES prompts(id) ON DELETE CASCADE,
  -- JSON: content, values, lanes, and based_on, the number of the version that the text started from.
  body TEXT NOT NULL,
  saved_at TEXT NOT NULL
) STRICT""",
    """CREATE TABLE contents (
  -- What versions say, stored once for all prompts.
  id INTEGER PRIMARY KEY,
  -- SHA-256 of body, in hexadecimal digits.
  hash TEXT NOT NULL UNIQUE,
  -- Canonical JSON (RFC 8785): messages, and where there are any, template, examples, tools and output format.
  body TEXT NOT NULL
) STRICT""",
    """CREATE TABLE versions (
  -- An immutable text of a prompt. Only its note changes.
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  prompt_id INTEGER NOT NULL REFERENCES prompts(id) ON DELETE CASCADE,
  -- Counted from 1 within the prompt.
  number INTEGER NOT NULL,
  content_id INTEGER NOT NULL REFERENCES contents(id),
  -- The version that the text started from. A key and not a number: a merge may give numbers anew.
  parent_id INTEGER REFERENCES versions(id) ON DELETE SET NULL,
  -- 1 when the parent was not the newest version at the time: the start of a branch.
  branched INTEGER NOT NULL DEFAULT 0,
  note TEXT NOT NULL DEFAULT '',
  created_at TEXT NOT NULL,
  UNIQUE (prompt_id, number),
  -- Going back to an old text is that version again, not a new one.
  UNIQUE (prompt_id, content_id)
) STRICT""",
    "CREATE INDEX versions_by_content ON versions (content_id)",
    """CREATE TABLE labels (
  -- Names that move from version to version of a prompt, such as "production".
  prompt_id INTEGER NOT NULL REFERENCES prompts(id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  version_id INTEGER NOT NULL REFERENCES versions(id) ON DELETE CASCADE,
  moved_at TEXT NOT NULL,
  PRIMARY KEY (prompt_id, name)
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE version_techniques (
  -- Techniques of the palette that a version uses, as far as is known. Not part of its content or hash: the same text
  -- is the same version. Examples, output formats and tools are found in the content instead.
  version_id INTEGER NOT NULL REFERENCES versions(id) ON DELETE CASCADE,
  -- The name of the technique's file without its leading number; a person's own techniques begin with "own:".
  technique TEXT NOT NULL,
  -- Its title at that time.
  name TEXT NOT NULL,
  -- The pieces of text that inserting it added, one a line: a later version uses it too while it contains one of them.
  -- '' when a person said so; later versions inherit that as it is.
  brought TEXT NOT NULL,
  -- 0: a person said that the version does not use it.
  used INTEGER NOT NULL,
  PRIMARY KEY (version_id, technique)
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE cases (
  -- Values of a prompt together with the checks that answers to them must pass, ordered by position from 0.
  id INTEGER PRIMARY KEY,
  -- Unique within a prompt only: one pack may be imported as two prompts.
  uid TEXT NOT NULL,
  prompt_id INTEGER NOT NULL REFERENCES prompts(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  name TEXT NOT NULL DEFAULT '',
  values_id INTEGER NOT NULL REFERENCES value_bodies(id),
  -- JSON list of assertions in promptfoo's form. Types that this release does not know are kept unchanged.
  checks TEXT NOT NULL DEFAULT '[]',
  -- The least weighted score with which it passes; NULL: every check must pass.
  threshold REAL,
  -- JSON object.
  metadata TEXT NOT NULL DEFAULT '{}',
  -- JSON object of all other keys that the case had in its file.
  rest TEXT NOT NULL DEFAULT '{}',
  -- A good answer, or ''.
  expectation TEXT NOT NULL DEFAULT '',
  -- JSON list of words for filters.
  tags TEXT NOT NULL DEFAULT '[]',
  -- Cases of one cluster belong together: statistics count them as one draw. '' is a cluster of its own.
  cluster TEXT NOT NULL DEFAULT '',
  notes TEXT NOT NULL DEFAULT '',
  -- 1: in the hold-out, which is not used while the prompt is being changed.
  held_out INTEGER NOT NULL DEFAULT 0,
  -- When it was first opened although it was held out, which uses it up; NULL: never.
  used_at TEXT,
  UNIQUE (prompt_id, uid)
) STRICT""",
    """CREATE TABLE last_numbers (
  -- The highest numbers that were deleted for good, so that none is given a second time.
  prompt_id INTEGER NOT NULL REFERENCES prompts(id) ON DELETE CASCADE,
  -- A kind of run, or "version".
  kind TEXT NOT NULL,
  number INTEGER NOT NULL,
  PRIMARY KEY (prompt_id, kind)
) STRICT, WITHOUT ROWID""",
)

_MODELS = (
    """CREATE TABLE endpoints (
  -- Where models answer. Nothing secret is here: keys and the values of secret headers are in the keyring.
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  -- litellm, openai (an OpenAI-compatible address), builtin, gguf, echo
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  base_url TEXT NOT NULL DEFAULT '',
  -- JSON list of [name, value] of further HTTP headers.
  headers TEXT NOT NULL DEFAULT '[]',
  -- JSON list of the names of headers whose values are secret.
  secret_headers TEXT NOT NULL DEFAULT '[]',
  needs_key INTEGER NOT NULL DEFAULT 0,
  -- Of kind gguf: the path of the model file, and that of a LoRA adapter or ''.
  path TEXT NOT NULL DEFAULT '',
  adapter TEXT NOT NULL DEFAULT '',
  archived INTEGER NOT NULL DEFAULT 0,
  updated_at TEXT NOT NULL,
  -- Of kind litellm with a base_url: LiteLLM's id of the provider whose protocol is spoken there; otherwise ''.
  provider TEXT NOT NULL DEFAULT '',
  -- JSON object of further parameters that the provider needs, such as api_version.
  settings TEXT NOT NULL DEFAULT '{}'
) STRICT""",
    """CREATE TABLE prices (
  -- US dollars per token that a person entered; they take precedence over any price list.
  endpoint_uid TEXT NOT NULL,
  model TEXT NOT NULL,
  input REAL NOT NULL,
  output REAL NOT NULL,
  -- Of input tokens that the provider had in its cache; NULL: as input.
  cached REAL,
  source TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  PRIMARY KEY (endpoint_uid, model)
) STRICT, WITHOUT ROWID""",
)

_ELSEWHERE = (
    """CREATE TABLE origins (
  -- What was imported from other programs, so that importing it again changes nothing. Things of another history of
  -- Prompt Workbench keep their uid and need no row here.
  id INTEGER PRIMARY KEY,
  -- The program: llm, promptfoo.
  kind TEXT NOT NULL,
  -- Its name for the thing, unique within its kind.
  foreign_id TEXT NOT NULL,
  -- What it became here: prompt, run or output, and the uid of that.
  thing TEXT NOT NULL,
  uid TEXT NOT NULL,
  -- The file that it was read from, for people.
  source TEXT NOT NULL,
  -- JSON of what has no column here, or '': for an output how it was graded.
  extra TEXT NOT NULL DEFAULT '',
  imported_at TEXT NOT NULL,
  UNIQUE (kind, foreign_id, thing)
) STRICT""",
    "CREATE INDEX origins_by_uid ON origins (uid)",
    """CREATE TABLE packs (
  -- Packs that were imported or exported, by their uid, so that exporting one again asks for nothing.
  uid TEXT PRIMARY KEY,
  -- JSON: name, description, licence, author; for each prompt its uid, the names of its files, its versions by hash.
  body TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT, WITHOUT ROWID""",
)

TABLES: tuple[str, ...] = (*_FILE, *_PROMPTS, *_MODELS, *_ELSEWHERE)
