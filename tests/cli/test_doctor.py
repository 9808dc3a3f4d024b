"""The command `doctor` in this process: what it reports of this computer and of the history."""

from __future__ import annotations

import itertools
import os
import tempfile
from pathlib import Path

import pytest

from workbench.cli.main import main
from workbench.host import keys
from workbench.host.dirs import places
from workbench.host.system_libraries import SystemLibrary
from workbench.store import connections, database_file
from workbench.usecases import checkup
from workbench.usecases.checkup import Checkup, CheckupFinding
from workbench.usecases.workbench import Workbench


def test_doctor_reports_status_of_every_check(db: str, capsys: pytest.CaptureFixture[str]) -> None:
    env = {**os.environ, "OPENAI_API_KEY": "sk-planted-0123456789", "HOME": str(Path(db).parent / "home")}
    code = main(["doctor", "--db", db], env)
    out = capsys.readouterr().out
    lines = [line for line in out.splitlines() if not line.startswith("      ")]
    assert [line[6:].split(":")[0] for line in lines] == [
        "versions",
        "SQLite",
        "database",
        "keyring",
        "engine",
        "built-in model",
        "display",
        "error log",
    ]
    assert all(line.startswith(("OK    ", "WARN  ", "NO    ")) for line in lines), out
    assert code == int(any(line.startswith("NO") for line in lines))
    assert lines[1].startswith("OK    SQLite: Version 3.")
    assert lines[4].startswith("OK    engine: echo answered")
    assert "Keys in the environment: OpenAI." in lines[3]
    assert "sk-planted" not in out


def test_missing_optional_parts_are_warnings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A server has no keyring and needs no built-in model: scripts that ask `doctor` go on there."""
    monkeypatch.setattr(checkup, "builtin_weights", lambda _: None)
    monkeypatch.setattr(keys.KeyStore, "available", lambda _: keys.KeyringStatus(False, "", "There is no keyring."))
    assert main(["doctor", "--db", str(tmp_path / "w.db")], dict(os.environ)) == 0
    out = capsys.readouterr().out
    assert "WARN  keyring: There is no keyring." in out
    assert "WARN  built-in model: It is not installed. Run “workbench doctor --install-model”" in out
    assert "NO " not in out


def test_doctor_names_package_of_missing_built_in_model_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(checkup, "builtin_weights", lambda _: tmp_path / "m.gguf")
    monkeypatch.setattr(checkup, "missing_libraries", lambda _: [SystemLibrary("libgomp.so.1", "libgomp1")])
    assert main(["doctor", "--db", str(tmp_path / "w.db")], dict(os.environ)) == 1
    assert "NO    built-in model: It needs a library that is missing here." in (out := capsys.readouterr().out)
    assert "sudo apt-get install -y libgomp1" in out


@pytest.mark.parametrize("is_there", [True, False])
def test_doctor_reports_sqlite_that_cannot_open_a_history(
    is_there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    db = tmp_path / "w.db"
    if is_there:
        Workbench.open(db, places(os.environ), os.environ).close()

    def lacking(*_: object) -> None:
        raise AttributeError("'Connection' object has no attribute 'setlimit'")

    monkeypatch.setattr(connections, "harden", lacking)
    monkeypatch.setattr(checkup.Checkup, "_models", lambda _: iter(()))
    assert main(["doctor", "--db", str(db)], dict(os.environ)) == 1
    out = capsys.readouterr().out
    assert "NO    SQLite: The SQLite of this Python cannot create a history" in out
    assert "has no attribute 'setlimit'" in out
    assert "display: " in out


def test_doctor_reports_outdated_sqlite(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(database_file, "_OLDEST_SQLITE", (4, 0))
    monkeypatch.setattr(checkup.Checkup, "_models", lambda _: iter(()))
    assert main(["doctor", "--db", str(tmp_path / "w.db")], dict(os.environ)) == 1
    assert "NO    SQLite: The history needs SQLite 4.0 or newer" in capsys.readouterr().out


def test_doctor_reports_unusable_temporary_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "gone"))
    found = {finding.name: finding for finding in _without_models(tmp_path / "w.db")}["SQLite"]
    assert found.level == "no"
    assert "set TMPDIR" in found.sentence


def test_doctor_creates_no_history(tmp_path: Path) -> None:
    absent = tmp_path / "not" / "there.db"
    found = {finding.name: finding for finding in _without_models(absent)}["database"]
    assert found.level == "ok"
    assert found.sentence == f"{absent} does not exist yet; the first start or run creates it."
    assert not absent.parent.exists()
    Workbench.open(tmp_path / "w.db", places(os.environ), os.environ).close()
    found = {finding.name: finding for finding in _without_models(tmp_path / "w.db")}["database"]
    assert found.level == "ok"
    assert "0 iterations" in found.sentence


def test_doctor_reports_where_a_history_cannot_be_created(tmp_path: Path) -> None:
    # Root may write into any folder, but not below a file.
    ground = tmp_path / "a file"
    ground.touch()
    found = {finding.name: finding for finding in _without_models(ground / "w.db")}["database"]
    assert found.level == "no"
    assert f"cannot be created in {ground}. Check the permissions" in found.sentence


def _without_models(db: Path) -> list[CheckupFinding]:
    """Return the findings that need no engine."""
    return list(itertools.islice(Checkup(db, places(os.environ), os.environ, "0").findings(), 3))
