"""Exporting prompts as packs in the real window: choose, preview, write, drag out."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDrag, QGuiApplication
from PySide6.QtTest import QTest

from tests.ui.desk import Desk
from tests.ui.history_support import chosen as select
from tests.ui.history_support import entered, entry
from tests.ui.packs_support import ask, looked_through, new_prompt, opened, written
from tests.ui.test_packs_import import drop, files
from workbench.core.cases import Case
from workbench.packs.pack_contents import PackAbout
from workbench.packs.pack_reader import read_pack
from workbench.packs.validator import problems
from workbench.usecases.packs.exporter import PackChoice

pytestmark = [pytest.mark.window, pytest.mark.usefixtures("short_pauses")]


def test_versions_are_labelled_with_their_changed_words(desk: Desk) -> None:
    """Versions of a prompt mostly end in the same message, so its text tells none from another."""
    desk.open()
    ask(desk, "Be brief.")
    desk.window.editor.focus_first()
    desk.press(Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    desk.type(" Answer in French.")
    desk.run()
    dialog = opened(desk)
    desk.until(lambda: dialog.choice.choosing.rowCount() == 2)
    told = [dialog.choice.choosing.index(row, 0).data() for row in range(2)]
    assert told == ["#2 · Answer in French.", "#1 · Be brief."]


def test_open_prompt_is_exported_to_a_file_that_can_be_dragged(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = desk.open()
    dialog = opened(desk)
    assert dialog.choice.table.names == ("Order status bot",)
    assert dialog.choice.name.text() == "Order status bot"
    assert dialog.choice.path.text() == str(Path.home() / "order-status-bot.promptpack")
    dialog.choice.licence.setFocus()
    desk.type("MIT")
    target = tmp_path / "order & bot.promptpack"
    looked_through(desk, dialog, target)
    assert dialog.pages.currentWidget() is dialog.preview
    assert not target.exists()
    assert dialog.preview.what.text().startswith("A new file. 1 prompt, 1 version, ")
    assert dialog.preview.what.text().endswith("Without iterations, answers and verdicts.")
    table = dialog.preview.files
    heads = [
        [table.headerData(column, way) for column in (0, 1)]
        for way in (Qt.Orientation.Horizontal, Qt.Orientation.Vertical)
    ]
    assert heads == [["File", "Size"], [None, None]]
    files = {name for name, _ in table.files}
    assert {"pack.yaml", "README.md", "prompts/order-status-bot.prompt.yml"} <= files
    assert not any(name.startswith("evidence/") for name in files)
    written(desk, dialog)
    pack = read_pack(target).pack
    assert problems(target) == []
    assert (pack.about.name, pack.about.licence) == ("Order status bot", "MIT")
    assert pack.prompts[0].uid == window.prompt_uid
    dragged: list[QDrag] = []
    monkeypatch.setattr(QDrag, "exec", lambda drag, *_: dragged.append(drag) or Qt.DropAction.CopyAction)
    tile = dialog.written.tile
    QTest.mousePress(tile, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    QTest.mouseMove(tile, QPoint(9, 8))
    QTest.mouseMove(tile, QPoint(60, 20))
    QTest.mouseRelease(tile, Qt.MouseButton.LeftButton, pos=QPoint(60, 20))
    (drag,) = dragged
    (url,) = drag.mimeData().urls()
    assert Path(url.toLocalFile()) == target
    tile.click()
    (copied,) = QGuiApplication.clipboard().mimeData().urls()
    assert Path(copied.toLocalFile()) == target
    # The mime data belongs to Python, and the clipboard would outlive the interpreter.
    QGuiApplication.clipboard().clear()
    dialog.close()
    assert window.dialogs.pack_export is None


def test_exported_pack_dropped_back_has_nothing_new(desk: Desk, tmp_path: Path) -> None:
    desk.open()
    dialog = opened(desk)
    looked_through(desk, dialog, tmp_path / "bot")
    written(desk, dialog)
    data = dialog.written.tile.data()
    dialog.close()
    assert drop(desk.window.frame, data)
    shown = desk.window.dialogs.pack_import
    assert shown is not None
    desk.until(lambda: not shown.progress.isVisible())
    assert shown.told.text() == "Nothing new: everything is already in your history."
    shown.close()


def test_pack_with_private_data_findings_must_be_confirmed(desk: Desk, tmp_path: Path) -> None:
    desk.open()
    ask(desk, "Write to ada@example.org now")
    dialog = opened(desk)
    target = tmp_path / "shop.promptpack"
    looked_through(desk, dialog, target)
    assert dialog.preview.findings.isVisible()
    said = [dialog.preview.findings.item(row).text() for row in range(dialog.preview.findings.count())]
    assert "prompts/shop-bot.prompt.yml: an e-mail address (a…@example.org)" in said
    assert not dialog.go.isEnabled()
    dialog.preview.findings.setCurrentRow(said.index("prompts/shop-bot.prompt.yml: an e-mail address (a…@example.org)"))
    assert "Write to ada@example.org now" in dialog.preview.text.toPlainText()
    dialog.go.click()
    assert not target.exists()
    dialog.preview.agreed.click()
    assert dialog.go.isEnabled()
    written(desk, dialog)
    assert "ada@example.org" in read_pack(target).pack.prompts[0].content.messages[0].text
    dialog.close()


def test_selecting_a_finding_in_an_attachment_shows_that_file(desk: Desk, tmp_path: Path) -> None:
    window = desk.open()
    (note := tmp_path / "note.txt").write_text("Write to ada@example.org")
    new_prompt(desk, "Filed bot")
    editor = window.editor
    if not editor.blocks:
        editor.add_message("user")
    editor.focus_first()
    desk.type("See this")
    assert drop(editor.blocks[-1].field.viewport(), files(note))
    desk.until(lambda: editor.content().messages[-1].attachments)
    desk.run()
    dialog = opened(desk)
    looked_through(desk, dialog, tmp_path / "filed")
    said = [dialog.preview.findings.item(row).text() for row in range(dialog.preview.findings.count())]
    (at,) = [row for row, words in enumerate(said) if words.startswith("attachments/")]
    assert "(note.txt)" in said[at]
    dialog.preview.findings.setCurrentRow(at)
    row = dialog.preview.rows.currentIndex().row()
    assert dialog.preview.files.files[row][0].startswith("attachments/")
    assert dialog.preview.text.toPlainText() == "Write to ada@example.org"
    dialog.close()


def test_evidence_is_off_by_default_and_shown_in_the_preview(desk: Desk, tmp_path: Path) -> None:
    desk.open()
    desk.run()
    dialog = opened(desk)
    assert not dialog.choice.evidence.isChecked()
    dialog.choice.evidence.click()
    target = tmp_path / "bot.promptpack"
    looked_through(desk, dialog, target)
    assert "With iterations, answers and verdicts." in dialog.preview.what.text()
    assert dialog.preview.text.accessibleName() == "Contents of evidence/order-status-bot.jsonl"
    assert "Hello there." in dialog.preview.text.toPlainText()
    if dialog.preview.preview is not None and dialog.preview.preview.findings:
        dialog.preview.agreed.click()
    written(desk, dialog)
    with zipfile.ZipFile(target) as archive:
        assert b"Hello there." in archive.read("evidence/order-status-bot.jsonl")
    dialog.close()


def test_only_ticked_versions_are_exported_and_the_last_ticked_is_the_default(desk: Desk, tmp_path: Path) -> None:
    window = desk.open()
    for word in ("One. ", "Two. "):
        window.editor.focus_first()
        desk.type(word)
        desk.run()
    dialog = opened(desk)
    choice = dialog.choice
    listed = [choice.choosing.index(at).data() for at in range(choice.choosing.rowCount())]
    assert [words.split(" · ")[0] for words in listed] == ["#2", "#1", "sample 2", "sample 1"]
    assert not choice.versions.isEnabled()
    choice.which["chosen"].click()
    assert choice.versions.isEnabled()
    dialog.go.click()
    assert dialog.told.text() == "Tick at least one version of each prompt, or choose the winner."
    choice.choosing.setData(choice.choosing.index(0), Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    choice.choosing.setData(choice.choosing.index(3), Qt.CheckState.Checked, Qt.ItemDataRole.CheckStateRole)
    assert choice.table.index(0, 1).data() == "sample 1, #2 (sample 1 by default)"
    looked_through(desk, dialog, tmp_path / "two")
    dialog.preview.agreed.click()
    written(desk, dialog)
    (prompt,) = read_pack(tmp_path / "two").pack.prompts
    hashes = dict(
        desk.rows(
            "SELECT number, hash FROM versions JOIN contents ON contents.id = content_id JOIN prompts"
            " ON prompts.id = prompt_id WHERE prompts.uid = ?",
            window.prompt_uid,
        )
    )
    assert prompt.main == hashes[1]
    assert {version.hash for version in prompt.versions} == {hashes[1], hashes[4]}
    dialog.close()


def test_export_of_selected_runs_takes_their_prompts_and_versions(desk: Desk, tmp_path: Path) -> None:
    view = entered(desk)
    select(desk, view, "order-2", "order-1", "sql-1")
    dialog = opened(desk)
    picked = {choice.prompt_uid: choice.versions for choice in dialog.choice.table.choices}
    expected: dict[str, set[int]] = {}
    for row in view.selected():
        expected.setdefault(row.prompt_uid, set()).add(row.row.version)
    assert picked == {uid: tuple(sorted(numbers)) for uid, numbers in expected.items()}
    looked_through(desk, dialog, tmp_path / "runs.promptpack")
    dialog.preview.agreed.click()
    written(desk, dialog)
    assert {prompt.uid for prompt in read_pack(tmp_path / "runs.promptpack").pack.prompts} == set(picked)
    dialog.close()


def test_export_prefills_the_known_details_of_a_pack(desk: Desk, tmp_path: Path) -> None:
    window = desk.open()
    exporter = window.dialogs.pack_exports._exports._exporter
    about = PackAbout("pack-9", "My bot", "For tests.\nOf two lines.", "Apache-2.0", "Ada")
    export = exporter.prepare(about, [PackChoice(window.prompt_uid, "winner")])
    exporter.write(export, tmp_path / "first.promptpack")
    dialog = opened(desk)
    desk.until(lambda: dialog.choice.name.text() == "My bot")
    assert (dialog.choice.licence.text(), dialog.choice.author.text()) == ("Apache-2.0", "Ada")
    looked_through(desk, dialog, tmp_path / "second.promptpack")
    written(desk, dialog)
    dialog.close()
    assert (tmp_path / "first.promptpack").read_bytes() == (tmp_path / "second.promptpack").read_bytes()


def test_export_refuses_a_prompt_that_is_only_a_draft(desk: Desk, tmp_path: Path) -> None:
    desk.open()
    new_prompt(desk, "Only words")
    dialog = opened(desk)
    assert dialog.choice.choosing.index(0).data().startswith("Only a draft.")
    looked_through(desk, dialog, tmp_path / "draft.promptpack")
    assert dialog.told.text() == "“Only words” is only a draft. Run it once, so that it has a version to export."
    dialog.close()


def test_menus_of_prompts_and_runs_open_export_and_training_files(desk: Desk) -> None:
    view = entered(desk)
    select(desk, view, "order-2", "order-1")
    entry(view, "Export the prompts as a pack…")
    exports = desk.window.dialogs.pack_exports
    first = exports.dialog
    assert first is not None
    desk.until(lambda: first.choice.table.names == ("Order status bot",))
    first.close()
    desk.window.views.show("compose")
    uid = desk.window.prompts.model.row(1).uid
    take(desk, uid, "Export as a pack…")
    second = exports.dialog
    assert second is not None
    desk.until(lambda: [choice.prompt_uid for choice in second.choice.table.choices] == [uid])
    second.close()
    take(desk, uid, "Training files…")
    training = desk.window.dialogs.training
    assert training is not None
    assert training.windowTitle() == f"Training files of “{desk.window.prompts.model.row(1).name}”"
    training.close()


def take(desk: Desk, uid: str, title: str) -> None:
    """Trigger an entry of a prompt's menu."""
    menu = desk.window.prompt_menu(uid)
    next(action for action in menu.actions() if action.text() == title).trigger()
    menu.close()


@pytest.mark.deep(only=True)
def test_long_list_of_notes_is_shortened(desk: Desk, tmp_path: Path) -> None:
    window = desk.open()
    uids = []
    for number in range(9):
        new_prompt(desk, f"Bot {number}")
        window.editor.focus_first()
        desk.type("Say it. ")
        desk.run()
        window.editor.focus_first()
        desk.type("More.")
        uids.append(window.prompt_uid)
    window.dialogs.pack_exports.choose(dict.fromkeys(uids, "winner"))
    dialog = window.dialogs.pack_export
    assert dialog is not None
    desk.until(lambda: len(dialog.choice.table.choices) == len(uids) and dialog.choice.name.text())
    looked_through(desk, dialog, tmp_path / "bots")
    said = dialog.preview.notes.text().splitlines()
    assert len(said) == 7
    assert said[0].startswith("The draft of “Bot ")
    assert said[-1] == "and 3 more notes"
    assert dialog.height() <= window.frame.height()
    dialog.close()


def test_hold_out_cases_are_left_out_unless_ticked(desk: Desk, tmp_path: Path) -> None:
    desk.open()
    desk.run()
    store, prompt = desk.window.store, desk.window.store.prompts()[0].uid
    cases = (Case("c1", "Open", (("order", "1"),)), Case("c2", "Held", (("order", "2"),), held_out=True))
    store.packs.save_cases(prompt, cases).result(60)
    dialog = opened(desk)
    assert not dialog.choice.hold_out.isChecked()
    assert dialog.choice.wanted().with_hold_out is False
    dialog.choice.hold_out.click()
    assert dialog.choice.wanted().with_hold_out is True
    dialog.choice.hold_out.click()
    target = tmp_path / "bot.promptpack"
    looked_through(desk, dialog, target)
    written(desk, dialog)
    assert [case.name for case in read_pack(target).pack.prompts[0].cases if case.name in ("Open", "Held")] == ["Open"]
