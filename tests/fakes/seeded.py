"""A history as a first start leaves it, made once and copied: every test would wait for it to be made anew."""

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
    """Make it before the first test that may have changed how; for conftest files of tests that use it."""
    _made()


def put(path: Path) -> None:
    """Put one where there is no history yet."""
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
