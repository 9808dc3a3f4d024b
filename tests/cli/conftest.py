"""Fixtures of the tests of the `workbench` command."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.seeded import made

__all__ = ["made"]


@pytest.fixture(autouse=True)
def _signals() -> Iterator[None]:
    """Restore the signal handlers that the command replaces."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.fixture
def db(tmp_path: Path) -> str:
    """Return the path of a history that does not exist yet."""
    return str(tmp_path / "w.db")
