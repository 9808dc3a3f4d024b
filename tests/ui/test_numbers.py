from __future__ import annotations

from tests.ui.desk import Desk
from workbench.core.lanes import BUILTIN, LITELLM


def test_numbers_follow_what_is_typed(desk: Desk) -> None:
    window = desk.open()
    lanes = window.compose.lanes
    lanes.set_model(lanes.lanes[0].slot, LITELLM, "gpt-4o")
    desk.until(lambda: "token" in window.status.forecast()[0])
    before = window.status.forecast()[0]
    desk.until(lambda: all(window.view.editor.counts()))
    window.view.editor.focus_first()
    desk.type("Some more words to count, please. ")
    desk.until(lambda: window.status.forecast()[0] != before)
    text, detail = window.status.forecast()
    assert "est. at least $" in text
    assert "o200k_base" in detail
    assert "of its context window of 128,000" in detail
    assert "output unknown" in detail


def test_past_answers_tell_how_long_the_next_one_may_be(desk: Desk) -> None:
    window = desk.open()
    lanes = window.compose.lanes
    lanes.set_model(lanes.lanes[0].slot, LITELLM, "gpt-4o")
    window.workbench.keys.set("openai", "sk-test", session=True)
    desk.run()
    desk.until(lambda: "4 tokens of output after 1 past answer" in window.status.forecast()[1])


def test_a_prompt_too_long_for_a_lane_is_said(desk: Desk) -> None:
    window = desk.open()
    lanes = window.compose.lanes
    lanes.set_model(lanes.lanes[0].slot, BUILTIN, "SmolLM2-135M-Instruct")
    desk.until(lambda: "free" in window.status.forecast()[0])
    window.view.editor.focus_first()
    field = window.view.editor._column.blocks[0].field
    field.insertPlainText("word " * 5000)
    desk.until(lambda: window.status.forecast()[0].startswith("▲ Too long for Refined prompt"))
    assert "more than its context window of 4,096 tokens" in window.status.forecast()[1]
