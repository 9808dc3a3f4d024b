"""Who wins, and how sure: comparisons, strengths with intervals, what could mislead, and what to judge next.

Invariant: the same verdicts give the same answer in any order, and no strength is told without its uncertainty. This is
the one part of core that imports numpy, so nothing imports it before Rank is opened.

The way through it: `judgements.compare` → `enough.enough` → `davidson.fit` → `intervals.measure` →
`separation.separate`; `verdict_bias` looks at the same judgements, and `pairs` draws pairs for the judging queue.
"""
