"""Find and replace in the real window."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QLineEdit

from tests.ui.desk import Desk
from workbench.core.blocks import Example, OutputFormat, Tool, ToolRow
from workbench.core.content import Content, Message
from workbench.ui.editor.find_bar import FindBar
from workbench.ui.editor.finder import PromptFinder
from workbench.ui.editor.hits import HitMarks

Key = Qt.Key
CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)


def opened(desk: Desk, *texts: str) -> PromptFinder:
    desk.open()
    content = Content(tuple(Message("user", text) for text in texts))
    desk.window.compose_view.set_draft(content, ())
    desk.window.editor.focus_first()
    return desk.window.finder


def said(desk: Desk) -> str:
    bar = desk.window.find_bar
    return bar._problem.text() or bar._count.text()


def texts(desk: Desk) -> list[str]:
    return [message.text for message in desk.window.editor.content().messages]


def test_matches_are_counted_and_navigated_by_keys(desk: Desk) -> None:
    opened(desk, "one 😀 two One", "nothing", "one")
    desk.ctrl(Key.Key_F)
    desk.type("one")
    desk.until(lambda: said(desk) == "1 of 3")
    desk.press(Key.Key_Return)
    assert said(desk) == "2 of 3"
    first = desk.window.editor.blocks[0].field
    assert first.textCursor().selectedText() == "One"
    desk.press(Key.Key_F3)
    desk.press(Key.Key_F3)
    assert said(desk) == "1 of 3"
    desk.press(Key.Key_F3, SHIFT)
    assert said(desk) == "3 of 3"
    desk.press(Key.Key_Escape)
    assert not desk.window.finder.is_open
    assert QApplication.focusWidget() is desk.window.editor.blocks[2].field


def test_invalid_pattern_is_reported_in_the_find_bar(desk: Desk) -> None:
    opened(desk, "one (")
    desk.ctrl(Key.Key_F)
    bar: FindBar = desk.window.find_bar
    bar._regex.click()
    bar._find.setFocus()
    desk.type("(")
    desk.until(lambda: "not a regular expression" in said(desk))
    desk.type(")")
    desk.until(lambda: said(desk) == "none")


def test_replace_all_is_one_undo_step(desk: Desk) -> None:
    before = ["a\u00a0b a\n", "x", "aa\r"]
    opened(desk, *before)
    desk.ctrl(Key.Key_H)
    desk.type("a")
    bar = desk.window.find_bar
    desk.until(lambda: said(desk) == "1 of 4")
    bar._by.setFocus()
    bar._by.setText("éé")
    bar._all.click()
    desk.until(lambda: texts(desk) == ["éé\u00a0b éé\n", "x", "éééé\r"])
    desk.window.editor.undo()
    assert texts(desk) == before
    desk.window.editor.redo()
    assert texts(desk)[2] == "éééé\r"


def test_replace_changes_one_match_at_a_time(desk: Desk) -> None:
    opened(desk, "a b a")
    desk.ctrl(Key.Key_H)
    desk.type("a")
    desk.until(lambda: said(desk) == "1 of 2")
    by: QLineEdit = desk.window.replace_field
    by.setFocus()
    desk.type("cc")
    desk.press(Key.Key_Return)
    desk.until(lambda: said(desk) == "1 of 1")
    assert texts(desk) == ["cc b a"]
    desk.press(Key.Key_Return)
    desk.until(lambda: said(desk) == "none")
    assert texts(desk) == ["cc b cc"]
    desk.window.editor.undo()
    assert texts(desk) == ["cc b a"]


PARTED = Content(
    (Message("system", "red"), Message("user", "red")),
    examples=(Example("a red one", "b"),),
    tools=(Tool("red", "d", "{}", "else red", (ToolRow('{"red": 1}', "x"),)),),
    output=OutputFormat("schema", '{"title": "red"}', "n"),
)


def test_examples_tools_and_output_format_are_searched_in_reading_order(desk: Desk) -> None:
    desk.open()
    editor = desk.window.editor
    desk.window.compose_view.set_draft(PARTED, ())
    desk.until(lambda: not editor.parts_shown.is_catching_up)
    editor.focus_first()
    desk.ctrl(Key.Key_H)
    desk.type("red")
    desk.until(lambda: said(desk) == "1 of 7")
    shown = []
    for _ in range(7):
        fields = [*(block.field for block in editor.blocks), *editor.parts_shown.fields()]
        (hit,) = [field for field in fields if field.textCursor().selectedText() == "red"]
        shown.append(hit.accessibleName())
        hit.select(0, 0)
        desk.press(Key.Key_F3)
    assert [name.split(" ")[0] for name in shown] == [
        "System",
        "User",
        "User",
        "Name",
        "Arguments",
        "Simulated",
        "JSON",
    ]
    part = next(iter(editor.parts_shown.fields()))
    marks = next(layer for layer in part.layers if isinstance(layer, HitMarks))
    assert marks._spans == ((2, 5),)
    bar = desk.window.find_bar
    bar._by.setText("blue")
    bar._all.click()
    desk.until(lambda: "red" not in repr(editor.content()))
    changed = editor.content()
    assert changed.examples == (Example("a blue one", "b"),)
    assert changed.tools == (Tool("blue", "d", "{}", "else blue", (ToolRow('{"blue": 1}', "x"),)),)
    assert changed.output == OutputFormat("schema", '{"title": "blue"}', "n")
    editor.undo()
    assert editor.content() == PARTED


def test_replacing_a_match_in_an_example_is_stored(desk: Desk) -> None:
    desk.open()
    editor = desk.window.editor
    desk.window.compose_view.set_draft(Content((Message("user", "u"),), examples=(Example("a red one", "b"),)), ())
    desk.until(lambda: not editor.parts_shown.is_catching_up)
    desk.ctrl(Key.Key_H)
    desk.type("red")
    desk.until(lambda: said(desk) == "1 of 1")
    desk.window.replace_field.setFocus()
    desk.type("new")
    desk.press(Key.Key_Return)
    desk.until(lambda: (draft := desk.stored_draft()) and draft.content.examples == (Example("a new one", "b"),))


def test_messages_without_widgets_are_searched(desk: Desk) -> None:
    finder = opened(desk, *["x"] * 60, "needle")
    desk.ctrl(Key.Key_F)
    desk.type("needle")
    desk.until(lambda: said(desk) == "1 of 1")
    block = desk.window.editor.blocks[60]
    assert block.field.textCursor().selectedText() == "needle"
    hits = next(layer for layer in block.field.layers if isinstance(layer, HitMarks))
    desk.until(lambda: hits._spans == ((0, 6),))
    finder.close()
    assert hits._spans == ()


def test_ctrl_and_wheel_change_the_text_size(desk: Desk) -> None:
    opened(desk, "text")
    # Events that no child accepts reach the frame; Qt propagates only spontaneous ones.
    viewport = desk.window.frame
    place = QPointF(viewport.rect().center())
    for turn, scale in ((120, 1.1), (-120, 1.0)):
        event = QWheelEvent(
            place,
            QPointF(viewport.mapToGlobal(place.toPoint())),
            QPoint(),
            QPoint(0, turn),
            Qt.MouseButton.NoButton,
            CTRL,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(viewport, event)
        assert desk.theme.scale == scale


def test_narrow_find_bar_keeps_a_wide_field_and_stays_above_the_values(desk: Desk) -> None:
    window = desk.open(size=(1024, 700))
    window.editor.focus_first()
    desk.ctrl(Qt.Key.Key_F)
    bar = window.find_bar
    desk.until(lambda: bar.isVisible() and QApplication.focusWidget().width() > bar.width() // 3)
    assert bar.geometry().bottom() < window.values.y()
    assert bar.geometry().bottom() < window.set_bar.y()
