"""What the filters of rows are called, and which rows they show.

Invariant: every filter has a title and a tip, in the order in which they are shown.
"""

from __future__ import annotations

from workbench.core.testing.grid import RowFilter

FILTER_TITLES: dict[RowFilter, str] = {
    "all": "All",
    "failed": "Failed",
    "differs": "Differs",
    "regressed": "Regressed",
    "unscored": "Unscored",
    "no_answer": "No answer",
    "flaky": "Flaky",
    "overruled": "Overruled",
    "label_differs": "Label differs",
    "rule_differs": "Rule differs",
    "repeats_differ": "Repeats differ",
    "open": "Open",
}
FILTER_TIPS: dict[RowFilter, str] = {
    "all": "All cases",
    "failed": "Cases that fail in a column",
    "differs": "Cases whose answers differ from the baseline; new words are underlined",
    "regressed": "Cases that passed in the same column of the last test, and fail now",
    "unscored": "Cases with a check that could not be evaluated",
    "no_answer": "Cases in which a call failed",
    "flaky": "Cases of which some samples pass and some fail",
    "overruled": "Cases in which you overruled a check",
    "label_differs": "Cases in which a judge disagrees with your label",
    "rule_differs": "Cases in which a judge passes an answer that a rule fails, or the reverse",
    "repeats_differ": "Cases in which a judge that was asked several times disagrees with itself",
    "open": "Cases that are not asked in every column yet",
}
