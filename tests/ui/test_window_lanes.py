"""Lanes in the real window: adding, ordering, parameters, failures."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QScrollArea

from tests.ui.desk import HELLO, Desk
from workbench.app.models.model_index import ModelChoice
from workbench.core.lanes import ECHO, ECHO_MODEL, LITELLM, Endpoint, Params
from workbench.ui.features.lanes.column import MINIMUM_PIXELS
from workbench.ui.features.lanes.state_strip import FailureBox

pytestmark = pytest.mark.window


def _stored_lanes(desk: Desk) -> list[tuple[str, str]]:
    draft = desk.stored_draft()
    assert draft is not None
    return [(lane.endpoint, lane.model) for lane in draft.lanes]


def test_changed_duplicated_moved_and_removed_lanes_are_stored(desk: Desk) -> None:
    window = desk.open()
    lanes = window.lane_list
    first, second = window.slots()
    lanes.set_model(first, ECHO, ECHO_MODEL)
    copy = lanes.duplicate(first)
    assert window.slots() == [first, copy, second]
    window.lanes.move_requested.emit(second, -1)
    assert window.slots() == [first, second, copy]
    window.lanes.remove_requested.emit(copy)
    assert window.slots() == [first, second]
    window.lanes.params_changed.emit(second, Params(temperature=0.1, max_tokens=7, stop=("END",)))
    window.lanes.pin_requested.emit(second, 2)
    desk.until(lambda: not window.draft_saver.pending)
    desk.until(lambda: _stored_lanes(desk)[0] == (ECHO, ECHO_MODEL))
    desk.close()
    window = desk.open()
    restored = window.draft_lanes
    assert [lane.slot for lane in restored] == [first, second]
    assert restored[1].params == Params(temperature=0.1, max_tokens=7, stop=("END",))
    assert restored[1].pinned == 2


def test_only_set_parameters_are_recorded(desk: Desk) -> None:
    window = desk.open()
    slot = window.slots()[1]
    window.lane_list.set_params(slot, Params(seed=7, extra=json.dumps({"top_k": 3})))
    window.editor.focus_first()
    desk.run()
    detail = window.store.iteration_detail(window.shown_run())
    lane = detail.lanes[1].lane
    assert lane.params == Params(seed=7, extra=json.dumps({"top_k": 3}))
    assert lane.params.to_json() == {"seed": 7, "extra": {"top_k": 3}}


def test_missing_key_offers_settings_and_its_lane_is_excluded_from_a_tie(desk: Desk) -> None:
    window = desk.open()
    slot = window.slots()[0]
    window.lane_list.set_model(slot, LITELLM, "openai/gpt-5-mini")
    window.editor.focus_first()
    desk.run()
    desk.until_rows(
        [
            ("failed", "no_key"),
            ("finished", None),
        ],
        "SELECT state, error_code FROM outputs ORDER BY lane",
    )
    shown = window.lane_presenter.shown(slot)
    assert shown is not None
    assert shown.result is not None
    assert shown.result.failure is not None
    assert "key" in shown.result.failure.sentence
    window.focus_lane(0)
    desk.press(Qt.Key.Key_0)
    desk.until(lambda: desk.rows("SELECT kind FROM verdicts") == [("tie",)])
    assert window.verdict.positions == (1,)
    desk.until_rows([(2,), (1,)], "SELECT place FROM verdict_outputs ORDER BY shown")
    window.lanes.action_requested.emit(slot, "keys")
    desk.until(lambda: window.dialogs.settings is not None)
    dialog = window.dialogs.settings
    assert dialog is not None
    assert dialog.isVisible()
    desk.press(Qt.Key.Key_Escape, on=dialog)
    desk.until(lambda: window.dialogs.settings is None)


def test_litellm_is_preloaded_only_for_models_that_need_translation(desk: Desk) -> None:
    window = desk.open()
    first, second = window.slots()
    window.lane_list.set_model(first, LITELLM, "openai/gpt-5-mini")
    window.editor.focus_first()
    desk.run()
    assert "load" not in window.status.engine()
    window.lane_list.set_model(second, LITELLM, "anthropic/claude-haiku-4-5")
    desk.until(lambda: window.status.engine() == "Asked to load litellm.")
    desk.until(lambda: not window.draft_saver.pending)
    desk.close()
    window = desk.open()
    desk.until(lambda: window.status.engine() == "Asked to load litellm.")


@pytest.mark.deep(only=True)
def test_thirty_lanes_scroll_and_stay_readable(desk: Desk) -> None:
    window = desk.open(size=(1024, 700))
    for _ in range(28):
        window.lane_list.add(ECHO, ECHO_MODEL)
    slots = window.slots()
    assert len(slots) == 30
    widths = {window.lanes.column(slot).width() for slot in slots}  # type: ignore[union-attr]
    assert min(widths) >= MINIMUM_PIXELS
    window.editor.focus_first()
    desk.run()
    desk.until_rows([(30, 30)], "SELECT count(*), count(DISTINCT lane) FROM outputs WHERE state = 'finished'")
    window.focus_lane(29)
    desk.until(lambda: window.lanes.column(slots[29]).visibleRegion().boundingRect().width() > 200)  # type: ignore[union-attr]
    desk.ctrl(Qt.Key.Key_9)
    desk.until(lambda: desk.rows("SELECT count(*) FROM verdicts") == [(1,)])


def test_prompts_are_created_renamed_duplicated_and_archived(desk: Desk) -> None:
    window = desk.open(HELLO)
    sample = window.prompt_uid
    desk.ctrl(Qt.Key.Key_N)
    desk.until(lambda: window.prompt_uid != sample)
    created = window.prompt_uid
    window.prompts.rename(created, "Release notes")
    desk.until(lambda: desk.rows("SELECT name FROM prompts WHERE uid = ?", created) == [("Release notes",)])
    window.duplicate_prompt(sample)
    desk.until(lambda: window.prompt_uid not in (sample, created))
    copy = window.prompt_uid
    desk.until_rows([("Order status bot copy",)], "SELECT name FROM prompts WHERE uid = ?", copy)
    desk.until(lambda: window.is_ready)
    assert len(window.draft_lanes) == 2
    window.archive_prompt(copy)
    desk.until(lambda: window.prompt_uid != copy)
    desk.until(lambda: window.prompts.model.position(copy) < 0)
    window.prompts.toggle_archived()
    desk.until(lambda: window.prompts.model.position(copy) >= 0)


def test_switching_prompts_keeps_both_drafts(desk: Desk) -> None:
    window = desk.open()
    sample = window.prompt_uid
    window.editor.focus_first()
    desk.type("Mine: ")
    first = window.editor.content()
    desk.ctrl(Qt.Key.Key_N)
    desk.until(lambda: window.prompt_uid != sample)
    desk.until(lambda: window.is_ready)
    window.editor.focus_first()
    desk.type("Other")
    second, other = window.editor.content(), window.prompt_uid
    window.sidebar.prompt_chosen.emit(sample)
    desk.until(lambda: window.prompt_uid == sample)
    assert window.editor.content() == first
    window.sidebar.prompt_chosen.emit(other)
    desk.until(lambda: window.prompt_uid == other)
    assert window.editor.content() == second


def test_answer_keeps_its_model_when_the_lane_changes(desk: Desk) -> None:
    window = desk.open()
    window.editor.focus_first()
    desk.run()
    slot = window.slots()[0]
    assert not window.lane_heads[0].answered_by
    window.lane_list.set_model(slot, ECHO, ECHO_MODEL)
    assert window.lane_heads[0].answered_by == "One-line prompt"
    assert window.lane_heads[0].params == Params(), "the built-in model's length limit is not kept for another model"
    window.lanes.retry_requested.emit(slot)
    assert "Ctrl+Enter" in desk.notice()
    desk.until_rows([(0,)], "SELECT count(*) FROM outputs WHERE attempt = 2")
    desk.run()
    assert not window.lane_heads[0].answered_by
    desk.close()
    window = desk.open()
    assert not window.lane_heads[0].answered_by


def test_new_lane_has_no_parameters_set(desk: Desk) -> None:
    window = desk.open()
    desk.ctrl(Qt.Key.Key_L)
    assert len(window.slots()) == 3
    assert window.draft_lanes[2].params == Params()
    picker = window.dialogs.picker
    assert picker is not None
    desk.press(Qt.Key.Key_Escape, on=picker)
    desk.until(lambda: window.dialogs.picker is None)


def test_highlighted_row_is_the_one_whose_answers_are_shown(desk: Desk) -> None:
    window = desk.open()
    window.editor.focus_first()
    for _ in range(3):
        desk.run()
    rows = window.sidebar.iteration_list

    def lit() -> int:
        return rows.currentIndex().row()

    assert lit() == 0
    place = rows.visualRect(rows.model().index(2, 0)).center()
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    desk.until(lambda: window.viewing is not None and lit() == 2)
    desk.press(Qt.Key.Key_Escape)
    desk.until(lambda: window.viewing is None)
    assert lit() == 0
    place = rows.visualRect(rows.model().index(0, 0)).center()
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    desk.until(lambda: window.viewing is not None)
    assert window.viewing is not None
    assert window.viewing.row.number == 3


def test_text_typed_while_switching_is_added_to_the_old_prompt(desk: Desk) -> None:
    window = desk.open()
    sample, lanes = window.prompt_uid, window.draft_lanes
    desk.ctrl(Qt.Key.Key_N)
    desk.until(lambda: window.prompt_uid != sample and window.is_ready)
    other = window.prompt_uid
    window.choose_prompt(sample)
    desk.until(lambda: window.prompt_uid == sample and window.is_ready)
    window.editor.focus_first()
    window.choose_prompt(other)
    desk.type("x")
    desk.until(lambda: window.prompt_uid == other and window.is_ready)
    desk.until(lambda: not window.draft_saver.pending)
    kept = window.store.draft(sample)
    assert kept is not None
    assert kept.lanes == lanes
    assert "x" in kept.content.messages[0].text
    window.choose_prompt(sample)
    window.choose_prompt(other)
    desk.until(lambda: window.prompt_uid == other)


def _failing(code: str) -> dict[str, list[dict[str, list[str]]]]:
    return {"default": [{"fail": [code, "It went wrong.", "HTTP 400"]}]}


def _press_step(desk: Desk, slot: str) -> None:
    column = desk.window.lanes.column(slot)
    assert column is not None
    strip = column.strip()
    assert strip is not None
    box = strip.findChild(FailureBox)
    assert box is not None
    QTest.mouseClick(box.step, Qt.MouseButton.LeftButton)


def test_lane_without_an_answer_has_no_price_and_can_only_be_all_bad(desk: Desk) -> None:
    window = desk.open(_failing("bad_request"))
    window.editor.focus_first()
    desk.run()
    column = window.lanes.column(window.slots()[0])
    assert column is not None
    assert not any("$" in line or "tok" in line for line in column.header.numbers.candidates())
    assert column.header.numbers.candidates()[-1] == "failed"
    desk.until_rows([(None, None)], "SELECT DISTINCT input_tokens, output_tokens FROM outputs")
    desk.ctrl(Qt.Key.Key_1)
    window.focus_lane(0)
    desk.press(Qt.Key.Key_1)
    desk.press(Qt.Key.Key_Minus)
    desk.until(lambda: desk.rows("SELECT kind FROM verdicts"))
    desk.until_rows([("all_bad",)], "SELECT kind FROM verdicts")


def test_unknown_model_offers_the_picker_of_its_lane(desk: Desk) -> None:
    window = desk.open(_failing("no_model"))
    second = window.slots()[1]
    window.editor.focus_first()
    desk.run()
    _press_step(desk, second)
    picker = window.dialogs.picker
    assert picker is not None
    picker.chosen.emit(ModelChoice(ECHO, ECHO_MODEL))
    picker.reject()
    assert [lane.model for lane in window.draft_lanes][1] == ECHO_MODEL


def test_unreachable_endpoint_offers_its_settings(desk: Desk) -> None:
    window = desk.open(_failing("connect_failed"))
    own = Endpoint("e-own", "openai", "Mine", "http://127.0.0.1:9/v1")
    window.store.save_endpoint(own, "2026-01-01T00:00:00.000Z").result()
    known: list[bool] = []
    window.session.endpoints_changed(lambda: known.append(True))
    desk.until(lambda: known)
    slot = window.slots()[0]
    window.lane_list.set_model(slot, own.uid, "m")
    window.editor.focus_first()
    desk.run()
    _press_step(desk, slot)
    settings = window.dialogs.settings
    assert settings is not None
    desk.until(lambda: "Mine" in [field.text() for field in settings.findChildren(QLineEdit)])
    settings.reject()


def test_next_step_of_a_failed_lane_reruns_once_its_parameters_change(desk: Desk) -> None:
    window = desk.open(_failing("refused_param"))
    window.editor.focus_first()
    desk.run()
    slot = window.slots()[0]
    column = window.lanes.column(slot)
    assert column is not None
    assert column.footer.retry.isVisible()
    window.lane_list.set_params(slot, Params(seed=7))
    assert column.header.params.shown().startswith("ran with other settings")
    assert not column.footer.retry.isVisible()
    _press_step(desk, slot)
    desk.until(lambda: len(desk.rows("SELECT 1 FROM runs")) == 2)
    desk.settle()
    assert column.footer.retry.isVisible()


def test_too_long_request_offers_the_editor(desk: Desk) -> None:
    window = desk.open(_failing("too_long"))
    window.editor.focus_first()
    desk.run()
    slot = window.slots()[0]
    window.focus_lane(0)
    _press_step(desk, slot)
    focused = QApplication.focusWidget()
    assert focused is not None
    assert window.editor.isAncestorOf(focused)


def test_twelve_streaming_lanes_are_scrolled_fully_into_view_by_keys(desk: Desk) -> None:
    never = str(desk.directory / "never")
    window = desk.open({"default": [{"text": "Streamed so far."}, {"until": never}]}, size=(1024, 700))
    for _ in range(10):
        window.lane_list.add(ECHO, ECHO_MODEL)
    slots = window.slots()
    window.editor.focus_first()
    desk.ctrl(Qt.Key.Key_Return)
    desk.until(lambda: all(window.lanes.text(slot) == "Streamed so far." for slot in slots))
    window.focus_lane(0)
    viewport = window.lanes.findChild(QScrollArea).viewport()  # type: ignore[union-attr]
    for slot in slots:
        assert window.lanes.focused_slot() == slot
        column = window.lanes.column(slot)
        assert column is not None
        desk.until(lambda column=column: column.visibleRegion().boundingRect().size() == column.size())
        left = column.mapTo(viewport, QPoint()).x()
        assert left >= 0
        assert left + column.width() <= viewport.width()
        menu = column.header.row.menu
        assert column.rect().contains(QRect(menu.mapTo(column, QPoint()), menu.size()))
        assert column.header.row.name.shown() == window.lane_title(slot)
        assert column.answer.toPlainText() == "Streamed so far."
        assert column.footer.stop.isVisible()
        desk.ctrl(Qt.Key.Key_PageDown)
    assert window.lanes.focused_slot() == slots[0]
    window.workbench.runner.stop_everything()
    desk.settle()


def test_running_without_a_visible_lane_is_refused_with_a_reason(desk: Desk) -> None:
    window = desk.open()
    for slot in window.slots():
        window.lane_list.remove(slot)
    window.editor.focus_first()
    desk.ctrl(Qt.Key.Key_Return)
    assert desk.notice() == "There is no lane to run. Add a lane with a model, then run."
    window.lane_list.add()
    window.lane_list.set_hidden(window.slots()[0], hidden=True)
    desk.ctrl(Qt.Key.Key_Return)
    assert "Every lane is hidden" in desk.notice()
    desk.until_rows([], "SELECT 1 FROM runs")
