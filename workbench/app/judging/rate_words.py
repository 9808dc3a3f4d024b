"""What stands beside a pass rate because of judges.

Invariant: a rate that rests on a judge without enough labels is called unmeasured.
"""

from __future__ import annotations

UNMEASURED = "unmeasured"
"""As reports say it; see `core.statistics.judge_words`, which loads the statistics."""


def beside_rate(judged: str | None) -> str:
    """Return "judge unmeasured", or the corrected rate; "" without a judge."""
    return f"judge {UNMEASURED}" if judged == UNMEASURED else judged or ""
