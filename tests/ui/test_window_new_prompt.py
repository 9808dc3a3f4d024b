"""A new prompt begins with the lanes that people left; the hint about the built-in model ends with a real answer."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt

from tests.ui.desk import Desk
from workbench.core.lanes import BUILTIN, Endpoint, Lane, Params
from workbench.host.clock import utc_now

pytestmark = pytest.mark.window

OWN = Endpoint("e-own", "openai", "Mine", "http://127.0.0.1:9/v1")
LANES = (Lane("s0", OWN.uid, "own-big", Params(temperature=0.3)), Lane("s1", OWN.uid, "own-small"))
HINT = "hint_builtin"


def with_own_endpoint(desk: Desk) -> None:
    """Open the window with an endpoint of the user's own."""
    window = desk.open()
    window.store.save_endpoint(OWN, utc_now()).result(20)
    window.session.endpoints_changed()
    desk.until(lambda: OWN.uid in window.session.endpoints)


def new_prompt(desk: Desk) -> str:
    """Create a prompt and wait until it is open; return its uid."""
    before = desk.window.prompt_uid
    desk.window.actions["new_prompt"].trigger()
    desk.until(lambda: desk.window.prompt_uid not in ("", before) and desk.window.is_ready)
    desk.press(Qt.Key.Key_Return)
    return desk.window.prompt_uid


def stored_models(desk: Desk, uid: str) -> list[str]:
    ((body,),) = desk.rows(
        "SELECT body FROM drafts JOIN prompts ON prompts.id = drafts.prompt_id WHERE prompts.uid = ?", uid
    )
    return [lane["model"] for lane in json.loads(body)["lanes"]]


def test_lanes_of_the_open_prompt_are_those_of_the_next_one(desk: Desk) -> None:
    with_own_endpoint(desk)
    first = new_prompt(desk)
    assert [lane.endpoint for lane in desk.window.draft_lanes] == [BUILTIN]
    # Not stored yet when the next prompt is asked for.
    desk.window.lane_list.replace_all(LANES)
    second = new_prompt(desk)
    assert stored_models(desk, first) == stored_models(desk, second) == ["own-big", "own-small"]
    assert desk.window.draft_lanes[0].params == Params(temperature=0.3)
    assert [message.text for message in desk.window.draft().content.messages] == [""]


def test_lanes_are_there_after_a_restart(desk: Desk) -> None:
    with_own_endpoint(desk)
    new_prompt(desk)
    desk.window.lane_list.replace_all(LANES)
    desk.close()
    desk.open()
    assert stored_models(desk, new_prompt(desk)) == ["own-big", "own-small"]


def test_lane_at_a_removed_endpoint_is_left_out_with_a_notice(desk: Desk) -> None:
    with_own_endpoint(desk)
    new_prompt(desk)
    desk.window.lane_list.replace_all(LANES)
    desk.window.store.remove_endpoint(OWN.uid, utc_now()).result(20)
    uid = new_prompt(desk)
    desk.until(lambda: "own-big and own-small were left out" in desk.notice())
    assert "Add lanes with other models." in desk.notice()
    assert [lane.endpoint for lane in desk.window.draft_lanes] == [BUILTIN]
    assert len(stored_models(desk, uid)) == 1


def test_hint_about_the_built_in_model_ends_when_a_real_model_has_answered(desk: Desk) -> None:
    with_own_endpoint(desk)
    window = desk.window
    desk.until(lambda: window.notice.key == HINT)
    window.lane_list.replace_all([*window.draft_lanes, LANES[0]])
    window.editor.focus_first()
    desk.run()
    desk.until_rows([("dismissed",)], "SELECT value FROM meta WHERE key = ?", HINT)
    desk.until(lambda: window.notice.key != HINT)
    desk.close()
    window = desk.open()
    assert any(lane.endpoint == BUILTIN for lane in window.draft_lanes)
    desk.rest()
    assert window.notice.key != HINT


def test_hint_stays_while_only_the_built_in_model_answers(desk: Desk) -> None:
    window = desk.open()
    desk.until(lambda: window.notice.key == HINT)
    window.editor.focus_first()
    desk.run()
    desk.rest()
    assert desk.rows("SELECT value FROM meta WHERE key = ?", HINT) == []
