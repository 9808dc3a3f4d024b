"""The tables of judges: their prompts, judgements, verdicts, and the labels of people.

Invariant: as for `tables`.
"""

from __future__ import annotations

JUDGE_TABLES: tuple[str, ...] = (
    """CREATE TABLE judge_prompts (
  -- The prompts by which models judge the answers to another prompt. They are prompts like any other, with versions and
  -- runs, but no list of prompts shows them.
  prompt_id INTEGER PRIMARY KEY REFERENCES prompts(id) ON DELETE CASCADE,
  -- The prompt whose tests they judge. They are deleted together with it.
  owner_id INTEGER NOT NULL REFERENCES prompts(id) ON DELETE CASCADE,
  -- llm-rubric, factuality, …
  check_type TEXT NOT NULL,
  UNIQUE (owner_id, check_type)
) STRICT""",
    # Lists of runs leave judges out.
    "CREATE INDEX runs_by_kind ON runs (kind)",
    """CREATE TABLE judge_runs (
  -- What a run of kind judge is for: one scoring of a test run. Its value sets are what a judge was given, one answer
  -- each, which set_uid names.
  run_id INTEGER PRIMARY KEY REFERENCES runs(id) ON DELETE CASCADE,
  scoring_id INTEGER NOT NULL REFERENCES scorings(id) ON DELETE CASCADE
) STRICT""",
    "CREATE INDEX judge_runs_by_scoring ON judge_runs (scoring_id)",
    """CREATE TABLE judgements (
  -- Questions to a judge about a cell of a test run. The outputs are those of runs of kind judge.
  scoring_id INTEGER NOT NULL REFERENCES scorings(id) ON DELETE CASCADE,
  case_position INTEGER NOT NULL,
  lane INTEGER NOT NULL,
  sample INTEGER NOT NULL,
  -- The position of the check among the judged ones of the cell, members of sets included.
  seq INTEGER NOT NULL,
  -- From 0: the same question is asked as often as the settings say.
  repeat INTEGER NOT NULL,
  -- From 0: the question among those that one judgement takes.
  step INTEGER NOT NULL,
  -- The newest call, made for this scoring or for an earlier one.
  output_id INTEGER NOT NULL REFERENCES outputs(id) ON DELETE CASCADE,
  check_id INTEGER NOT NULL REFERENCES check_bodies(id),
  -- SHA-256 of all that the reply depends on: judge prompt, model, check, values, repeat and step.
  identity TEXT NOT NULL,
  PRIMARY KEY (scoring_id, case_position, lane, sample, seq, repeat, step)
) STRICT, WITHOUT ROWID""",
    "CREATE INDEX judgements_by_identity ON judgements (identity)",
    "CREATE INDEX judgements_by_output ON judgements (output_id)",
    """CREATE TABLE judge_verdicts (
  -- What a judge says of a scored cell by one check; check_results holds what the check says as a whole.
  scoring_id INTEGER NOT NULL,
  case_position INTEGER NOT NULL,
  lane INTEGER NOT NULL,
  sample INTEGER NOT NULL,
  check_id INTEGER NOT NULL REFERENCES check_bodies(id),
  -- pass, fail, unscored
  state TEXT NOT NULL,
  -- From 0 to 1, NULL for unknown.
  score REAL,
  -- How often it was asked, and how many rounds gave this state.
  repeats INTEGER NOT NULL DEFAULT 1,
  agreeing INTEGER NOT NULL DEFAULT 1,
  -- Of a pass, from 0 to 1, according to a decision model; NULL for other judges.
  probability REAL,
  PRIMARY KEY (scoring_id, case_position, lane, sample, check_id),
  FOREIGN KEY (scoring_id, case_position, lane, sample)
    REFERENCES cell_scores(scoring_id, case_position, lane, sample) ON DELETE CASCADE
) STRICT, WITHOUT ROWID""",
    """CREATE TABLE judge_labels (
  -- What people say of an answer by a check, without seeing what the judge says. Rows are only added; the latest about
  -- a check of an answer counts.
  id INTEGER PRIMARY KEY,
  uid TEXT NOT NULL UNIQUE,
  output_id INTEGER NOT NULL REFERENCES outputs(id) ON DELETE CASCADE,
  -- As in check_bodies.
  check_hash TEXT NOT NULL,
  -- pass, fail, unsure, none (taken back)
  label TEXT NOT NULL,
  -- How the answer was chosen: random (only these measure a judge), borderline, file, own.
  picked TEXT NOT NULL,
  note TEXT NOT NULL DEFAULT '',
  created_at TEXT NOT NULL,
  supersedes_id INTEGER REFERENCES judge_labels(id) ON DELETE SET NULL
) STRICT""",
    "CREATE INDEX judge_labels_by_output ON judge_labels (output_id, check_hash)",
    "CREATE INDEX judge_labels_by_check ON judge_labels (check_hash)",
    "CREATE INDEX judge_labels_by_superseded ON judge_labels (supersedes_id)",
)
