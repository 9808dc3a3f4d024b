"""Counts and forecasts below the editor, and code for a lane, in the real window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.ui.desk import Desk
from workbench.core.lanes import BUILTIN, LITELLM
from workbench.core.run_limits import Limits

pytestmark = pytest.mark.usefixtures("short_pauses")


def test_forecast_follows_typing(desk: Desk) -> None:
    window = desk.open()
    lanes = window.lane_list
    lanes.set_model(lanes.lanes[0].slot, LITELLM, "gpt-4o")
    desk.until(lambda: "token" in window.status.forecast()[0])
    before = window.status.forecast()[0]
    desk.until(lambda: all(window.editor.counts()))
    window.editor.focus_first()
    desk.type("Some more words to count, please. ")
    desk.until(lambda: window.status.forecast()[0] != before)
    text, detail = window.status.forecast()
    assert "est. at least $" in text
    assert "o200k_base" in detail
    assert "of its context window of 128,000" in detail
    assert "output unknown" in detail


def test_forecast_uses_the_length_of_past_answers(desk: Desk) -> None:
    window = desk.open()
    lanes = window.lane_list
    lanes.set_model(lanes.lanes[0].slot, LITELLM, "gpt-4o")
    window.workbench.keys.set("openai", "sk-test", session=True)
    desk.run()
    desk.until(lambda: "4 tokens of output as in 1 past answer" in window.status.forecast()[1])


def test_prompt_exceeding_a_context_window_is_reported(desk: Desk) -> None:
    window = desk.open()
    lanes = window.lane_list
    lanes.set_model(lanes.lanes[0].slot, BUILTIN, "SmolLM2-135M-Instruct")
    desk.until(lambda: "free" in window.status.forecast()[0])
    window.editor.focus_first()
    field = window.message_column.blocks[0].field
    field.insertPlainText("word " * 5000)
    desk.until(lambda: window.status.forecast()[0].startswith("▲ Too long for Refined prompt"))
    assert "more than its context window of 4,096 tokens" in window.status.forecast()[1]


def test_code_for_a_lane_is_shown_and_copied(desk: Desk) -> None:
    window = desk.open()
    lanes = window.lane_list
    slot = lanes.lanes[1].slot
    lanes.set_model(slot, LITELLM, "gpt-4o")
    window.dialogs.show_code(slot)
    dialog = window.dialogs.code
    assert dialog is not None
    desk.until(lambda: "litellm.completion" in dialog.field.toPlainText())
    assert "{{" not in dialog.field.toPlainText()
    dialog.filled.setChecked(False)
    desk.until(lambda: "{{" in dialog.field.toPlainText())
    dialog.tabs.setCurrentIndex(1)
    assert "from openai import OpenAI" in dialog.field.toPlainText()
    dialog.copy.click()
    assert QApplication.clipboard().text() == dialog.field.toPlainText()
    dialog.tabs.setCurrentIndex(2)
    assert not dialog.copy.isEnabled()
    dialog.close_button.click()
    desk.until(lambda: window.dialogs.code is None)


def test_run_over_a_limit_asks_for_confirmation_and_enter_starts_the_run(desk: Desk) -> None:
    window = desk.open()
    window.dialogs.show_settings("limits")
    settings = window.dialogs.settings
    assert settings is not None
    panel = settings._limits
    assert panel is not None
    panel.fields["calls"].setText("1")
    panel.save()
    desk.until(lambda: desk.rows("SELECT value FROM meta WHERE key = 'limits'"))
    settings.close()
    desk.until(lambda: window.budget_confirmation._limits == Limits(calls=1))
    window.frame.activateWindow()
    desk.until(lambda: window.frame.isActiveWindow())
    window.editor.focus_first()
    desk.ctrl(Qt.Key.Key_Return)
    desk.until(lambda: "2 calls (your limit is 1)" in desk.notice())
    desk.press(Qt.Key.Key_Escape)
    desk.until(lambda: not window.budget_confirmation.asks)
    desk.until_rows([(0,)], "SELECT count(*) FROM runs")
    desk.ctrl(Qt.Key.Key_Return)
    desk.until(lambda: window.budget_confirmation.asks)
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: desk.rows("SELECT count(*) FROM runs") == [(1,)])
    desk.settle()
    assert not window.budget_confirmation.asks


def test_cache_marker_is_stored_in_the_version_that_runs(desk: Desk) -> None:
    window = desk.open()
    block = window.message_column.blocks[0]
    block.action_wanted.emit(block, "cache")
    assert window.editor.content().messages[0].cache
    desk.until(lambda: "cached up to here" in block._count.text())
    desk.run()
    (body,) = desk.rows(
        "SELECT body FROM contents JOIN versions ON contents.id = content_id ORDER BY versions.id DESC LIMIT 1"
    )
    assert '"cache":true' in body[0]
    window.editor.undo()
    assert not window.editor.content().messages[0].cache


def test_retry_over_a_limit_asks_for_confirmation(desk: Desk) -> None:
    window = desk.open({"default": [{"fail": ["server_error", "No.", ""]}]})
    desk.run()
    window.budget_confirmation.set_limits(Limits(calls=1))
    attempts = "SELECT count(*) FROM outputs WHERE attempt > 1"
    desk.press(Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    desk.until(lambda: "Trying again takes 2 calls (your limit is 1). Run it?" in desk.notice())
    desk.until_rows([(0,)], attempts)
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: desk.rows(attempts) == [(2,)])
    desk.settle()
    window.retry(window.slots()[:1])
    desk.until(lambda: desk.rows(attempts) == [(3,)])
    desk.settle()


def test_running_one_lane_over_a_limit_asks_for_confirmation(desk: Desk) -> None:
    window = desk.open()
    window.lane_list.set_samples(window.slots()[1], 3)
    window.budget_confirmation.set_limits(Limits(calls=0))
    window.run_lane(window.slots()[0])
    desk.until(lambda: "Running these lanes takes 1 call (your limit is 0). Run it?" in desk.notice())
    desk.until_rows([(0,)], "SELECT count(*) FROM runs")
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: desk.rows("SELECT count(*) FROM outputs") == [(1,)])
    desk.settle()


def test_forecast_follows_the_ticked_value_sets(desk: Desk) -> None:
    window = desk.open()
    lanes, sets = window.lane_list, window.value_sets
    lanes.set_model(lanes.lanes[0].slot, LITELLM, "gpt-4o")
    desk.until(lambda: window.status.forecast()[0].endswith("for 2 lanes"))
    sets.add_rows([("One", (("record", "a"), ("question", "b"))), ("Two", (("record", "c"), ("question", "d")))])
    desk.until(lambda: "for 2 lanes, 4 calls" in window.status.forecast()[0])
    sets.tick(sets.active, ticked=False)
    desk.until(lambda: window.status.forecast()[0].endswith("for 2 lanes"))
