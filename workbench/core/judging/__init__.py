"""Judges: models that evaluate checks which no rule can.

Invariant: a reply without a clear verdict makes a check unscored; nothing is guessed. All functions are pure: a caller
asks the models, and may store every reply and ask again only what is missing.

Data flow: `judge_prompts.default_content` is the shipped prompt of a type; `judged_checks.next_questions` makes the
requests for one check of one answer, in stages; `judged_checks.judged_result` reads the replies, and takes the place of
the unscored result that `core.checks.evaluator` gives for a judged check. `repeats.combined` joins the results of
several rounds of asking. `grading_options` reads what a promptfoo file says about its graders.

Semantics are those of promptfoo 0.123, except where a row of `core.checks.check_types` says that it differs.
"""
