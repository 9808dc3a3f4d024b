"""Judges of checks: their prompts, judgements, verdicts, and the labels that people give.

Invariant: a judgement refers to an output of a run of kind `judge`, which is stored before anything is sent. One whose
call finished is never asked again: the same question is answered by the stored output. Labels are only added, and the
latest about a check of an answer counts.

Data flow: `judge_prompts` are hidden prompts of their owner → `judge_runs` stores the calls about cells and their ends
→ `judgements` finds what can be used again and reads the replies → `store.testing.scorings` stores the verdicts
together with the scores → `labels` adds what people say → `judged_cells` reads both for statistics and the labelling
queue.
"""
