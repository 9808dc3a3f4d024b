"""Which checks can fail an answer."""

from __future__ import annotations

import pytest

from workbench.core.cases import SET, Check
from workbench.core.checks.effective import is_effective

IDLE, REAL = Check("equals", weight=0.0), Check("equals")


@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        ((), False),
        ((IDLE,), False),
        ((IDLE, REAL), True),
        ((Check(SET),), False),
        ((Check(SET, checks=(IDLE, Check(SET))),), False),
        ((Check(SET, checks=(IDLE, REAL)),), True),
        # A set of weight 0 still fails the case.
        ((Check(SET, weight=0.0, checks=(REAL,)),), True),
    ],
)
def test_whether_a_check_can_fail(checks: tuple[Check, ...], expected: bool) -> None:
    assert is_effective(checks) is expected
