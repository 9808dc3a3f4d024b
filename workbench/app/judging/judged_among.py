"""Which checks need judges.

Invariant: it loads neither the judging itself nor the statistics, so that any view may ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from workbench.core.cases import SET, Check
from workbench.core.checks.check_result import CheckResult
from workbench.core.checks.check_types import CHECK_TYPES, NO_EMBEDDINGS, NO_JUDGE

NOT_ASKED = "A judge evaluates this check in tests. Here it is asked only when you try the check."


def judged_among(checks: Iterable[Check]) -> Iterator[Check]:
    """Yield the checks, and the members of sets, that models evaluate."""
    for check in checks:
        if check.type == SET:
            yield from judged_among(check.checks)
        elif (row := CHECK_TYPES.get(check.type)) is not None and row.judged:
            yield check


def not_asked(result: CheckResult) -> CheckResult:
    """Return a result outside of tests, where no judge is asked whether one is chosen or not."""
    parts = tuple(not_asked(part) for part in result.parts)
    return replace(result, parts=parts, reason=NOT_ASKED if lacks_judge(result.reason) else result.reason)


def lacks_judge(reason: str) -> bool:
    """Whether a check is unscored because no model is chosen that could judge it."""
    return reason.startswith((NO_JUDGE, NO_EMBEDDINGS))


def lacks_embeddings(reason: str) -> bool:
    """Whether a check is unscored because no model is chosen that turns texts into vectors."""
    return reason.startswith(NO_EMBEDDINGS)


def choosing(reason: str) -> tuple[str, str]:
    """Return the command that chooses the model which a check lacks, and the words of its button."""
    if lacks_embeddings(reason):
        return "choose_embedding", "Choose an embedding model…"
    return "choose_judge", "Choose a judge…"
