"""Importing packs in the real window: preview, import, and undo in one step."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from tests.store.making import LATER, done, lane, opened, run, text
from tests.ui.desk import Desk
from tests.usecases.packs.making import add_prompt, make_pack
from workbench.packs.pack_contents import PackAbout
from workbench.store.sqlite import sqlite3
from workbench.ui.editor.value_row import ValueRow
from workbench.ui.features.packs.import_dialog import ImportPackDialog
from workbench.usecases.packs.exporter import PackChoice, PackExporter

pytestmark = pytest.mark.window
VERSIONS = "SELECT number FROM versions JOIN prompts ON prompts.id = prompt_id WHERE prompts.uid = 'p-order'"
MODIFIERS = {
    Qt.Key.Key_Shift: Qt.KeyboardModifier.ShiftModifier,
    Qt.Key.Key_Control: Qt.KeyboardModifier.ControlModifier,
}
PROMPTS = "SELECT name FROM prompts ORDER BY name"


def looked(desk: Desk, path: Path) -> ImportPackDialog:
    """Choose a pack in the file dialog and wait for its preview."""
    desk.window.actions["import_pack"].trigger()
    chooser = desk.window.dialogs.files
    assert isinstance(chooser, QFileDialog)
    desk.until(chooser.isVisible)
    chooser.selectFile(str(path))
    chooser.accept()
    return shown(desk)


def shown(desk: Desk) -> ImportPackDialog:
    desk.until(lambda: desk.window.dialogs.pack_import is not None)
    dialog = desk.window.dialogs.pack_import
    assert dialog is not None
    desk.until(lambda: not dialog.progress.isVisible())
    return dialog


def names(desk: Desk) -> list[str]:
    return [name for (name,) in desk.rows(PROMPTS)]


def cells(dialog: ImportPackDialog) -> list[tuple[str, str, str]]:
    model = dialog.table
    return [
        (str(model.index(row, 0).data()), str(model.index(row, 1).data()), str(model.index(row, 3).data()))
        for row in range(model.rowCount())
    ]


def test_pack_is_previewed_imported_and_removed_by_undo(desk: Desk, tmp_path: Path) -> None:
    window = desk.open()
    before, open_before = names(desk), window.prompt_uid
    dialog = looked(desk, make_pack(tmp_path / "other", tmp_path / "bots.promptpack"))
    assert dialog.name.text() == "Bots"
    assert "by Ada · MIT" in dialog.origin.text()
    assert dialog.what.text() == "What they are for."
    assert cells(dialog) == [("Order bot", "New", "Add"), ("Mail bot", "New", "Add")]
    desk.until(lambda: dialog.one.text() == "Order bot. New: 2 versions and 1 case.")
    assert dialog.text.toPlainText() == "user\nOrder bot 2: {{order}}"
    assert names(desk) == before
    assert dialog.go.hasFocus()
    desk.press(Qt.Key.Key_Space)
    desk.until(lambda: desk.notice() == "2 prompts added.")
    assert names(desk) == sorted([*before, "Order bot", "Mail bot"])
    assert window.dialogs.pack_import is None
    # The first imported prompt is open, with its used version.
    assert window.prompt_uid == "p-order"
    assert window.editor.content().messages[0].text == "Order bot 2: {{order}}"
    desk.until_rows([("Late", '[{"type":"contains","value":"3"}]')] * 2, "SELECT name, checks FROM cases ORDER BY name")
    window.notice.focus_action()
    desk.press(Qt.Key.Key_Space)
    desk.until(lambda: desk.notice() == "Removed: 2 prompts.")
    assert names(desk) == before
    desk.until_rows([], "SELECT * FROM cases")
    desk.until_rows([], "SELECT * FROM packs")
    desk.until(lambda: window.prompt_uid in [uid for (uid,) in desk.rows("SELECT uid FROM prompts")])
    assert window.prompt_uid == window.prompts.model.row(0).uid
    desk.until(lambda: open_before in [uid for (uid,) in desk.rows("SELECT uid FROM prompts")])


def test_reading_a_pack_reports_progress_by_prompt(desk: Desk, tmp_path: Path) -> None:
    desk.open()
    pack = make_pack(tmp_path / "other", tmp_path / "bots.promptpack")
    told: list[tuple[str, int, int]] = []
    shares: list[float] = []
    imports = desk.window.dialogs.pack_imports

    def look(*said: object) -> None:
        told.append(said)  # type: ignore[arg-type]
        assert imports.dialog is not None
        shares.append(imports.dialog.progress.value() / imports.dialog.progress.maximum())

    imports._imports.progress.connect(look)
    looked(desk, pack).close()
    assert told == [("0 of 2 prompts…", 0, 2), ("1 of 2 prompts…", 1, 2), ("2 of 2 prompts…", 2, 2)]
    assert shares == [0, 0.5, 1]


def test_importing_the_same_pack_again_has_nothing_new(desk: Desk, tmp_path: Path) -> None:
    desk.open()
    pack = make_pack(tmp_path / "other", tmp_path / "bots")
    looked(desk, pack / "pack.yaml").go.click()
    desk.until(lambda: desk.notice() == "2 prompts added.")
    stored = desk.rows("SELECT * FROM versions")
    dialog = looked(desk, pack / "pack.yaml")
    assert [state for _, state, _ in cells(dialog)] == ["Identical", "Identical"]
    assert dialog.told.text() == "Nothing new: everything is already in your history."
    assert not dialog.go.isVisible()
    desk.press(Qt.Key.Key_Escape)
    desk.until(lambda: desk.window.dialogs.pack_import is None)
    desk.until_rows(stored, "SELECT * FROM versions")


@pytest.mark.parametrize("held", [Qt.Key.Key_Shift, Qt.Key.Key_Control])
def test_first_new_prompt_alone_is_selected_while_a_key_is_held(desk: Desk, tmp_path: Path, held: Qt.Key) -> None:
    desk.open()
    looked(desk, make_pack(tmp_path / "one", tmp_path / "one.promptpack", ("Order bot",))).go.click()
    desk.until(lambda: desk.notice() == "1 prompt added.")
    window = desk.window.frame.windowHandle()
    QTest.keyPress(window, held, MODIFIERS[held])
    try:
        dialog = looked(desk, make_pack(tmp_path / "two", tmp_path / "two.promptpack"))
        assert [state for _, state, _ in cells(dialog)] == ["Identical", "New"]
        assert dialog.chosen_rows() == [1]
        dialog.close()
    finally:
        QTest.keyRelease(window, held)


def test_each_prompt_can_be_added_updated_or_skipped(desk: Desk, tmp_path: Path) -> None:
    desk.open()
    looked(desk, make_pack(tmp_path / "other", tmp_path / "one.promptpack", ("Order bot",))).go.click()
    desk.until(lambda: desk.notice() == "1 prompt added.")
    # The local prompt continues from another version than the pack's.
    desk.window.editor.focus_first()
    desk.type("Mine. ")
    desk.run()
    (other := tmp_path / "other" / "other.db").rename(tmp_path / "later.db")
    with closing(opened(tmp_path / "later.db")) as store:
        begun = run("p-order-3", text("Theirs: {{order}}"), based_on=2, lanes=(lane("A", "echo"),))
        store.begin_run(replace(begun, prompt_uid="p-order"))
        store.finish_output("p-order-3.0.0", done("Fine."), LATER)
        add_prompt(store, "Mail bot")
        add_prompt(store, "Chat bot")
        exporter = PackExporter(store, lambda: "pack-2", lambda: LATER)
        choices = [PackChoice(key, "all") for key in ("p-order", "p-mail", "p-chat")]
        exporter.write(exporter.prepare(PackAbout("", "Bots"), choices), tmp_path / "three.promptpack")
    assert not other.exists()
    dialog = looked(desk, tmp_path / "three.promptpack")
    assert cells(dialog) == [
        ("Order bot", "Conflicting", "Skip"),
        ("Mail bot", "New", "Add"),
        ("Chat bot", "New", "Add"),
    ]
    dialog.select([1, 2])
    assert not dialog.choices["update"].isVisible()
    dialog.select([2])
    dialog.choices["skip"].click()
    dialog.select([0])
    assert "continued from another version here" in dialog.one.text()
    dialog.choices["update"].click()
    assert [does for *_, does in cells(dialog)] == ["Update as new versions", "Add", "Skip"]
    assert dialog.told.text().startswith("Prompts: 1 added, 1 updated, 1 skipped.")
    before = desk.rows(
        "SELECT number FROM versions JOIN prompts ON prompts.id = prompt_id WHERE prompts.uid = 'p-order'"
    )
    dialog.go.click()
    desk.until(lambda: desk.notice() == "1 prompt added and 1 prompt updated.")
    assert "Chat bot" not in names(desk)
    after = desk.rows(
        "SELECT number FROM versions JOIN prompts ON prompts.id = prompt_id WHERE prompts.uid = 'p-order'"
    )
    assert (len(before), len(after)) == (3, 4)
    desk.window.actions["undo_import"].trigger()
    desk.until(lambda: desk.notice() == "Removed: 1 prompt, 1 version.")
    assert "Mail bot" not in names(desk)


def test_undoing_an_import_keeps_edited_prompts(desk: Desk, tmp_path: Path) -> None:
    desk.open()
    looked(desk, make_pack(tmp_path / "other", tmp_path / "bots.promptpack")).go.click()
    desk.until(lambda: desk.notice() == "2 prompts added.")
    desk.window.editor.focus_first()
    desk.type("Mine. ")
    desk.window.actions["undo_import"].trigger()
    desk.until(lambda: desk.notice().startswith("“Order bot” was edited after the import, so it stays."))
    assert {"Order bot", "Mail bot"} <= set(names(desk))
    desk.until(
        lambda: (draft := desk.stored_draft()) is not None and draft.content.messages[0].text.startswith("Mine.")
    )


def test_unreadable_pack_shows_the_reason_and_folds_the_detail(desk: Desk, tmp_path: Path) -> None:
    desk.open()
    bad = tmp_path / "bad.promptpack"
    bad.write_bytes(b"PK\x03\x04 nothing that follows is a zip")
    before = names(desk)
    dialog = looked(desk, bad)
    assert dialog.told.text().startswith("bad.promptpack")
    assert dialog.told.sentence.property("role") == "error"
    assert not dialog.go.isVisible()
    assert not dialog.rows.isVisible()
    if dialog.told.more.isVisible():
        assert not dialog.told.detail.isVisible()
        dialog.told.more.click()
        assert dialog.told.detail.isVisible()
    dialog.close()
    assert names(desk) == before


def test_import_that_fails_can_be_repeated_in_the_same_dialog(desk: Desk, tmp_path: Path) -> None:
    desk.open()
    before = names(desk)
    dialog = looked(desk, make_pack(tmp_path / "other", tmp_path / "bots.promptpack"))
    with closing(sqlite3.connect(desk.db, isolation_level=None)) as other:
        other.execute("CREATE TRIGGER refuse BEFORE INSERT ON packs BEGIN SELECT RAISE(ABORT, 'refused'); END")
        dialog.go.click()
        desk.until(lambda: not dialog.progress.isVisible())
        other.execute("DROP TRIGGER refuse")
    assert dialog.told.sentence.property("role") == "error"
    assert names(desk) == before
    assert dialog.go.isVisible()
    assert dialog.close_.text() == "Cancel"
    dialog.go.click()
    desk.until(lambda: desk.notice() == "2 prompts added.")
    assert names(desk) == sorted([*before, "Order bot", "Mail bot"])


def files(*paths: Path) -> QMimeData:
    """Return mime data as a file manager drags it."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def drop(widget: QWidget, data: QMimeData) -> bool:
    """Drag data over a widget and drop it, like Qt does; return whether it was accepted."""
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    at = QPointF(widget.rect().center())
    entering = QDragEnterEvent(at.toPoint(), Qt.DropAction.CopyAction, data, left, none)
    QApplication.sendEvent(widget, entering)
    if not entering.isAccepted():
        return False
    dropping = QDropEvent(at, Qt.DropAction.CopyAction, data, left, none)
    QApplication.sendEvent(widget, dropping)
    return dropping.isAccepted()


def test_pack_dropped_anywhere_on_the_window_opens_the_import(desk: Desk, tmp_path: Path) -> None:
    window = desk.open()
    pack = make_pack(tmp_path / "other", tmp_path / "bots")
    assert drop(window.frame, files(pack))
    dialog = shown(desk)
    assert [state for _, state, _ in cells(dialog)] == ["New", "New"]
    dialog.close()
    plain = tmp_path / "notes"
    plain.mkdir()
    assert not drop(window.frame, files(plain))
    # Dropped on a message it does not become an attachment.
    field = window.editor.blocks[0].field
    assert drop(field.viewport(), files(pack))
    assert shown(desk).name.text() == "Bots"
    shown(desk).close()
    assert not window.editor.content().messages[0].attachments
    # Dropped on a value it does not become text.
    before = window.values.values()
    row = next(iter(window.values.findChildren(ValueRow)))
    assert drop(row.field.viewport(), files(pack))
    assert shown(desk).name.text() == "Bots"
    shown(desk).close()
    assert window.values.values() == before
    drop(row.field.viewport(), files(plain))
    assert window.values.values() != before


def test_window_can_close_while_a_pack_is_read(desk: Desk, tmp_path: Path) -> None:
    window = desk.open()
    before = names(desk)
    pack = make_pack(tmp_path / "other", tmp_path / "bots.promptpack")
    window.dialogs.pack_imports.look(pack)
    desk.close()
    assert names(desk) == before
