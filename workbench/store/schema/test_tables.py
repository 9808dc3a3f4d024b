"""The tables of test runs: settings, goals, cases as they were, cells, results of checks, and overrules.

Invariant: as for `tables`.
"""

from __future__ import annotations

_SETUP = (
    """CREATE TABLE suite_settings (
  -- How the cases of a prompt are tested.
  prompt_id INTEGER PRIMARY KEY REFERENCES prompts(id) ON DELETE CASCADE,
  -- JSON: checks for all cases, threshold, columns (lanes), baseline, samples, budget.
  body TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT""",
    """CREATE TABLE decide_goals (
  -- What a person answered once about a prompt: what it has to reach, who can train, own figures of costs.
  prompt_id INTEGER PRIMARY KEY REFERENCES prompts(id) ON DELETE CASCADE,
  updated_at TEXT NOT NULL,
  -- JSON object of the answers that were given. What is not in it is unknown.
  body TEXT NOT NULL
) STRICT""",
    """CREATE TABLE test_runs (
  -- What a run of kind test has besides lanes (its columns) and run_values (the values of its cases).
  run_id INTEGER PRIMARY KEY REFERENCES runs(id) ON DELETE CASCADE,
  -- Counted from 1 within the prompt: within a round, no question is asked twice.
  round INTEGER NOT NULL,
  -- Answers per case and column.
  samples INTEGER NOT NULL,
  -- tuning, holdout
  set_name TEXT NOT NULL,
  -- The position of the column that the others are compared with.
  baseline INTEGER NOT NULL DEFAULT 0,
  -- JSON object of the limits that were set: usd, calls, minutes.
  budget TEXT NOT NULL DEFAULT '{}',
  -- JSON object for a probe: kind (again, facts, facts-control), of (the uid of its test), beside (that of the run
  -- it is compared with), about, facts. '' for a test that counts.
  probe TEXT NOT NULL DEFAULT '',
  -- JSON object of what the person chose before it began: difference and margin (fractions), purpose (try: champion
  -- against challenger), against (run and column of a baseline in another run).
  goals TEXT NOT NULL DEFAULT '{}'
) STRICT""",
    """CREATE TABLE case_bodies (
  -- Cases as they were tested, stored once, so that editing a case never moves an earlier result.
  id INTEGER PRIMARY KEY,
  -- SHA-256 of body.
  hash TEXT NOT NULL UNIQUE,
  -- JSON object: uid, name, values, checks, threshold, expectation, tags, cluster, notes, held_out, metadata.
  body TEXT NOT NULL
) STRICT""",
    """CREATE TABLE run_cases (
  -- The cases of a test run, by the position of their values in run_values.
  run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  case_body_id INTEGER NOT NULL REFERENCES case_bodies(id),
  PRIMARY KEY (run_id, position)
) STRICT, WITHOUT ROWID""",
)

_CELLS = (
    """CREATE TABLE run_cells (
  -- The cells of a test run that are recorded: one sample of one case in one column. Open cells have no row.
  run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  case_position INTEGER NOT NULL,
  lane INTEGER NOT NULL,
  sample INTEGER NOT NULL,
  -- Of this run, or of an earlier one of the same prompt. When it is deleted for good, the cell is open again.
  output_id INTEGER NOT NULL REFERENCES outputs(id) ON DELETE CASCADE,
  -- SHA-256 of the question, its values, sample and round, 32 digits; '' for unknown: it is not used again.
  identity TEXT NOT NULL,
  -- Copies of the output's columns, and the first 8 bytes of the SHA-256 of its text as a signed integer, NULL for
  -- unfinished answers; so that filters and sorts of a grid read no output.
  state TEXT NOT NULL,
  cost_usd REAL,
  duration_ms INTEGER,
  text_hash INTEGER,
  PRIMARY KEY (run_id, case_position, lane, sample)
) STRICT, WITHOUT ROWID""",
    "CREATE INDEX run_cells_by_identity ON run_cells (identity)",
    "CREATE INDEX run_cells_by_output ON run_cells (output_id)",
)

_SCORES = (
    """CREATE TABLE check_bodies (
  -- Checks that were evaluated, stored once.
  id INTEGER PRIMARY KEY,
  -- SHA-256 of the check as canonical JSON (RFC 8785).
  hash TEXT NOT NULL UNIQUE,
  -- JSON of an assertion in promptfoo's form.
  body TEXT NOT NULL
) STRICT""",
    """CREATE TABLE scorings (
  -- Evaluations of the checks of a test run. Changed checks make a new one of the stored answers.
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  run_id INTEGER NOT NULL REFERENCES runs(id) ON DELETE CASCADE,
  created_at TEXT NOT NULL,
  -- The least score of a case without a threshold of its own; NULL: every check must pass.
  threshold REAL,
  -- JSON list of the checks for all cases; those of a case are in its case_bodies row and come after them.
  checks TEXT NOT NULL DEFAULT '[]'
) STRICT""",
    "CREATE INDEX scorings_by_run ON scorings (run_id)",
    """CREATE TABLE cell_scores (
  -- The results of cells in a scoring, with what people overruled.
  scoring_id INTEGER NOT NULL REFERENCES scorings(id) ON DELETE CASCADE,
  case_position INTEGER NOT NULL,
  lane INTEGER NOT NULL,
  sample INTEGER NOT NULL,
  -- The answer that was scored. Does not count once the cell has another one.
  output_id INTEGER NOT NULL REFERENCES outputs(id) ON DELETE CASCADE,
  -- pass, fail, unscored, no_answer
  state TEXT NOT NULL,
  -- From 0 to 1, NULL for unknown.
  score REAL,
  -- How many of its checks are overruled.
  overruled INTEGER NOT NULL DEFAULT 0,
  -- What the score was compared with: a number, all (every check had to pass), '' for the threshold of the case as it
  -- was tested, or without one that of the scoring.
  threshold TEXT NOT NULL DEFAULT '',
  -- A sentence about the first check that decided it.
  reason TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (scoring_id, case_position, lane, sample)
) STRICT, WITHOUT ROWID""",
    "CREATE INDEX cell_scores_by_output ON cell_scores (output_id)",
    """CREATE TABLE check_results (
  -- The results of the checks of a cell as they were evaluated, by position from 0: first those for all cases.
  scoring_id INTEGER NOT NULL,
  case_position INTEGER NOT NULL,
  lane INTEGER NOT NULL,
  sample INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  check_id INTEGER NOT NULL REFERENCES check_bodies(id),
  -- pass, fail, unscored
  state TEXT NOT NULL,
  score REAL,
  reason TEXT NOT NULL DEFAULT '',
  -- JSON of where and why (place, expected, found, parts, metrics), or ''.
  detail TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (scoring_id, case_position, lane, sample, seq),
  FOREIGN KEY (scoring_id, case_position, lane, sample)
    REFERENCES cell_scores(scoring_id, case_position, lane, sample) ON DELETE CASCADE
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE overrules (
  -- What people decided about a check of an answer. Rows are only added; the latest about a check counts, in every run
  -- and scoring that uses the answer.
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  output_id INTEGER NOT NULL REFERENCES outputs(id) ON DELETE CASCADE,
  -- As in check_bodies.
  check_hash TEXT NOT NULL,
  -- pass, fail, none (taken back)
  state TEXT NOT NULL,
  note TEXT NOT NULL DEFAULT '',
  created_at TEXT NOT NULL,
  supersedes_id INTEGER REFERENCES overrules(id) ON DELETE SET NULL
) STRICT""",
    "CREATE INDEX overrules_by_output ON overrules (output_id, check_hash)",
    "CREATE INDEX overrules_by_superseded ON overrules (supersedes_id)",
)

TEST_TABLES: tuple[str, ...] = (*_SETUP, *_CELLS, *_SCORES)
