"""Why answers of a test are unscored, in one sentence.

Invariant: a sentence names no case and quotes no answer of the hold-out.
"""

from __future__ import annotations

from workbench.core.testing.grid import SuiteRun
from workbench.core.text import counted
from workbench.store.testing.suite_records import SuiteRecords

_LONGEST = 300


def unscored_words(records: SuiteRecords, run: SuiteRun, scoring_uid: str) -> str:
    """Return how many answers are unscored and the reason that most of them have; "" without one. Raises StoreError.

    A judge that answers nonsense fails no call: without the reason people would look for the fault in the answers.
    """
    if not scoring_uid or run.set_name == "holdout":
        return ""
    found = records.unscored_reason(run.uid, scoring_uid)
    if found is None or not found.reason:
        return ""
    told = " ".join(found.reason.split())
    told = told if len(told) <= _LONGEST else f"{told[: _LONGEST - 1]}…"
    often = (
        "" if found.cells == found.all else f", most often ({found.cells:,})" if found.cells > 1 else ", for example"
    )
    return f"{counted(found.all, 'answer')} unscored{often}: {told}"
