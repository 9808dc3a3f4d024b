"""What makes two cases the same."""

from __future__ import annotations

from workbench.core.cases import Case


def asked_values(case: Case) -> frozenset[tuple[str, str]]:
    """Return what makes a case a duplicate: its values that are not empty, or its expectation if it has none."""
    return frozenset((name, value) for name, value in case.values if value) or frozenset({("", case.expectation)})
