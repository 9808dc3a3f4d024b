"""Ids, times, directories, resources."""

from __future__ import annotations

import re
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest

from workbench.host.clock import monotonic_ms, utc_now
from workbench.host.dirs import default_database, places, resource
from workbench.host.errors import HostError
from workbench.host.ids import new_uid

ROOT = Path(__file__).resolve().parents[2]


def test_uids_are_uuid7_and_sorted() -> None:
    made = [new_uid() for _ in range(2000)]
    assert made == sorted(set(made))
    assert {UUID(uid).version for uid in made} == {7}
    assert all(uid == str(UUID(uid)) for uid in made)


def test_uids_stay_sorted_when_the_clock_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time_ns()
    made = [new_uid()]
    monkeypatch.setattr(time, "time_ns", lambda: now - 3_600_000_000_000)
    made += [new_uid() for _ in range(100)]
    assert made == sorted(set(made))


def test_uid_begins_with_its_timestamp() -> None:
    before = time.time_ns() // 1_000_000
    assert before - 1 <= int(new_uid().replace("-", "")[:12], 16) <= time.time_ns() // 1_000_000 + 1


def test_uids_of_many_threads_are_unique() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = [uid for part in pool.map(lambda _: [new_uid() for _ in range(500)], range(8)) for uid in part]
    assert len(set(made)) == 4000


def test_utc_time_has_fixed_width_and_clocks_do_not_go_back() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", utc_now())
    assert utc_now() <= utc_now()
    assert monotonic_ms() <= monotonic_ms()


linux = pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="XDG directories")


@linux
def test_directories_follow_the_given_environment_only(tmp_path: Path) -> None:
    found = places({"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "d"), "XDG_STATE_HOME": "relative/ignored"})
    assert found.data == tmp_path / "d" / "prompt-workbench"
    assert found.state == tmp_path / ".local/state/prompt-workbench"
    assert found.config == tmp_path / ".config/prompt-workbench"
    assert found.cache == tmp_path / ".cache/prompt-workbench"
    assert list(tmp_path.iterdir()) == []


@linux
def test_created_directories_are_private_to_the_user(tmp_path: Path) -> None:
    found = places({"HOME": str(tmp_path)}).make().make()
    assert stat.S_IMODE(found.data.stat().st_mode) == 0o700


@linux
def test_directory_that_cannot_be_created_is_reported(tmp_path: Path) -> None:
    (tmp_path / ".local").write_text("a file where a folder should be")
    with pytest.raises(HostError, match="cannot be created") as caught:
        places({"HOME": str(tmp_path)}).make()
    assert "NotADirectoryError" in caught.value.detail or "FileExistsError" in caught.value.detail


@linux
def test_database_path_comes_from_the_environment(tmp_path: Path, home: Path) -> None:
    assert default_database({"HOME": "/h", "WORKBENCH_DB": str(tmp_path / "x.db")}) == tmp_path / "x.db"
    assert default_database({"WORKBENCH_DB": "~/x.db"}) == home / "x.db"
    assert default_database({"HOME": "/h", "WORKBENCH_DB": "x.db"}).is_absolute()
    assert default_database({"HOME": "/h", "WORKBENCH_DB": ""}) == Path("/h/.local/share/prompt-workbench/workbench.db")


def test_resources_are_found_in_the_checkout() -> None:
    assert resource("icons", "app.svg") == ROOT / "resources" / "icons" / "app.svg"
    with pytest.raises(HostError, match="missing"):
        resource("no", "such.file")


def test_resources_are_found_from_any_working_directory(tmp_path: Path) -> None:
    code = "from workbench.host.dirs import resource; print(resource('weights.lock'))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert done.stdout.strip() == str(ROOT / "resources" / "weights.lock")
