"""What makes two cases the same."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.core.cases import Case


def filled_values(values: Iterable[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Return the values that are not empty: those that a question is told by."""
    return frozenset((name, value) for name, value in values if value)


def asked_values(case: Case) -> frozenset[tuple[str, str]]:
    """Return what makes a case a duplicate: its values that are not empty, or its expectation if it has none."""
    return filled_values(case.values) or frozenset({("", case.expectation)})
