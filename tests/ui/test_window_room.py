"""How the window divides its room: notices, side bar, banner of a past iteration, and two lanes in a narrow window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLabel, QLineEdit, QPushButton, QWidget
from shiboken6 import isValid

from tests import depth
from tests.ui.desk import ECHO, Desk
from tests.ui.driver import WindowDriver
from tests.ui.looks import change_scale
from workbench.ui.editor.block import MessageBlock
from workbench.ui.shell.notice_bar import LINES, NoticeBar
from workbench.ui.shell.side_bar import PROMPTS_SHARE

pytestmark = pytest.mark.window


def place(window: WindowDriver, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(window.frame, QPoint(0, 0)), widget.size())


def parts(window: WindowDriver) -> list[QRect]:
    view = window.compose_view
    shown = [view.editor, view.values, view.runbar, view.lanes, window.sidebar, window.status, window.header]
    return [place(window, widget) for widget in shown]


# Notices


@pytest.mark.parametrize("size", [(1024, 700), pytest.param((1440, 900), marks=pytest.mark.deep(only=True))])
def test_notice_moves_and_covers_no_other_widget(desk: Desk, size: tuple[int, int]) -> None:
    window = desk.open(size=size)
    window.notice.hide()
    QApplication.processEvents()
    before = parts(window)
    window.notices.problem("The draft could not be saved: the disk is full. Make room and go on typing.", "why\n" * 9)
    QApplication.processEvents()
    assert parts(window) == before
    shown = place(window, window.notice)
    assert place(window, window.header).contains(shown)
    for button in window.header.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
        if button is not window.notice and button.isVisible():
            assert not place(window, button).intersects(shown)
    window.notice.clear("problem")
    QApplication.processEvents()
    assert parts(window) == before


def test_long_notice_wraps_or_is_complete_in_the_tooltip(desk: Desk) -> None:
    window = desk.open(size=(1024, 700))
    sentence = "Enter a value for {{question}} and {{order}} below. An empty value is allowed."
    window.notices.problem(sentence)
    QApplication.processEvents()
    assert " ".join(window.shown_notice.lines()) == sentence
    assert not window.shown_notice.tip()
    window.notices.problem(f"{sentence} " * 6)
    QApplication.processEvents()
    lines = window.shown_notice.lines()
    assert len(lines) == LINES
    assert lines[-1].endswith("…")
    assert window.shown_notice.tip() == f"{sentence} " * 6


@pytest.mark.deep
@pytest.mark.parametrize(
    ("scale", "size"),
    depth.pick(
        [(1.0, (1440, 900)), (2.0, (1024, 700))],
        [(scale, size) for scale in (1.0, 1.5, 2.0) for size in ((1024, 700), (1440, 900))],
    ),
)
def test_question_in_the_header_is_complete_at_every_text_size(desk: Desk, scale: float, size: tuple[int, int]) -> None:
    change_scale(desk.theme, scale)
    window = desk.open(size=size)
    desk.run()
    assert window.header.session()
    sentence = "This run takes 3 calls (your limit is 2). Run it?"
    window.notice.show_notice("limit", sentence, action="limit", label="Run it (Enter)")
    desk.until(lambda: " ".join(window.shown_notice.lines()) == sentence)
    shown = place(window, window.notice)
    for button in window.header.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
        if button is not window.notice and button.isVisible():
            assert not place(window, button).intersects(shown)
    buttons = window.header.findChildren(QPushButton, options=Qt.FindChildOption.FindDirectChildrenOnly)
    before = [(button.geometry(), button.isVisible()) for button in buttons]
    window.notice.clear("limit")
    QApplication.processEvents()
    assert [(button.geometry(), button.isVisible()) for button in buttons] == before
    assert window.header._session.isVisible()


def test_question_too_long_for_the_header_is_complete_below_the_header(desk: Desk) -> None:
    change_scale(desk.theme, 2.0)
    window = desk.open(size=(1024, 700))
    before = parts(window)
    sentence = (
        "This run sends about 1,234,567 tokens (your limit is 100,000), takes 12 calls (your limit is 4) and costs "
        "$1.23 to $4.56 (your limit is $0.50). Run it?"
    )
    notice = window.notice
    notice.show_notice("limit", sentence, action="limit", label="Run it (Enter)", asks=True)
    desk.until(notice.whole.isVisible)
    assert not notice._text.is_whole
    assert notice.whole.text() == sentence
    assert notice.whole.height() >= notice.whole.heightForWidth(notice.whole.width())
    shown = place(window, notice.whole)
    assert window.frame.rect().contains(shown)
    assert shown.top() >= place(window, notice).bottom()
    assert parts(window) == before
    change_scale(desk.theme, 1.5)
    desk.until(lambda: notice.whole.height() == notice.whole.heightForWidth(notice.whole.width()))
    change_scale(desk.theme, 0.8)
    window.frame.resize(1440, 900)
    desk.until(lambda: notice._text.is_whole and not notice.whole.isVisible())
    window.frame.resize(1024, 700)
    change_scale(desk.theme, 2.0)
    desk.until(notice.whole.isVisible)
    notice.clear("limit")
    assert not notice.whole.isVisible()
    notice.show_notice("said", sentence)
    QApplication.processEvents()
    assert not notice.whole.isVisible()


def test_question_that_fits_no_more_at_a_larger_size_is_complete_below_the_header(desk: Desk) -> None:
    window = desk.open(size=(1440, 900))
    sentence = (
        "This run sends about 1,234,567 tokens (your limit is 100,000), takes 12 calls (your limit is 4) and costs "
        "$1.23 to $4.56 (your limit is $0.50). Run it?"
    )
    notice = window.notice
    notice.show_notice("limit", sentence, action="limit", label="Run it (Enter)", asks=True)
    for scale in (2.0, 0.8, 2.0):
        change_scale(desk.theme, scale)
        desk.rest()
        assert notice.whole.isVisible() == (scale > 1)
        assert notice.whole.isHidden() or notice.whole.height() == notice.whole.heightForWidth(notice.whole.width())


def test_tabs_that_had_no_room_come_back_with_the_smaller_text(desk: Desk) -> None:
    window = desk.open(size=(1024, 700))
    tabs, tab = window.views.tabs, window.views.tabs.tab("test")
    before = tabs.geometry(), tab.geometry(), tab.font().pointSizeF()
    for large in (1.5, 2.0):
        change_scale(desk.theme, large)
        desk.rest()
        change_scale(desk.theme, 1.0)
        desk.until(tabs.isVisible)
        assert tab.font().pointSizeF() == before[-1], "never seen with the large text"
        desk.until(lambda: (tabs.geometry(), tab.geometry(), tab.font().pointSizeF()) == before)


def test_notice_detail_overlays_the_window_until_closed(desk: Desk) -> None:
    window = desk.open()
    before = parts(window)
    window.notices.problem("It failed. Try again.", "the reason")
    more = next(b for b in window.notice.findChildren(QPushButton) if b.text().startswith("Details"))
    more.click()
    QApplication.processEvents()
    assert window.notice.detail.isVisible()
    assert place(window, window.notice.detail).top() >= place(window, window.header).bottom() - 8
    assert parts(window) == before
    desk.press(Qt.Key.Key_Escape)
    assert not window.notice.detail.isVisible()
    assert window.notice.key == "problem"
    more.click()
    assert window.notice.detail.isVisible()
    window.notice.clear("problem")
    QApplication.processEvents()
    assert not window.notice.detail.isVisible()


def test_deleting_a_notice_deletes_its_detail(desk: Desk) -> None:
    window = desk.open()
    other = NoticeBar()
    window.frame.add_notice(other)
    other.show_notice("k", "A sentence.", detail="why")
    next(b for b in other.findChildren(QPushButton) if b.text().startswith("Details")).click()
    detail = other.detail
    other.deleteLater()
    desk.until(lambda: not isValid(detail))


# Past iterations


def test_banner_of_a_past_iteration_always_shows_read_only(desk: Desk) -> None:
    window = desk.open(size=(1024, 700))
    desk.run()
    window.view_row(window.timeline.row(0).uid)  # type: ignore[union-attr]
    desk.until(lambda: window.viewing_bar.isVisible())
    QApplication.processEvents()
    assert window.viewing_lines()[0].startswith("Read-only")
    window.compose_view.moveSplitter(280, 1)
    change_scale(window.theme, 1.2)
    QApplication.processEvents()
    assert "".join(window.viewing_lines()).startswith("Read-only")


# The side bar


def rows_shown(view: QAbstractItemView) -> int:
    return view.viewport().height() // view.sizeHintForRow(0)


def test_prompt_list_grows_with_the_prompts_up_to_its_share(desk: Desk) -> None:
    window = desk.open()
    prompts = window.sidebar.prompt_list
    for count in range(3, 7):
        window.prompts.create()
        desk.until(lambda count=count: window.prompts.model.rowCount() == count)
        QApplication.processEvents()
        assert rows_shown(prompts) >= count
        assert prompts.verticalScrollBar().maximum() == 0
    for count in range(7, 20):
        window.prompts.create()
        desk.until(lambda count=count: window.prompts.model.rowCount() == count)
    QApplication.processEvents()
    sidebar = window.sidebar
    assert sidebar.splitter.sizes()[0] == pytest.approx(PROMPTS_SHARE * sidebar.splitter.height(), abs=3)
    assert prompts.verticalScrollBar().maximum() > 0


def test_manually_moved_side_bar_divider_stays(desk: Desk) -> None:
    window = desk.open()
    splitter = window.sidebar.splitter
    splitter.moveSplitter(300, 1)
    window.prompts.create()
    desk.until(lambda: window.prompts.model.rowCount() == 3)
    QApplication.processEvents()
    assert splitter.sizes()[0] == 300
    assert window.sidebar.is_divided_by_hand


def test_f2_twice_renames_once(desk: Desk) -> None:
    """Qt warns when a row is edited that is being edited, and warnings fail tests."""
    window = desk.open()
    desk.press(Qt.Key.Key_F2)
    editing = window.sidebar.prompt_list.findChild(QLineEdit)
    assert editing is not None
    desk.press(Qt.Key.Key_F2, on=editing)
    window.sidebar.edit_prompt_name(window.prompt_uid)
    assert QApplication.focusWidget() is editing
    desk.type("Renamed")
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: desk.rows("SELECT name FROM prompts WHERE name = 'Renamed'"))


def test_new_prompt_is_named_first_and_then_edited(desk: Desk) -> None:
    window = desk.open()
    before = window.prompt_uid
    window.new_prompt()
    desk.until(lambda: window.sidebar.prompt_list.findChild(QLineEdit))
    desk.type("Ticket triage")
    desk.press(Qt.Key.Key_Return)
    desk.until(lambda: window.editor.isAncestorOf(QApplication.focusWidget()))
    desk.type("Classify this.")
    assert window.prompt_uid != before
    assert [message.text for message in window.editor.content().messages] == ["Classify this."]
    desk.until(lambda: desk.rows("SELECT name FROM prompts WHERE name = 'Ticket triage'"))


def test_refusal_notice_disappears_when_another_prompt_opens(desk: Desk) -> None:
    window = desk.open()
    window.values.set_values({})
    window.editor.focus_first()
    desk.ctrl(Qt.Key.Key_Return)
    desk.until(lambda: window.notice.key == "refusal")
    assert "{{record}}" in desk.notice()
    before = window.prompt_uid
    window.new_prompt()
    desk.until(lambda: window.prompt_uid != before and window.is_ready)
    assert "{{record}}" not in desk.notice()


# Two lanes


@pytest.mark.parametrize(
    "size",
    [(1024, 700), *(pytest.param(size, marks=pytest.mark.deep(only=True)) for size in ((1280, 800), (1440, 900)))],
)
def test_both_lanes_of_the_sample_are_in_view(desk: Desk, size: tuple[int, int]) -> None:
    window = desk.open(size=size)
    QApplication.processEvents()
    view = place(window, window.lanes)
    for slot in window.slots():
        column = window.lanes.column(slot)
        assert column is not None
        assert view.contains(place(window, column))
    assert window.editor.width() >= 280


def test_manually_moved_window_divider_keeps_its_position_on_resize(desk: Desk) -> None:
    window = desk.open(size=(1300, 800))
    window.frame.divider.moveSplitter(310, 1)
    window.frame.resize(1200, 800)
    QApplication.processEvents()
    assert window.frame.divider.sizes()[0] == 310


# Problems that keep a draft from running


def test_refused_run_focuses_the_missing_value(desk: Desk) -> None:
    window = desk.open()
    window.editor.focus_first()
    desk.type(" ".join(f"{{{{v{i}}}}}" for i in range(25)))
    given = {f"v{i}": "x" for i in range(24)}
    window.values.set_values({**window.values.all_values(), **given})
    desk.ctrl(Qt.Key.Key_Return)
    focus = QApplication.focusWidget()
    assert focus is not None
    assert "v24" in focus.accessibleName()
    assert desk.notice() == "Enter a value for {{v24}} below. An empty value is allowed."
    desk.type("y")
    desk.until(lambda: "{{v24}}" not in desk.notice())
    desk.run()


def test_refused_run_focuses_the_empty_message(desk: Desk) -> None:
    window = desk.open()
    window.prompts.create()
    desk.until(lambda: window.prompts.model.rowCount() == 3 and window.is_ready)
    desk.until(lambda: window.editor.content().is_empty)
    window.sidebar.prompt_list.setFocus()
    desk.ctrl(Qt.Key.Key_Return)
    desk.until(lambda: "nothing to send" in desk.notice())
    block = window.editor.findChild(MessageBlock)
    assert block is not None
    assert block.field.hasFocus()
    note = next(label for label in block.findChildren(QLabel) if label.isVisible())
    assert "Write something here" in note.text()
    desk.type("Now there is.")
    desk.until(lambda: not note.isVisible())


def test_value_missing_only_in_a_pinned_version_can_be_entered(desk: Desk) -> None:
    window = desk.open(ECHO)
    window.editor.focus_first()
    desk.type("{{only_before}} ")
    desk.ctrl(Qt.Key.Key_Return)
    desk.until(lambda: "only_before" in desk.notice())
    desk.type("x")
    desk.run()
    (version,) = desk.rows("SELECT MAX(number) FROM versions")[0]
    slot = window.slots()[0]
    window.lane_list.set_pinned(slot, version)
    window.editor.focus_first()
    desk.ctrl(Qt.Key.Key_Home)
    for _ in range(len("{{only_before}} ")):
        desk.press(Qt.Key.Key_Delete)
    kept = window.values.all_values()
    kept.pop("only_before")
    window.values.set_values(kept)
    assert "only_before" not in window.values.variables()
    desk.ctrl(Qt.Key.Key_Return)
    desk.until(lambda: "which #1 uses" in desk.notice())
    desk.until(lambda: "only_before" in (QApplication.focusWidget() or window.frame).accessibleName())
    desk.type("y")
    desk.run()
    assert desk.text(0)
