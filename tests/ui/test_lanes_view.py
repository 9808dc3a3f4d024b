"""The row of lane columns: identity by slot, order, focus, width."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QScrollArea, QWidget

from tests.ui.driver.lanes import shown_pills
from tests.ui.lanes_support import PROSE, column, heads, screen, settle, theme, view
from tests.ui.looks import change_mode, change_scale
from workbench.app.lanes.lane_state import LaneStatus
from workbench.core.lanes import Params
from workbench.core.money import Usage
from workbench.core.runs import Failure, Mark
from workbench.host.clock import monotonic_ms
from workbench.ui.features.lanes.column import MINIMUM_CHARACTERS, MINIMUM_PIXELS, LaneColumn
from workbench.ui.features.lanes.view import LanesView
from workbench.ui.widgets.small_controls import SmallLine
from workbench.ui.widgets.theme import Theme

__all__ = ["screen", "theme", "view"]

FULL = Params(
    temperature=0.2, top_p=0.9, max_tokens=10_000, stop=("a", "b"), seed=7, reasoning_effort="high", extra="{}"
)

STREAMING = LaneStatus("streaming", 310, 98.0, Usage(100, 50), "$0.0004", attempt=1, attempts=1)
BUSY = LaneStatus(
    "failed",
    failure=Failure("no_key", "There is no key for " + "averyveryverylongprovidername" * 3 + ". Add one.", "401"),
    marks=(Mark("changed", "max_tokens", "sent as another"), Mark("refused", "seed", "")),
    attempt=2,
    attempts=3,
    usage=Usage(123_456, 234_567, 1_000),
    ttft_ms=123_456,
    tokens_per_second=12_345.6,
    cost="about $1,234.56",
)


def _area(view: LanesView) -> QScrollArea:
    found = view.findChild(QScrollArea)
    assert isinstance(found, QScrollArea)
    return found


def _reading(shown: LaneColumn) -> int:
    """Return the text position at the top of the column."""
    return shown.answer.cursorForPosition(QPoint(20, 20)).position()


def _in_view(view: LanesView, slot: str) -> bool:
    area, shown = _area(view), column(view, slot)
    left = shown.mapTo(area.viewport(), QPoint(0, 0)).x()
    return left >= 0 and left + shown.width() <= area.viewport().width()


def test_empty_view_shows_a_hint_and_one_add_button(view: LanesView) -> None:
    asked = QSignalSpy(view.add_requested)
    (button,) = [b for b in view.findChildren(QPushButton) if b.isVisible()]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked.count() == 1
    assert view.focused_slot() == ""
    labels = [label for label in view.findChildren(QLabel) if label.isVisible()]
    assert all(label.height() >= label.heightForWidth(label.width()) for label in labels)


def test_columns_keep_text_and_scroll_position_when_heads_change(view: LanesView) -> None:
    view.set_heads(heads("a", "b", "c"))
    for slot in "abc":
        view.set_text(slot, PROSE * 40 + slot)
    settle()
    column(view, "b").answer.verticalScrollBar().setValue(9)
    settle()
    kept = column(view, "b")
    place = _reading(kept)
    view.set_heads(heads("c", "b", "d"))
    settle()
    assert view.slots() == ("c", "b", "d")
    assert column(view, "b") is kept
    assert _reading(kept) == place > 0
    assert view.text("b") == PROSE * 40 + "b"
    assert view.text("d") == view.text("a") == ""
    lefts = [column(view, slot).x() for slot in view.slots()]
    assert lefts == sorted(lefts)


def test_lanes_with_the_same_slot_are_rejected(view: LanesView) -> None:
    with pytest.raises(ValueError, match="same slot"):
        view.set_heads(heads("a", "a"))


def test_updates_for_a_removed_slot_are_ignored(view: LanesView) -> None:
    view.set_heads(heads("a"))
    view.set_status("x", STREAMING)
    view.append_text("x", "text", "late")
    view.set_text("x", "late")
    view.clear("x")
    assert view.slots() == ("a",)


def test_columns_share_the_width_equally(view: LanesView) -> None:
    view.set_heads(heads("a", "b", "c"))
    settle()
    widths = {column(view, slot).width() for slot in "abc"}
    assert max(widths) - min(widths) <= 1
    assert _area(view).horizontalScrollBar().maximum() == 0


@pytest.mark.parametrize("scale", [pytest.param(1.0, marks=pytest.mark.deep(only=True)), 2.0])
def test_many_lanes_scroll_and_stay_readable(view: LanesView, theme: Theme, scale: float) -> None:
    change_scale(theme, scale)
    slots = [f"s{number}" for number in range(30)]
    view.set_heads(heads(*slots))
    settle()
    for slot in slots:
        shown = column(view, slot)
        assert shown.width() >= MINIMUM_PIXELS * scale
        assert shown.width() >= shown.fontMetrics().averageCharWidth() * MINIMUM_CHARACTERS
    for index in (29, 0, 14, 15, 13):
        view.focus_lane(index)
        settle()
        assert _in_view(view, slots[index])
    change_scale(theme, 1.0)


def test_added_lane_is_scrolled_into_view(view: LanesView) -> None:
    slots = "abc"
    view.set_heads(heads(*slots))
    settle()
    for added in "defgh":
        slots += added
        view.set_heads(heads(*slots))
        view.focus_lane(len(slots) - 1)
        settle()
        assert _in_view(view, added)


def test_pressed_button_stays_under_the_mouse(view: LanesView) -> None:
    view.set_heads(heads(*"abcdefgh"))
    settle()
    for slot in "abcdefgh":
        view.set_text(slot, "An answer.")
        view.set_status(slot, LaneStatus(state="finished", attempt=1, attempts=1))
    view.focus_lane(7)
    settle()
    area = _area(view)
    area.horizontalScrollBar().setValue(column(view, "d").x() + column(view, "d").width() // 2)
    settle()
    button = column(view, "d").footer.copy
    at = button.mapToGlobal(button.rect().center())
    QTest.mousePress(button, Qt.MouseButton.LeftButton)
    settle()
    assert button.mapToGlobal(button.rect().center()) == at
    QTest.mouseRelease(button, Qt.MouseButton.LeftButton)
    assert view.focused_slot() == "d"


def test_shift_and_wheel_scroll_horizontally(view: LanesView) -> None:
    view.set_heads(heads(*"abcdefghij"))
    settle()
    viewport = _area(view).viewport()  # a synthetic event does not propagate from the text to the area
    event = QWheelEvent(
        QPointF(50, 50),
        QPointF(viewport.mapToGlobal(QPoint(50, 50))),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.ShiftModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)
    assert _area(view).horizontalScrollBar().value() > 0


def test_focus_follows_the_mouse_and_the_keyboard(view: LanesView) -> None:
    view.set_heads(heads("a", "b", "c"))
    settle()
    changes = QSignalSpy(view.focus_changed)
    assert view.focused_slot() == "a"
    QTest.mouseClick(column(view, "b").answer.viewport(), Qt.MouseButton.LeftButton)
    assert view.focused_slot() == "b"
    QTest.mouseClick(column(view, "c").header.numbers, Qt.MouseButton.LeftButton)
    assert view.focused_slot() == "c"
    assert column(view, "c").answer.hasFocus()
    view.focus_lane(0)
    assert view.focused_slot() == "a"
    view.focus_lane(7)
    assert view.focused_slot() == "a"
    assert [changes.at(index)[0] for index in range(changes.count())] == ["b", "c", "a"]


def test_focus_moves_to_another_lane_when_its_lane_is_removed(view: LanesView) -> None:
    view.set_heads(heads("a", "b", "c"))
    view.focus_lane(1)
    view.set_heads(heads("a", "c"))
    assert view.focused_slot() == "c"
    view.set_heads(heads("a"))
    assert view.focused_slot() == "a"
    view.set_heads([])
    assert view.focused_slot() == ""


def test_tab_visits_the_columns_in_order(view: LanesView) -> None:
    view.set_heads(heads("c", "a"))
    view.set_heads(heads("a", "b", "c"))
    for slot in "abc":
        view.set_text(slot, "text")
        view.set_status(slot, LaneStatus("finished", attempt=1, attempts=1))
    settle()
    view.focus_lane(0)
    column(view, "a").header.row.menu.setFocus()
    visited: list[str] = []
    for _ in range(60):
        widget = QApplication.focusWidget()
        assert widget is not None
        if widget is view.add_button:
            break
        owner = next(slot for slot in "abc" if column(view, slot).isAncestorOf(widget))
        visited.append(owner)
        QTest.keyClick(widget, Qt.Key.Key_Tab)
    assert "".join(dict.fromkeys(visited)) == "abc"
    assert visited == sorted(visited)
    assert visited.count("a") == 10  # menu, reading, three parameters, answer, winner, diff, copy, retry


def test_elapsed_time_ticks_only_while_a_lane_runs(view: LanesView, qtbot: object) -> None:
    view.set_heads(heads("a", "b"))
    assert not view._elapsed.isActive()
    view.set_status("a", LaneStatus("waiting", began_ms=monotonic_ms()))
    assert view._elapsed.isActive()
    line = column(view, "a").header.numbers
    first = line.candidates()
    qtbot.waitUntil(lambda: line.candidates() != first)  # type: ignore[attr-defined]
    assert line.candidates()[0].startswith("waiting 0.")
    view.set_status("a", LaneStatus("finished"))
    assert not view._elapsed.isActive()


def test_removing_a_running_lane_stops_the_clock(view: LanesView) -> None:
    view.set_heads(heads("a", "b"))
    view.set_status("b", STREAMING)
    view.set_heads(heads("a"))
    assert not view._elapsed.isActive()


def test_headers_stay_aligned_when_one_lane_shows_parameters(view: LanesView) -> None:
    made = heads("a", "b")
    view.set_heads([made[0], heads("b", params=Params(temperature=0.2, top_p=0.5))[0]])
    settle()
    assert column(view, "a").header.height() == column(view, "b").header.height()
    assert column(view, "b").header.params.candidates() == ("top_p 0.5",)
    assert column(view, "b").header.quick.buttons["temperature"].text() == "temp 0.2"


@pytest.mark.parametrize(
    ("width", "scale"), [(700, 1.0), pytest.param(1400, 1.0, marks=pytest.mark.deep(only=True)), (700, 2.0)]
)
@pytest.mark.parametrize("status", [STREAMING, BUSY, LaneStatus("interrupted", standing="tie"), LaneStatus("queued")])
def test_column_contents_are_never_clipped(
    view: LanesView, theme: Theme, width: int, scale: float, status: LaneStatus
) -> None:
    change_scale(theme, scale)
    view.resize(width, 800)
    long = "Meta-Llama-3.1-405B-Instruct-Turbo-" * 3
    made = [heads("a", pinned=123, badge="built in", params=FULL)[0]]
    made += [type(made[0])("b", 2, long, "together_ai/" + long, "together", 12)]
    view.set_heads(made)
    for slot in "ab":
        view.set_text(slot, PROSE, "thinking " * 50)
        view.set_status(slot, status)
    settle()
    for slot in "ab":
        shown = column(view, slot)
        for child in shown.findChildren(QWidget):
            if not child.isVisibleTo(shown) or isinstance(child, QScrollArea):
                continue
            inside = child.mapTo(shown, QPoint(0, 0))
            assert inside.x() >= 0
            assert inside.x() + child.width() <= shown.width(), child
            if isinstance(child, SmallLine):
                assert child.fontMetrics().horizontalAdvance(child.shown()) <= child.width()
                assert child.height() >= child.fontMetrics().height()
            elif isinstance(child, QLabel) and child.text():
                needs = child.heightForWidth(child.width()) if child.wordWrap() else child.sizeHint().height()
                assert child.height() >= needs, child.text()
                assert child.wordWrap() or child.width() >= child.sizeHint().width(), child.text()
            elif isinstance(child, QPushButton):
                assert child.width() >= child.minimumSizeHint().width(), child.text()
                assert child.height() >= child.minimumSizeHint().height(), child.text()
        boxes = [shown.header.row.name.geometry(), shown.header.row.menu.geometry()]
        assert not boxes[0].intersects(boxes[1])
    change_scale(theme, 1.0)


def test_pills_are_hidden_before_the_name_is_shortened(view: LanesView) -> None:
    made = heads("a", pinned=3, badge="built in")
    view.resize(700, 500)
    view.set_heads(made)
    settle()
    row = column(view, "a").header.row
    assert shown_pills(row) == ["built in"]
    view.set_heads([type(made[0])("a", 1, "a-model-of-some-name-27B", "m", "built in", 3), *heads("x", "y")[1:]])
    view.resize(600, 500)
    settle()
    assert shown_pills(row) == []
    assert row.name.shown() == "a-model-of-some-name-27B"
    assert "built in" in row.name.toolTip()


def test_long_names_are_shortened_in_the_middle(view: LanesView) -> None:
    made = heads("a")
    name = "provider-start-" + "x" * 200 + "-the-end"
    view.resize(300, 500)
    view.set_heads([type(made[0])("a", 1, name, "p/" + name)])
    settle()
    shown = column(view, "a").header.row.name.shown()
    assert shown.startswith("provider")
    assert shown.endswith("the-end")
    assert "…" in shown


def test_hostile_names_and_errors_are_shown_as_plain_text(view: LanesView) -> None:
    evil = "<img src='http://127.0.0.1:9/x'><b>bold</b>&amp;"
    made = heads("a")
    view.set_heads([type(made[0])("a", 1, evil, evil, evil)])
    view.set_status("a", LaneStatus("failed", failure=Failure("x", evil, evil), marks=(Mark("added", evil, evil),)))
    settle()
    for label in view.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText or "<" not in label.text()
    for widget in view.findChildren(QWidget):
        assert "<img" not in widget.toolTip()
        assert "<b>" not in widget.toolTip()


def test_switching_between_light_and_dark_repaints_the_lanes(view: LanesView, theme: Theme) -> None:
    view.set_heads(heads("a"))
    view.set_text("a", "text")
    view.set_status("a", LaneStatus("finished", standing="winner", attempt=1, attempts=1))
    settle()
    for mode in ("dark", "light"):
        change_mode(theme, mode)  # type: ignore[arg-type]
        settle()
        image = view.grab().toImage()
        assert image.pixelColor(40, image.height() - 4).name() == theme.tokens.surface
        assert image.pixelColor(4, 6).name() != theme.tokens.surface  # the winner's gold
        last = column(view, "a").answer
        assert last.viewport().grab().toImage().pixelColor(2, 200).name() == theme.tokens.surface
    assert not view.findChildren(QLineEdit)


def test_focused_lane_has_a_line_along_its_top_edge(view: LanesView, theme: Theme) -> None:
    view.set_heads(heads("a", "b"))
    view.focus_lane(0)
    settle()
    accent, line = theme.color("accent").name(), theme.color("line").name()
    focused, other = (column(view, slot).grab().toImage() for slot in "ab")
    end = focused.width() - 1
    for y in (0, 1):
        assert {focused.pixelColor(x, y).name() for x in range(end)} == {accent}
        assert accent not in {other.pixelColor(x, y).name() for x in range(other.width())}
    assert accent not in {focused.pixelColor(x, 2).name() for x in range(end)}
    assert {focused.pixelColor(end, y).name() for y in range(focused.height())} == {line}


def test_view_can_be_destroyed_while_streaming(theme: Theme, screen: Callable[[QWidget], QWidget]) -> None:
    made = LanesView(theme)
    screen(made)
    made.set_heads(heads("a"))
    made.set_status("a", STREAMING)
    made.append_text("a", "text", "x\n" * 15_000)
