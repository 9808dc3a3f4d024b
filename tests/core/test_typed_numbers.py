"""Numbers as typed."""

from __future__ import annotations

import pytest

from workbench.core.typed_numbers import shown_number, typed_number


@pytest.mark.parametrize(
    ("text", "value"),
    [("1.5", 1.5), ("1,5", 1.5), (" $3 ", 3.0), ("2,000,000", 2e6), ("1,500.25", 1500.25), ("-1", -1.0)],
)
def test_numbers_with_comma_point_and_dollar_are_read(text: str, value: float) -> None:
    assert typed_number(text) == value


@pytest.mark.parametrize("text", ["", "much", "1 2", "nan", "inf", "1,50,0"])
def test_anything_else_is_no_number(text: str) -> None:
    assert typed_number(text) is None


def test_shown_numbers_are_read_back() -> None:
    assert [shown_number(value) for value in (None, 0.92 * 100, 2_000_000, 0.0061)] == ["", "92", "2000000", "0.0061"]
