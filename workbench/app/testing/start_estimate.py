"""What starting a test would take, as the Test view shows it.

Invariant: an estimate with a refusal has no other figures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from workbench.usecases.problems import RefusedError, RetiredModelError

if TYPE_CHECKING:
    from workbench.core.lanes import Lane
    from workbench.usecases.judging.judge_estimate import JudgeEstimate
    from workbench.usecases.testing.estimate import SuiteEstimator
    from workbench.usecases.testing.plan import SuitePlan


@dataclass(frozen=True, slots=True)
class ShownEstimate:
    """What starting a test would take.

    `cells` cells in all, of which `new` have no answer yet. The cost is between `low_usd` and `high_usd`, None if
    unknown; `unpriced` columns have no price. `seconds` is the expected time, None if unknown. `refusal` is the
    sentence that says why it cannot start, "" if it can. The other cells use stored answers again: `old` of these are
    older than OLD_AFTER_DAYS, and the oldest one is `oldest_days` old, None if that is not known.
    """

    cells: int = 0
    new: int = 0
    low_usd: float | None = None
    high_usd: float | None = None
    seconds: float | None = None
    unpriced: int = 0
    refusal: str = ""
    tokens: int | None = None
    """Those of all calls, as far as known."""
    retired: Lane | None = None
    """The column whose retired model is the reason of the refusal."""
    old: int = 0
    oldest_days: int | None = None
    judge: JudgeEstimate | None = None
    """What judging takes at most, None without judged checks; its known cost is part of `low_usd` and `high_usd`."""

    @property
    def judgements(self) -> int:
        """The most calls of judges that a start makes."""
        return self.judge.calls if self.judge is not None and self.new else 0

    @property
    def reused(self) -> int:
        """The number of cells that use a stored answer again."""
        return self.cells - self.new

    @property
    def renewed(self) -> ShownEstimate:
        """The estimate if old answers are asked again; what these cost is not known."""
        return replace(self, new=self.new + self.old, low_usd=None, high_usd=None, old=0)


def shown_estimate(estimator: SuiteEstimator, plan: Callable[[], SuitePlan]) -> ShownEstimate:
    """Return the estimate of a plan as the Test view shows it; a refusal of `plan` is part of it. Raises StoreError."""
    try:
        found = estimator.estimate(plan())
    except RefusedError as error:
        retired = error.lane if isinstance(error, RetiredModelError) else None
        return ShownEstimate(refusal=error.sentence, retired=retired)
    judge = found.judge
    # Without a new answer nothing has to be judged that was not judged before.
    costs = (found.cost, judge.cost if judge is not None and found.calls else None)
    known = [cost for cost in costs if cost is not None]
    return ShownEstimate(
        found.cells,
        found.calls,
        sum(cost.low for cost in known) if known else None,
        sum(cost.high for cost in known) if known else None,
        None if found.minutes is None else found.minutes * 60,
        len(found.unpriced),
        tokens=found.tokens,
        old=found.old,
        oldest_days=found.oldest_days,
        judge=judge,
    )
