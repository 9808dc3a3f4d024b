"""Versions in the timeline of the real window: shown, restored, branched and named."""

from __future__ import annotations

import sqlite3

import pytest
from PySide6.QtCore import Qt

from tests.ui.desk import Desk
from tests.ui.driver import WindowDriver
from tests.ui.timeline_support import click, look_at, names, sample, selected
from workbench.core.drafts import Draft
from workbench.core.timeline import BareVersion, name
from workbench.ui.shell.bars import ElidedText
from workbench.usecases.sample_prompts import load_sample

__all__ = ["sample"]


# The offscreen platform warns about every menu.
pytestmark = [pytest.mark.window, pytest.mark.qt_log_ignore("This plugin does not support")]
CTRL, ALT, SHIFT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


def empty_lanes(window: WindowDriver) -> str:
    return window.lanes.emptiness()


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
    # Its text is that of #1, but what is on the screen is #3.
    desk.until(lambda: "based on #3" in base())
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
