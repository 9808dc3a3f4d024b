"""The view of changed text."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QTextCursor
from pytestqt.qtbot import QtBot

from tests.ui.lanes_support import theme
from workbench.core.diff import diff_texts
from workbench.ui.diff.outline import outline
from workbench.ui.diff.text import DiffView
from workbench.ui.theme import Mode, Theme

__all__ = ["theme"]


def made(qtbot: QtBot, theme: Theme, old: str, new: str) -> DiffView:
    view = DiffView(theme)
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show_diff(diff_texts(old, new))
    qtbot.waitUntil(lambda: view.is_complete)
    return view


def test_what_went_is_struck_and_what_came_is_underlined(qtbot: QtBot, theme: Theme) -> None:
    view = made(qtbot, theme, "It is on its way.", "It is in transit.")
    assert view.toPlainText() == "It is on its wayin transit."
    cursor = view.textCursor()
    found = []
    for at in range(1, view.document().characterCount()):
        cursor.setPosition(at)
        form = cursor.charFormat()
        found.append("-" if form.fontStrikeOut() else "+" if form.fontUnderline() else ".")
    assert "".join(found) == "......----------++++++++++."


def test_keys_go_from_change_to_change_and_around(qtbot: QtBot, theme: Theme) -> None:
    view = made(qtbot, theme, "a b c d e", "a x c y e")
    seen = []
    view.current_changed.connect(lambda at, count: seen.append((at, count, view.textCursor().selectedText())))
    for step in (1, 1, 1, -1):
        view.next_change(step)
    assert seen == [(0, 2, "bx"), (1, 2, "dy"), (0, 2, "bx"), (1, 2, "dy")]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_change_that_is_looked_at_keeps_its_colours_and_has_a_frame(qtbot: QtBot, theme: Theme, mode: Mode) -> None:
    theme.set_mode(mode)
    view = made(qtbot, theme, "a went b", "a ██ b")
    view.show_diff(diff_texts("a ▓▓▓ b", "a ███ b"))

    def pixels() -> set[str]:
        image = view.viewport().grab().toImage()
        return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}

    colours = {name: theme.color(name).name() for name in ("red", "green", "selected", "accent")}
    assert {colours["red"], colours["green"]} <= pixels()
    assert colours["selected"] not in pixels()
    view.next_change()
    assert set(colours.values()) <= pixels()
    view.setTextCursor(QTextCursor(view.document()))
    assert colours["accent"] in pixels(), "what is looked at stays so wherever the caret goes"


def test_the_frame_lies_around_the_change_in_every_direction_of_writing(qtbot: QtBot, theme: Theme) -> None:
    view = made(qtbot, theme, "", "")
    view.show_diff(diff_texts("start سلام عليكم end", "start سلام كبير end"))
    view.show()
    view.next_change()
    cursor = view.textCursor()
    edges = []
    for at in range(cursor.selectionStart(), cursor.selectionEnd() + 1):
        cursor.setPosition(at)
        edges.append(view.cursorRect(cursor).center().x())
    frame = outline(view, view.textCursor().selectionStart(), view.textCursor().selectionEnd()).boundingRect()
    assert frame.left() - 1 <= min(edges) < max(edges)
    assert 0 < frame.width() < view.fontMetrics().horizontalAdvance("سلام عليكم كبير")


def test_what_is_copied_is_the_new_text(qtbot: QtBot, theme: Theme) -> None:
    new = "a 😀 x\u00a0c\r\ny e"
    view = made(qtbot, theme, "a b c d e", new)
    view.selectAll()
    assert view.createMimeDataFromSelection().text() == new


def test_long_texts_come_in_slices_and_changes_are_reached_before_the_rest(qtbot: QtBot, theme: Theme) -> None:
    old = "word " * 20_000
    view = DiffView(theme)
    qtbot.addWidget(view)
    view.show_diff(diff_texts(old, old + "end"))
    assert not view.is_complete
    view.next_change()
    assert view.textCursor().selectedText() == "end"
    view.moveCursor(QTextCursor.MoveOperation.Start)
    qtbot.waitUntil(lambda: view.is_complete)


def test_a_change_of_the_theme_keeps_the_text(qtbot: QtBot, theme: Theme) -> None:
    view = made(qtbot, theme, "old text", "new text")
    before = view.toPlainText()
    theme.changed.emit()
    assert view.toPlainText() == before
