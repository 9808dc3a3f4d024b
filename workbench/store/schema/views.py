"""Views for people and other programs; docs/DATABASE.md explains their columns.

Invariant: as for `tables`. The product reads none of them, so that they can keep their columns while tables change.
"""

from __future__ import annotations

VIEWS: tuple[str, ...] = (
    """CREATE VIEW content_texts AS
  -- The messages of each content as one text.
  SELECT contents.id AS id,
    (SELECT group_concat(json_extract(value, '$.text'), char(10)) FROM json_each(contents.body, '$.messages')) AS text
  FROM contents""",
    """CREATE VIEW version_list AS
  -- Every version of every prompt.
  SELECT prompts.name AS prompt, versions.number, parents.number AS parent, versions.branched, versions.created_at,
    content_texts.text, contents.hash
  FROM versions
  JOIN prompts ON prompts.id = versions.prompt_id
  JOIN contents ON contents.id = versions.content_id
  JOIN content_texts ON content_texts.id = versions.content_id
  LEFT JOIN versions AS parents ON parents.id = versions.parent_id""",
    """CREATE VIEW run_list AS
  -- Every run.
  SELECT prompts.name AS prompt, runs.kind, runs.number, versions.number AS version, runs.started_at, runs.summary,
    runs.added, runs.removed, runs.verdict, runs.winner, runs.note, runs.uid
  FROM runs
  JOIN prompts ON prompts.id = runs.prompt_id
  JOIN versions ON versions.id = runs.version_id""",
    """CREATE VIEW output_list AS
  -- Every attempt of every answer.
  SELECT prompts.name AS prompt, runs.kind, runs.number AS run, lanes.position AS lane, versions.number AS version,
    lanes.model AS asked_model, outputs.model, lanes.params, value_bodies.body AS "values", outputs.sample,
    outputs.attempt, outputs.state, outputs.text, outputs.reasoning, outputs.error, outputs.input_tokens,
    outputs.output_tokens, outputs.cost_usd, outputs.ttft_ms, outputs.duration_ms, outputs.ended_at, outputs.uid
  FROM outputs
  JOIN runs ON runs.id = outputs.run_id
  JOIN prompts ON prompts.id = runs.prompt_id
  JOIN lanes ON lanes.run_id = outputs.run_id AND lanes.position = outputs.lane
  JOIN versions ON versions.id = lanes.version_id
  JOIN run_values ON run_values.run_id = outputs.run_id AND run_values.position = outputs.value_set
  JOIN value_bodies ON value_bodies.id = run_values.values_id""",
    """CREATE VIEW verdict_list AS
  -- Every answer that a person judged, once for each verdict; counts tells those that nothing supersedes.
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
  LEFT JOIN lanes ON lanes.run_id = outputs.run_id AND lanes.position = outputs.lane
  WHERE verdicts.kind <> 'judge'""",
    """CREATE VIEW grade_list AS
  -- How imported answers were graded in the program that they are from.
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
    """CREATE VIEW test_list AS
  -- Every test run: how many cases, columns and samples it has, and how many of its cells are recorded.
  SELECT prompts.name AS prompt, runs.number AS test, runs.started_at, test_runs.round, test_runs.set_name,
    (SELECT count(*) FROM run_cases WHERE run_cases.run_id = runs.id) AS cases,
    (SELECT count(*) FROM lanes WHERE lanes.run_id = runs.id) AS columns, test_runs.samples,
    (SELECT count(*) FROM run_cells WHERE run_cells.run_id = runs.id) AS recorded,
    (SELECT count(*) FROM scorings WHERE scorings.run_id = runs.id) AS scorings, runs.uid
  FROM test_runs
  JOIN runs ON runs.id = test_runs.run_id
  JOIN prompts ON prompts.id = runs.prompt_id""",
    """CREATE VIEW cell_list AS
  -- Every recorded cell of every test run, with its result in the newest scoring.
  SELECT prompts.name AS prompt, runs.number AS test, run_cells.case_position AS "case", run_values.name AS case_name,
    value_bodies.body AS "values", run_cells.lane, versions.number AS version, lanes.model AS asked_model,
    run_cells.sample, run_cells.state AS answer, cell_scores.state AS result, cell_scores.score, cell_scores.reason,
    cell_scores.overruled, outputs.run_id <> run_cells.run_id AS reused, run_cells.cost_usd, run_cells.duration_ms,
    outputs.text, outputs.uid AS output
  FROM run_cells
  JOIN runs ON runs.id = run_cells.run_id
  JOIN prompts ON prompts.id = runs.prompt_id
  JOIN run_values ON run_values.run_id = run_cells.run_id AND run_values.position = run_cells.case_position
  JOIN value_bodies ON value_bodies.id = run_values.values_id
  JOIN lanes ON lanes.run_id = run_cells.run_id AND lanes.position = run_cells.lane
  JOIN versions ON versions.id = lanes.version_id
  JOIN outputs ON outputs.id = run_cells.output_id
  LEFT JOIN cell_scores ON cell_scores.scoring_id = (SELECT id FROM scorings WHERE scorings.run_id = run_cells.run_id
      ORDER BY created_at DESC, id DESC LIMIT 1)
    AND cell_scores.case_position = run_cells.case_position AND cell_scores.lane = run_cells.lane
    AND cell_scores.sample = run_cells.sample AND cell_scores.output_id = run_cells.output_id""",
    """CREATE VIEW judgement_list AS
  -- Every question to a judge, with the answer of its newest call.
  SELECT owners.name AS prompt, tests.number AS test, judgements.case_position AS "case", run_values.name AS case_name,
    judgements.lane, judgements.sample, check_bodies.body AS "check", judgements.repeat, judgements.step,
    lanes.model AS judge_model, versions.number AS judge_version, outputs.state, outputs.text, outputs.error,
    outputs.cost_usd, outputs.uid AS output
  FROM judgements
  JOIN scorings ON scorings.id = judgements.scoring_id
  JOIN runs AS tests ON tests.id = scorings.run_id
  JOIN prompts AS owners ON owners.id = tests.prompt_id
  JOIN run_values ON run_values.run_id = tests.id AND run_values.position = judgements.case_position
  JOIN check_bodies ON check_bodies.id = judgements.check_id
  JOIN outputs ON outputs.id = judgements.output_id
  JOIN lanes ON lanes.run_id = outputs.run_id AND lanes.position = outputs.lane
  JOIN versions ON versions.id = lanes.version_id""",
    """CREATE VIEW label_list AS
  -- Every label with what was labelled; counts tells the latest about a check of an answer.
  SELECT prompts.name AS prompt, runs.kind, runs.number AS run, lanes.position AS lane, lanes.model AS asked_model,
    value_bodies.body AS "values", check_bodies.body AS "check", judge_labels.label, judge_labels.picked,
    judge_labels.note, judge_labels.created_at, outputs.text, outputs.uid AS output,
    NOT EXISTS (SELECT 1 FROM judge_labels AS later WHERE later.output_id = judge_labels.output_id
      AND later.check_hash = judge_labels.check_hash
      AND (later.created_at, later.uid) > (judge_labels.created_at, judge_labels.uid)) AS counts
  FROM judge_labels
  JOIN outputs ON outputs.id = judge_labels.output_id
  JOIN runs ON runs.id = outputs.run_id
  JOIN prompts ON prompts.id = runs.prompt_id
  JOIN lanes ON lanes.run_id = outputs.run_id AND lanes.position = outputs.lane
  JOIN run_values ON run_values.run_id = outputs.run_id AND run_values.position = outputs.value_set
  JOIN value_bodies ON value_bodies.id = run_values.values_id
  LEFT JOIN check_bodies ON check_bodies.hash = judge_labels.check_hash""",
)
