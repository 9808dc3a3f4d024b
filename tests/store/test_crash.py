"""Processes that die at any moment, and concurrent writers."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests import depth
from tests.patience import PROCESS_S
from tests.store.making import LATER, opened, run, text
from tests.store.search.test_search_index import indexed, made_anew, settled
from workbench.store import Store
from workbench.store.records import PartialText

ROOT = Path(__file__).parents[2]


def start(path: Path, owner: str, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.store.child", str(path), owner, *more],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def kill_after(child: subprocess.Popen[str], lines: int) -> list[list[str]]:
    """Read this many lines, kill the process while it continues, and return all of its lines."""
    assert child.stdout is not None
    said = [child.stdout.readline() for _ in range(lines)]
    child.kill()
    said += child.stdout.read().splitlines(keepends=True)
    child.stdout.close()
    child.wait(30)
    return [line.split() for line in said if line.endswith("\n")]


def check(store: Store, said: list[list[str]], owner: str) -> None:
    """Check that everything printed is stored, and nothing is in flight."""
    whole = "".join(f"{{}} piece {piece} 部分 " for piece in range(4))
    rows = {row.run_uid: row for row in store.iterations("p", limit=1000)}
    ended = {words[1] for words in said if words[0] == "done"}
    streamed = {words[1]: int(words[2]) for words in said if words[0] == "part"}
    for words in said:
        if words[0] == "run":
            assert words[1] in rows
        if words[0] == "mark":
            assert rows[words[1]].winner == "echo"
    for name in rows:
        if not name.startswith(f"{owner}-"):
            continue
        detail = store.iteration_detail(name)
        assert detail.content == text(f"{name} prompt")
        assert not detail.row.running
        assert len(detail.outputs) == 2
        for output in detail.outputs:
            expected = whole.format(*[name] * 4)
            if output.uid in ended:
                assert output.result.state == "finished"
            if output.result.state == "finished":
                assert output.result.text == expected
            else:
                assert output.result.state == "interrupted"
                assert expected.startswith(output.result.text)
                assert len(output.result.text) >= streamed.get(output.uid, 0)


@pytest.mark.parametrize("seed", depth.seeds(3, 100))
def test_killed_process_loses_nothing_already_written(store: Store, path: Path, seed: int) -> None:
    store.close()
    said = kill_after(start(path, "dead"), random.Random(seed).randint(1, 60))
    assert said
    store = opened(path)
    recovered = store.recover(lambda owner: False, LATER).result(60)
    assert recovered.outputs <= 2
    check(store, said, "dead")
    assert store.draft("p") is not None
    store.begin_run(run("after", text("goes on"))).result(60)
    settled(store)
    store.close()
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("SELECT count(*) FROM partials").fetchone() == (0,)
    assert connection.execute("SELECT uid FROM unindexed JOIN runs ON runs.id = run_id").fetchall() == [("after",)]
    connection.close()
    assert indexed(path) == made_anew(path)


def test_recovery_after_a_kill_leaves_runs_of_a_live_process_alone(store: Store, path: Path) -> None:
    store.begin_run(run("mine", text("mine"), owner="alive")).result(60)
    store.save_partials([PartialText("mine.0.0", "text", 0, "so far")]).result(60)
    noticed = store.data_version()
    said = kill_after(start(path, "dead"), 17)
    assert store.data_version() != noticed
    store.recover(lambda owner: owner == "alive", LATER).result(60)
    check(store, said, "dead")
    assert store.iteration("mine").running
    assert store.iteration_detail("mine").outputs[0].result.text == "so far"


def test_three_processes_write_to_one_history_without_loss(store: Store, path: Path) -> None:
    children = [start(path, owner, "8") for owner in ("one", "two")]
    for n in range(8):
        store.begin_run(run(f"here-{n}", text(f"here {n}"), owner="here")).result(30)
        store.iterations("p", limit=1000)
    for child in children:
        output, _ = child.communicate(timeout=PROCESS_S)
        assert child.returncode == 0
        assert output.count("mark") == 8
    rows = store.iterations("p", limit=1000)
    assert [row.number for row in rows] == list(range(24, 0, -1))
    assert store.iteration_count("p") == 24
    assert sorted(version.number for version in store.versions("p")) == list(range(1, 25))
    store.recover(lambda owner: owner == "here", LATER).result(60)
    check(store, [], "one")
    check(store, [], "two")


FULL_DISK = """
import random, sys
from pathlib import Path
from tests.store.making import LATER, NOW, done, opened, run, text
from workbench.store import StoreError
disk = Path(sys.argv[1])
path = disk / "history.db"
store = opened(path)
store.create_prompt("p", "Order bot", NOW).result(60)
ballast = disk / "ballast"
ballast.write_bytes(b"x" * 1_000_000)
written, code = [], ""
for n in range(1000):
    words = "".join(random.Random(n).choices("abcdefgh ", k=30_000))
    try:
        store.begin_run(run(f"r{n}", text(words))).result(60)
        written.append(f"r{n}")
        store.finish_output(f"r{n}.0.0", done(words), LATER).result(60)
    except StoreError as error:
        code = error.code
        break
assert code == "full", code
assert [row.run_uid for row in store.iterations("p", limit=1000)] == written[::-1]
ballast.unlink()
store.begin_run(run("after", text("room again"))).result(60)
store.close()
store = opened(path)
assert [row.run_uid for row in store.iterations("p", limit=1000)] == ["after", *written[::-1]]
store.close()
print("survived", len(written))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs a small file system in a mount namespace")
def test_full_disk_loses_no_written_run_and_writing_resumes(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = f"mount -t tmpfs -o size=4m none '{disk}'"
    namespace = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    if subprocess.run([*namespace, mount], capture_output=True, check=False).returncode:
        pytest.skip("mounting is not permitted here")
    done = subprocess.run(
        [*namespace, f'{mount} && exec "$0" -c "$1" "$2"', sys.executable, FULL_DISK, str(disk)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PROCESS_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("survived")
