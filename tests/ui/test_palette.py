"""The palette finds commands, prompts and other entries, and carries them out."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.patience import PATIENCE_S
from tests.ui.desk import Desk
from tests.ui.looks import change_scale
from workbench.app.palette.palette import PaletteEntry, PaletteSource
from workbench.ui.features.lanes.params import ParamsDialog
from workbench.ui.features.palette.dialog import PaletteDialog
from workbench.usecases.endpoint_form import EndpointForm


def opened(desk: Desk, text: str = "") -> PaletteDialog:
    desk.ctrl(Qt.Key.Key_K)
    dialog = desk.window.dialogs.palette
    assert dialog is not None
    desk.until(dialog.isActiveWindow)
    desk.until(lambda: QApplication.focusWidget() is dialog.field)
    desk.until(lambda: not dialog.is_reading)
    desk.type(text)
    return dialog


def found(dialog: PaletteDialog) -> PaletteEntry:
    entry = dialog.current()
    assert entry is not None
    return entry


def listed(dialog: PaletteDialog) -> list[str]:
    model = dialog.list.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def test_command_is_found_run_and_remembered_as_recent(desk: Desk) -> None:
    desk.open()
    before = len(desk.rows("SELECT uid FROM prompts"))
    dialog = opened(desk, "new pr")
    assert (found(dialog).title, found(dialog).key) == ("New prompt", "Ctrl+N")
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: len(desk.rows("SELECT uid FROM prompts")) == before + 1)
    assert desk.window.dialogs.palette is None
    desk.until(desk.window.frame.isActiveWindow)
    again = opened(desk)
    assert found(again).title == "New prompt"
    desk.press(Qt.Key.Key_Escape)
    assert desk.window.dialogs.palette is None
    desk.until(lambda: "new_prompt" in desk.rows("SELECT value FROM meta WHERE key = 'palette_recent'")[0][0])


def test_palette_without_recent_choices_starts_like_the_menus(desk: Desk) -> None:
    desk.open()
    assert found(opened(desk)).title == "Run all lanes"


def test_better_match_ranks_above_a_recent_command(desk: Desk) -> None:
    window, done = desk.open(), list[str]()
    titles = ["Larger text", "Smaller text", "Text as it was"]
    entries = [PaletteEntry("size", title, title, partial(done.append, title)) for title in titles]
    window.dialogs.add_palette_source(PaletteSource("sizes", "%", lambda: entries))
    assert listed(opened(desk, "% text")) == ["Text as it was", "Larger text", "Smaller text"]
    desk.press(Qt.Key.Key_Escape)
    desk.until(window.frame.isActiveWindow)
    opened(desk, "% smaller text")
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: done == ["Smaller text"])
    desk.until(window.frame.isActiveWindow)
    assert listed(opened(desk, "% text")) == ["Text as it was", "Smaller text", "Larger text"]
    desk.press(Qt.Key.Key_Escape)


def test_late_list_update_keeps_the_selected_entry(desk: Desk) -> None:
    desk.open()
    dialog = opened(desk, "lane")
    first = found(dialog)
    desk.press(Qt.Key.Key_Down)
    chosen = found(dialog)
    assert chosen != first
    dialog.set_recent([chosen.mark])  # re-sorts the list, like an asynchronous update
    assert found(dialog) == chosen
    desk.type("s")
    dialog.set_recent([])
    assert dialog.list.currentIndex().row() == 0
    desk.press(Qt.Key.Key_Escape)


def test_unavailable_command_shows_the_reason_and_does_not_run(desk: Desk) -> None:
    desk.open()
    dialog = opened(desk, "> restore the shown")
    assert found(dialog).unavailable == "only while a past iteration is shown"
    desk.press(Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert "only while a past iteration" in dialog.remark()
    desk.press(Qt.Key.Key_Escape)


def test_palette_opens_iterations_and_adds_models_as_lanes(desk: Desk) -> None:
    window = desk.open()
    desk.run()
    dialog = opened(desk, "# 1")
    assert found(dialog).title.startswith("#1")
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: window.viewing is not None)
    desk.until(window.frame.isActiveWindow)
    lanes = len(window.draft_lanes)
    dialog = opened(desk, "@echo")
    assert found(dialog).kind == "model"
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: len(window.draft_lanes) == lanes + 1)
    assert window.viewing is None
    assert window.draft_lanes[-1].model == "echo"
    desk.until(window.frame.isActiveWindow)
    opened(desk, "@smollm")
    desk.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    desk.until(lambda: "SmolLM" in window.draft_lanes[-1].model)
    assert len(window.draft_lanes) == lanes + 1


def test_model_file_is_listed_by_its_name_and_added_as_a_lane(desk: Desk, tmp_path: Path) -> None:
    (file := tmp_path / "tuned.gguf").write_bytes(b"GGUF....")
    window = desk.open()
    saved = window.workbench.endpoints.save_file("Tuned to orders", file)
    saved.done.result(PATIENCE_S)
    dialog = opened(desk, "@tuned")
    assert (found(dialog).title, found(dialog).detail) == ("Tuned to orders", "a model file on this computer")
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: window.draft_lanes[-1].endpoint == saved.endpoint.uid)


def test_server_is_no_model_itself(desk: Desk) -> None:
    window = desk.open()
    form = EndpointForm("Mine", "http://127.0.0.1:9/v1", "", False)
    window.workbench.endpoints.save(form).done.result(PATIENCE_S)
    dialog = opened(desk, "@")
    assert dialog.list.model().rowCount()
    assert [title for title in listed(dialog) if "Mine" in title] == []
    desk.press(Qt.Key.Key_Escape)


def test_no_matches_are_reported(desk: Desk) -> None:
    desk.open()
    dialog = opened(desk, "qqqqq")
    assert dialog.current() is None
    assert "No matches" in dialog.remark()
    desk.press(Qt.Key.Key_Escape)


@pytest.mark.parametrize("scale", [pytest.param(1.0, marks=pytest.mark.deep(only=True)), 1.7])
def test_list_never_shows_a_partial_row(desk: Desk, scale: float) -> None:
    change_scale(desk.theme, scale)
    desk.open(size=(1024, 700))
    dialog = opened(desk)
    row = dialog.list.sizeHintForRow(0)
    for height in (dialog.height(), dialog.height() - 11, dialog.height() - 25):
        dialog.resize(dialog.width(), height)
        QApplication.processEvents()
        assert dialog.list.viewport().height() % row == 0
        assert dialog.list.viewport().height() > 3 * row
    desk.press(Qt.Key.Key_Escape)


def test_parameter_found_by_name_opens_the_dialog_at_its_field(desk: Desk) -> None:
    window = desk.open()
    dialog = opened(desk, "max tok")
    assert (found(dialog).title, found(dialog).kind) == ("Max tokens", "parameter")
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: isinstance(QApplication.activeModalWidget(), ParamsDialog))
    params = QApplication.activeModalWidget()
    assert isinstance(params, ParamsDialog)
    desk.until(lambda: QApplication.focusWidget() is params.fields["max_tokens"])
    desk.type("77")
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: window.lane_list.lanes[0].params.get("max_tokens") == 77)


def test_parameters_need_a_lane(desk: Desk) -> None:
    window = desk.open()
    for slot in window.slots():
        window.lane_list.remove(slot)
    assert found(opened(desk, "temperature")).unavailable == "add a lane first"
    desk.press(Qt.Key.Key_Escape)


@pytest.mark.parametrize(
    ("typed", "title", "field"),
    [
        ("text size", "Text size", "Size of text in per cent"),
        ("limit doll", "Limit per run: dollars", "Dollars, limit per run"),
    ],
)
def test_setting_found_by_name_is_focused_in_the_settings(desk: Desk, typed: str, title: str, field: str) -> None:
    desk.open()
    dialog = opened(desk, typed)
    assert (found(dialog).title, found(dialog).kind) == (title, "setting")
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: (at := QApplication.focusWidget()) is not None and at.accessibleName() == field)
