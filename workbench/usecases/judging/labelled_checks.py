"""The judged checks of a test run whose answers people can label.

Invariant: a check that compares answers is none of them, because a label is about a single answer.
"""

from __future__ import annotations

from workbench.core.checks.check_types import PAIRWISE
from workbench.store.judging.judge_records import JudgeRecords
from workbench.store.judging.records import JudgedCheckFact
from workbench.usecases.problems import RefusedError

NOT_JUDGED = "No judge has evaluated answers of this test. Add a check such as llm-rubric, choose a judge, and run it."
ONLY_COMPARED = (
    "The judge of this test compares answers, and labels are about single ones. Add a check such as llm-rubric, and "
    "run the test."
)


def labelled_checks(judges: JudgeRecords, run_uid: str, scoring_uid: str) -> tuple[JudgedCheckFact, ...]:
    """Return the checks, at least one. Raises StoreError, and RefusedError if there is none."""
    facts = judges.checks(run_uid, scoring_uid) if scoring_uid else ()
    found = tuple(fact for fact in facts if fact.check.type != PAIRWISE)
    if not found:
        raise RefusedError(ONLY_COMPARED if facts else NOT_JUDGED)
    return found
