"""The timeline in the real window: versions without runs, results of runs, and the context menu."""

from __future__ import annotations

import sqlite3

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from tests.ui.desk import ECHO, HELLO, Desk
from tests.ui.driver import WindowDriver
from workbench.core.drafts import Draft
from workbench.core.outcome import Outcome
from workbench.core.timeline import BareVersion, describe, name
from workbench.ui.shell.bars import ElidedText
from workbench.usecases.sample_prompts import load_sample

# The offscreen platform warns about every menu.
pytestmark = [pytest.mark.window, pytest.mark.qt_log_ignore("This plugin does not support")]
CTRL, ALT, SHIFT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
FAILS = {"default": [{"text": "Part"}, {"fail": ["server_error", "The server failed. Retry.", "500"]}]}


def names(desk: Desk) -> list[str]:
    return [name(row) for row in desk.shown_rows()]


def selected(window: WindowDriver) -> int:
    return window.sidebar.iteration_list.currentIndex().row()


def click(desk: Desk, position: int, button: Qt.MouseButton = Qt.MouseButton.LeftButton) -> QPoint:
    """Click a row of the timeline and return its position."""
    view = desk.window.sidebar.iteration_list
    view.scrollTo(view.model().index(position, 0))
    place = view.visualRect(view.model().index(position, 0)).center()
    QTest.mouseClick(view.viewport(), button, Qt.KeyboardModifier.NoModifier, place)
    return place


def right_click(desk: Desk, position: int) -> QMenu:
    """Right-click a row of the timeline and return the menu that opens."""
    place = click(desk, position, Qt.MouseButton.RightButton)
    viewport = desk.window.sidebar.iteration_list.viewport()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, viewport.mapToGlobal(place))
    QApplication.sendEvent(viewport, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def choose(desk: Desk, menu: QMenu, text: str) -> None:
    next(action for action in menu.actions() if action.text() == text).trigger()
    menu.close()
    desk.until(lambda: QApplication.activePopupWidget() is None)


def look_at(desk: Desk, position: int) -> None:
    click(desk, position)
    row = desk.shown_rows()[position]
    desk.until(lambda: (viewing := desk.window.viewing) is not None and viewing.row.uid == row.uid)


def empty_lanes(window: WindowDriver) -> str:
    return window.lanes.emptiness()


@pytest.fixture
def sample(desk: Desk) -> WindowDriver:
    window = desk.open()
    desk.until(lambda: len(desk.shown_rows()) == 2)
    window.editor.focus_first()
    return window


def test_sample_versions_are_in_the_timeline_before_the_first_run(desk: Desk, sample: WindowDriver) -> None:
    refined, one_line = desk.shown_rows()
    assert isinstance(refined, BareVersion)
    assert isinstance(one_line, BareVersion)
    assert names(desk) == ["sample 2", "sample 1"]
    assert [refined.note, one_line.note] == [version.note for version in reversed(load_sample().versions)]
    assert (one_line.added, one_line.removed, one_line.ran) == (8, 0, False)
    assert sample.sidebar.iteration_list.isVisible()
    desk.until_rows([(0,)], "SELECT DISTINCT iterations FROM prompts")
    desk.until(lambda: "0 iterations of this prompt" in sample.status.database())


def test_version_without_runs_is_shown_without_values_or_lanes(desk: Desk, sample: WindowDriver) -> None:
    before = sample.draft()
    look_at(desk, 1)
    assert sample.past_editor is not None
    assert sample.past_editor.isVisible()
    assert sample.past_editor.content() == load_sample().versions[0].content
    panel = sample.compose_view.past_values_panel
    assert panel is None or panel.values() == ()
    assert sample.slots() == []
    assert "This version was never run" in empty_lanes(sample)
    assert sample.viewing_bar.text() == "Read-only: sample 1"
    assert "based on" not in "".join(label.full() for label in sample.run_bar.findChildren(ElidedText))
    assert sample.shown_run() == ""
    assert selected(sample) == 1
    desk.press(Qt.Key.Key_1, on=sample.sidebar.iteration_list)
    desk.until_rows([], "SELECT 1 FROM verdicts")
    desk.ctrl(Qt.Key.Key_Return)
    desk.until(lambda: desk.notice().startswith("Sample 1 is read-only."))
    desk.until_rows([], "SELECT 1 FROM runs")
    desk.press(Qt.Key.Key_Escape)
    desk.until(lambda: sample.viewing is None)
    assert sample.draft() == before
    assert len(sample.slots()) == 2
    assert empty_lanes(sample) == ""
    for slot in sample.slots():
        sample.lane_list.remove(slot)
    assert "No lanes yet" in empty_lanes(sample)


def test_restore_replaces_the_text_and_can_be_undone(desk: Desk, sample: WindowDriver) -> None:
    before = sample.draft()
    look_at(desk, 1)
    desk.press(Qt.Key.Key_O, CTRL, SHIFT)
    desk.until(lambda: sample.viewing is None)
    after = sample.draft()
    assert after == Draft(load_sample().versions[0].content, before.values, before.lanes, before.based_on)
    assert desk.notice() == "The draft now has the text of sample 1."
    desk.ctrl(Qt.Key.Key_Z)
    assert sample.draft() == before
    assert desk.notice() == ""
    # The offer to undo belongs to its prompt.
    look_at(desk, 1)
    desk.press(Qt.Key.Key_O, CTRL, SHIFT)
    desk.until(lambda: desk.notice() == "The draft now has the text of sample 1.")
    prompt = sample.prompt_uid
    desk.ctrl(Qt.Key.Key_N)
    desk.until(lambda: sample.prompt_uid != prompt and sample.is_ready)
    assert not desk.notice().startswith("The draft now")


@pytest.mark.deep(only=True)
def test_branch_makes_the_version_the_parent(desk: Desk, sample: WindowDriver) -> None:
    look_at(desk, 1)
    desk.press(Qt.Key.Key_B, CTRL, SHIFT)
    desk.until(lambda: sample.viewing is None)
    assert sample.based_on == 1
    sample.editor.focus_first()
    desk.type("Well: ")
    desk.run()
    parents = dict(desk.rows("SELECT v.number, p.number FROM versions v LEFT JOIN versions p ON p.id = v.parent_id"))
    assert parents == {1: None, 2: 1, 3: 1}
    assert desk.timeline()[0].branched


def test_timeline_commands_are_enabled_once_late_rows_arrive(desk: Desk, sample: WindowDriver) -> None:
    desk.run()
    sample.timeline.set_prompt(sample.prompt_uid)
    sample.update_commands()
    assert not sample.actions["older"].isEnabled()
    desk.until(lambda: len(desk.shown_rows()) == 3)
    assert sample.actions["older"].isEnabled()
    assert sample.actions["note"].isEnabled()


def test_alt_and_arrow_keys_move_through_versions_and_iterations(desk: Desk, sample: WindowDriver) -> None:
    desk.press(Qt.Key.Key_Left, ALT)
    desk.until(lambda: sample.viewing_bar.text() == "Read-only: sample 2")
    desk.press(Qt.Key.Key_Right, ALT)
    desk.until(lambda: sample.viewing is None)
    desk.run()
    desk.type("More. ")
    desk.run()
    assert names(desk) == ["#2", "#1", "sample 2", "sample 1"]
    seen = []
    for wanted in ("#1", "sample 2", "sample 1"):
        desk.press(Qt.Key.Key_Left, ALT)
        desk.until(lambda wanted=wanted: sample.viewing_bar.text().startswith(f"Read-only: {wanted}"))
        seen.append(selected(sample))
    assert seen == [1, 2, 3]
    assert not sample.actions["older"].isEnabled()
    for wanted in ("sample 2", "#1", "#2"):
        desk.press(Qt.Key.Key_Right, ALT)
        desk.until(lambda wanted=wanted: sample.viewing_bar.text().startswith(f"Read-only: {wanted}"))
    assert desk.text(1) == "Hello there."
    desk.press(Qt.Key.Key_Right, ALT)
    desk.until(lambda: sample.viewing is None)


def test_version_that_was_run_is_listed_only_as_its_iteration(desk: Desk, sample: WindowDriver) -> None:
    desk.run()
    assert names(desk) == ["#1", "sample 2", "sample 1"]
    pinned = desk.shown_rows()[2]
    assert isinstance(pinned, BareVersion)
    assert pinned.ran, "lane A ran the pinned version"
    look_at(desk, 2)
    assert "It ran only in lanes pinned to it." in empty_lanes(sample)
    look_at(desk, 1)
    desk.press(Qt.Key.Key_O, CTRL, SHIFT)
    desk.until(lambda: sample.viewing is None)
    desk.run()
    assert names(desk) == ["#2", "#1", "sample 1"]
    assert desk.timeline()[0].version == 2
    assert selected(sample) == 0
    assert sample.viewing is None, "removing a row opens nothing"
    desk.until(lambda: "2 iterations of this prompt" in sample.status.database())


def test_removing_the_viewed_row_opens_no_other_row(desk: Desk) -> None:
    gate = desk.directory / "gate"
    window = desk.open({"default": [{"text": "Half"}, {"until": str(gate)}, {"finish": "stop"}]})
    desk.until(lambda: len(desk.shown_rows()) == 2)
    look_at(desk, 0)
    window.workbench.runner.start_iteration(
        window.prompt_uid,
        Draft(load_sample().versions[1].content, window.draft().values, window.draft_lanes[1:]),
        based_on=1,
    )
    desk.until(lambda: names(desk) == ["#1", "sample 1"])
    gate.touch()
    desk.until(lambda: not window.is_running())
    viewing = window.viewing
    assert viewing is not None
    assert name(viewing.row) == "sample 2"


def test_versions_are_named_after_the_iteration_that_first_ran_them(desk: Desk, sample: WindowDriver) -> None:
    def base() -> str:
        return " ".join(label.full() for label in sample.run_bar.findChildren(ElidedText))

    def said(position: int) -> str:
        column = sample.lanes.column(sample.slots()[position])
        assert column is not None
        return column.header.params.shown()

    desk.until(lambda: "based on sample 2" in base())
    desk.until(lambda: "sample 1 pinned" in said(0))
    desk.run()
    desk.until(lambda: "based on #1" in base())
    assert "sample 1 pinned" in said(0), "a lane that pins a text does not name it"
    desk.type("More. ")
    desk.run()
    desk.until(lambda: "based on #2" in base())
    click(desk, 1)
    desk.until(lambda: sample.viewing_bar.text() == "Read-only: #1")
    desk.press(Qt.Key.Key_O, CTRL, SHIFT)
    desk.until(lambda: sample.viewing is None)
    desk.run()
    desk.until(lambda: "based on #1" in base())
    click(desk, 0)
    desk.until(lambda: sample.viewing_bar.text() == "Read-only: #3 · text of #1")
    sample.session.back()
    assert [label.name for label in sample.lane_heads[0].versions] == ["#2", "#1", "sample 2", "sample 1"]


def test_note_on_a_version_is_used_as_its_label(desk: Desk, sample: WindowDriver) -> None:
    look_at(desk, 0)
    desk.press(Qt.Key.Key_N, CTRL, SHIFT)
    dialog = sample.dialogs.note
    assert dialog is not None
    assert dialog.windowTitle() == "Note on sample 2"
    dialog.field.setText("five steps")
    desk.press(Qt.Key.Key_Return, on=dialog.field)
    desk.until(lambda: desk.shown_rows()[0].note == "five steps")
    sample.session.back()
    desk.until(lambda: sample.lane_heads[0].versions[0].text == "five steps")


def test_lanes_show_note_and_opening_words_of_versions(desk: Desk, sample: WindowDriver) -> None:
    desk.type("Be brief. ")
    desk.run()
    labels = {label.number: label for label in sample.lane_heads[0].versions}
    assert sorted(labels) == [1, 2, 3]
    assert labels[1].text == load_sample().versions[0].note
    assert labels[1].opening.startswith("You are a customer service bot.")
    assert labels[3].opening.startswith("Be brief. You are")
    desk.close()
    window = desk.open()
    desk.until(lambda: window.lane_heads[0].versions)
    reopened = {label.number: label for label in window.lane_heads[0].versions}
    assert [reopened[n].text for n in (1, 2, 3)] == [labels[n].text for n in (1, 2, 3)]


def test_version_of_a_newer_release_is_read_only(desk: Desk) -> None:
    desk.open()
    desk.close()
    with sqlite3.connect(desk.db) as other:
        other.execute(
            "UPDATE contents SET body = json_set(body, '$.messages[0].files', json('[1]')) WHERE id ="
            " (SELECT content_id FROM versions JOIN prompts ON prompts.id = prompt_id JOIN meta ON value = prompts.uid"
            " WHERE key = 'sample_prompt' AND number = 1)"
        )
    other.close()
    window = desk.open()
    desk.until(lambda: len(desk.shown_rows()) == 2)
    before = window.draft()
    look_at(desk, 1)
    assert window.viewing_bar.text() == "Read-only: sample 1 · from a newer release"
    assert window.past_editor is not None
    assert window.past_editor.content() == load_sample().versions[0].content
    assert "Message 1 has 'files'" in empty_lanes(window)
    for key in (Qt.Key.Key_O, Qt.Key.Key_B):
        window.notice.hide()
        desk.press(key, CTRL, SHIFT)
        desk.until(lambda: "can only be read here" in desk.notice())
    assert window.viewing is not None
    window.session.back()
    assert window.draft() == before


def test_rows_show_how_runs_ended(desk: Desk) -> None:
    window = desk.open(FAILS)
    window.editor.focus_first()
    desk.run()
    desk.until(lambda: desk.timeline()[0].outcome == Outcome(2, failed=2))
    assert describe(desk.timeline()[0]).endswith("failed")
    desk.ctrl(Qt.Key.Key_1)
    desk.until(lambda: desk.timeline()[0].verdict == "winner")
    assert desk.timeline()[0].outcome.words == "failed"


def test_row_shows_a_stopped_run_and_is_updated_by_a_finished_retry(desk: Desk) -> None:
    gate = desk.directory / "gate"
    window = desk.open({"default": [{"text": "Part"}, {"until": str(gate)}, {"finish": "stop"}]})
    window.editor.focus_first()
    desk.ctrl(Qt.Key.Key_Return)
    desk.until(lambda: desk.text(0) == "Part" and desk.text(1) == "Part")
    desk.until(lambda: [row.running for row in desk.timeline()] == [True])
    assert desk.timeline()[0].outcome == Outcome(2)
    desk.press(Qt.Key.Key_Escape)
    desk.settle()
    desk.until(lambda: desk.timeline()[0].outcome == Outcome(2, stopped=2))
    assert not desk.timeline()[0].running
    window.lanes.retry_requested.emit(window.slots()[0])
    desk.until(lambda: desk.timeline()[0].running)
    gate.touch()
    desk.until(lambda: desk.timeline()[0].outcome == Outcome(2, stopped=1) and not desk.timeline()[0].running)


def test_interrupted_run_is_marked_at_the_next_start(desk: Desk) -> None:
    window = desk.open()
    window.editor.focus_first()
    desk.run()
    desk.close()
    with sqlite3.connect(desk.db) as other:
        other.execute("UPDATE outputs SET state = 'waiting' WHERE lane = 1")
        other.execute("INSERT INTO in_flight SELECT run_id, id, 'nobody', '' FROM outputs WHERE lane = 1")
    other.close()
    desk.open()
    desk.until(lambda: [row.outcome for row in desk.timeline()] == [Outcome(2, interrupted=1)])
    assert describe(desk.timeline()[0]).endswith("1 of 2 interrupted")


def test_run_that_ends_after_switching_prompts_changes_no_other_timeline(desk: Desk) -> None:
    gate = desk.directory / "gate"
    window = desk.open({"default": [{"text": "Half"}, {"until": str(gate)}, {"finish": "stop"}]})
    window.editor.focus_first()
    first = window.prompt_uid
    desk.ctrl(Qt.Key.Key_Return)
    desk.until(lambda: desk.text(0) == "Half")
    window.new_prompt()
    desk.until(lambda: window.prompt_uid != first and window.is_ready)
    gate.touch()
    desk.until(lambda: not window.is_running())
    desk.until(lambda: not desk.rows("SELECT 1 FROM in_flight"))
    done: list[bool] = []
    window.tasks.run(lambda: None, lambda _: done.append(True))
    desk.until(lambda: done)
    assert desk.shown_rows() == []
    window.choose_prompt(first)
    desk.until(lambda: names(desk) == ["#1", "sample 2", "sample 1"])
    assert not desk.timeline()[0].running


def test_right_click_opens_a_menu_that_acts_on_the_clicked_row(desk: Desk, sample: WindowDriver) -> None:
    desk.run()
    view = sample.sidebar.iteration_list
    menu = right_click(desk, 2)
    assert [action.text() for action in menu.actions()] == [
        "Show",
        "Restore",
        "Branch",
        "Mark for comparison",
        "Compare with the draft",
        "Compare with the shown iteration",
        "Note…",
    ]
    assert view.is_pointed(view.model().index(2, 0))
    assert not view.is_pointed(view.model().index(1, 0))
    assert selected(sample) == 0
    assert sample.viewing is None
    menu.close()
    assert not view.is_pointed(view.model().index(2, 0))
    choose(desk, right_click(desk, 2), "Show")
    desk.until(lambda: sample.viewing_bar.text() == "Read-only: sample 1")
    menu = right_click(desk, 2)
    assert not menu.actions()[0].isEnabled(), "it is shown"
    choose(desk, menu, "Back to the draft")
    assert sample.viewing is None
    look_at(desk, 1)
    choose(desk, right_click(desk, 2), "Branch")
    desk.until(lambda: sample.viewing is None)
    assert sample.draft().content == load_sample().versions[0].content
    assert sample.based_on == 1
    choose(desk, right_click(desk, 0), "Restore")
    desk.until(lambda: sample.draft().content == load_sample().draft.content)
    assert sample.based_on == 1
    choose(desk, right_click(desk, 1), "Note…")
    dialog = sample.dialogs.note
    assert dialog is not None
    assert dialog.windowTitle() == "Note on sample 2"
    dialog.reject()


def test_menu_key_opens_the_menu_of_the_current_row(desk: Desk) -> None:
    window = desk.open(ECHO)
    desk.until(lambda: len(desk.shown_rows()) == 2)
    look_at(desk, 1)
    view = window.sidebar.iteration_list
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(1, 1), view.viewport().mapToGlobal(QPoint()))
    QApplication.sendEvent(view.viewport(), event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert view.is_pointed(view.model().index(1, 0))
    menu.close()


def test_right_click_on_a_prompt_does_not_open_that_prompt(desk: Desk) -> None:
    window = desk.open(HELLO)
    first = window.prompt_uid
    window.new_prompt()
    desk.until(lambda: window.prompt_uid != first and window.is_ready)
    opened = window.prompt_uid
    view = window.sidebar.prompt_list
    row = window.prompts.model.position(first)
    place = view.visualRect(view.model().index(row, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier, place)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, view.viewport().mapToGlobal(place))
    QApplication.sendEvent(view.viewport(), event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert view.is_pointed(view.model().index(row, 0))
    menu.close()
    assert window.prompt_uid == opened
