"""Deleting in the real window: hidden at once, undone completely, and purged without a trace in the file."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox

from tests.ui.desk import Desk
from tests.ui.history_support import chosen, entered, entry, searched, shown, uids
from tests.ui.looks import change_mode, change_scale
from tests.ui.pasts import ORDER, SQL, TRIAGE
from tests.ui.test_accessibility import complaints
from workbench.app.history import table_model as history_table
from workbench.store import StoreError
from workbench.store.maintenance.history_purge import UNCLEAN
from workbench.store.runs import prompts
from workbench.ui.features.compose import timeline_actions
from workbench.ui.features.history.view import HistoryView

pytestmark = pytest.mark.window
ALT, CTRL, SHIFT = (
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
EVERY = ["order-4", "order-3", "order-2", "order-1", "triage-2", "triage-1", "sql-2", "sql-1"]


def holds(desk: Desk, word: bytes) -> bool:
    """Whether the database or its write-ahead log contains these bytes."""
    files = [file for file in desk.directory.glob("workbench.db*") if file.is_file()]
    return any(word in file.read_bytes() for file in files)


def undo(desk: Desk) -> None:
    desk.window.notice.focus_action()
    desk.press(Qt.Key.Key_Space)


def asked(desk: Desk) -> QMessageBox:
    """Wait for the message box and return it."""
    desk.until(lambda: desk.window.history.erasing.question is not None)
    box = desk.window.history.erasing.question
    assert box is not None
    desk.until(box.isVisible)
    return box


def answer(box: QMessageBox, label: str) -> None:
    (button,) = [button for button in box.buttons() if button.text() == label]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_delete_hides_runs_and_undo_restores_them(desk: Desk) -> None:
    view = entered(desk)
    stored = desk.rows("SELECT * FROM runs")
    chosen(desk, view, "order-2", "order-1")
    view.table.setFocus()
    desk.press(Qt.Key.Key_Delete)
    desk.until(lambda: uids(view) == ["order-4", "order-3", "triage-2", "triage-1", "sql-2", "sql-1"])
    desk.until(lambda: desk.notice() == "2 runs are deleted; is:deleted finds them.")
    undo(desk)
    desk.until(lambda: uids(view) == EVERY)
    desk.until_rows(stored, "SELECT * FROM runs")
    # The next run is selected after a deletion.
    chosen(desk, view, "order-3")
    view.table.setFocus()
    desk.press(Qt.Key.Key_Delete)
    shown(desk, view, "order-2")
    desk.press(Qt.Key.Key_Delete)
    shown(desk, view, "order-1")


def test_run_deleted_far_down_is_restored_to_its_position(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_table, "PAGE", 3)
    view = entered(desk)
    view.table.setMaximumHeight(160)
    desk.until(lambda: uids(view) == EVERY)
    chosen(desk, view, "sql-2")
    bar = view.table.verticalScrollBar()
    desk.until(lambda: bar.maximum() > 50)
    bar.setValue(50)
    view.table.setFocus()
    desk.press(Qt.Key.Key_Delete)
    desk.until(lambda: uids(view) == [uid for uid in EVERY if uid != "sql-2"])
    shown(desk, view, "sql-1")
    assert bar.value() > 0
    undo(desk)
    desk.until(lambda: uids(view) == EVERY)


def test_ctrl_z_undoes_deleting_and_archiving(desk: Desk) -> None:
    view = entered(desk)
    stored = desk.rows("SELECT * FROM runs")
    chosen(desk, view, "order-2", "order-1")
    view.table.setFocus()
    assert not desk.window.actions["undo"].isEnabled()
    desk.press(Qt.Key.Key_Delete)
    desk.until(lambda: desk.notice() == "2 runs are deleted; is:deleted finds them.")
    desk.until(lambda: uids(view) == [uid for uid in EVERY if uid not in ("order-2", "order-1")])
    desk.press(Qt.Key.Key_Z, CTRL)
    desk.until(lambda: uids(view) == EVERY)
    chosen(desk, view, "order-3")
    desk.window.actions["archive_run"].trigger()
    desk.until(lambda: "is:archived finds it" in desk.notice() and "order-3" not in uids(view))
    view.table.setFocus()
    desk.press(Qt.Key.Key_Z, CTRL)
    desk.until(lambda: uids(view) == EVERY)
    desk.until_rows(stored, "SELECT * FROM runs")
    assert not desk.window.actions["undo"].isEnabled()


def test_ctrl_z_in_the_search_field_undoes_typing(desk: Desk) -> None:
    view = entered(desk)
    chosen(desk, view, "order-2")
    view.table.setFocus()
    desk.press(Qt.Key.Key_Delete)
    desk.until(lambda: "is:deleted finds it" in desk.notice())
    view.bar.field.setFocus()
    desk.type("sql")
    desk.press(Qt.Key.Key_Z, CTRL)
    desk.until(lambda: view.bar.field.text() != "sql")
    desk.until(lambda: not view.model.is_searching)
    desk.until_rows([(1,)], "SELECT count(*) FROM runs WHERE archived <> 0")


@pytest.mark.parametrize("most", [1, 50], ids=["reading the timeline again", "reading single rows"])
def test_deleted_runs_disappear_from_compose_until_undone(
    desk: Desk, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline_actions, "_ROWS", most)
    view = entered(desk)
    window = desk.window
    window.choose_prompt(ORDER)
    desk.until(lambda: window.prompt_uid == ORDER and window.shown_run() == "order-4")
    desk.until(lambda: len(desk.timeline()) == 4)
    window.view_row("order-2")
    desk.until(lambda: window.viewing is not None)
    chosen(desk, view, "order-4", "order-2")
    window.actions["delete_run"].trigger()
    desk.until(lambda: [row.run_uid for row in desk.timeline()] == ["order-3", "order-1"])
    desk.until(lambda: window.shown_run() == "order-3")
    assert window.viewing is None
    desk.until(lambda: window.prompts.model.row(window.prompts.model.position(ORDER)).iterations == 2)
    undo(desk)
    desk.until(lambda: [row.run_uid for row in desk.timeline()] == ["order-4", "order-3", "order-2", "order-1"])
    desk.until(lambda: window.shown_run() == "order-4")


def test_deleted_runs_can_be_restored_from_their_search(desk: Desk) -> None:
    view = entered(desk)
    chosen(desk, view, "sql-1")
    entry(view, "Delete")
    desk.until(lambda: "sql-1" not in uids(view))
    assert searched(desk, view, "is:deleted") == ["sql-1"]
    shown(desk, view, "sql-1")
    entry(view, "Bring back")
    desk.until(lambda: uids(view) == [])
    assert searched(desk, view, "kind:iteration") == EVERY


def test_permanent_deletion_asks_first_and_leaves_no_data_in_the_file(desk: Desk) -> None:
    view = entered(desk)
    word = b"selects"
    assert holds(desk, word)
    chosen(desk, view, "sql-1")
    view.table.setFocus()
    desk.press(Qt.Key.Key_Delete, CTRL, SHIFT)
    box = asked(desk)
    assert box.text() == "Delete 1 run for good?"
    assert "2 answers, notes and verdicts" in box.informativeText()
    assert complaints() == []
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: desk.window.history.erasing.question is None)
    assert uids(view) == EVERY
    desk.until(lambda: QApplication.focusWidget() is view.table)
    desk.press(Qt.Key.Key_Delete, CTRL, SHIFT)
    answer(asked(desk), "Delete for good")
    desk.until(lambda: "sql-1" not in uids(view))
    desk.until(lambda: desk.notice() == "1 run is deleted for good.")
    assert not holds(desk, word)
    desk.until_rows([(2,)], "SELECT number FROM runs WHERE uid = 'sql-2'")


def test_nothing_is_purged_while_the_draft_cannot_be_stored(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The history does not know what such a draft starts from, and would delete it."""
    view = entered(desk)
    erasing = desk.window.history.erasing
    is_full, save = [True], prompts.touch
    looked: list[object] = []
    look = erasing.eraser.look

    def touch(*arguments: object) -> None:
        if is_full:
            raise StoreError("The disk is full. Free some space, then retry.", "", "full")
        save(*arguments)  # type: ignore[arg-type] # as given

    monkeypatch.setattr(prompts, "touch", touch)
    monkeypatch.setattr(erasing.eraser, "look", lambda doomed: (looked.append(doomed), look(doomed))[1])
    try:
        desk.press(Qt.Key.Key_1, ALT)
        desk.window.editor.focus_first()
        desk.type("Typed while full")
        desk.until(lambda: "The disk is full" in desk.notice())
        desk.press(Qt.Key.Key_3, ALT)
        chosen(desk, view, "sql-1")
        for command in ("purge_run", "deleted"):
            desk.window.actions[command].trigger()
            saving = desk.window.draft_saver.store()
            desk.until(lambda saving=saving: saving is None or saving.done())
        done: list[object] = []
        desk.window.tasks.run(lambda: None, done.append)
        desk.until(lambda: bool(done))
        assert looked == []
    finally:
        # A window that cannot save asks before it closes.
        is_full.clear()
    desk.until(lambda: (draft := desk.stored_draft()) is not None and "Typed" in draft.content.messages[0].text)
    view.table.setFocus()
    desk.press(Qt.Key.Key_Delete, CTRL, SHIFT)
    assert asked(desk).text() == "Delete 1 run for good?"
    answer(asked(desk), "Cancel")


def test_permanent_deletion_can_include_backups(desk: Desk) -> None:
    view = entered(desk)
    upkeep = desk.window.store.upkeep
    folder = desk.directory / "backups"
    old = upkeep.backup(folder, "2026-11-20T10:00:00.000Z", by_hand=True)
    chosen(desk, view, "sql-1")
    entry(view, "Delete for good…")
    box = asked(desk)
    assert "1 backup still holds it." in box.informativeText()
    box.checkBox().setChecked(True)
    answer(box, "Delete for good")
    desk.until(lambda: "Deleted 1 backup too; a new one was made." in desk.notice())
    assert not old.path.exists()
    (new,) = upkeep.backups(folder)
    assert b"It selects rows." not in new.path.read_bytes()


def test_unfinished_purge_is_reported_at_the_next_start_and_can_be_completed(desk: Desk) -> None:
    """It came after the runs had gone and before the file was written anew."""
    desk.open()
    store = desk.window.store
    store.set_meta(UNCLEAN, "1").result(60)
    desk.close()
    desk.open()
    desk.until(lambda: desk.notice().startswith("Deleted data may still be in the file"))
    undo(desk)
    desk.until(lambda: desk.notice() == "The deleted data is removed from the file.")
    desk.until_rows([("0",)], "SELECT value FROM meta WHERE key = ?", UNCLEAN)


def test_backup_made_during_the_question_is_asked_about(desk: Desk) -> None:
    """The backup of the day comes by itself, some seconds after the start."""
    view = entered(desk)
    chosen(desk, view, "sql-1")
    entry(view, "Delete for good…")
    box = asked(desk)
    assert "backup" not in box.informativeText()
    upkeep = desk.window.store.upkeep
    made = upkeep.backup(desk.directory / "backups", "2026-11-20T10:00:00.000Z", by_hand=False)
    answer(box, "Delete for good")
    desk.until(lambda: desk.window.history.erasing.question not in (None, box))
    again = asked(desk)
    assert uids(view) == EVERY
    assert "1 backup still holds it." in again.informativeText()
    again.checkBox().setChecked(True)
    answer(again, "Delete for good")
    desk.until(lambda: "Deleted 1 backup too; a new one was made." in desk.notice())
    assert not made.path.exists()


def test_run_in_progress_cannot_be_deleted(desk: Desk) -> None:
    go = desk.directory / "go"
    window = desk.open({"default": [{"text": "So far. "}, {"until": str(go)}, {"finish": "stop"}]})
    window.run()
    desk.until(lambda: desk.text(0) == "So far. ")
    desk.press(Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    view = window.views.here()
    assert isinstance(view, HistoryView)
    desk.until(lambda: len(uids(view)) == 1)
    for command in ("delete_run", "purge_run"):
        window.actions[command].trigger()
        desk.until(lambda: "in progress" in desk.notice())
        window.notice.clear("problem")
    go.touch()
    desk.settle()


def test_deleted_prompt_can_be_restored(desk: Desk) -> None:
    entered(desk)
    window = desk.window
    window.prompts.refresh()
    desk.until(lambda: window.prompts.model.position(TRIAGE) >= 0)
    window.choose_prompt(TRIAGE)
    desk.until(lambda: window.prompt_uid == TRIAGE and window.is_ready)
    window.views.show("compose")
    window.actions["delete_prompt"].trigger()
    desk.until(lambda: window.prompts.model.position(TRIAGE) < 0)
    desk.until(lambda: window.prompt_uid not in ("", TRIAGE))
    desk.until(lambda: desk.notice() == "“Ticket triage → JSON” and its runs are deleted.")
    desk.until_rows([(4,)], "SELECT DISTINCT archived FROM runs WHERE uid LIKE 'triage%'")
    undo(desk)
    desk.until(lambda: window.prompts.model.position(TRIAGE) >= 0)
    desk.until_rows([(0,)], "SELECT DISTINCT archived FROM runs")


def test_deleted_items_can_all_be_restored_or_purged(desk: Desk) -> None:
    view = entered(desk)
    window = desk.window
    window.actions["deleted"].trigger()
    desk.until(lambda: "Nothing is deleted" in desk.notice())
    window.prompts.refresh()
    desk.until(lambda: window.prompts.model.position(SQL) >= 0)
    chosen(desk, view, "order-1")
    window.actions["delete_run"].trigger()
    window.history.erasing.delete_prompt(SQL)
    desk.until(lambda: len(uids(view)) == 5)
    window.actions["deleted"].trigger()
    box = asked(desk)
    assert box.text() == "1 prompt and 3 runs are deleted."
    # A theme change must not change the button that Enter presses.
    assert QApplication.focusWidget() is box.escapeButton()
    change_mode(window.theme, "dark")
    change_scale(window.theme, 1.3)
    QApplication.processEvents()
    assert QApplication.focusWidget() is box.escapeButton()
    assert [button.text() for button in box.buttons() if button.isDefault()] == ["Cancel"]
    answer(box, "Bring all back")
    desk.until(lambda: uids(view) == EVERY)
    window.history.erasing.delete_prompt(SQL)
    desk.until(lambda: len(uids(view)) == 6)
    window.actions["deleted"].trigger()
    answer(asked(desk), "Delete for good")
    desk.until(lambda: desk.notice() == "1 prompt and 2 runs are deleted for good.")
    desk.until_rows([], "SELECT 1 FROM prompts WHERE uid = ?", SQL)
    assert not holds(desk, b"Explain SQL")
