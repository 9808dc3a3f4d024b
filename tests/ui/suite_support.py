"""Cases for tests of the Test view."""

from __future__ import annotations

from workbench.core.cases import Case, Check
from workbench.host.ids import new_uid


def order_cases(count: int) -> list[Case]:
    """Return cases of which every fourth fails when the answer is "Hello there."."""
    return [
        Case(
            new_uid(),
            f"case {number}",
            (("question", f"Where is A{number}?"), ("record", "none")),
            (Check("contains", value='"there"'), Check("equals", negated=number % 4 > 0, value='"Hello"')),
        )
        for number in range(count)
    ]
