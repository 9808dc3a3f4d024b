"""What schema 1.1 adds: lanes that stand beside a run, and verdicts that name their outputs.

A verdict on a run may name outputs of earlier runs, if those stood beside it and answered the same values. Its `run_id`
is the run that was judged; it is NULL only where answers are compared and no run is judged.
"""

from __future__ import annotations

STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE run_beside (
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
) STRICT, WITHOUT ROWID""",
    "CREATE INDEX run_beside_by_origin ON run_beside (from_run_id)",
    # The same, with the run that an output is from: the place of a lane is one in its own run.
    "DROP VIEW verdict_list",
    """CREATE VIEW verdict_list AS
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
  LEFT JOIN lanes ON lanes.run_id = outputs.run_id AND lanes.position = outputs.lane""",
)
