"""A history as the first start leaves it, made once and copied, because seeding it for each test is slow."""

from __future__ import annotations

import functools
import os
import tempfile
from pathlib import Path

import pytest

from workbench.host.dirs import places
from workbench.usecases.workbench import Workbench


@pytest.fixture(scope="session", autouse=True)
def made() -> None:
    """Make the history before any test can change how it is made; for conftest files of tests that use it."""
    _made()


def put(path: Path) -> None:
    """Write a copy of the history unless one exists."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(_made())


@functools.cache
def _made() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "seeded.db")
        Workbench.open(path, places(os.environ), dict(os.environ)).close()
        return path.read_bytes()
