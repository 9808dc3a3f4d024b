"""Judging answers by models while a test runs, and measuring judges by labels of people.

Data flow: `testing.scorer` scores an answer by rules and offers it here if it has judged checks → `cell_judging` says
what is to be asked about it → `judging` looks for stored replies, records and sends the other questions, and gives the
score back → `testing.analysis` shows it with what `judge_reports` says of the judges. `labelling` shows answers blind
and stores what people say of them.
"""
