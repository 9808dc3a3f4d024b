"""The window closes for an operation on the history and reopens: restore, move, repair, in the real program."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from tests.bench.histories import echo_history
from tests.ui.program import Driven, Script
from workbench.host.dirs import named_database
from workbench.host.locks import WindowLock
from workbench.store.maintenance import backups

pytestmark = pytest.mark.window


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "workbench.db"
    echo_history(path)
    return path


@pytest.fixture
def driven(_no_leaks: None, home: Path, qapp: QApplication, db: Path) -> Driven:
    return Driven(qapp, db)


def rows(db: Path, query: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(f"file:{db}?mode=ro", uri=True, timeout=10)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def draft(db: Path) -> str:
    return str(rows(db, "SELECT body FROM drafts")[0][0])


def history_page(driven: Driven) -> Script:
    driven.window.dialogs.show_settings("history")
    yield lambda: driven.window.dialogs.history_page is not None
    yield lambda: driven.history_page.backups._now.isEnabled()


def test_backup_is_restored_and_the_restore_can_be_undone(driven: Driven, db: Path) -> None:
    backups.make(db, backups.folder_of(db), "2026-11-01T08:00:00.000Z")

    def script() -> Script:
        yield driven.is_open
        QTest.keyClicks(driven.window.editor.first_viewport().parentWidget(), "Typed later. ")
        yield lambda: "Typed later. " in draft(db)
        first = driven.frame
        yield from history_page(driven)
        yield lambda: driven.history_page.backups.list.count() == 1
        driven.history_page.ask_which_backup()
        driven.click(driven.settings, "Restore…")
        driven.click(driven.settings, "Restore")
        yield lambda: driven.is_gone(first)
        assert not WindowLock(db).acquire(), "the lock is held throughout"
        yield driven.is_open
        assert "Typed later. " not in draft(db)
        assert driven.window.editor.content().messages[0].text == "You are brief."
        assert driven.notice().startswith("The backup of 1 Nov 2026")
        yield from history_page(driven)
        listed = driven.history_page.backups.list
        yield lambda: listed.count() == 2
        second = driven.frame
        listed.setCurrentRow(0)
        driven.click(driven.settings, "Restore…")
        driven.click(driven.settings, "Restore")
        yield lambda: driven.is_gone(second)
        yield driven.is_open
        assert driven.window.editor.content().messages[0].text == "Typed later. You are brief."
        driven.frame.close()

    assert driven.run(script()) == 0
    assert "Typed later. " in draft(db)
    assert len(backups.listed(db, backups.folder_of(db))) == 3
    lock = WindowLock(db)
    assert lock.acquire()
    lock.release()


def test_damaged_backup_is_not_restored(
    driven: Driven, db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.db"
    other.write_bytes(db.read_bytes()[: 5 * 4096])
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(other), ""))

    def script() -> Script:
        yield driven.is_open
        yield from history_page(driven)
        driven.click(driven.settings, "Restore another file…")
        driven.click(driven.settings, "Restore")
        yield lambda: driven.is_mending("Open the history as it was")
        assert "This backup is damaged" in driven.mending.sentence.text()
        driven.click(driven.mending, "Open the history as it was")
        yield driven.is_open
        assert "This backup is damaged" in driven.notice()
        driven.frame.close()

    before = rows(db, "SELECT * FROM prompts")
    assert driven.run(script()) == 0
    assert rows(db, "SELECT * FROM prompts") == before


@pytest.mark.parametrize("keep", [pytest.param(True, marks=pytest.mark.deep(only=True)), False])
def test_history_moves_to_another_folder(
    driven: Driven, db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keep: bool
) -> None:
    away = tmp_path / "away"
    away.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(away))

    def script() -> Script:
        yield driven.is_open
        yield from history_page(driven)
        driven.click(driven.settings, "Move to another folder…")
        driven.click(driven.settings, "Move, keep the old file" if keep else "Move, remove the old file")
        yield lambda: driven.is_open(away / db.name)
        assert str(away) in driven.notice()
        assert not WindowLock(away / db.name).acquire()
        QTest.keyClicks(driven.window.editor.first_viewport().parentWidget(), "Moved. ")
        yield lambda: "Moved. " in draft(away / db.name)
        driven.frame.close()

    assert driven.run(script()) == 0
    assert not db.exists()
    assert len(list(tmp_path.glob("workbench.moved-*.db"))) == keep
    assert named_database(db) == away / db.name

    def again() -> Script:
        yield lambda: driven.is_open(away / db.name)
        driven.frame.close()

    driven.db = named_database(db)
    assert driven.run(again()) == 0


def test_repaired_history_is_used_only_when_accepted(driven: Driven, db: Path) -> None:
    def script() -> Script:
        yield driven.is_open
        for use in (False, True):
            yield from history_page(driven)
            driven.click(driven.settings, "Repair…")
            driven.click(driven.settings, "Repair")
            yield lambda: driven.is_mending("Use the repaired history")
            assert "0 verdicts of 1 prompt could be read." in driven.mending.sentence.text()
            driven.click(driven.mending, "Use the repaired history" if use else "Not now")
            yield driven.is_open
            assert ("The repaired history is open." if use else "The history was not changed.") in driven.notice()
        driven.frame.close()

    assert driven.run(script()) == 0
    assert len(list(db.parent.glob("workbench.repaired-*.db"))) == 1
    # The replaced history was sound, so it is kept as a backup.
    assert len(backups.listed(db, backups.folder_of(db))) == 1
    assert rows(db, "SELECT count(*) FROM prompts") == [(1,)]


def test_refusing_to_close_the_window_cancels_the_restore(driven: Driven, db: Path) -> None:
    backups.make(db, backups.folder_of(db), "2026-11-01T08:00:00.000Z")

    def script() -> Script:
        yield driven.is_open
        yield from history_page(driven)
        driven.frame.may_close = lambda: False
        yield lambda: driven.history_page.backups.list.count() == 1
        driven.history_page.ask_which_backup()
        driven.click(driven.settings, "Restore…")
        driven.click(driven.settings, "Restore")
        assert driven.frame.isVisible()
        assert driven.frame.leaves_for is None
        driven.frame.may_close = lambda: True
        driven.frame.close()

    assert driven.run(script()) == 0
    assert len(backups.listed(db, backups.folder_of(db))) == 1
