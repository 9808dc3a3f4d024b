"""The error log: bounded, shared by several processes, and never raising errors itself."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.host import faults
from workbench.host.faults import FaultLog, log_file

ENTRY = re.compile(r"\d{4}-\d\d-\d\dT\S+Z \w+ \d+, Prompt Workbench \S+, Python [^\n]+\n(.+)")


@pytest.fixture
def told() -> list[tuple[str, Path | None]]:
    return []


def watching(state: Path, told: list[tuple[str, Path | None]]) -> Iterator[None]:
    end = faults.watch(state, "test", "0", lambda report, log: told.append((report, log)))
    yield
    end()


def entries(state: Path) -> list[str]:
    text = "".join(file.read_text("utf-8") for file in sorted(state.glob("errors.log*"), reverse=True))
    found = [entry for entry in text.split("\n\n") if entry]
    assert all(ENTRY.match(entry) for entry in found), found
    return found


def test_log_entry_names_its_process_and_only_the_owner_can_read_the_file(tmp_path: Path) -> None:
    log = FaultLog(tmp_path / "state", "window", "1.2.3")
    assert log.write("Unexpected error: ValueError")
    (entry,) = entries(tmp_path / "state")
    assert f"window {os.getpid()}, Prompt Workbench 1.2.3" in entry
    assert stat.S_IMODE(log.file.stat().st_mode) == 0o600


def test_error_log_size_is_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "MOST_BYTES", 2000)
    log = FaultLog(tmp_path, "window", "0")
    for number in range(200):
        assert log.write(f"Unexpected error: E{number}\n" + "  x" * 50)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["errors.log", "errors.log.1"]
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 4000
    assert "E199" in entries(tmp_path)[-1]


def test_log_entry_size_is_limited(tmp_path: Path) -> None:
    assert FaultLog(tmp_path, "window", "0").write("x" * 10_000_000)
    assert log_file(tmp_path).stat().st_size < 20_000


WRITER = """
import sys
from pathlib import Path
from workbench.host import faults
faults.MOST_BYTES = 20_000
log = faults.FaultLog(Path(sys.argv[1]), "writer", "0")
for number in range(200):
    assert log.write(f"Unexpected error: {sys.argv[2]}{number}" + "\\n  place" * 5)
"""


def test_concurrent_processes_write_complete_entries(tmp_path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), name]) for name in "abcd"]
    assert [writer.wait() for writer in writers] == [0] * 4
    found = entries(tmp_path)
    assert len(found) > 50
    assert all(entry.count("\n") == 6 for entry in found[1:])
    assert sum(file.stat().st_size for file in tmp_path.glob("errors.log*")) <= 40_000


@pytest.mark.parametrize("kind", ["directory", "pipe", "link", "file in the way", "full"])
def test_unwritable_log_is_reported_without_raising(tmp_path: Path, kind: str) -> None:
    state = tmp_path / "state"
    state.mkdir()
    file = log_file(state)
    if kind == "directory":
        file.mkdir()
    elif kind == "pipe":
        os.mkfifo(file)
    elif kind == "link":
        file.symlink_to("/dev/full")
    elif kind == "file in the way":
        state = tmp_path / "state" / "no" / "state"
        (tmp_path / "state" / "no").write_text("")
    else:
        state = Path("/dev/full")
    told: list[tuple[str, Path | None]] = []
    for _ in watching(state, told):
        sys.excepthook(ValueError, ValueError("x"), None)
    assert told == [("Unexpected error: ValueError", None)]


def test_repeated_exception_is_reported_once(tmp_path: Path, told: list[tuple[str, Path | None]]) -> None:
    for _ in watching(tmp_path, told):
        for _ in range(1000):
            sys.excepthook(ValueError, ValueError("x"), None)
        sys.excepthook(KeyError, KeyError("x"), None)
    assert [report for report, _ in told] == ["Unexpected error: ValueError", "Unexpected error: KeyError"]
    assert len(entries(tmp_path)) == 2


def test_exception_in_reporter_is_not_reported_again(tmp_path: Path) -> None:
    def tell(report: str, log: Path | None) -> None:
        sys.excepthook(KeyError, KeyError("again"), None)
        raise RuntimeError("no screen")

    end = faults.watch(tmp_path, "test", "0", tell)
    sys.excepthook(ValueError, ValueError("x"), None)
    end()
    assert len(entries(tmp_path)) == 1


def test_noted_exception_raised_later_is_logged_once(tmp_path: Path, told: list[tuple[str, Path | None]]) -> None:
    for _ in watching(tmp_path, told):
        error = ValueError("x")
        assert faults.note(error) == ("Unexpected error: ValueError", log_file(tmp_path))
        sys.excepthook(ValueError, error, None)
    assert told == []
    assert len(entries(tmp_path)) == 1


def test_without_a_log_nothing_is_written() -> None:
    assert faults.note(ValueError("x")) == ("Unexpected error: ValueError", None)
    assert faults.note_of_child("Unexpected error: ValueError", "engine") is None


def test_exception_is_reported_again_after_a_minute(
    tmp_path: Path, told: list[tuple[str, Path | None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(faults.time, "monotonic", lambda: now[0])
    for _ in watching(tmp_path, told):
        for now[0] in (1000.0, 1059.9, 1060.0):
            sys.excepthook(ValueError, ValueError("x"), None)
        assert len(told) == len(entries(tmp_path)) == 2
        error = KeyError("x")
        for now[0] in (2000.0, 3000.0):
            assert faults.note(error) == ("Unexpected error: KeyError", log_file(tmp_path))
        now[0] = 4000.0
        sys.excepthook(KeyError, error, None)
        assert len(entries(tmp_path)) == 3, "repeated exceptions are logged once"


def test_alternating_exceptions_are_reported_once_each(tmp_path: Path, told: list[tuple[str, Path | None]]) -> None:
    for _ in watching(tmp_path, told):
        for kind in (ValueError, KeyError, ValueError, KeyError):
            sys.excepthook(kind, kind("x"), None)
    assert len(told) == 2


def test_child_exception_is_logged_under_the_name_of_the_child(
    tmp_path: Path, told: list[tuple[str, Path | None]]
) -> None:
    for _ in watching(tmp_path, told):
        assert faults.note_of_child("Unexpected error: ValueError", "engine") == log_file(tmp_path)
    (entry,) = entries(tmp_path)
    assert " engine " in entry.splitlines()[0]
    assert told == []


def test_number_of_remembered_exceptions_is_limited(tmp_path: Path, told: list[tuple[str, Path | None]]) -> None:
    for _ in watching(tmp_path, told):
        for number in range(faults._REMEMBERED + 1):
            faults.note_of_child(f"Unexpected error: E{number}", "engine")
        assert faults._recorder is not None
        assert len(faults._recorder._last) == 1


def test_exactly_full_log_is_not_rotated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = tmp_path / "state"
    log = FaultLog(state, "window", "0")
    log.write("Unexpected error: E1")
    size = log.file.stat().st_size
    monkeypatch.setattr(faults, "MOST_BYTES", 2 * size)
    log.write("Unexpected error: E2")
    assert [file.name for file in state.iterdir()] == ["errors.log"]
    assert stat.S_IMODE(log.file.parent.stat().st_mode) == 0o700
    log.write("Unexpected error: E3")
    assert sorted(file.name for file in state.iterdir()) == ["errors.log", "errors.log.1"]


def test_empty_log_is_not_rotated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "MOST_BYTES", 10)
    FaultLog(tmp_path, "window", "0").write("Unexpected error: E1")
    assert [file.name for file in tmp_path.iterdir()] == ["errors.log"]
