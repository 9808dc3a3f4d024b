"""Histories for tests of Decide."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.making import opened
from tests.usecases.decide.histories import History


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    """A history with one prompt."""
    store = opened(tmp_path / "history.db")
    yield History(store)
    store.close()
