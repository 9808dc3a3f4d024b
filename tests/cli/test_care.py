"""`workbench history backup`, `check` and `salvage` on real files, sound and damaged."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.store.making import LATER, NOW, done, opened, run, text
from workbench.cli.codes import FAILED, OK, WRONG_USE
from workbench.cli.main import main


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "w.db"
    store = opened(path)
    store.create_prompt("p", "Order bot", NOW)
    for number in range(20):
        store.begin_run(run(f"r{number}", text(f"Ask {number}")))
        store.finish_output(f"r{number}.0.0", done("words " * 900), LATER).result(10)
    store.close()
    return path


def say(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    code = main(["history", *args])
    out = capsys.readouterr()
    return code, out.out, out.err


def damage(db: Path) -> None:
    with db.open("r+b") as file:
        file.write(os.urandom(4096))


def test_a_backup_is_beside_the_history(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = say(capsys, "backup", "--json", "--db", str(db))
    made = Path(json.loads(out)["path"])
    assert code == OK
    assert made.parent == db.parent / "backups"
    assert json.loads(out)["bytes"] == made.stat().st_size
    code, out, _ = say(capsys, "check", "--db", str(made))
    assert (code, out) == (OK, "The history is sound.\n")


def test_a_damaged_file_says_what_to_do(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with db.open("r+b") as file:
        file.seek(12 * 4096)
        file.write(os.urandom(8 * 4096))
    code, out, err = say(capsys, "check", "--db", str(db))
    assert code == FAILED
    assert out.strip()
    assert "workbench history salvage NEW.db" in err


def test_what_can_be_read_is_in_the_new_file(db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    damage(db)
    before = db.read_bytes()
    code, out, _ = say(capsys, "salvage", str(tmp_path / "new.db"), "--json", "--db", str(db))
    assert code == OK
    assert json.loads(out)["rows"]["outputs"] == 20
    assert db.read_bytes() == before
    store = opened(tmp_path / "new.db")
    assert len(store.iterations("p")) == 20
    store.close()


def test_nothing_is_written_over(db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    there = tmp_path / "there.db"
    there.write_text("mine")
    assert say(capsys, "salvage", str(there), "--db", str(db))[0] == WRONG_USE
    assert there.read_text() == "mine"
    assert say(capsys, "salvage", str(tmp_path / "new.db"), "--db", str(tmp_path / "none.db"))[0] == WRONG_USE
