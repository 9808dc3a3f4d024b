"""Reading an answer while it streams: nothing moves or grows, and copies are exact."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut, QTextCursor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.lanes_support import PROSE, screen, settle, theme
from tests.ui.looks import change_scale
from workbench.ui.editor.field import ExactField
from workbench.ui.widgets.reader.answer import _SLICE, AnswerView
from workbench.ui.widgets.reader.markdown import MarkdownView
from workbench.ui.widgets.theme import Theme

__all__ = ["screen", "theme"]

EXACT = "NBSP:\u00a0 line:\u2028 paragraph:\u2029 cr:\r crlf:\r\n nul:\0 emoji:😀 rtl:\u05d0 \ufdd0 tab:\t end\n\n"


@pytest.fixture
def answer(theme: Theme, screen: Callable[[QWidget], QWidget]) -> AnswerView:
    made = AnswerView(theme)
    made.resize(300, 400)
    screen(made)
    return made


def _select(answer: AnswerView, start: int, end: int) -> None:
    cursor = answer.textCursor()
    cursor.setPosition(start)
    cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
    answer.setTextCursor(cursor)


def _at_end(answer: AnswerView) -> bool:
    bar = answer.verticalScrollBar()
    return bar.maximum() > 0 and bar.value() == bar.maximum()


def test_view_follows_the_end_while_the_end_is_visible(answer: AnswerView) -> None:
    answer.set_streaming(True)
    for _ in range(40):
        answer.append(PROSE)
        settle()
        assert answer.verticalScrollBar().maximum() == 0 or _at_end(answer)


def test_the_end_is_in_view_after_many_paragraphs_at_once(answer: AnswerView) -> None:
    answer.set_streaming(True)
    for piece in (PROSE * 40, "more", PROSE * 9, "\n"):
        answer.append(piece)
        settle()
        end = QTextCursor(answer.document())
        end.movePosition(QTextCursor.MoveOperation.End)
        assert 0 < answer.cursorRect(end).bottom() <= answer.viewport().height()


def test_view_scrolled_up_does_not_move_during_streaming(answer: AnswerView) -> None:
    answer.set_streaming(True)
    answer.append(PROSE * 40)
    settle()
    answer.verticalScrollBar().setValue(5)
    settle()
    before = answer.viewport().grab().toImage()
    for _ in range(20):
        answer.append(PROSE)
        settle()
    assert answer.verticalScrollBar().value() == 5
    assert answer.viewport().grab().toImage() == before


def test_scrolling_back_to_the_end_resumes_following(answer: AnswerView) -> None:
    answer.set_streaming(True)
    answer.append(PROSE * 40)
    answer.verticalScrollBar().setValue(5)
    answer.verticalScrollBar().setValue(answer.verticalScrollBar().maximum())
    answer.append(PROSE * 5)
    assert _at_end(answer)


def test_resized_view_keeps_following_the_end(answer: AnswerView) -> None:
    answer.set_streaming(True)
    answer.append(PROSE * 40)
    for height in (300, 200, 350):
        answer.resize(280, height)
        settle()
        assert _at_end(answer)


def test_complete_answer_is_shown_from_its_beginning(answer: AnswerView) -> None:
    answer.set_text(PROSE * 40)
    assert answer.verticalScrollBar().value() == 0
    answer.append("more")
    assert answer.verticalScrollBar().value() == 0


def test_final_text_does_not_change_the_scroll_position(answer: AnswerView) -> None:
    answer.set_streaming(True)
    answer.append(PROSE * 40)
    answer.verticalScrollBar().setValue(7)
    answer.set_streaming(False)
    answer.set_text(PROSE * 40)
    answer.set_text(PROSE * 41)
    assert answer.verticalScrollBar().value() == 7
    assert answer.exact_text == PROSE * 41


def test_running_answer_shown_again_is_followed(answer: AnswerView) -> None:
    answer.set_text(PROSE * 40)
    answer.set_streaming(True)
    answer.append(PROSE)
    assert _at_end(answer)


def test_appended_text_does_not_extend_the_selection(answer: AnswerView) -> None:
    answer.append("Hello world")
    _select(answer, 6, 11)
    answer.append(" and more")
    assert answer.textCursor().selectedText() == "world"
    _select(answer, 20, 6)
    answer.append("!")
    assert answer.textCursor().selectedText() == "world and more"


def test_copied_text_is_exact(answer: AnswerView) -> None:
    answer.set_text(EXACT)
    answer.selectAll()
    QTest.keySequence(answer, QKeySequence.StandardKey.Copy)
    assert QGuiApplication.clipboard().text() == EXACT.replace("\0", "\0")
    mime = answer.createMimeDataFromSelection()
    assert mime.text() == EXACT
    assert mime.formats() == ["text/plain"]


def test_soft_breaks_are_not_copied(answer: AnswerView) -> None:
    text = "word " * 2000
    answer.set_text(text)
    assert answer.document().blockCount() > 1
    answer.selectAll()
    assert answer.createMimeDataFromSelection().text() == text


def test_long_text_is_inserted_in_slices_and_in_order(answer: AnswerView, qtbot: QtBot) -> None:
    text = "".join(f"line {number}\n" for number in range(12_000))
    assert len(text) > 5 * _SLICE
    answer.set_text(text)
    answer.append("last")
    assert answer.exact_text == text + "last"
    qtbot.waitUntil(lambda: answer.toPlainText().endswith("last"))
    answer.selectAll()
    assert answer.createMimeDataFromSelection().text() == text + "last"


def test_setting_another_text_discards_pending_slices(answer: AnswerView, qtbot: QtBot) -> None:
    answer.set_text("x\n" * 50_000)
    answer.set_text("short")
    settle()
    assert answer.toPlainText() == answer.exact_text == "short"


@pytest.mark.parametrize("key", ["1", "0", "-", "f", "&"])
def test_letters_trigger_window_shortcuts(answer: AnswerView, key: str) -> None:
    heard = []
    shortcut = QShortcut(QKeySequence(key), answer.window())
    shortcut.activated.connect(lambda: heard.append(key))
    answer.setFocus()
    answer.append("text")
    QTest.keyClicks(answer, key)
    assert heard == [key]
    shortcut.deleteLater()


def test_navigation_keys_are_handled_by_the_answer(answer: AnswerView) -> None:
    answer.set_text(PROSE * 40)
    answer.setFocus()
    QTest.keyClick(answer, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    answer.append(PROSE)
    assert _at_end(answer)
    assert not answer.textCursor().hasSelection()
    QTest.keyClick(answer, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert answer.createMimeDataFromSelection().text() == PROSE * 41


def test_answer_is_read_only(answer: AnswerView) -> None:
    answer.set_text("abc")
    answer.setFocus()
    QTest.keyClicks(answer, "xyz")
    QTest.keyClick(answer, Qt.Key.Key_Backspace)
    QGuiApplication.clipboard().setText("pasted")
    QTest.keySequence(answer, QKeySequence.StandardKey.Paste)
    assert answer.toPlainText() == "abc"


def test_incremental_painting_equals_a_full_repaint(answer: AnswerView) -> None:
    answer.set_streaming(True)
    shots: list[bool] = []
    for piece in ("Hello ", "wor", "ld, a line that is long enough to wrap ", "x" * 60, "\n", "\n", "end"):
        answer.append(piece)
        settle()
        backing = answer.viewport().grab().toImage()
        answer.viewport().update()
        settle()
        shots.append(answer.viewport().grab().toImage() == backing)
    assert all(shots)


def test_streaming_block_is_visible_even_on_a_full_line(answer: AnswerView, theme: Theme) -> None:
    answer.set_streaming(True)
    accent = theme.color("accent").rgb()
    for length in range(20, 60):
        answer.set_text("n" * length)
        settle()
        image = answer.viewport().grab().toImage()
        assert any(image.pixel(x, y) == accent for x in range(image.width()) for y in range(12, 60, 3)), length


def test_line_spacing_is_constant(answer: AnswerView) -> None:
    answer.set_text("one\ntwo words that wrap around because they are so very many, in truth\n\nthree\n" * 2)
    settle()
    tops = []
    for position in range(answer.document().characterCount()):
        cursor = QTextCursor(answer.document())
        cursor.setPosition(position)
        tops.append(answer.cursorRect(cursor).top())
    steps = {b - a for a, b in zip(sorted(set(tops)), sorted(set(tops))[1:], strict=False)}
    assert len(steps) == 1
    assert steps.pop() > answer.fontMetrics().height()


def test_font_size_follows_the_theme_scale(answer: AnswerView, theme: Theme) -> None:
    answer.set_text(PROSE * 40)
    before = answer.fontMetrics().height()
    change_scale(theme, 2.0)
    settle()
    assert answer.fontMetrics().height() > 1.8 * before
    change_scale(theme, 1.0)


def test_shift_wheel_does_not_scroll_the_answer(answer: AnswerView) -> None:
    answer.set_text(PROSE * 40)
    for modifier, moved in ((Qt.KeyboardModifier.ShiftModifier, False), (Qt.KeyboardModifier.NoModifier, True)):
        event = QWheelEvent(
            QPointF(50, 50),
            QPointF(answer.mapToGlobal(QPoint(50, 50))),
            QPoint(),
            QPoint(0, -240),
            Qt.MouseButton.NoButton,
            modifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(answer.viewport(), event)
        assert (answer.verticalScrollBar().value() > 0) is moved
        assert event.type() == QEvent.Type.Wheel


def test_right_to_left_text_is_right_aligned_while_streaming(answer: AnswerView) -> None:
    answer.set_streaming(True)
    for piece in ("שלום ", "עולם\n", "left\n", "ההזמנה ", "בדרך"):
        answer.append(piece)
        settle()
        answer.viewport().grab()
    middle = answer.viewport().width() / 2
    ends = []
    block = answer.document().firstBlock()
    while block.isValid():
        cursor = QTextCursor(block)
        ends.append(answer.cursorRect(cursor).left() > middle)
        block = block.next()
    assert ends == [True, False, True]
    assert answer.exact_text == "שלום עולם\nleft\nההזמנה בדרך"


@pytest.mark.parametrize("kind", [AnswerView, ExactField])
def test_changed_placeholder_is_repainted(
    theme: Theme, screen: Callable[[QWidget], QWidget], kind: type[AnswerView | ExactField]
) -> None:
    made = kind(theme)
    made.resize(300, 400)
    screen(made)
    made.setPlaceholderText("Comparing…")
    settle()
    made.setPlaceholderText("No answer is marked the winner yet.")
    settle()
    place = made.viewport().geometry()
    seen = made.screen().grabWindow(made.winId()).toImage().copy(place)
    assert seen == made.grab().toImage().copy(place).convertToFormat(seen.format())


@pytest.mark.parametrize("kind", [AnswerView, MarkdownView])
def test_beginning_or_end_stays_visible_when_the_view_shrinks(
    theme: Theme, screen: Callable[[QWidget], QWidget], kind: type[AnswerView | MarkdownView]
) -> None:
    made = kind(theme)
    made.resize(300, 400)
    screen(made)
    bar = made.verticalScrollBar()
    made.set_text("- one **item** of a list\n" * 5)
    made.resize(300, 60)
    settle()
    assert bar.value() == 0 < bar.maximum(), "the view stays at the beginning"
    made.resize(300, 400)
    made.set_text("")
    made.set_streaming(True)
    made.append("- one **item** of a list\n" * 60)
    settle()
    made.set_streaming(False)
    settle()
    assert bar.value() == bar.maximum()
    made.resize(300, 300)
    settle()
    assert bar.value() == bar.maximum()
