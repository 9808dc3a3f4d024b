"""Which SQLite library opens the history, tested in fresh interpreters."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

from tests.patience import PROCESS_S

ROOT = Path(__file__).resolve().parents[2]


def printed_by(code: str, *folders: Path) -> str:
    path = os.pathsep.join(map(str, (*folders, ROOT)))
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": path}, capture_output=True, text=True, timeout=PROCESS_S
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


OWN = "import sqlite3; print(sqlite3.sqlite_version)"
LOAD = "from workbench import bundled_sqlite; bundled_sqlite.load()"


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A folder with a pysqlite3 package whose library is the system's and reports version 3.99.9."""
    mapped = printed_by("import sqlite3; print(open('/proc/self/maps').read())")
    files = {line.split()[-1] for line in mapped.splitlines()}
    system = next((file for name in files if (file := Path(name)).name.startswith("libsqlite3.so")), None)
    if system is None:
        pytest.skip("this Python does not use a system library of SQLite")
    own, other = (text.encode().ljust(8, b"\0") for text in (printed_by(OWN), "3.99.9"))
    package = tmp_path / "pysqlite3"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / f"_sqlite3{EXTENSION_SUFFIXES[0]}").write_bytes(system.read_bytes().replace(own, other))
    return tmp_path


def test_standard_sqlite3_module_uses_the_bundled_library(bundle: Path) -> None:
    ask = "sqlite3.connect(':memory:').execute('SELECT sqlite_version()').fetchone()"
    code = f"{LOAD}\nimport sqlite3\nprint(sqlite3.sqlite_version, {ask})"
    assert printed_by(code, bundle) == "3.99.9 ('3.99.9',)"


def test_bundled_library_is_not_loaded_over_an_imported_sqlite3(bundle: Path) -> None:
    assert printed_by(f"import sqlite3\n{LOAD}\n{OWN}", bundle) == printed_by(OWN)


@pytest.mark.parametrize("first", ["workbench.cli.main", "workbench.__main__", "workbench.ui.main", "workbench.store"])
def test_every_entry_point_loads_a_recent_enough_library(first: str) -> None:
    code = (
        f"import {first}\nfrom workbench.store.sqlite import sqlite3\nimport filelock, sqlite_utils.utils as utils\n"
        "print(sqlite3.sqlite_version_info >= (3, 43), utils.sqlite3 is sqlite3)"
    )
    assert printed_by(code) == "True True"
