"""The tables of runs, of their outputs, and of verdicts.

Invariant: as for `tables`.
"""

from __future__ import annotations

_RUNS = (
    """CREATE TABLE value_bodies (
  -- Values of variables, stored once for all runs and cases that use them.
  id INTEGER PRIMARY KEY,
  -- SHA-256 of body.
  exact TEXT NOT NULL UNIQUE,
  -- The same for the same values in any order: outputs of different runs with one hash answered the same question.
  hash TEXT NOT NULL,
  -- JSON object in the order in which the values were given.
  body TEXT NOT NULL
) STRICT""",
    "CREATE INDEX value_bodies_by_hash ON value_bodies (hash)",
    """CREATE TABLE runs (
  -- Everything that one start made. A run of kind iteration is one press of Run in Compose.
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  prompt_id INTEGER NOT NULL REFERENCES prompts(id) ON DELETE CASCADE,
  -- iteration, test, improve, judge, import
  kind TEXT NOT NULL,
  -- Counted per prompt and kind.
  number INTEGER NOT NULL,
  -- The version of the current text; that of the first lane when every lane was pinned.
  version_id INTEGER NOT NULL REFERENCES versions(id),
  -- The version that the text started from. Not the parent of version_id when an old text came back.
  based_on_id INTEGER REFERENCES versions(id) ON DELETE SET NULL,
  -- The process that wrote it, which holds a lock for as long as it lives.
  owner_uid TEXT NOT NULL,
  started_at TEXT NOT NULL,
  -- What the timeline shows, kept here so that a page of it is one range of one index: the changed words, how many were
  -- added and removed, the verdict (winner, tie, all_bad, none) and the winner in words.
  summary TEXT NOT NULL DEFAULT '',
  added INTEGER NOT NULL DEFAULT 0,
  removed INTEGER NOT NULL DEFAULT 0,
  verdict TEXT NOT NULL DEFAULT 'none',
  winner TEXT NOT NULL DEFAULT '',
  note TEXT NOT NULL DEFAULT '',
  starred INTEGER NOT NULL DEFAULT 0,
  -- Bits: 1 archived, 2 deleted, 4 deleted with its prompt. Undoing one leaves the others.
  archived INTEGER NOT NULL DEFAULT 0,
  -- 1: names are hidden until every value set is judged. 2: they were revealed before that. Looking does not change it.
  blind INTEGER NOT NULL DEFAULT 0,
  UNIQUE (prompt_id, kind, number)
) STRICT""",
    "CREATE INDEX runs_by_version ON runs (version_id)",
    # Finds what is deleted and can be restored without reading all runs. Programs of 1.3 and 1.4 compare it literally,
    # and refuse a file where it differs.
    """CREATE INDEX runs_hidden ON runs (
  -- archived holds bits from here on: 1 put away, 2 deleted, 4 deleted with its prompt; that of prompts 1 and 2. An
  -- older release sees all of them as put away. Undoing takes bits back, so that it tells exactly what was before.
  id
) WHERE archived >= 2""",
    """CREATE TABLE tags (
  -- Words that people put on runs.
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT""",
    """CREATE TABLE run_tags (
  -- Which runs have which tags.
  run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  tag_id INTEGER NOT NULL REFERENCES tags(id) ON DELETE CASCADE,
  PRIMARY KEY (run_id, tag_id)
) STRICT, WITHOUT ROWID""",
    "CREATE INDEX run_tags_by_tag ON run_tags (tag_id)",
    """CREATE TABLE run_values (
  -- The value sets of a run, by position from 0.
  run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  -- NULL for values that belong to no named set.
  set_uid TEXT,
  name TEXT NOT NULL DEFAULT '',
  values_id INTEGER NOT NULL REFERENCES value_bodies(id),
  PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE lanes (
  -- The columns of a run, by position from 0: each is a model with its parameters, and the version that it got.
  run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  uid TEXT NOT NULL UNIQUE,
  -- Stays the same from run to run, so that a lane can be compared with its own past.
  slot TEXT NOT NULL,
  -- The name that a person gave it, or ''.
  label TEXT NOT NULL DEFAULT '',
  -- No foreign key: runs outlive endpoints, and imported ones name endpoints of other machines.
  endpoint_uid TEXT NOT NULL,
  -- As it was sent.
  model TEXT NOT NULL,
  -- JSON object, such as temperature.
  params TEXT NOT NULL DEFAULT '{}',
  -- What it ran, never NULL. pinned is 1 for a pinned version, 0 for the current text.
  version_id INTEGER NOT NULL REFERENCES versions(id),
  pinned INTEGER NOT NULL,
  PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID""",
    "CREATE INDEX lanes_by_version ON lanes (version_id)",
    """CREATE TABLE run_beside (
  -- Lanes that stood beside a run without being run (baselines, hidden ones, those left out), each with its answer of
  -- an earlier run. Written with the run and never changed.
  run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  -- Among all lanes of that moment, those of the run included.
  place INTEGER NOT NULL,
  slot TEXT NOT NULL,
  -- The run whose answer stood there.
  from_run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  hidden INTEGER NOT NULL,
  baseline INTEGER NOT NULL,
  PRIMARY KEY (run_id, place),
  UNIQUE (run_id, slot)
) STRICT, WITHOUT ROWID""",
    "CREATE INDEX run_beside_by_origin ON run_beside (from_run_id)",
)

_OUTPUTS = (
    """CREATE TABLE bodies (
  -- JSON of requests, stored once by SHA-256. Without keys and headers.
  id INTEGER PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  body TEXT NOT NULL
) STRICT""",
    """CREATE TABLE outputs (
  -- Answers: one row for each attempt of a lane at a value set and sample.
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  -- Positions of the lane and of the value set in the run: one index serves the key and both foreign keys.
  lane INTEGER NOT NULL,
  value_set INTEGER NOT NULL,
  -- From 0.
  sample INTEGER NOT NULL,
  -- From 1. A retry adds an attempt and deletes nothing; the newest attempt is the one that people look at.
  attempt INTEGER NOT NULL,
  -- waiting, queued, streaming, finished, failed, stopped, interrupted
  state TEXT NOT NULL DEFAULT 'waiting',
  created_at TEXT NOT NULL,
  ended_at TEXT,
  starred INTEGER NOT NULL DEFAULT 0,
  -- The model that answered, as the provider named it, and why it stopped, in the provider's word.
  model TEXT NOT NULL DEFAULT '',
  finish_reason TEXT NOT NULL DEFAULT '',
  -- input_tokens include cached ones, output_tokens include reasoning; usage_source is provider or estimate.
  input_tokens INTEGER,
  output_tokens INTEGER,
  cached_tokens INTEGER,
  reasoning_tokens INTEGER,
  usage_source TEXT NOT NULL DEFAULT 'provider',
  -- US dollars. NULL is unknown, 0 is free.
  cost_usd REAL,
  -- US dollars per token at that time, and where these rates came from.
  rate_input REAL,
  rate_output REAL,
  rate_cached REAL,
  rate_source TEXT,
  -- Whole milliseconds of a monotonic clock since the call arrived at the engine: when it was queued, sent, when its
  -- first token came and when it ended. ttft_ms is sent to first, duration_ms sent to end.
  queued_ms INTEGER,
  sent_ms INTEGER,
  first_ms INTEGER,
  end_ms INTEGER,
  ttft_ms INTEGER,
  duration_ms INTEGER,
  -- What failed: a stable code, a sentence for people, and the technical detail.
  error_code TEXT,
  error TEXT,
  error_detail TEXT,
  -- The request as it was sent. Its messages are a body of their own, which lanes of several models share.
  request_id INTEGER REFERENCES bodies(id),
  request_messages_id INTEGER REFERENCES bodies(id),
  -- JSON list of what was added to, changed in or refused of the request on its way to the provider.
  marks TEXT NOT NULL DEFAULT '[]',
  -- Long texts; text is the final answer.
  reasoning TEXT NOT NULL DEFAULT '',
  text TEXT NOT NULL DEFAULT '',
  -- JSON of how the cost came about, or '': "usage" are counts without a column (cache writes, kinds of tokens, calls
  -- of the provider's tools, the requests of a call), "sheet" the row of the price list that was used, "named" whose
  -- list that is or who reported the cost. Behind the texts, because it is only read together with them.
  billing TEXT NOT NULL DEFAULT '',
  UNIQUE (run_id, lane, value_set, sample, attempt),
  FOREIGN KEY (run_id, lane) REFERENCES lanes(run_id, position) ON DELETE CASCADE,
  FOREIGN KEY (run_id, value_set) REFERENCES run_values(run_id, position) ON DELETE CASCADE
) STRICT""",
    """CREATE TABLE in_flight (
  -- Outputs that have not ended, and the process that will end them. When it is dead, they become interrupted.
  run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  output_id INTEGER NOT NULL REFERENCES outputs(id) ON DELETE CASCADE,
  owner_uid TEXT NOT NULL,
  -- Of a cell of a test run: what run_cells will say of it, otherwise ''.
  identity TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (run_id, output_id)
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE partials (
  -- Answers while they stream, some rows a second. Without an index, so that appending costs nothing; the rows of a run
  -- go when it ends. What at and text are depends on kind:
  -- text, reasoning: an offset in characters, and a piece; a smaller offset than before starts over from there.
  -- tool_call: the number of a call in its round, and JSON of its name, its id and a piece of its arguments.
  -- rounds: how many steps came before, and a JSON list of the steps of finished rounds. What follows begins anew.
  output_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  text TEXT NOT NULL
) STRICT""",
    """CREATE TABLE steps (
  -- The steps of an output in which tools took part, in order. An output without rows here is its reasoning and then
  -- its text.
  output_id INTEGER NOT NULL REFERENCES outputs(id) ON DELETE CASCADE,
  seq INTEGER NOT NULL,
  -- text, reasoning, tool_call, tool_result
  kind TEXT NOT NULL,
  -- JSON, with the provider's opaque signatures.
  body TEXT NOT NULL,
  PRIMARY KEY (output_id, seq)
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE responses (
  -- Raw responses as JSON. In a table of their own, so that they can be dropped to save space.
  output_id INTEGER PRIMARY KEY REFERENCES outputs(id) ON DELETE CASCADE,
  body TEXT NOT NULL
) STRICT""",
    """CREATE TABLE blobs (
  -- The bytes of attached files. Contents, values and requests name them by hash, which is their SHA-256.
  hash TEXT PRIMARY KEY,
  media_type TEXT NOT NULL,
  body BLOB NOT NULL
) STRICT""",
)

_VERDICTS = (
    """CREATE TABLE verdicts (
  -- What a person judged, or a judge as a kind of its own. Rows are only added; of those about the same outputs the
  -- latest counts.
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  prompt_id INTEGER NOT NULL REFERENCES prompts(id) ON DELETE CASCADE,
  -- The run that was judged, which may also name outputs of earlier runs that stood beside it and answered the same
  -- values. NULL when outputs were compared without judging a run.
  run_id INTEGER REFERENCES runs(id) ON DELETE CASCADE,
  -- Which value set of the run; NULL when run_id is.
  value_set INTEGER,
  -- winner, tie, all_bad, none (taken back); judge (of a model, about two outputs)
  kind TEXT NOT NULL,
  -- 1 when the names were hidden.
  blind INTEGER NOT NULL DEFAULT 0,
  supersedes_id INTEGER REFERENCES verdicts(id) ON DELETE SET NULL,
  created_at TEXT NOT NULL,
  FOREIGN KEY (run_id, value_set) REFERENCES run_values(run_id, position) ON DELETE CASCADE
) STRICT""",
    "CREATE INDEX verdicts_by_run ON verdicts (run_id, value_set)",
    "CREATE INDEX verdicts_by_superseded ON verdicts (supersedes_id)",
    """CREATE TABLE verdict_outputs (
  -- Every output that a verdict is about; for kind judge, then the judge's replies, without a place.
  verdict_id INTEGER NOT NULL REFERENCES verdicts(id) ON DELETE CASCADE,
  output_id INTEGER NOT NULL REFERENCES outputs(id) ON DELETE CASCADE,
  -- Its place on the screen from 0, because people favour the left.
  shown INTEGER NOT NULL,
  -- 1 for the winner or each of those tied, 2 for the others, NULL when nothing was placed.
  place INTEGER,
  PRIMARY KEY (verdict_id, output_id)
) STRICT, WITHOUT ROWID""",
    "CREATE INDEX verdict_outputs_by_output ON verdict_outputs (output_id)",
)

RUN_TABLES: tuple[str, ...] = (*_RUNS, *_OUTPUTS, *_VERDICTS)
