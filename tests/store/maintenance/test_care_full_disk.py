"""Maintenance on a really full disk: a sentence, and an unchanged history."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PROCESS_S

ROOT = Path(__file__).parents[3]
CODE = """
import contextlib, os, random, sys, threading
from pathlib import Path
from tests.store.making import FULL_RESULT, LATER, NOW, opened, run, text, uids
from workbench.core.maintenance import MaintenanceRules
from workbench.store import StoreError
from workbench.store.maintenance import backups
from workbench.usecases.maintenance import Maintenance
from workbench.usecases.history_replacement import move_to, repair, restore
disk, roomy = Path(sys.argv[1]), Path(sys.argv[2])
path = disk / "history.db"
store = opened(path)
store.create_prompt("p", "Order bot", NOW).result(60)
for n in range(30):
    words = "".join(random.Random(n).choices("abcdefgh ", k=30_000))
    store.begin_run(run(f"r{n}", text(words)))
    store.finish_output(f"r{n}.0.0", FULL_RESULT, LATER).result(60)
care = Maintenance(store, lambda: LATER)
care.set_rules(MaintenanceRules(folder=str(roomy)))
made = care.back_up()
care.set_rules(MaintenanceRules())

def ballast():
    with contextlib.suppress(OSError), (disk / "ballast").open("ab") as file:
        while True:
            file.write(b"x" * 4096)
            file.flush()

def refused(work, words):
    before = sorted(p.name for p in disk.rglob("*"))
    try:
        work()
    except StoreError as error:
        assert error.code == "full", (error.code, error.detail)
        assert words in error.sentence, error.sentence
    else:
        raise AssertionError(words)
    after = sorted(p.name for p in disk.rglob("*") if not p.name.endswith(("-wal", "-shm")))
    assert set(after) <= set(before) | {"backups"}, after

ballast()
refused(care.back_up, f"There is no room for a backup in {disk / 'backups'}.")
try:
    # The log may have grown enough before, and then there is room.
    care.make_smaller(threading.Event(), lambda _: None)
except StoreError as error:
    assert error.code == "full", error.code
log = path.with_name("history.db-wal")
for work in (store.deleting.clean, lambda: care.make_smaller(threading.Event(), lambda _: None)):
    (disk / "ballast").unlink()
    store.deleting.clean()
    ballast()
    # Some of it is written into the log before there is no more room.
    os.truncate(disk / "ballast", (disk / "ballast").stat().st_size - 400_000)
    try:
        work()
    except StoreError as error:
        assert error.code == "full", error.code
    else:
        raise AssertionError("there was room")
    assert log.stat().st_size == 0, "a log that nobody needs keeps the last room from everybody"
store.close()
ballast()
refused(lambda: restore(path, made.path, NOW), "The disk is full")
refused(lambda: repair(path, NOW, uids("x")), "The disk is full")
(disk / "ballast").unlink()
store = opened(path)
assert len(store.iterations("p", limit=100)) == 30
damage = Maintenance(store, lambda: LATER).check().damage
assert damage == (), damage
store.close()
(roomy / "history").mkdir()
here = roomy / "history" / "history.db"
here.write_bytes(made.path.read_bytes())
path.rename(disk / "other.db")
ballast()
refused(lambda: move_to(here, disk, NOW, uids("y"), keep=False), "There is no room for the history")
assert here.is_file()
# There is some room, so that the copy is begun.
(disk / "ballast").write_bytes(bytes((disk / "ballast").stat().st_size - 300_000))
refused(lambda: move_to(here, disk, NOW, uids("z"), keep=False), "There is no room for the history")
print("survived")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs a small file system in a mount namespace")
def test_maintenance_on_a_full_disk_fails_and_keeps_the_history(tmp_path: Path) -> None:
    disk, roomy = tmp_path / "disk", tmp_path / "roomy"
    disk.mkdir()
    roomy.mkdir()
    mount = f"mount -t tmpfs -o size=12m none '{disk}'"
    namespace = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    if subprocess.run([*namespace, mount], capture_output=True, check=False).returncode:
        pytest.skip("mounting is not permitted here")
    done = subprocess.run(
        [*namespace, f'{mount} && exec "$0" -c "$1" "$2" "$3"', sys.executable, CODE, str(disk), str(roomy)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PROCESS_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "survived\n"
