"""Which checks can fail an answer.

Invariant: this says nothing about verdicts, which are promptfoo's: there a check of weight 0 and an empty set pass.
"""

from __future__ import annotations

from collections.abc import Iterable

from workbench.core.cases import SET, Check


def is_effective(checks: Iterable[Check]) -> bool:
    """Whether one of some checks can fail an answer.

    With weight 0 a check passes whatever the answer is. A set can fail by its members, also one of weight 0.
    """
    return any(is_effective(one.checks) if one.type == SET else one.weight != 0 for one in checks)
