"""The age of stored answers in `workbench test`.

Invariant: an old answer is never used again silently. Without `--max-age` it is used, which costs nothing, and a
sentence says so; with it, answers that are older are asked again in the same round.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from workbench.cli.output import one_line
from workbench.core.testing.answer_ages import (
    OLD_AFTER_DAYS,
    age_in_days,
    days_before,
    old_answers,
    renewed_words,
    used_again,
)
from workbench.host.clock import utc_now

if TYPE_CHECKING:
    from workbench.usecases.testing.plan import SuitePlan
    from workbench.usecases.workbench import Workbench


def aged(workbench: Workbench, plan: SuitePlan, max_age: int | None) -> SuitePlan:
    """Return a plan that asks answers older than `max_age` days again, None for no limit, and say what that means.

    Answers from today are not mentioned.
    """
    now = utc_now()
    before = days_before(now, OLD_AFTER_DAYS if max_age is None else max_age)
    stored = workbench.tests.estimator.stored(plan, before)
    oldest = age_in_days(stored.oldest, now)
    if not stored.older and not oldest:
        return plan
    if not stored.older:
        told = f"{used_again(stored.count, oldest)}."
    elif max_age is None:
        told = f"{old_answers(stored.count, stored.older, oldest, 'are')} --max-age {OLD_AFTER_DAYS} asks them again."
    else:
        told = renewed_words(stored.older, max_age)
    print(one_line(told), file=sys.stderr)
    return plan if max_age is None else plan.without_answers_older(max_age, now)
