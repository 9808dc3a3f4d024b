"""Copies made before an upgrade, and upgrades that fail or are killed: the history stays as it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.patience import PROCESS_S
from tests.store.making import opened
from tests.store.schema.freeze import restore
from tests.store.schema.old_histories import COPY, assert_rows, copies, healthy, rows, shape
from workbench.store import StoreError
from workbench.store.schema import bridge
from workbench.store.sqlite import sqlite3

ROOT = Path(__file__).parents[3]


@pytest.fixture
def on_the_bridge(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[sqlite3.Connection], None]], None]:
    """Run a function during the upgrade, after missing parts were added."""

    def meanwhile(work: Callable[[sqlite3.Connection], None]) -> None:
        monkeypatch.setattr(bridge, "take_statements", work)

    return meanwhile


def test_a_copy_is_made_before_an_upgrade(path: Path) -> None:
    restore(path)
    before = shape(path)
    store = opened(path)
    assert store.iteration_count("p") == 2
    store.close()
    assert copies(path) == [COPY]
    copy = path.with_name(COPY)
    healthy(copy)
    assert shape(copy) == before
    connection = sqlite3.connect(copy)
    assert connection.execute("SELECT count(*) FROM outputs").fetchone() == (7,)
    assert connection.execute("PRAGMA user_version").fetchone() == (1003,)
    connection.close()
    opened(path).close()
    assert len(copies(path)) == 1


def test_upgrade_keeps_the_newest_two_copies_and_leaves_other_files(path: Path) -> None:
    for year in (2021, 2022, 2023):
        path.with_name(f"history.before-upgrade-{year}0101T000000000Z-from-1.3.db").touch()
    theirs = path.with_name("other.before-upgrade-20200101T000000000Z-from-1.3.db")
    theirs.touch()
    restore(path)
    opened(path).close()
    assert [name for name in copies(path) if name.startswith("history.")] == [
        "history.before-upgrade-20230101T000000000Z-from-1.3.db",
        COPY,
    ]
    assert theirs.exists()


def test_clock_set_back_does_not_lose_the_new_copy(path: Path) -> None:
    for year in (2031, 2032):
        path.with_name(f"history.before-upgrade-{year}0101T000000000Z-from-1.3.db").touch()
    restore(path)
    opened(path).close()
    assert copies(path) == [COPY, "history.before-upgrade-20320101T000000000Z-from-1.3.db"]


def test_interrupted_copy_is_named_partial_and_removed_later(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a kill: what had been written so far lies there, and the copy of the next start is whole."""
    restore(path)

    def killed(partial: Path, mode: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Path, "chmod", killed)
        patch.setattr(Path, "unlink", lambda *_, **__: None)
        with pytest.raises(KeyboardInterrupt):
            opened(path)
    (half,) = copies(path)
    assert half.endswith(".partial")
    os.utime(path.with_name(half), (0, 0))
    opened(path).close()
    assert copies(path) == [COPY]
    healthy(path.with_name(COPY))


def test_failed_upgrade_changes_nothing(path: Path, on_the_bridge: Callable[..., None]) -> None:
    restore(path)

    def half(connection: sqlite3.Connection) -> None:
        connection.execute("DROP TABLE outputs")
        raise StoreError("No room. Make some.", "", "full")

    before = shape(path)
    on_the_bridge(half)
    with pytest.raises(StoreError, match="No room"):
        opened(path)
    assert shape(path) == before
    healthy(path)


def test_upgrade_with_an_unexpected_result_is_rolled_back(path: Path, on_the_bridge: Callable[..., None]) -> None:
    restore(path)
    before = shape(path)
    on_the_bridge(lambda connection: connection.execute("DROP TABLE packs"))
    with pytest.raises(StoreError, match="the table “packs” is missing"):
        opened(path)
    assert shape(path) == before
    healthy(path)


def test_upgrade_is_refused_if_the_copy_fails(path: Path) -> None:
    restore(path)
    before = shape(path)
    # A folder in place of the copy.
    path.with_name(COPY).mkdir()
    with pytest.raises(StoreError):
        opened(path)
    assert shape(path) == before


KILLED = """
import os, signal, sys
from pathlib import Path
from tests.store.making import opened
from workbench.store.schema import bridge
{}
opened(Path(sys.argv[1]))
"""
DIES = "os.kill(os.getpid(), signal.SIGKILL)"
MOMENTS = {
    "before the statements": f"bridge.take_statements = lambda c: {DIES}",
    "among the statements": f"""
real = bridge.words
seen = []
def words(sql):
    seen.append(sql)
    if len(seen) > 60:
        {DIES}
    return real(sql)
bridge.words = words
""",
    "after the statements": f"""
real = bridge.take_statements
def whole(connection):
    real(connection)
    {DIES}
bridge.take_statements = whole
""",
}


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
@pytest.mark.parametrize("moment", MOMENTS)
def test_process_killed_during_the_upgrade_leaves_the_history_unchanged(moment: str, path: Path) -> None:
    restore(path)
    before, were = shape(path), rows(path)
    ended = subprocess.run(
        [sys.executable, "-c", KILLED.format(MOMENTS[moment]), str(path)],
        cwd=ROOT,
        timeout=PROCESS_S,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL
    assert (shape(path), rows(path)) == (before, were)
    healthy(path)
    store = opened(path)
    assert_rows(store)
    store.close()
    healthy(path)
