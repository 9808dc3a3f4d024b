"""Decide: gathers the evidence of a prompt from the history, and asks the rules what to do.

Invariant: gathering changes nothing and asks no model. Of the hold-out only totals are used, and none before all of its
answers are there. Everything blocks: use it on worker threads.

Data flow: `column_reader` reads columns of tests → `pairs`, `stubborn`, `call_figures` make evidence of them;
`versions`, `verdicts`, `training_rows`, `judge_facts` and `guard_pairs` add the rest → `gatherer` → `decider`.
"""
