"""Tests of a prompt: cases × columns × samples.

Invariant: a cell is one sample of one case in one column. Cases and columns of a test run are snapshots, so that
editing a case or a prompt never moves an earlier result.

Data flow: `settings` (what a person set up) → `cells` (what is asked, and when an earlier answer can be used again) →
answers → `workbench.core.checks` → `grid` (what is shown) and `workbench.core.statistics` (what it means).
"""
