"""Where a pack is written, in the real window: folders with and without a pack, stopping, the last path."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from tests.ui.desk import Desk
from tests.ui.packs_support import ask, looked_through, opened, written
from tests.usecases.packs.making import make_pack
from workbench.packs.pack_reader import read_pack

pytestmark = [pytest.mark.window, pytest.mark.usefixtures("short_pauses")]


def test_exporting_into_the_folder_of_the_same_pack_updates_that_pack(desk: Desk, tmp_path: Path) -> None:
    window = desk.open()
    folder = tmp_path / "bot"
    dialog = opened(desk)
    looked_through(desk, dialog, folder)
    written(desk, dialog)
    dialog.close()
    (folder / "notes.txt").write_text("mine")
    untouched = (folder / "cases").stat().st_ino if (folder / "cases").exists() else 0
    uid = read_pack(folder).pack.about.uid
    # It is still the same pack when another prompt is added.
    dialog = opened(desk)
    second = next(row for row in range(dialog.choice.table.rowCount()) if row)
    dialog.choice.table.tick(second, ticked=True)
    dialog.choice.take_place(folder)
    desk.until(lambda: dialog.choice.place.text().startswith("This folder is the pack “Order status bot”"))
    dialog.go.click()
    desk.until(lambda: not dialog.is_running)
    if dialog.preview.preview is not None and dialog.preview.preview.findings:
        dialog.preview.agreed.click()
    written(desk, dialog)
    dialog.close()
    pack = read_pack(folder).pack
    assert pack.about.uid == uid
    assert {prompt.uid for prompt in pack.prompts} >= {window.prompt_uid}
    assert len(pack.prompts) == 2
    assert (folder / "notes.txt").read_text() == "mine"
    assert ((folder / "cases").stat().st_ino if (folder / "cases").exists() else 0) == untouched


def test_export_refuses_a_folder_with_other_contents(desk: Desk, tmp_path: Path) -> None:
    desk.open()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").write_text("mine")
    dialog = opened(desk)
    looked_through(desk, dialog, tmp_path / "mine")
    assert dialog.told.text().startswith("This folder contains something else than a pack.")
    assert dialog.pages.currentWidget() is dialog.choice
    other = make_pack(tmp_path / "history", tmp_path / "other")
    before = {file: file.read_bytes() for file in other.rglob("*") if file.is_file()}
    looked_through(desk, dialog, other)
    assert dialog.told.text() == "This folder is the pack “Bots”, of other prompts. Choose another folder."
    assert {file: file.read_bytes() for file in other.rglob("*") if file.is_file()} == before
    dialog.close()


def test_stopping_an_export_leaves_the_existing_file_unchanged(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = desk.open()
    dialog = opened(desk)
    target = tmp_path / "bot.promptpack"
    target.write_bytes(b"before")
    looked_through(desk, dialog, target)
    assert dialog.go.text() == "Replace"
    # The user cancels before the first file is written.
    exporter = window.dialogs.pack_exports._exports._exporter
    write = exporter.write

    def slowly(*args: object) -> None:
        pressed.wait(10)
        write(*args)  # type: ignore[arg-type]

    pressed = threading.Event()
    monkeypatch.setattr(exporter, "write", slowly)
    dialog.go.click()
    desk.press(Qt.Key.Key_Escape, on=dialog)
    pressed.set()
    desk.until(lambda: not dialog.is_running)
    assert dialog.told.text() == "Stopped; nothing was written."
    assert target.read_bytes() == b"before"
    assert [file.name for file in tmp_path.iterdir() if file.name.endswith(".partial")] == []
    dialog.close()


def test_export_reports_progress_by_prompt(desk: Desk, tmp_path: Path) -> None:
    desk.open()
    ask(desk, "Which one is late?")
    dialog = opened(desk)
    dialog.choice.table.tick(1, ticked=True)
    told: list[tuple[str, int, int]] = []
    desk.window.dialogs.pack_exports._exports.progress.connect(lambda *said: told.append(said))
    looked_through(desk, dialog, tmp_path / "bots.promptpack")
    assert told[:2] == [("Prompt 1 of 2…", 0, 2), ("Prompt 2 of 2…", 1, 2)]
    dialog.close()


def test_export_remembers_the_last_path_while_that_folder_exists(desk: Desk, tmp_path: Path) -> None:
    desk.open()
    folder = tmp_path / "repository" / "bot"
    folder.parent.mkdir()
    dialog = opened(desk)
    dialog.choice.evidence.click()
    looked_through(desk, dialog, folder)
    written(desk, dialog)
    assert (folder / "evidence").exists() is False
    dialog.close()
    dialog = opened(desk)
    desk.until(lambda: dialog.choice.path.text() == str(folder))
    assert dialog.choice.as_folder.isChecked()
    # Another name of the pack keeps the path; another kind of target changes it.
    dialog.choice.name.setFocus()
    desk.type(" too")
    assert dialog.choice.path.text() == str(folder)
    dialog.choice.as_file.click()
    assert dialog.choice.path.text().endswith(".promptpack")
    dialog.choice.as_folder.click()
    assert dialog.choice.path.text() == str(folder)
    dialog.close()
    folder.parent.rename(tmp_path / "elsewhere")
    dialog = opened(desk)
    desk.until(lambda: dialog.choice.path.text() == str(Path.home() / "order-status-bot.promptpack"))
    dialog.close()


def test_preview_lists_files_that_will_be_removed_from_the_folder(desk: Desk, tmp_path: Path) -> None:
    desk.open()
    ask(desk, "Which one is late?")
    folder = tmp_path / "bot"
    dialog = opened(desk)
    dialog.choice.evidence.click()
    looked_through(desk, dialog, folder)
    assert "Removed there" not in dialog.preview.what.text()
    written(desk, dialog)
    dialog.close()
    [told] = (folder / "evidence").iterdir()
    dialog = opened(desk)
    looked_through(desk, dialog, folder)
    assert dialog.preview.what.text().endswith(f" Removed there: evidence/{told.name}.")
    assert told.exists()
    written(desk, dialog)
    assert not told.exists()
    dialog.close()
