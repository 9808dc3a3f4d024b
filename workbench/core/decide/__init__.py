"""Decide: from the evidence in a person's own history to a recommendation, and to the next thing to run.

Invariant: pure. `decide(evidence, rules)` reads no clock, file or history; `rules` come from `resources/decide`. None
means unknown and is never read as 0. Every sentence is made here, so that window, terminal and report only show it.

Data flow: `goals` and `evidence` (input) → `findings` F1 to F16, `levers`, `cost` → the decision table → `decision`.
"""
