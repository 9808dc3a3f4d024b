"""Fixtures of the command's tests."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from tests.fakes.seeded import made

__all__ = ["made"]


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """The command sets handlers; the tests of others must not find them."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)
