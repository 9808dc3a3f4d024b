"""Byte counts as people read them."""

from __future__ import annotations

import pytest

from workbench.core.byte_sizes import show_bytes


@pytest.mark.parametrize(
    ("size", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (9949, "9.9 kB"),
        (9950, "10 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (1_500_000, "1.5 MB"),
        (15_000_000, "15 MB"),
        (2**30, "1.1 GB"),
        (2 * 10**15, "2000 TB"),
    ],
)
def test_sizes_use_decimal_units(size: int, text: str) -> None:
    assert show_bytes(size) == text
