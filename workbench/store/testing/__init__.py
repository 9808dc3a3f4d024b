"""Test runs: settings, cells, scorings, pages of the grid and overrules.

Invariant: a cell is recorded when it refers to an output that ended, made by its own run or by an earlier one of the
same prompt and round. A finished answer of a cell is never replaced, so that nothing is paid twice. Results of checks
belong to a scoring and are never changed; what a person overrules is added beside them.

Data flow: `test_starts` stores a run with its cases → `cell_outputs` lists open cells and records their answers →
`scorings` stores the results of checks → `overrules` changes what counts → `cell_pages` and `column_results` read.
"""
