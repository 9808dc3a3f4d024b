"""The content and the actions of a lane's column."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QLineEdit

from tests.ui.driver.lanes import shown_pills
from tests.ui.lanes_support import DONE, PROSE, calls_of, column, heads, lane, screen, settle, theme, view
from workbench.app.lanes.lane_state import LaneStatus
from workbench.core.money import Usage
from workbench.core.runs import Failure, Mark
from workbench.ui.features.lanes.attempts import AttemptsRow
from workbench.ui.features.lanes.column import LaneColumn
from workbench.ui.features.lanes.reasoning import ReasoningPanel
from workbench.ui.features.lanes.state_strip import FailureBox
from workbench.ui.features.lanes.view import LanesView

__all__ = ["lane", "screen", "theme", "view"]


# The offscreen platform warns about every menu.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
LEFT = Qt.MouseButton.LeftButton
RUNNING = LaneStatus("streaming", attempt=1, attempts=1)


def test_footer_buttons_request_winner_stop_copy_and_retry(view: LanesView, lane: LaneColumn) -> None:
    spies = {name: QSignalSpy(getattr(view, f"{name}_requested")) for name in ("mark", "stop", "copy", "retry")}
    footer = lane.footer
    QTest.mouseClick(footer.winner, LEFT)
    QTest.mouseClick(footer.copy, LEFT)
    QTest.mouseClick(footer.retry, LEFT)
    view.set_status("m", RUNNING)
    settle()
    assert not footer.winner.isVisible()
    assert not footer.retry.isVisible()
    QTest.mouseClick(footer.stop, LEFT)
    assert {name: spy.count() for name, spy in spies.items()} == {"mark": 1, "stop": 1, "copy": 1, "retry": 1}


def test_keycaps_show_lane_digits_and_stop_only_in_the_focused_lane(view: LanesView) -> None:
    view.set_heads(heads(*"abcdefghij"))
    for slot in "abcdefghij":
        view.set_status(slot, RUNNING)
    assert [column(view, slot).footer.winner.keycap() for slot in "abcdefghij"] == [*"123456789", ""]
    view.focus_lane(1)
    assert [slot for slot in "abcdefghij" if column(view, slot).footer.stop.keycap()] == ["b"]


@pytest.mark.parametrize(
    ("status", "text", "enabled"),
    [
        (LaneStatus(), "", False),
        (LaneStatus("waiting"), "old", False),
        (LaneStatus("finished"), "", True),
        (LaneStatus("failed"), "", False),
        (LaneStatus("stopped"), "some", True),
        (LaneStatus("interrupted"), "some", True),
    ],
)
def test_winner_is_enabled_only_for_finished_or_partial_answers(
    view: LanesView, status: LaneStatus, text: str, enabled: bool
) -> None:
    view.set_heads(heads("a"))
    view.set_text("a", text)
    view.set_status("a", status)
    settle()
    winner = column(view, "a").footer.winner
    assert (winner.isVisible() and winner.isEnabled()) is enabled


def test_key_meant_for_stop_does_not_mark_the_winner(view: LanesView, lane: LaneColumn) -> None:
    marks = QSignalSpy(view.mark_requested)
    view.set_status("m", RUNNING)
    settle()
    lane.footer.stop.setFocus()
    view.set_status("m", DONE)
    settle()
    focused = QApplication.focusWidget()
    assert focused is lane.answer
    QTest.keyClick(focused, Qt.Key.Key_Space)
    assert marks.count() == 0


def test_verdict_is_shown_in_words(view: LanesView, lane: LaneColumn) -> None:
    view.set_status("m", LaneStatus("finished", standing="winner"))
    settle()
    assert lane.header.row.name.shown() == "★ model-m"
    assert lane.footer.winner.text() == "★ Winner"
    for standing, pill in (("tie", "tie"), ("bad", "all bad")):
        view.set_status("m", LaneStatus("finished", standing=standing))  # type: ignore[arg-type]
        settle()
        assert shown_pills(lane.header.row) == [pill]
        assert lane.header.row.name.shown() == "model-m"
        assert lane.footer.winner.text() == "☆ Winner"


@pytest.mark.parametrize(
    ("code", "label", "signal", "arguments"),
    [
        ("no_key", "Add a key…", "action_requested", ["m", "keys"]),
        ("bad_key", "Change the key…", "action_requested", ["m", "keys"]),
        ("no_model", "Change model…", "model_requested", ["m"]),
        ("too_long", "Edit the prompt", "action_requested", ["m", "prompt"]),
        ("no_builtin_model", "Install the built-in model", "action_requested", ["m", "install_model"]),
        ("timeout", "Retry", "retry_requested", ["m"]),
    ],
)
def test_failure_offers_one_next_step(
    view: LanesView, lane: LaneColumn, code: str, label: str, signal: str, arguments: list[object]
) -> None:
    spy = QSignalSpy(getattr(view, signal))
    view.set_status("m", LaneStatus("failed", failure=Failure(code, "It went wrong.", "Traceback")))
    settle()
    strip = lane.strip()
    assert strip is not None
    box = strip.findChild(FailureBox)
    assert box is not None
    assert box.sentence.text() == "It went wrong."
    assert not box.detail.isVisible()
    QTest.mouseClick(box.fold, LEFT)
    assert box.detail.isVisible()
    assert "Traceback" in box.detail.toPlainText()
    assert box.step.text() == label
    QTest.mouseClick(box.step, LEFT)
    assert calls_of(spy) == [arguments]
    assert view.text("m") == "An answer"
    view.set_status("m", DONE)
    settle()
    assert not strip.isVisible()


def test_a_huge_error_leaves_room_for_the_answer(view: LanesView, lane: LaneColumn) -> None:
    view.set_status("m", LaneStatus("failed", failure=Failure("x", "word" * 5000, "y" * 100_000)))
    settle()
    assert lane.answer.height() > 60
    assert lane.footer.geometry().bottom() <= lane.height()


def test_marks_and_finish_reasons_are_shown_as_pills(view: LanesView, lane: LaneColumn) -> None:
    spy = QSignalSpy(view.wire_requested)
    mark = Mark("changed", "max_tokens", "sent as another")
    view.set_status("m", LaneStatus("finished", finish_reason="length", marks=(mark,)))
    settle()
    strip = lane.strip()
    assert strip is not None
    assert strip.ending.text() == "▲ stopped at max tokens"
    assert strip.marks.text() == "1 parameter changed"
    QTest.mouseClick(strip.marks, LEFT)
    assert calls_of(spy) == [["m"]]


def test_attempts_row_steps_between_attempts(view: LanesView, lane: LaneColumn) -> None:
    spy = QSignalSpy(view.attempt_requested)
    view.set_status("m", LaneStatus("finished", attempt=2, attempts=3))
    settle()
    strip = lane.strip()
    assert strip is not None
    row = strip.findChild(AttemptsRow)
    assert row is not None
    assert row.line.shown() == "attempt 2 of 3"
    QTest.mouseClick(row.older, LEFT)
    QTest.mouseClick(row.newer, LEFT)
    assert calls_of(spy) == [["m", 1], ["m", 3]]
    view.set_status("m", LaneStatus("finished", attempt=3, attempts=3))
    assert not row.newer.isVisible()
    view.set_status("m", DONE)
    settle()
    assert not row.isVisible()


def test_reasoning_is_folded_until_opened(view: LanesView, lane: LaneColumn) -> None:
    view.append_text("m", "reasoning", "I think ")
    view.append_text("m", "reasoning", "so.\n")
    settle()
    panel = lane.findChild(ReasoningPanel)
    assert panel is not None
    assert panel.fold.words() == "Reasoning (3 words)"
    assert not panel.view.isVisible()
    QTest.mouseClick(panel.fold, LEFT)
    assert panel.view.exact_text == "I think so.\n"
    view.append_text("m", "reasoning", "Yes.")
    assert panel.view.exact_text == "I think so.\nYes."
    view.clear("m")
    settle()
    assert not panel.isVisible()
    assert view.text("m") == ""


def test_lane_is_renamed_in_place(view: LanesView, lane: LaneColumn) -> None:
    spy = QSignalSpy(view.rename_requested)

    def field() -> QLineEdit:
        view.rename("m")
        settle()
        return lane.findChildren(QLineEdit)[-1]

    QTest.keyClicks(field(), "Best one")
    QTest.keyClick(field(), Qt.Key.Key_Return)
    settle()
    QTest.keyClicks(field(), "never mind")
    QTest.keyClick(field(), Qt.Key.Key_Escape)
    settle()
    empty = field()
    empty.clear()
    QTest.keyClick(empty, Qt.Key.Key_Return)
    settle()
    unchanged = field()
    QTest.keyClick(unchanged, Qt.Key.Key_Return)
    settle()
    assert calls_of(spy) == [["m", "Best one"], ["m", ""]]
    assert not lane.findChildren(QLineEdit)


def test_every_button_has_a_name(view: LanesView, lane: LaneColumn) -> None:
    view.append_text("m", "reasoning", "x")
    view.set_status("m", LaneStatus("failed", failure=Failure("x", "No."), attempt=1, attempts=2))
    settle()
    for stop in lane.tab_stops():
        if not stop.isVisible():
            continue
        name = stop.accessibleName() or stop.property("text")
        assert name, stop
        assert stop.focusPolicy() & Qt.FocusPolicy.TabFocus or stop.focusPolicy() == Qt.FocusPolicy.StrongFocus


def test_changing_numbers_do_not_move_the_answer(view: LanesView, lane: LaneColumn) -> None:
    view.set_status("m", RUNNING)
    view.set_text("m", PROSE)
    settle()
    heights = lane.answer.geometry()
    for rate in range(100, 130):
        view.set_status("m", LaneStatus("streaming", 310, rate, attempt=1, attempts=1))
    settle()
    assert lane.answer.geometry() == heights
    assert "129.0 tokens per second" in lane.header.numbers.toolTip()


def test_changing_digits_do_not_change_the_text_width(view: LanesView, lane: LaneColumn) -> None:
    metrics = lane.header.numbers.fontMetrics()
    widths = {metrics.horizontalAdvance(f"streaming… {digit}.{digit} s") for digit in range(10)}
    assert len(widths) == 1


def test_header_and_footer_keep_their_height_in_every_status(view: LanesView, lane: LaneColumn) -> None:
    usage = Usage(input=104, output=86, cached=12)
    statuses = (
        LaneStatus(),
        LaneStatus("waiting", attempt=1, attempts=1),
        LaneStatus("queued", notice="retrying in 3 s: rate limited", attempt=1, attempts=1),
        LaneStatus("streaming", ttft_ms=310, attempt=1, attempts=1),
        LaneStatus(
            "finished", ttft_ms=310, tokens_per_second=142.0, usage=usage, cost="$0.0004", attempt=1, attempts=1
        ),
        LaneStatus("finished", standing="winner", attempt=1, attempts=1),
        LaneStatus("finished", standing="tie", attempt=1, attempts=1),
        LaneStatus("failed", failure=Failure("no_model", "There is no such model."), attempt=2, attempts=2),
        LaneStatus("stopped", attempt=1, attempts=1),
    )
    places = set()
    for status in statuses:
        view.set_status("m", status)
        settle()
        numbers = lane.header.numbers
        places.add((lane.header.height(), lane.footer.height(), numbers.mapTo(lane, QPoint()).y()))
        button = lane.footer.stop if lane.footer.stop.isVisible() else lane.footer.winner
        assert button.y() == lane.footer.winner.y()
        middles = {w.y() + w.height() / 2 for w in (button, lane.footer.copy, lane.footer.retry) if w.isVisible()}
        assert max(middles) - min(middles) <= 1
    assert len(places) == 1
