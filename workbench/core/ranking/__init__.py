"""Statistics of verdicts: comparisons, strengths with intervals, bias checks, and the choice of pairs to judge next.

Invariant: results do not depend on the order of the verdicts, and no strength is reported without its uncertainty. It
imports numpy, so nothing imports it before Rank is opened.

Data flow: `judgements.compare` → `sufficiency.enough` → `davidson.fit` → `intervals.measure` → `separation.separate`;
`verdict_bias` checks the same judgements, and `pairs` selects pairs for the judging queue.
"""
