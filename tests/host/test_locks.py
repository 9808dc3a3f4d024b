"""Locks, tested with real processes that are really killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from workbench.host.errors import HostError
from workbench.host.locks import OwnerLock, WindowLock, owner_alive, owners_directory

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def holder(code: str, *args: object) -> Iterator[subprocess.Popen[str]]:
    """A process that runs `code`, prints "held", and waits for the end of its input."""
    program = f"{IMPORTS}\n{code}\nprint('held', flush=True)\nsys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program, *map(str, args)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


IMPORTS = "import sys\nfrom pathlib import Path\nfrom workbench.host.locks import OwnerLock, WindowLock"
WINDOW = "lock = WindowLock(Path(sys.argv[1])); assert lock.acquire()"
OWNER = "lock = OwnerLock(Path(sys.argv[1]), sys.argv[2]); lock.acquire()"


def test_only_one_window_locks_a_database(tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    other = WindowLock(tmp_path / "b.db")
    with holder(WINDOW, db) as process:
        assert not WindowLock(db).acquire()
        assert other.acquire()
        process.kill()
        process.wait()
        mine = WindowLock(db)
        assert mine.acquire()
    mine.release()
    other.release()
    other.release()


def test_paths_to_the_same_database_share_one_lock(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "other.db").symlink_to(tmp_path / "real" / "a.db")
    with holder(WINDOW, tmp_path / "real" / "a.db"):
        assert not WindowLock(tmp_path / "link" / "a.db").acquire()
        assert not WindowLock(tmp_path / "other.db").acquire()
        assert not WindowLock(tmp_path / "link" / ".." / "real" / "a.db").acquire()


def test_window_lock_can_be_released_by_another_thread(tmp_path: Path) -> None:
    lock = WindowLock(tmp_path / "a.db")
    assert lock.acquire()
    thread = Thread(target=lock.release)
    thread.start()
    thread.join()
    with holder(WINDOW, tmp_path / "a.db"):
        pass


def test_lock_directory_that_cannot_be_created_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HostError, match="lock file"):
        WindowLock(tmp_path / "file" / "a.db").acquire()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root to switch users")
def test_window_lock_in_unwritable_directory_succeeds_without_a_file(tmp_path: Path) -> None:
    for parent in (tmp_path, *tmp_path.parents):
        if parent.name.startswith("pytest-"):
            parent.chmod(0o755)
    nobody = f"import os; os.setuid(65534); {WINDOW}"
    with holder(nobody, tmp_path / "a.db"):
        assert list(tmp_path.iterdir()) == []


def test_owner_is_alive_until_it_is_killed(tmp_path: Path) -> None:
    directory = owners_directory(tmp_path / "a.db")
    assert not owner_alive(directory, "0192-aa")
    with holder(OWNER, directory, "0192-aa") as process:
        assert owner_alive(directory, "0192-aa")
        assert owner_alive(directory, "0192-aa")
        process.kill()
        process.wait()
        assert not owner_alive(directory, "0192-aa")
    assert list(directory.iterdir()) == []


def test_owner_sees_itself_as_alive(tmp_path: Path) -> None:
    lock = OwnerLock(tmp_path, "me")
    lock.acquire()
    assert owner_alive(tmp_path, "me")
    lock.release()
    assert not owner_alive(tmp_path, "me")
    assert list(tmp_path.iterdir()) == []


def test_lock_on_a_removed_file_is_not_accepted(tmp_path: Path) -> None:
    """Who waited for a lock whose holder then removed its file must not think that it holds the new one."""
    with holder(OWNER, tmp_path, "seed") as process:
        code = "for n in range(200): lock = OwnerLock(Path(sys.argv[1]), 'seed'); lock.acquire(); lock.release()"
        process.kill()
        process.wait()
        with holder(code, tmp_path), holder(code, tmp_path):
            pass
    assert list(tmp_path.iterdir()) == []


def test_second_owner_of_a_uid_is_refused(tmp_path: Path) -> None:
    with holder(OWNER, tmp_path, "me"), pytest.raises(HostError, match="lock file"):
        OwnerLock(tmp_path, "me").acquire()


def test_lock_file_without_holder_means_no_owner(tmp_path: Path) -> None:
    (tmp_path / "gone.lock").write_text("")
    assert not owner_alive(tmp_path, "gone")


@pytest.mark.parametrize("uid", ["", "../../etc/passwd", "a/b", "a\0b"])
def test_owner_uid_that_is_a_path_is_rejected(tmp_path: Path, uid: str) -> None:
    owners = tmp_path / "owners"
    owners.mkdir()
    assert not owner_alive(owners, uid)
    with pytest.raises(ValueError, match="owner uid"):
        OwnerLock(owners, uid)
