"""`workbench history backup`, `check`, `salvage`, `restore` and `move` on real files, sound and damaged."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.store.making import LATER, NOW, done, opened, run, text
from workbench.cli.exit_codes import FAILED, OK, WRONG_USE
from workbench.cli.main import main
from workbench.host.locks import WindowLock
from workbench.store.sqlite import sqlite3


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "w.db"
    store = opened(path)
    store.create_prompt("p", "Order bot", NOW)
    for number in range(20):
        store.begin_run(run(f"r{number}", text(f"Ask {number}")))
        store.finish_output(f"r{number}.0.0", done("words " * 900), LATER).result(60)
    store.close()
    return path


def say(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    code = main(["history", *args])
    out = capsys.readouterr()
    return code, out.out, out.err


def damage(db: Path) -> None:
    with db.open("r+b") as file:
        file.write(os.urandom(4096))


def test_backup_is_stored_next_to_the_history(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = say(capsys, "backup", "--json", "--db", str(db))
    made = Path(json.loads(out)["path"])
    assert code == OK
    assert made.parent == db.parent / "backups"
    assert json.loads(out)["bytes"] == made.stat().st_size
    code, out, _ = say(capsys, "check", "--db", str(made))
    assert (code, out) == (OK, "The history is sound.\n")


def test_check_of_damaged_file_advises_salvage_or_restore(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with db.open("r+b") as file:
        file.seek(12 * 4096)
        file.write(os.urandom(8 * 4096))
    code, out, err = say(capsys, "check", "--db", str(db))
    assert code == FAILED
    assert out.strip()
    assert f"workbench history salvage NEW.db --db {db}" in err
    assert f"workbench history restore newest --db {db}" in err


def test_check_counts_and_names_rows_with_wrong_values(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert say(capsys, "check", "--db", str(db))[0] == OK
    connection = sqlite3.connect(db, isolation_level=None)
    for statement in (
        "UPDATE runs SET started_at = 'yesterday' WHERE id IN (2, 3)",
        "UPDATE outputs SET input_tokens = -7, state = 'asleep' WHERE id = 1",
        "UPDATE lanes SET slot = '' WHERE run_id = 4",
        "UPDATE run_rows SET tokens = 9223372036854775807 WHERE run_id = 5",
        "UPDATE prompts SET name = CAST(x'ff' AS TEXT)",
    ):
        assert connection.execute(statement).rowcount
    connection.close()
    code, out, err = say(capsys, "check", "--db", str(db))
    assert code == FAILED
    assert "runs: 2 rows hold wrong values (the first is r1: started at is not a valid time)." in out
    assert "outputs: 1 row holds a wrong value (r0.0.0: " in out
    assert "lanes: 1 row holds a wrong value (" in out
    assert "slot is empty)." in out
    assert "run rows: 1 row holds a wrong value (" in out
    assert "prompts: 1 row holds a wrong value (p: name is not text)." in out
    assert "The file is sound, but some of its rows hold wrong values." in err
    told = json.loads(say(capsys, "check", "--json", "--db", str(db))[1])
    assert (told["sound"], told["wrong"], len(told["wrong_values"])) == (False, [], 5)


def test_salvage_copies_readable_rows_to_a_new_file(
    db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damage(db)
    before = db.read_bytes()
    code, out, _ = say(capsys, "salvage", str(tmp_path / "new.db"), "--json", "--db", str(db))
    assert code == OK
    assert json.loads(out)["rows"]["outputs"] == 20
    assert db.read_bytes() == before
    store = opened(tmp_path / "new.db")
    assert len(store.iterations("p")) == 20
    store.close()


def test_salvage_reports_placeholders_for_lost_runs(
    db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    connection = sqlite3.connect(db)
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("DELETE FROM runs")
    connection.commit()
    connection.close()
    code, out, _ = say(capsys, "salvage", str(tmp_path / "new.db"), "--db", str(db))
    assert (code, out) == (
        OK,
        f"Recovered 0 runs and 20 answers into {tmp_path / 'new.db'}. 20 placeholders mark what was lost. The "
        "original file is unchanged.\n",
    )


def test_salvage_never_overwrites_a_file(db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    there = tmp_path / "there.db"
    there.write_text("mine")
    assert say(capsys, "salvage", str(there), "--db", str(db))[0] == WRONG_USE
    assert there.read_text() == "mine"
    assert say(capsys, "salvage", str(tmp_path / "new.db"), "--db", str(tmp_path / "none.db"))[0] == WRONG_USE


def runs(db: Path) -> int:
    store = opened(db)
    count = len(store.iterations("p"))
    store.close()
    return count


def more(db: Path) -> None:
    store = opened(db)
    store.begin_run(run("later", text("Ask again")))
    store.finish_output("later.0.0", done("words"), LATER).result(60)
    store.close()


def test_restoring_a_backup_can_be_undone(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    say(capsys, "backup", "--db", str(db))
    more(db)
    code, out, _ = say(capsys, "restore", "newest", "--db", str(db), "--json")
    assert code == OK
    assert json.loads(out)["path"] == str(db)
    assert runs(db) == 20
    code, out, _ = say(capsys, "restore", "--db", str(db), "--json")
    listed = json.loads(out)["backups"]
    assert [backup["by_hand"] for backup in listed] == [True, True]
    assert str(listed[0]["path"]) in say(capsys, "restore", "--db", str(db))[1]
    assert say(capsys, "restore", listed[0]["path"], "--db", str(db))[0] == OK
    assert runs(db) == 21


def test_without_a_backup_there_is_nothing_to_restore(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = say(capsys, "restore", "--db", str(db))
    assert (code, out) == (OK, f"There is no backup yet. Make one with: workbench history backup --db {db}\n")
    assert say(capsys, "restore", "newest", "--db", str(db))[0] == WRONG_USE
    assert say(capsys, "restore", str(db.parent / "none.db"), "--db", str(db))[0] == FAILED
    assert runs(db) == 20


@pytest.mark.parametrize("what", ["restore", "move"])
def test_restore_and_move_are_refused_while_a_window_is_open(
    db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    say(capsys, "backup", "--db", str(db))
    lock = WindowLock(db)
    assert lock.acquire()
    try:
        code, _, err = say(capsys, what, "newest" if what == "restore" else str(tmp_path), "--db", str(db))
    finally:
        lock.release()
    assert code == WRONG_USE
    assert "A window has this history open." in err


@pytest.mark.parametrize("remove", [True, False])
def test_moved_history_is_found_by_its_old_path(
    db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], remove: bool
) -> None:
    say(capsys, "backup", "--db", str(db))
    away = tmp_path / "away"
    away.mkdir()
    code, out, _ = say(capsys, "move", str(away), *(["--remove"] if remove else []), "--json", "--db", str(db))
    assert code == OK
    assert Path(json.loads(out)["path"]) == away / db.name
    assert not db.exists()
    assert [path.name for path in db.parent.glob("w.moved-*.db")] == (
        [] if remove else [path.name for path in kept(db)]
    )
    assert remove == (not kept(db))
    assert say(capsys, "check", "--db", str(db))[1] == "The history is sound.\n"
    assert not db.exists()
    assert runs(away / db.name) == 20
    # Its backups stay and still belong to it.
    assert len(json.loads(say(capsys, "restore", "--json", "--db", str(db))[1])["backups"]) == 1
    assert say(capsys, "move", str(db.parent), "--db", str(db))[0] == OK
    assert runs(db) == 20


def kept(db: Path) -> list[Path]:
    return list(db.parent.glob("w.moved-*.db"))


def test_moved_history_on_missing_disk_is_not_created_again(
    db: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    away = tmp_path / "away"
    away.mkdir()
    assert say(capsys, "move", str(away), "--db", str(db))[0] == OK
    away.rename(tmp_path / "unplugged")
    code, _, err = say(capsys, "list", "--db", str(db))
    assert code == FAILED
    assert f"The history was moved to {away / db.name}, but is not there." in err
    assert not away.exists()


def test_damaged_write_ahead_log_is_kept_and_can_be_salvaged(db: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = opened(db)
    for number in range(5):
        store.begin_run(run(f"logged{number}", text("In the log")))
        store.finish_output(f"logged{number}.0.0", done("words"), LATER).result(60)
    log = db.with_name(f"{db.name}-wal")
    body = bytearray(log.read_bytes())
    file = db.read_bytes()
    store.close()
    db.write_bytes(file)
    body[len(body) // 3] ^= 0xFF
    log.write_bytes(body)
    code, _, err = say(capsys, "list", "--db", str(db))
    assert code == FAILED
    assert "The log of the history is damaged" in err
    assert log.read_bytes() == body
    assert say(capsys, "check", "--db", str(db))[0] == FAILED
    new = db.with_name("new.db")
    assert say(capsys, "salvage", str(new), "--db", str(db))[0] == OK
    assert runs(new) == 25


@pytest.mark.parametrize("place", [0, pytest.param(16, marks=pytest.mark.deep(only=True)), 68])
@pytest.mark.parametrize("command", [["list"], ["search", "order"], ["backup"], ["check"]])
def test_damaged_header_advises_salvage_or_restore(
    db: Path, place: int, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """One wrong byte there makes a history look like a file of another program."""
    prompt = db.with_name("p.prompt.yml")
    prompt.write_text("messages:\n  - role: user\n    content: Hi\n", "utf-8")
    assert main(["run", "--prompt", str(prompt), "--model", "echo", "--db", str(db)]) == OK
    capsys.readouterr()
    before = db.read_bytes()
    db.write_bytes(before[:place] + bytes((before[place] ^ 0x40,)) + before[place + 1 :])
    code, out, err = say(capsys, *command, "--db", str(db))
    assert code == FAILED
    assert "another file" not in out + err
    assert f"workbench history salvage NEW.db --db {db}" in err
    assert f"workbench history restore newest --db {db}" in err
    code, _, err = say(capsys, "salvage", str(db.with_name("new.db")), "--db", str(db))
    assert code == OK, err


def test_file_of_another_program_is_not_reported_as_damaged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE t (a)")
    connection.close()
    for file, content in ((other, None), (tmp_path / "notes.txt", b"notes " * 100)):
        if content is not None:
            file.write_bytes(content)
        code, _, err = say(capsys, "list", "--db", str(file))
        assert (code, "salvage" in err) == (WRONG_USE, False)
        assert "another file" in err
