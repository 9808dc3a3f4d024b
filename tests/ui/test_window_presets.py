"""Lane presets in the real window: saved, used, renamed, removed, and what new prompts start with."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from tests.ui.desk import ECHO, Desk
from workbench.core.lanes import BUILTIN_MODEL, ECHO_MODEL, Lane, Params
from workbench.core.lanes import ECHO as ECHO_ENDPOINT
from workbench.ui.features.lanes.preset_dialog import PresetDialog

pytestmark = [pytest.mark.window, pytest.mark.usefixtures("short_pauses")]
LEFT = Qt.MouseButton.LeftButton


def save(desk: Desk, name: str, *, first: bool = False) -> None:
    """Save the lanes of the draft as a preset through the dialog."""
    desk.window.actions["save_lane_preset"].trigger()
    desk.until(lambda: desk.window.frame.findChild(PresetDialog) is not None)
    dialog = desk.window.frame.findChild(PresetDialog)
    assert dialog is not None
    desk.until(dialog.isActiveWindow)
    dialog.field.setText(name)
    if first:
        dialog.first.click()
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    desk.until(lambda: f"the preset “{name}”" in desk.notice())
    desk.until(desk.window.frame.isActiveWindow)


def menu(desk: Desk) -> QMenu:
    """Open the menu by its button and return it."""
    QTest.mouseClick(desk.window.run_bar.presets, LEFT)
    desk.until(lambda: isinstance(QApplication.activePopupWidget(), QMenu))
    popup = QApplication.activePopupWidget()
    assert isinstance(popup, QMenu)
    return popup


def entry(of: QMenu, text: str) -> QAction:
    return next(action for action in of.actions() if action.text().partition("\t")[0].replace("&", "") == text)


def choose(desk: Desk, *path: str) -> None:
    """Choose an entry of the menu, by its texts."""
    shown = menu(desk)
    action = entry(shown, path[0])
    for text in path[1:]:
        inner = action.menu()
        assert isinstance(inner, QMenu)
        action = entry(inner, text)
    action.trigger()
    shown.close()


def models(desk: Desk) -> list[str]:
    return [lane.model for lane in desk.window.draft_lanes]


def warmths(desk: Desk) -> list[object]:
    return [dict(lane.params.values).get("temperature") for lane in desk.window.draft_lanes]


def echo_lane(slot: str, temperature: float) -> Lane:
    return Lane(slot, ECHO_ENDPOINT, ECHO_MODEL, Params(temperature=temperature))


def test_preset_is_saved_used_and_taken_back(desk: Desk) -> None:
    window = desk.open(ECHO)
    start = window.draft_lanes
    window.lane_list.replace_all([echo_lane("a", 0.1), echo_lane("b", 0.9)])
    save(desk, "Cold & warm")
    window.lane_list.replace_all(start)
    shown = menu(desk)
    assert not entry(shown, "Cold  warm").isChecked()
    shown.close()
    choose(desk, "Cold  warm")
    desk.until(lambda: warmths(desk) == [0.1, 0.9])
    assert desk.notice().startswith("The lanes are now those of “Cold & warm”.")
    shown = menu(desk)
    assert entry(shown, "Cold  warm").isChecked()
    shown.close()
    window.notice.action_clicked.emit("offer")
    assert window.draft_lanes == start


def test_used_preset_keeps_the_answers_of_models_that_stay(desk: Desk) -> None:
    window = desk.open(ECHO)
    desk.run()
    kept = window.draft_lanes[0]
    text = window.lanes.text(kept.slot)
    window.store.lane_presets.save(
        "One", [replace(kept, slot="q", pinned=None, params=Params(temperature=0.3))]
    ).result(30)
    choose(desk, "One")
    desk.until(lambda: [lane.slot for lane in window.draft_lanes] == [kept.slot])
    assert window.lanes.text(kept.slot) == text != ""
    desk.ctrl(Qt.Key.Key_Z)
    desk.until(lambda: len(window.draft_lanes) == 2)


def test_new_prompts_start_with_the_chosen_preset(desk: Desk) -> None:
    window = desk.open(ECHO)
    window.lane_list.replace_all([echo_lane("a", 0.1), echo_lane("b", 0.9)])
    save(desk, "Two", first=True)
    assert "New prompts start with it." in desk.notice()
    window.lane_list.replace_all([Lane("c", "builtin", BUILTIN_MODEL)])
    before = window.prompt_uid
    window.actions["new_prompt"].trigger()
    desk.until(lambda: window.prompt_uid != before)
    desk.until(lambda: warmths(desk) == [0.1, 0.9])
    choose(desk, "New prompts start with", "The last used lanes")
    desk.until(lambda: desk.notice() == "New prompts start with the last used lanes.")
    assert window.store.lane_presets.chosen() == ""


def test_preset_is_renamed_and_removed_with_undo(desk: Desk) -> None:
    window = desk.open(ECHO)
    save(desk, "First", first=True)
    choose(desk, "Rename", "First")
    desk.until(lambda: desk.window.frame.findChild(PresetDialog) is not None)
    dialog = desk.window.frame.findChild(PresetDialog)
    assert dialog is not None
    desk.until(dialog.isActiveWindow)
    dialog.field.setText("Second")
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    desk.until(lambda: desk.notice() == "The preset “First” is now called “Second”.")
    assert window.store.lane_presets.chosen() == "Second"
    desk.until(window.frame.isActiveWindow)
    choose(desk, "Remove", "Second")
    desk.until(lambda: desk.notice().startswith("The preset “Second” was removed."))
    assert window.store.lane_presets.all() == ()
    window.notice.action_clicked.emit("offer")
    desk.until(lambda: window.store.lane_presets.chosen() == "Second")
    shown = menu(desk)
    assert entry(shown, "Second").isEnabled()
    shown.close()


def test_lanes_at_removed_endpoints_are_left_out_and_said(desk: Desk) -> None:
    window = desk.open(ECHO)
    gone = Lane("z", "removed-endpoint", "own-model")
    window.store.lane_presets.save("Mixed", [echo_lane("a", 0.1), gone]).result(30)
    window.store.lane_presets.save("Gone", [gone]).result(30)
    choose(desk, "Mixed")
    desk.until(lambda: models(desk) == [ECHO_MODEL])
    assert "own-model was left out, because its endpoint was removed." in desk.notice()
    choose(desk, "Gone")
    desk.until(lambda: "No lane of “Gone” can be used." in desk.notice())
    assert models(desk) == [ECHO_MODEL]


def test_presets_cannot_be_used_while_a_past_iteration_is_shown(desk: Desk) -> None:
    window = desk.open(ECHO)
    save(desk, "Two")
    desk.run()
    window.view_row(window.shown_run())
    desk.until(lambda: window.viewing is not None)
    shown = menu(desk)
    assert not entry(shown, "Two").isEnabled()
    assert not entry(shown, "Save these lanes as a preset…").isEnabled()
    shown.close()


def test_palette_uses_a_preset_by_its_name(desk: Desk) -> None:
    window = desk.open(ECHO)
    window.store.lane_presets.save("Cold", [echo_lane("a", 0.1)]).result(30)
    window.dialogs.show_palette("lanes: cold")
    dialog = window.dialogs.palette
    assert dialog is not None
    desk.until(lambda: (found := dialog.current()) is not None and found.title == "Lanes: Cold")
    desk.until(lambda: not dialog.is_reading)
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: warmths(desk) == [0.1])


def test_saving_under_a_known_name_replaces_it_and_can_be_undone(desk: Desk) -> None:
    window = desk.open(ECHO)
    window.store.lane_presets.save("Mine", [echo_lane("a", 0.1)]).result(30)
    window.lane_list.replace_all([echo_lane("a", 0.9)])
    save(desk, "Mine")
    (preset,) = window.store.lane_presets.all()
    assert [dict(lane.params.values)["temperature"] for lane in preset.lanes] == [0.9]
    window.notice.action_clicked.emit("offer")
    desk.until(lambda: dict(window.store.lane_presets.all()[0].lanes[0].params.values)["temperature"] == 0.1)


def test_menu_without_presets_says_so(desk: Desk) -> None:
    desk.open(ECHO)
    shown = menu(desk)
    assert not entry(shown, "No presets yet").isEnabled()
    assert not entry(shown, "Rename").isEnabled()
    assert entry(shown, "Save these lanes as a preset…").isEnabled()
    shown.close()


def test_long_name_is_elided_in_menus_and_whole_in_tooltips(desk: Desk) -> None:
    desk.open(ECHO)
    name = "The three we compare for long answers in German and Dutch"
    save(desk, name)
    shown = menu(desk)
    short = "The three we compare for long answe…"
    assert name in entry(shown, short).toolTip()
    for title in ("New prompts start with", "Rename", "Remove"):
        inner = entry(shown, title).menu()
        assert isinstance(inner, QMenu)
        assert name in entry(inner, short).toolTip()
    shown.close()
