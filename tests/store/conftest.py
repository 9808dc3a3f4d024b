from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.making import NOW, opened
from workbench.store import Store


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    """An open history with one prompt, uid "p"."""
    store = opened(path)
    store.create_prompt("p", "Order bot", NOW).result(10)
    yield store
    store.close()
