"""What judges add to the estimate of a test, in words.

Invariant: numbers of judgements are upper limits, and said to be.
"""

from __future__ import annotations

from workbench.app.testing.start_estimate import ShownEstimate
from workbench.core.text import counted


def judged_too(estimate: ShownEstimate) -> str:
    """Return " and up to 64 judgements", "" if nothing is judged."""
    return f" and up to {counted(estimate.judgements, 'judgement')}" if estimate.judgements else ""


def lacks_price(estimate: ShownEstimate) -> bool:
    """Whether a start asks a judge whose price is not known."""
    judge = estimate.judge
    return estimate.judgements > 0 and judge is not None and (bool(judge.unpriced) or judge.cost is None)


def calls_words(estimate: ShownEstimate) -> str:
    """Return "64 calls and up to 64 judgements"."""
    return f"{counted(estimate.new, 'call')}{judged_too(estimate)}"


def judging_question(estimate: ShownEstimate) -> str:
    """Return a question about what judges take if stored answers are checked again, "" if nothing is paid."""
    judge = estimate.judge
    if judge is None or not judge.calls or (judge.cost is not None and not judge.cost.high and not judge.unpriced):
        return ""
    return f"Check again? This asks the judge: {judge.words}. What it judged before is not asked again."
