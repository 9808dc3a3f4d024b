"""Blind runs in the real window: nothing identifies a model until the verdict."""

from __future__ import annotations

import socket
import sqlite3
from dataclasses import replace
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.ui.blind_support import ANSWERS, CTRL, NAMES, SECRETS, blind_run, leaks, named_lanes, shown_texts
from tests.ui.desk import Desk
from workbench.app.compose.hidden_names import blind_heads, masked, order
from workbench.app.lanes.lane_state import LaneStatus
from workbench.core.lanes import BUILTIN, Lane, Params
from workbench.core.lanes import ECHO as ECHO_ENDPOINT
from workbench.core.money import Usage
from workbench.core.run_limits import Limits
from workbench.core.runs import Failure, Result
from workbench.engine.calls import Call
from workbench.ui.shell.notices import KEPT_BACK
from workbench.ui.widgets.small_controls import FoldButton
from workbench.usecases import lane_calls
from workbench.usecases.endpoint_form import EndpointForm
from workbench.usecases.problems import RefusedError

pytestmark = [pytest.mark.window, pytest.mark.usefixtures("short_pauses")]
LEFT = Qt.MouseButton.LeftButton


def test_models_are_not_named_until_the_verdict(desk: Desk) -> None:
    window = desk.open(ANSWERS)
    blind_run(desk)
    assert window.is_blind
    assert [head.title for head in window.lane_heads] == ["Answer 1", "Answer 2", "Answer 3"]
    for slot in window.slots():
        window.lanes.column(slot)
    assert leaks(desk) == []
    shown = window.slots()
    assert tuple(shown) == order(window.shown_run(), 0, shown)
    desk.ctrl(Qt.Key.Key_2)
    desk.until(lambda: desk.rows("SELECT 1 FROM verdicts"))
    desk.until_rows([("winner", 1, 0)], "SELECT kind, blind, value_set FROM verdicts")
    judged = desk.rows(
        "SELECT lanes.slot, place FROM verdict_outputs JOIN outputs ON outputs.id = output_id"
        " JOIN lanes ON lanes.run_id = outputs.run_id AND lanes.position = outputs.lane ORDER BY shown"
    )
    assert [slot for slot, _ in judged] == shown, "the order on the screen is kept"
    assert [place for _, place in judged] == [2, 1, 2]
    assert [head.title for head in window.lane_heads] == list(NAMES)
    winner = NAMES[int(shown[1][1])]
    assert f"Answer 2 was {winner}" in desk.notice()
    desk.until(lambda: desk.timeline()[0].winner == winner)
    assert "iteration" in window.header.session()


def test_revealed_names_are_shown_until_the_view_changes(desk: Desk) -> None:
    window = desk.open(ANSWERS)
    blind_run(desk)
    window.blind_bar.reveal_clicked.emit()
    desk.until(lambda: "Answer 1 was" in desk.notice())
    desk.press(Qt.Key.Key_4, Qt.KeyboardModifier.AltModifier)
    assert window.views.shown == "rank"
    assert "Answer 1 was" not in desk.notice()


def test_second_verdict_is_not_blind(desk: Desk) -> None:
    desk.open(ANSWERS)
    blind_run(desk)
    desk.ctrl(Qt.Key.Key_1)
    desk.until(lambda: len(desk.rows("SELECT 1 FROM verdicts")) == 1)
    position = desk.window.verdict.positions[0]
    desk.ctrl((Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3)[(position + 1) % 3])
    desk.until(lambda: len(desk.rows("SELECT 1 FROM verdicts")) == 2)
    desk.until_rows([(1,), (0,)], "SELECT blind FROM verdicts ORDER BY id")


def test_no_answer_is_shown_before_all_lanes_have_ended(desk: Desk) -> None:
    window = desk.open(
        {
            "default": [{"text": "Quick."}, {"finish": "stop"}],
            "models": {"zephyr-two": [{"text": "Slow"}, {"wait_ms": 60_000}, {"finish": "stop"}]},
        }
    )
    named_lanes(desk)
    desk.press(Qt.Key.Key_B, CTRL)
    desk.ctrl(Qt.Key.Key_Return)
    desk.until(lambda: window.shown_number() is not None)
    desk.until(lambda: len(desk.rows("SELECT 1 FROM outputs WHERE state = 'finished'")) == 2)
    desk.until(lambda: "2 so far" in window.blind_bar.text.full())
    assert [desk.text(i) for i in range(3)] == ["", "", ""]
    assert {window.lane_presenter.state(slot) for slot in window.slots()} == {"waiting"}
    assert not any(window.lane_presenter.can_mark(slot) for slot in window.slots())
    assert leaks(desk) == []
    window.run_controller.stop("s1")
    desk.settle()
    desk.until(lambda: sorted(desk.text(i) for i in range(3)) == ["Quick.", "Quick.", "Slow"])
    assert leaks(desk) == []


def test_unjudged_blind_run_stays_blind_until_revealed(desk: Desk) -> None:
    window = desk.open(ANSWERS)
    blind_run(desk)
    desk.press(Qt.Key.Key_B, CTRL)
    assert leaks(desk) == [], "turning it off reveals nothing"
    desk.close()
    window = desk.open(ANSWERS)
    assert window.is_blind
    assert leaks(desk) == []
    blind = window.shown_run()
    desk.run()
    assert not window.is_blind
    window.view_row(blind)
    desk.until(lambda: window.viewing is not None)
    assert [head.title for head in window.lane_heads] == ["Answer 1", "Answer 2", "Answer 3"]
    assert [text for text in leaks(desk) if "#2" not in text] == []
    QTest.mouseClick(window.blind_bar.reveal, LEFT)
    assert [head.title for head in window.lane_heads] == list(NAMES)
    desk.until(lambda: desk.rows("SELECT blind FROM runs ORDER BY id") == [(2,), (0,)])
    desk.until_rows([], "SELECT 1 FROM verdicts")


def test_failure_that_names_its_model_is_hidden_until_the_reveal(desk: Desk) -> None:
    window = desk.open(
        {
            "default": [{"text": "Fine."}, {"finish": "stop"}],
            "models": {"zephyr-three": [{"fail": ["no_model", "There is no zephyr-three.", "zephyr"]}]},
        }
    )
    blind_run(desk)
    assert window.lane_presenter.state("s2") == "failed"
    for slot in window.slots():
        window.lanes.column(slot)
    assert leaks(desk) == []
    window.actions["reveal"].trigger()
    assert any("There is no zephyr-three." in text for text in (t for _, t in shown_texts(window.frame)))


CODES = ("connect_failed", "rate_limited", "model_load_failed", "no_builtin_model", "server_error")


@pytest.mark.parametrize(
    "code", ["no_key", "of later", *(pytest.param(code, marks=pytest.mark.deep(only=True)) for code in CODES)]
)
def test_failure_does_not_identify_its_lane(desk: Desk, code: str) -> None:
    failing = [{"fail": [code, "zephyr-three at zephyr.example costs free, 5 tok/s.", "zephyr"]}]
    window = desk.open({**ANSWERS, "models": {"zephyr-three": failing}})
    blind_run(desk)
    _build(desk)
    assert window.lane_presenter.state("s2") == "failed"
    assert leaks(desk) == []
    failed = window.lanes.column("s2")
    assert failed is not None
    assert "To see why, mark another answer" in failed.status.failure.sentence  # type: ignore[union-attr] # it failed
    details = [fold for fold in failed.findChildren(FoldButton) if fold.words() == "Details"]
    assert [fold.isHidden() for fold in details] == [True], "there are no details to unfold"


@pytest.mark.parametrize(
    "text", [pytest.param("A line.\n" * 200, marks=pytest.mark.deep(only=True)), "- **an item**\n" * 200]
)
def test_long_blind_answer_is_shown_from_the_start(desk: Desk, text: str) -> None:
    window = desk.open({"default": [{"text": text}, {"finish": "stop"}]})
    blind_run(desk)
    for slot in window.slots():
        column = window.lanes.column(slot)
        assert column is not None
        desk.until(lambda page=column.reading.page: page.view.verticalScrollBar().maximum() > 0)
        assert column.reading.page.view.verticalScrollBar().value() == 0


def _build(desk: Desk) -> None:
    """Make the columns of all lanes, also those far from the viewport."""
    for slot in desk.window.slots():
        desk.window.lanes.column(slot)


def test_engine_messages_hide_model_names_while_blind(desk: Desk) -> None:
    window = desk.open({**ANSWERS, "models": {"zephyr-two": [{"text": "half"}, {"exit": 3}]}})
    blind_run(desk)
    _build(desk)
    desk.until(lambda: "ready" in window.status.engine())
    assert leaks(desk) == []
    for kind in ("restarting", "dead"):
        window.bridge.engine.emit(kind, "The engine stopped.\nTraceback: zephyr-two")
        assert window.status.engine() == "The engine stopped."
    window.bridge.engine.emit("runtime", "zephyr-two is loaded.")
    assert window.status.engine() == "The engine is ready."
    window.actions["reveal"].trigger()
    assert window.status.engine() == "zephyr-two is loaded."


def test_failing_endpoints_and_missing_keys_stay_unnamed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    # Without retries, which would be refused too, after back-off.
    monkeypatch.setattr(lane_calls, "Call", partial(Call, retries=0))
    window = desk.open(None)
    with socket.socket() as taken:
        # Bound and not listening: connections are refused.
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        refusing = window.workbench.endpoints.save(EndpointForm("Zephyr refuses", address))
        keyless = window.workbench.endpoints.save(EndpointForm("Zephyr wants a key", address, needs_key=True))
        for saved in (refusing, keyless):
            saved.done.result(timeout=10)
        ready: list[bool] = []
        window.session.endpoints_changed(lambda: ready.append(True))
        desk.until(lambda: ready)
        window.lane_list.replace_all(
            (
                Lane("s0", ECHO_ENDPOINT, "zephyr-one"),
                Lane("s1", refusing.endpoint.uid, "zephyr-two"),
                Lane("s2", keyless.endpoint.uid, "zephyr-three"),
            )
        )
        desk.press(Qt.Key.Key_B, CTRL)
        desk.run()
    _build(desk)
    assert [window.lane_presenter.state(f"s{i}") for i in range(3)] == ["finished", "failed", "failed"]
    said = [text for text in leaks(desk) if "Zephyr" not in text]
    assert said == []
    assert not any("Zephyr" in text or "127.0.0.1" in text for _, text in shown_texts(window.frame))
    window.actions["reveal"].trigger()
    assert any("Zephyr wants a key" in text for _, text in shown_texts(window.frame))


def test_problem_that_names_a_model_is_withheld_until_the_reveal(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    window = desk.open(ANSWERS)

    def price(result: Result, *_: object) -> Result:
        raise RefusedError("There is no price of zephyr-one. Set one.", "zephyr-one: free")

    monkeypatch.setattr(window.workbench.pricing, "price", price)
    blind_run(desk)
    desk.until(lambda: desk.notice() == KEPT_BACK)
    assert leaks(desk) == []
    window.actions["reveal"].trigger()
    assert desk.notice() == "There is no price of zephyr-one. Set one."
    assert window.notice.detail.toPlainText() == "zephyr-one: free"
    # The notice stays hidden when the blind run is opened later.
    desk.close()
    window = desk.open(ANSWERS)
    desk.press(Qt.Key.Key_B, CTRL)
    window.lane_list.set_params("s1", Params(extra="["))
    desk.ctrl(Qt.Key.Key_Return)
    desk.until(lambda: "lane 2 (zephyr-two)" in desk.notice())
    window.lane_list.set_params("s1", Params())
    blind = desk.rows("SELECT uid FROM runs")[0][0]
    with sqlite3.connect(desk.db) as other:
        other.execute("UPDATE runs SET blind = 1")
    other.close()
    window.view_row(blind)
    desk.until(lambda: window.is_blind)
    assert desk.notice() == KEPT_BACK
    assert leaks(desk) == []
    window.back()


def test_problem_without_names_is_shown_at_once_but_not_its_detail(desk: Desk) -> None:
    window = desk.open(ANSWERS)
    blind_run(desk)
    window.bridge.problem.emit("The disk is full. Make room.", "a path of zephyr-one")
    assert desk.notice() == "The disk is full. Make room."
    assert leaks(desk) == []
    desk.ctrl(Qt.Key.Key_1)
    assert desk.notice().startswith("Answer 1 marked winner")
    window.notice.clear("verdict")
    assert desk.notice() == "The disk is full. Make room."
    assert window.notice.detail.toPlainText() == "a path of zephyr-one"


def test_limit_question_hides_the_price_while_blind(desk: Desk) -> None:
    window = desk.open(ANSWERS)
    blind_run(desk)
    window.budget_confirmation.set_limits(Limits(calls=2))
    said = "Trying again may exceed your limits. The amount is hidden while blind. Run it?"
    window.retry(window.slots()[:1])
    desk.until(lambda: desk.notice() == said)
    assert window.budget_confirmation.refuse()
    desk.ctrl(Qt.Key.Key_Return)
    desk.until(lambda: desk.notice().startswith("This run may exceed your limits"))
    assert leaks(desk) == []
    desk.until(lambda: len(desk.rows("SELECT 1 FROM runs")) == 1)
    window.budget_confirmation.refuse()


def test_palette_shows_no_model_names_of_a_blind_run(desk: Desk) -> None:
    window = desk.open(ANSWERS)
    blind_run(desk)
    found = [source for source in window.palette_sources() if source.name != "models"]
    said = [f"{entry.title} {entry.detail} {entry.unavailable}" for source in found for entry in source.read()]
    assert any("#1" in text for text in said)
    assert [text for text in said if any(secret in text for secret in SECRETS)] == []


def test_built_in_model_hint_is_hidden_while_blind(desk: Desk) -> None:
    window = desk.open(ANSWERS)
    desk.until(lambda: window.notice.key == "hint_builtin")
    assert {lane.endpoint for lane in window.draft_lanes} == {BUILTIN}
    desk.press(Qt.Key.Key_B, CTRL)
    desk.run()
    assert window.notice.key != "hint_builtin"
    window.actions["reveal"].trigger()
    desk.until(lambda: window.notice.key in ("hint_builtin", "revealed"))


def test_blind_heads_and_statuses_contain_no_model_data() -> None:
    status = LaneStatus(
        state="failed",
        ttft_ms=3,
        tokens_per_second=50.0,
        usage=Usage(1, 2),
        cost="$1",
        notice="zephyr",
        failure=Failure("no_model", "zephyr", "zephyr"),
        has_wire=True,
        version=3,
        saved="$2",
        kept="#1",
    )
    shown = masked(status, veiled=False)
    assert "zephyr" not in repr(shown)
    assert (shown.ttft_ms, shown.tokens_per_second, shown.usage, shown.cost, shown.saved) == (
        None,
        None,
        Usage(),
        "",
        "",
    )
    assert masked(status, veiled=True) == masked(replace(status, state="finished"), veiled=True)
    assert [(head.title, head.model, head.params) for head in blind_heads(["b", "a"])] == [
        ("Answer 1", "", Params()),
        ("Answer 2", "", Params()),
    ]


def test_blind_order_differs_by_run_and_is_stable() -> None:
    slots = ["a", "b", "c", "d"]
    assert order("run", 0, slots) == order("run", 0, slots[::-1])
    assert len({order(f"run {i}", 0, slots) for i in range(60)}) > 15
