"""A history that cannot be opened: the offered repairs, none of which loses readable data."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

from tests.bench.histories import add_iterations, echo_history
from tests.ui.program import Driven, Script
from workbench.store.maintenance import backups

pytestmark = pytest.mark.window
RUNS = 30
ANSWERS = 2 * RUNS
PAGE = 4096


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sound") / "workbench.db"
    echo_history(path)
    add_iterations(path, RUNS)
    return path


@pytest.fixture
def db(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(sound, tmp_path / "workbench.db"))


@pytest.fixture
def driven(_no_leaks: None, home: Path, qapp: QApplication, db: Path) -> Driven:
    return Driven(qapp, db)


def answers(path: Path) -> int:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        (found,) = connection.execute("SELECT count(*) FROM outputs WHERE text <> ''").fetchone()
        return int(found)
    finally:
        connection.close()


def truncate(db: Path) -> None:
    os.truncate(db, db.stat().st_size // PAGE * 9 // 10 * PAGE)


def overwrite(db: Path) -> None:
    """Overwrite some pages, among them that of the schema."""
    rng = random.Random(7)
    pages = db.stat().st_size // PAGE
    with db.open("r+b") as file:
        for page in (0, *rng.sample(range(1, pages), 3)):
            file.seek(page * PAGE + (100 if page == 0 else 0))
            file.write(rng.randbytes(PAGE - 100))


def spoil_header(db: Path) -> None:
    with db.open("r+b") as file:
        file.write(bytes(64))
    (db.with_name(f"{db.name}.owners")).mkdir(exist_ok=True)


def spoil_log(db: Path) -> None:
    """Leave the newest runs in a write-ahead log that is damaged in its middle, as after a crash on a failing disk."""
    writing = sqlite3.connect(db, isolation_level=None)
    writing.execute("PRAGMA journal_mode = WAL")
    writing.execute("PRAGMA wal_autocheckpoint = 0")
    for number in range(20):
        writing.execute("UPDATE prompts SET name = ?", (f"Name {number}",))
    log = db.with_name(f"{db.name}-wal")
    file, body = db.read_bytes(), bytearray(log.read_bytes())
    writing.close()
    db.write_bytes(file)
    body[len(body) // 2] ^= 0xFF
    log.write_bytes(body)


DAMAGES = {"truncated": truncate, "overwritten": overwrite, "no header": spoil_header, "log": spoil_log}


@pytest.mark.parametrize(
    "damage",
    ["overwritten", "log", *(pytest.param(d, marks=pytest.mark.deep(only=True)) for d in ("truncated", "no header"))],
)
def test_damaged_history_is_repaired_at_startup(driven: Driven, db: Path, damage: str) -> None:
    whole = answers(db)
    DAMAGES[damage](db)
    log = db.with_name(f"{db.name}-wal")
    before = {path.name: path.read_bytes() for path in (db, log) if path.exists()}

    def script() -> Script:
        yield lambda: driven.is_mending("Repair")
        assert "Nothing was changed." in driven.mending.sentence.text()
        assert {name: db.with_name(name).read_bytes() for name in before} == before
        driven.click(driven.mending, "Repair")
        yield lambda: driven.is_mending("Use the repaired history")
        assert {name: db.with_name(name).read_bytes() for name in before} == before
        driven.click(driven.mending, "Use the repaired history")
        yield driven.is_open
        assert "The old file is kept as" in driven.notice()
        driven.frame.close()

    assert driven.run(script()) == 0
    if damage in ("no header", "log"):
        assert answers(db) == whole
    else:
        assert 0 < answers(db) <= whole
    kept = list(db.parent.glob("workbench.replaced-*.db"))
    assert [path.read_bytes() for path in kept] == [before[db.name]]
    logs = [path.read_bytes() for path in db.parent.glob("workbench.replaced-*.db-wal")]
    assert damage != "log" or logs == [before[log.name]]


def test_repair_works_by_keyboard_alone(driven: Driven, db: Path) -> None:
    spoil_header(db)

    def script() -> Script:
        for name in ("Repair", "Use the repaired history"):
            yield lambda name=name: driven.is_mending(name) and driven.button(driven.mending, name).hasFocus()
            QTest.keyClick(driven.button(driven.mending, name), Qt.Key.Key_Return)
        yield driven.is_open
        driven.frame.close()

    assert driven.run(script()) == 0
    assert answers(db) == ANSWERS


def test_history_can_be_opened_without_its_damaged_log(driven: Driven, db: Path) -> None:
    spoil_log(db)
    log = db.with_name(f"{db.name}-wal").read_bytes()

    def script() -> Script:
        yield lambda: driven.is_mending("Open without the damaged part")
        driven.click(driven.mending, "Open without the damaged part")
        yield driven.is_open
        driven.frame.close()

    assert driven.run(script()) == 0
    assert [path.read_bytes() for path in db.parent.glob("workbench.replaced-*.db-wal")] == [log]
    assert answers(db) == ANSWERS


def test_backup_replaces_a_damaged_history(driven: Driven, db: Path) -> None:
    made = backups.make(db, backups.folder_of(db), "2026-11-01T08:00:00.000Z")
    truncate(db)
    damaged = db.read_bytes()

    def script() -> Script:
        yield lambda: driven.is_mending("Restore the selected backup")
        assert driven.mending.backups.count() == 1
        driven.click(driven.mending, "Restore the selected backup")
        yield driven.is_open
        driven.frame.close()

    assert driven.run(script()) == 0
    assert answers(db) == answers(made.path) == ANSWERS
    assert [path.read_bytes() for path in db.parent.glob("workbench.replaced-*.db")] == [damaged]


def test_emptied_file_is_not_treated_as_a_new_history(driven: Driven, db: Path) -> None:
    backups.make(db, backups.folder_of(db), "2026-11-01T08:00:00.000Z")
    db.write_bytes(b"")

    def script() -> Script:
        yield lambda: driven.is_mending("Repair")
        driven.click(driven.mending, "Repair")
        yield lambda: driven.is_mending("Back")
        assert "Nothing in this file is readable" in driven.mending.sentence.text()
        driven.click(driven.mending, "Back")
        driven.click(driven.mending, "Restore the selected backup")
        yield driven.is_open
        driven.frame.close()

    assert driven.run(script()) == 0
    assert answers(db) == ANSWERS


def test_new_history_can_be_started_and_the_damaged_file_is_kept(driven: Driven, db: Path) -> None:
    overwrite(db)
    damaged = db.read_bytes()

    def script() -> Script:
        yield lambda: driven.is_mending("Start a new history")
        driven.click(driven.mending, "Start a new history")
        yield driven.is_open
        assert driven.notice().startswith("This history is new.")
        driven.frame.close()

    assert driven.run(script()) == 0
    assert answers(db) == 0
    assert [path.read_bytes() for path in db.parent.glob("workbench.replaced-*.db")] == [damaged]


def test_another_history_can_be_opened(
    driven: Driven, db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "elsewhere" / "other.db"
    other.parent.mkdir()
    echo_history(other)
    overwrite(db)
    damaged = db.read_bytes()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(other), ""))

    def script() -> Script:
        yield lambda: driven.is_mending("Open another history…")
        driven.click(driven.mending, "Open another history…")
        yield lambda: driven.is_open(other)
        driven.frame.close()

    assert driven.run(script()) == 0
    assert db.read_bytes() == damaged


def test_closing_the_recovery_window_changes_no_file(driven: Driven, db: Path) -> None:
    overwrite(db)
    before = sorted((path.name, path.read_bytes()) for path in db.parent.iterdir() if path.is_file())

    def script() -> Script:
        yield lambda: driven.is_mending("Close")
        driven.click(driven.mending, "Close")

    assert driven.run(script()) == 1
    after = sorted((path.name, path.read_bytes()) for path in db.parent.iterdir() if path.is_file())
    # Reading leaves an unlocked lock file and the files of an empty log.
    assert [(name, body) for name, body in after if body and not name.endswith("-shm")] == before


def test_file_of_another_program_is_rejected_without_offering_repair(driven: Driven, db: Path) -> None:
    db.write_text("a letter")
    seen: list[str] = []

    def close() -> None:
        for box in QApplication.topLevelWidgets():
            if isinstance(box, QMessageBox) and box.isVisible():
                seen.append(box.text())
                box.close()

    looking = QTimer(interval=20)
    looking.timeout.connect(close)
    looking.start()
    with pytest.raises(Exception, match="not a history database"):
        driven.run(iter(()))  # type: ignore[arg-type] # nothing is to be done
    looking.stop()
    assert db.read_text() == "a letter"


@pytest.mark.parametrize("has_prompt", [True, False])
def test_text_typed_before_the_damage_is_found_is_kept(driven: Driven, db: Path, has_prompt: bool) -> None:
    """The draft could be read and was typed into, then the rest turned out to be damaged."""
    old = db.with_name("old.db")
    echo_history(old)
    folder = backups.folder_of(db)
    source = db if has_prompt else old
    folder.mkdir(exist_ok=True)
    backups.make(source, folder, "2026-11-01T08:00:00.000Z")
    if not has_prompt:
        next(folder.glob("old-*.db")).rename(folder / "workbench-2026-11-01T080000.000Z.db")
    spoil_log(db)

    def script() -> Script:
        yield lambda: driven.frame.isActiveWindow()
        QTest.keyClicks(QApplication.focusWidget(), "kept ")
        yield lambda: driven.is_mending("Restore the selected backup")
        driven.click(driven.mending, "Restore the selected backup")
        yield driven.is_open
        assert driven.window.editor.content().messages[0].text == "kept You are brief."
        driven.frame.close()

    assert driven.run(script()) == 0
    connection = sqlite3.connect(db)
    names = [name for (name,) in connection.execute("SELECT name FROM prompts ORDER BY id")]
    bodies = [body for (body,) in connection.execute("SELECT body FROM drafts ORDER BY prompt_id")]
    connection.close()
    assert "kept You are brief." in bodies[-1]
    assert (names[-1] == "Typed before the window was open") != has_prompt
    assert has_prompt or "kept" not in bodies[0], "the draft of another prompt is not overwritten"
