"""The content and the actions of a lane's column."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu

from tests.ui.driver.lanes import shown_pills
from tests.ui.lanes_support import PROSE, column, heads, screen, settle, theme, view
from workbench.app.lanes.lane_state import LaneStatus
from workbench.core.lanes import Params
from workbench.core.money import Usage
from workbench.core.runs import Failure, Mark
from workbench.core.timeline import VersionLabel
from workbench.ui.features.lanes.attempts import AttemptsRow
from workbench.ui.features.lanes.column import LaneColumn
from workbench.ui.features.lanes.params import ParamsDialog
from workbench.ui.features.lanes.reasoning import ReasoningPanel
from workbench.ui.features.lanes.state_strip import FailureBox
from workbench.ui.features.lanes.view import LanesView

__all__ = ["screen", "theme", "view"]

# The offscreen platform warns about every menu.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

LEFT = Qt.MouseButton.LeftButton
DONE = LaneStatus("finished", attempt=1, attempts=1, has_wire=True)
RUNNING = LaneStatus("streaming", attempt=1, attempts=1)


@pytest.fixture
def lane(view: LanesView) -> LaneColumn:
    labels = tuple(VersionLabel(n, f"R&D attempt {n}", f"Text {n}", f"#{n}") for n in range(100, 0, -1))
    view.set_heads(heads("l", "m", "r", versions=labels))
    view.set_text("m", "An answer")
    view.set_status("m", DONE)
    settle()
    return column(view, "m")


def _calls(spy: QSignalSpy) -> list[list[object]]:
    return [spy.at(index) for index in range(spy.count())]


def _menu(lane: LaneColumn) -> QMenu:
    QTest.mouseClick(lane.header.row.menu, LEFT)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def _entry(menu: QMenu, text: str) -> QAction:
    return next(a for a in menu.actions() if a.text().replace("&", "").startswith(text))


def _close(menu: QMenu) -> None:
    menu.close()
    settle()


@pytest.mark.parametrize(
    ("entry", "signal", "arguments"),
    [
        ("Change model", "model_requested", ["m"]),
        ("Duplicate", "duplicate_requested", ["m"]),
        ("Move left", "move_requested", ["m", -1]),
        ("Move right", "move_requested", ["m", 1]),
        ("Show request", "wire_requested", ["m"]),
        ("Copy answer", "copy_requested", ["m"]),
        ("Remove lane", "remove_requested", ["m"]),
    ],
)
def test_menu_entries_request_their_action(
    view: LanesView, lane: LaneColumn, entry: str, signal: str, arguments: list[object]
) -> None:
    spy = QSignalSpy(getattr(view, signal))
    menu = _menu(lane)
    _entry(menu, entry).trigger()
    _close(menu)
    assert _calls(spy) == [arguments]


def test_the_menu_works_by_keyboard(view: LanesView, lane: LaneColumn) -> None:
    spy = QSignalSpy(view.duplicate_requested)
    lane.header.row.menu.setFocus()
    QTest.keyClick(lane.header.row.menu, Qt.Key.Key_Space)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    QTest.keyClick(menu, Qt.Key.Key_D)
    settle()
    assert _calls(spy) == [["m"]]


def test_outer_lanes_cannot_move_past_the_edge(view: LanesView) -> None:
    view.set_heads(heads("a", "b"))
    settle()
    for slot, left, right in (("a", False, True), ("b", True, False)):
        menu = _menu(column(view, slot))
        assert _entry(menu, "Move left").isEnabled() is left
        assert _entry(menu, "Move right").isEnabled() is right
        _close(menu)


def test_lanes_are_not_removed_during_a_run(view: LanesView, lane: LaneColumn) -> None:
    for running in (True, False):
        view.set_all_running(running)
        menu = _menu(lane)
        assert _entry(menu, "Remove lane").isEnabled() is not running
        _close(menu)


def test_read_only_columns_offer_no_changing_actions(view: LanesView) -> None:
    view.set_heads(heads("a", read_only=True))
    view.set_text("a", "text")
    view.set_status("a", LaneStatus("failed", failure=Failure("no_key", "No key."), attempt=2, attempts=2))
    settle()
    shown = column(view, "a")
    menu = _menu(shown)
    enabled = {a.text().replace("&", "") for a in menu.actions() if a.isEnabled() and not a.isSeparator()}
    _close(menu)
    assert enabled == {"Continue from this answer", "Copy answer", "Copy as"}
    strip = shown.strip()
    assert strip is not None
    box = strip.findChild(FailureBox)
    assert box is not None
    assert not box.step.isVisible()
    assert not shown.footer.retry.isVisible()
    assert shown.footer.copy.isVisible()
    assert not view.add_button.isVisible()


def test_version_menu_pins_and_unpins_a_version(view: LanesView, lane: LaneColumn) -> None:
    spy = QSignalSpy(view.pin_requested)
    menu = _menu(lane)
    versions = _entry(menu, "Version").menu()
    assert isinstance(versions, QMenu)
    assert [a.text() for a in versions.actions() if a.isChecked()] == ["Current text"]
    texts = [a.text() for a in versions.actions() if not a.isSeparator()]
    assert texts[:3] == ["Current text", "#100   R&&D attempt 100", "#99   R&&D attempt 99"]
    assert texts[-3:] == ["#81   R&&D attempt 81", "#1   R&&D attempt 1", "More…"]
    assert versions.toolTipsVisible()
    _entry(versions, "#100 ").trigger()
    assert _entry(versions, "#99 ").toolTip() == "Text 99"
    more = _entry(versions, "More…").menu()
    assert isinstance(more, QMenu)
    assert not more.actions()
    more.aboutToShow.emit()
    older = next(a for a in more.actions() if a.text() == "#30 … #6").menu()
    assert isinstance(older, QMenu)
    assert not older.actions()
    older.aboutToShow.emit()
    _entry(older, "#7 ").trigger()
    _entry(versions, "Current text").trigger()
    _close(menu)
    assert _calls(spy) == [["m", 100], ["m", 7], ["m", None]]


def test_old_pinned_version_is_checked_in_the_version_menu(view: LanesView, lane: LaneColumn) -> None:
    labels = tuple(VersionLabel(n, f"attempt {n}", name=f"#{n}") for n in range(10_000, 0, -1))
    view.set_heads(heads("m", versions=labels, pinned=4000))
    column = view.column("m")
    assert column is not None
    menu = _menu(column)
    versions = _entry(menu, "Version").menu()
    assert isinstance(versions, QMenu)
    assert [a.text() for a in versions.actions() if a.isChecked()] == ["#4000   attempt 4000"]
    more, depth = _entry(versions, "More…").menu(), 0
    while True:
        assert isinstance(more, QMenu)
        more.aboutToShow.emit()
        assert len(more.actions()) <= 26
        inner = next((a.menu() for a in more.actions() if a.text().endswith("✓")), None)
        if inner is None:
            break
        more, depth = inner, depth + 1
    assert [a.text() for a in more.actions() if a.isChecked()] == ["#4000   attempt 4000"]
    assert depth == 2
    _close(menu)


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
    assert _calls(spy) == [arguments]
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
    assert _calls(spy) == [["m"]]


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
    assert _calls(spy) == [["m", 1], ["m", 3]]
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
    assert _calls(spy) == [["m", "Best one"], ["m", ""]]
    assert not lane.findChildren(QLineEdit)


def test_parameters_dialog_requests_the_change(view: LanesView, lane: LaneColumn) -> None:
    spy = QSignalSpy(view.params_changed)
    menu = _menu(lane)
    _entry(menu, "Parameters").trigger()
    _close(menu)
    dialog = lane.findChild(ParamsDialog)
    assert isinstance(dialog, ParamsDialog)
    QTest.keyClicks(dialog.fields["temperature"], "0.5")
    QTest.mouseClick(dialog.apply, LEFT)
    settle()
    assert _calls(spy) == [["m", Params(temperature=0.5)]]
    assert lane.findChild(ParamsDialog) is None


def test_blind_lane_hides_model_name_and_cost(view: LanesView, lane: LaneColumn) -> None:
    view.set_status("m", LaneStatus("finished", blind=True, cost="$0.1", marks=(Mark("added", "a", "b"),)))
    settle()
    assert lane.header.row.name.shown() == "Answer 2"
    texts = [lane.accessibleName(), lane.answer.accessibleName(), lane.header.row.name.toolTip()]
    texts += [lane.footer.winner.accessibleName(), *lane.header.numbers.candidates()]
    assert not any("model-m" in text or "$" in text for text in texts)
    menu = _menu(lane)
    assert not _entry(menu, "Show request").isEnabled()
    _close(menu)


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
    assert any("129 tok/s" in line for line in lane.header.numbers.candidates())


def test_changing_digits_do_not_change_the_text_width(view: LanesView, lane: LaneColumn) -> None:
    metrics = lane.header.numbers.fontMetrics()
    widths = {metrics.horizontalAdvance(f"streaming… {digit}.{digit} s · 0.3{digit} s first") for digit in range(10)}
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
