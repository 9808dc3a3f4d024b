"""The History page of the settings and its commands, in the real window."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QPushButton, QWidget

from tests.store.making import FULL_RESULT, NOW, run, text
from tests.ui.desk import Desk
from workbench.app.maintenance import tasks as app_care
from workbench.core.maintenance import CARE, MaintenanceRules
from workbench.store.errors import failure
from workbench.store.maintenance import backups, space
from workbench.store.maintenance.upkeep import Upkeep
from workbench.ui.features.maintenance.panel import HistoryPanel
from workbench.ui.features.settings.dialog import SettingsDialog

pytestmark = pytest.mark.window
RESPONSES = 40


def fill(desk: Desk) -> None:
    """Add runs with raw responses to the open history."""
    store = desk.window.store
    store.create_prompt("p", "Filled", NOW)
    for number in range(RESPONSES):
        store.begin_run(run(f"r{number}", text("words " * 300)))
        store.finish_output(f"r{number}.0.0", FULL_RESULT, NOW)
    store.set_note("r0", "keep this").result(60)


def shown_page(desk: Desk) -> HistoryPanel:
    found = desk.window.dialogs.history_page
    assert found is not None
    return found


def page(desk: Desk) -> HistoryPanel:
    desk.window.dialogs.show_settings("history")
    panel = shown_page(desk)
    desk.until(lambda: panel.path.path() and panel.sizes.rows())
    return panel


def settings(desk: Desk) -> SettingsDialog:
    found = desk.window.dialogs.settings
    assert found is not None
    return found


def click(inside: QWidget, name: str) -> None:
    found = [b for b in inside.findChildren(QPushButton) if b.isVisible() and b.text() == name]
    assert found, [b.text() for b in inside.findChildren(QPushButton) if b.isVisible()]
    assert found[0].isEnabled()
    QTest.mouseClick(found[0], Qt.MouseButton.LeftButton)


def close(desk: Desk) -> None:
    settings(desk).close()
    desk.until(lambda: desk.window.dialogs.settings is None)


def listed(desk: Desk) -> list[backups.Backup]:
    return backups.listed(desk.db, backups.folder_of(desk.db))


def rules(desk: Desk) -> MaintenanceRules:
    found = desk.rows("SELECT value FROM meta WHERE key = ?", CARE)
    return MaintenanceRules.from_text(found[0][0]) if found else MaintenanceRules()


def responses(desk: Desk) -> int:
    return int(desk.rows("SELECT count(*) FROM responses")[0][0])


def test_page_shows_the_file_location_and_sizes_by_kind(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(QUrl(url).toLocalFile()))
    desk.open()
    fill(desk)
    panel = page(desk)
    assert panel.path.path() == str(desk.db)
    titles = [title for title, _ in panel.sizes.rows()]
    assert {"Prompts and drafts", "Answers", "Raw responses", "Search index"} <= set(titles)
    assert titles[-1] == "Total"
    click(panel, "Show folder")
    assert opened == [str(desk.db.parent)]


def test_a_backup_is_made_and_listed(desk: Desk) -> None:
    desk.open()
    panel = page(desk)
    click(panel, "Back up now")
    desk.until(lambda: panel.backups.list.count() == 1)
    (made,) = listed(desk)
    assert made.by_hand
    assert "verified" in panel.progress.status.text()
    assert backups.verify(made.path) > 0


def test_changed_maintenance_rules_are_stored_and_shown_again(desk: Desk) -> None:
    desk.open()
    panel = page(desk)
    part = panel.backups
    assert part.daily.isChecked()
    assert not part.old.isChecked(), "no rule deletes anything by default"
    part.old.click()
    desk.until(lambda: rules(desk).raw_days == 90)
    part.keep.setValue(3)
    desk.until(lambda: rules(desk).keep == 3)
    part.daily.click()
    desk.until(lambda: not rules(desk).daily)
    desk.until(lambda: not part.keep.isEnabled())
    part.days.setValue(14)
    close(desk)
    desk.until(lambda: rules(desk) == MaintenanceRules(False, 3, 14))
    again = page(desk)
    assert (again.backups.keep.value(), again.backups.days.value()) == (3, 14)


def test_make_smaller_asks_first_and_drops_only_the_stated_responses(desk: Desk) -> None:
    desk.open()
    fill(desk)
    panel = page(desk)
    click(panel, "Make smaller…")
    question = settings(desk)._confirm._question.text()
    assert f"Drop {RESPONSES - 1} raw responses" in question
    assert responses(desk) == RESPONSES
    click(settings(desk), "Keep")
    click(panel, "Make smaller…")
    click(settings(desk), "Make smaller")
    desk.until(lambda: "were dropped" in panel.progress.status.text())
    desk.until_rows(desk.rows("SELECT id FROM outputs WHERE uid = 'r0.0.0'"), "SELECT output_id FROM responses")
    desk.until_rows([(0,)], "SELECT count(*) FROM outputs WHERE text = ''")
    desk.until(lambda: panel._room is not None and panel._room.responses == 0)
    click(panel, "Make smaller…")
    desk.until(lambda: "nothing to drop" in panel.progress.status.text())


def test_make_smaller_can_be_stopped(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.open()
    fill(desk)
    panel = page(desk)
    dropped, go_on, drop = threading.Event(), threading.Event(), space.drop_raw

    def slowly(connection: object, before: str | None = None, limit: int = 5) -> int:
        count = drop(connection, before, 5)  # type: ignore[arg-type] # handed through
        return count

    def step(mine: Upkeep, before: str | None = None) -> int:
        count = whole(mine, before)
        dropped.set()
        go_on.wait(20)
        return count

    whole = Upkeep.drop_raw
    monkeypatch.setattr(space, "drop_raw", slowly)
    monkeypatch.setattr(Upkeep, "drop_raw", step)
    click(panel, "Make smaller…")
    click(settings(desk), "Make smaller")
    desk.until(dropped.is_set)
    desk.until(lambda: panel.progress._stop.isVisible())
    # What the job says of its progress is shown while it works.
    told = list[int]()
    desk.window.maintenance.job_changed.connect(lambda: told.append(1))
    desk.until(lambda: len(told) > 2)
    click(panel.progress, "Stop")
    go_on.set()
    desk.until(lambda: "Stopped." in panel.progress.status.text())
    assert responses(desk) == RESPONSES - 5


def test_check_reports_valid_and_damaged_histories(desk: Desk) -> None:
    desk.open()
    panel = page(desk)
    click(panel, "Check now")
    desk.until(lambda: panel.progress.status.text() == "The history is sound.")
    # This page of the database is not read while the window works.
    desk.close()
    (root,) = desk.rows("SELECT rootpage FROM sqlite_master WHERE name = 'tags'")[0]
    with desk.db.open("r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\xff" * 4096)
    desk.open()
    panel = page(desk)
    click(panel, "Check now")
    desk.until(lambda: "The history is damaged." in panel.progress.status.text())
    click(panel.progress, "Details")
    assert panel.progress.detail.isVisible()
    assert panel.progress.detail.toPlainText()
    assert any(b.text() == "Repair…" and b.isEnabled() for b in panel.findChildren(QPushButton))


def test_failed_measurement_keeps_the_check_result_and_is_shown_on_request(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of the two reads all of a damaged file, so both fail."""

    def unreadable(_: object) -> space.HistorySize:
        raise failure("corrupt", "page 7")

    monkeypatch.setattr(space, "measure", unreadable)
    monkeypatch.setattr(space, "check", lambda _: ["page 7 is not a page"])
    desk.open()
    desk.window.dialogs.show_settings("history")
    panel = shown_page(desk)
    desk.until(lambda: panel.progress.says and not panel._is_measuring)
    click(panel, "Check now")
    desk.until(lambda: panel.progress.detail.toPlainText() == "page 7 is not a page")
    desk.until(lambda: not panel._is_measuring)
    assert panel.progress.status.text().startswith("The history is damaged. Repair it, or restore a backup.")
    click(panel, "Make smaller…")
    desk.until(lambda: panel.progress.status.text().startswith("The history database is damaged."))
    monkeypatch.undo()
    click(panel, "Make smaller…")
    desk.until(lambda: "nothing to drop" in panel.progress.status.text())


def test_failed_backup_is_reported(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usb = tmp_path / "usb"
    usb.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(usb))
    desk.open()
    panel = page(desk)
    click(panel, "Change…")
    desk.until(lambda: rules(desk).folder == str(usb))
    usb.rmdir()
    click(panel, "Back up now")
    desk.until(lambda: "is not there. Connect its disk" in panel.progress.status.text())
    desk.until(lambda: panel.backups._none.text().startswith("This folder does not exist."))


COMMANDS: dict[str, Callable[[Desk], object]] = {
    "history_check": lambda desk: shown_page(desk).progress.status.text() == "The history is sound.",
    "history_restore": lambda desk: shown_page(desk).backups.list.hasFocus(),
    "history_smaller": lambda desk: "Drop" in settings(desk)._confirm._question.text(),
}


def test_history_commands_open_the_page(desk: Desk) -> None:
    desk.open()
    fill(desk)
    backups.make(desk.db, backups.folder_of(desk.db), NOW)
    page(desk)
    for command, is_there in COMMANDS.items():
        desk.window.actions[command].trigger()
        desk.until(lambda is_there=is_there: is_there(desk))


def test_restore_command_before_the_backups_are_listed_focuses_the_list(desk: Desk) -> None:
    desk.open()
    fill(desk)
    backups.make(desk.db, backups.folder_of(desk.db), NOW)
    desk.window.actions["history_restore"].trigger()
    panel = shown_page(desk)
    assert panel.backups.list.count() == 0
    desk.until(panel.backups.list.hasFocus)
    assert panel.backups._restore.isEnabled()


def test_backup_by_command_is_reported_in_the_window(desk: Desk) -> None:
    window = desk.open()
    window.actions["history_backup"].trigger()
    desk.until(lambda: "Backup made" in desk.notice())
    assert len(listed(desk)) == 1


def test_daily_backup_is_automatic(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_care, "FIRST_LOOK_MS", 10)
    monkeypatch.setattr(app_care, "LOOK_MS", 10)
    desk.open()
    desk.until(lambda: listed(desk))
    (made,) = listed(desk)
    assert not made.by_hand
    assert desk.notice() == "" or "backup" not in desk.notice()


def test_failed_daily_backup_is_reported_once(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    window = desk.open()
    window.store.set_meta(CARE, MaintenanceRules(folder=str(gone)).to_text()).result(60)
    tried: list[str] = []
    window.maintenance.daily_failed.connect(lambda sentence, _: tried.append(sentence))
    monkeypatch.setattr(app_care, "LOOK_MS", 5)
    monkeypatch.setattr(app_care, "BUSY_MS", 5)
    looks: list[object] = []
    window.maintenance.job_changed.connect(lambda: looks.append(window.maintenance.job))
    window.maintenance._look()
    desk.until(lambda: tried)
    assert desk.notice().startswith(f"The daily backup was not made. The folder for backups, {gone}, is not there.")
    seen = len(looks)
    desk.until(lambda: len(looks) > seen + 10)
    assert len(tried) == 1
    gone.mkdir()
    desk.until(lambda: list(gone.iterdir()))


def test_closing_during_a_backup_leaves_no_partial_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    window = desk.open()
    began, copy = threading.Event(), Upkeep.backup

    def begin(mine: Upkeep, *args: object, **options: object) -> object:
        began.set()
        while options["watch"](0.5):  # type: ignore[operator] # what the window gave
            pass
        return copy(mine, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Upkeep, "backup", begin)
    window.actions["history_backup"].trigger()
    desk.until(began.is_set)
    desk.close()
    folder = backups.folder_of(desk.db)
    assert not folder.exists() or list(folder.iterdir()) == []
