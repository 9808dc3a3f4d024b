"""Statistics of test columns: pass rates with intervals, comparisons with a baseline, and the cases still needed.

Invariant: the unit is the case. Samples of a case are averaged, cases of one cluster are one draw, and nothing depends
on the order of cases, samples or columns. Where the data allow no interval or test, the field is None. Results are the
same for the same data: every random generator is seeded with a hash of the numbers that it resamples
(`clusters.ClusterValues.seed`).

Data flow: `results` (input) → `columns.summarise` and `comparisons.compare_columns` → `power.more_cases`,
`comparisons.no_worse`, `stopping.settle` → `wording`. Of judges: `judge_cells` (input) → `judge_error.judge_error`,
`corrected_rate.corrected_rate` and `corrected_difference`, `threshold.choose_threshold`,
`preferences.count_preferences` → `judge_words`. `results`, `judge_cells`, `proportions`, `power` and `stopping` need no
numpy.
"""
