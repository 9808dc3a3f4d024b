"""Histories that can only be read."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.patience import PROCESS_S
from tests.store.database_files import sql, write_some
from tests.store.making import NOW, run, text
from tests.store.making import made_here as opened
from workbench.store import StoreError

ROOT = Path(__file__).parents[2]


def test_history_of_a_newer_major_format_is_read_only(path: Path) -> None:
    write_some(path)
    sql(path, "PRAGMA user_version = 2003", "DROP TABLE endpoints")
    before = path.read_bytes()
    store = opened(path)
    assert store.read_only
    assert "newer release (format 2.3)" in store.notice
    assert store.iteration_detail("r").outputs[0].result.text == "Hello"
    with pytest.raises(StoreError, match="newer release") as caught:
        store.create_prompt("q", "New", NOW).result(60)
    assert caught.value.code == "newer_major"
    with pytest.raises(StoreError, match="newer release") as caught:
        store.endpoints()
    assert caught.value.code == "newer_major"
    assert store.data_version() > 0
    store.close()
    assert path.read_bytes() == before


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that other users can read."""
    with tempfile.TemporaryDirectory(prefix="history-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder
        folder.chmod(0o755)


PROBE = """
import json, os, sys
from pathlib import Path
from tests.store.making import NOW, made_here as opened
from workbench.store import StoreError
if os.getuid() == 0:  # who may do everything cannot notice what is forbidden
    os.seteuid(65534)
try:
    store = opened(Path(sys.argv[1]))
    seen = {"read_only": store.read_only, "notice": store.notice, "iterations": store.iteration_count("p")}
    try:
        store.create_prompt("q", "New", NOW).result(60)
    except StoreError as error:
        seen["code"] = error.code
    store.close()
except StoreError as error:
    seen = {"refused": error.code, "sentence": error.sentence}
print(json.dumps(seen))
"""


def probe(path: Path) -> dict[str, object]:
    """Open `path` as an unprivileged user and return the result."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PROCESS_S,
        check=True,
    )
    answer = json.loads(done.stdout)
    assert isinstance(answer, dict)
    return answer


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX permissions")
def test_read_only_history_is_opened_for_reading_with_a_notice(public: Path) -> None:
    path = public / "history.db"
    write_some(path)
    path.chmod(0o444)
    public.chmod(0o555)
    seen = probe(path)
    assert seen["read_only"] is True
    assert seen["iterations"] == 1
    assert seen["code"] == "readonly"
    assert "cannot be written to" in str(seen["notice"])
    assert probe(public / "new.db")["refused"] == "readonly"
    assert sorted(p.name for p in public.iterdir()) == ["history.db"]


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX permissions")
def test_read_only_history_with_an_unmerged_log_is_refused(public: Path) -> None:
    path = public / "history.db"
    write_some(path)
    store = opened(path)
    store.begin_run(run("r2", text("Hi"))).result(60)
    copy = public / "copy"
    copy.mkdir()
    for name in ("history.db", "history.db-wal"):
        (copy / name).write_bytes((public / name).read_bytes())
        (copy / name).chmod(0o444)
    store.close()
    copy.chmod(0o555)
    seen = probe(copy / "history.db")
    copy.chmod(0o755)
    assert seen["refused"] == "readonly"
    assert "-wal" in str(seen["sentence"])
