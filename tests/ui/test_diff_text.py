"""The view of changed text."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QTextCursor
from pytestqt.qtbot import QtBot

from tests.ui.lanes_support import theme
from tests.ui.looks import change_mode
from workbench.core.diff import diff_texts
from workbench.ui.widgets.diff.outline import outline
from workbench.ui.widgets.diff.text import PIECES, DiffRun, DiffView
from workbench.ui.widgets.theme import Mode, Theme

__all__ = ["theme"]


def made(qtbot: QtBot, theme: Theme, old: str, new: str) -> DiffView:
    view = DiffView(theme)
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show_diff(diff_texts(old, new))
    qtbot.waitUntil(lambda: view.is_complete)
    return view


def test_removed_text_is_struck_out_and_added_text_is_underlined(qtbot: QtBot, theme: Theme) -> None:
    view = made(qtbot, theme, "It is on its way.", "It is in transit.")
    assert view.toPlainText() == "It is on its wayin transit."
    cursor = view.textCursor()
    found = []
    for at in range(1, view.document().characterCount()):
        cursor.setPosition(at)
        form = cursor.charFormat()
        found.append("-" if form.fontStrikeOut() else "+" if form.fontUnderline() else ".")
    assert "".join(found) == "......----------++++++++++."


def test_next_change_steps_through_the_changes_and_wraps_around(qtbot: QtBot, theme: Theme) -> None:
    view = made(qtbot, theme, "a b c d e", "a x c y e")
    seen = []
    view.current_changed.connect(lambda at, count: seen.append((at, count, view.textCursor().selectedText())))
    for step in (1, 1, 1, -1):
        view.next_change(step)
    assert seen == [(0, 2, "bx"), (1, 2, "dy"), (0, 2, "bx"), (1, 2, "dy")]


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_current_change_keeps_its_colours_and_has_a_frame(qtbot: QtBot, theme: Theme, mode: Mode) -> None:
    change_mode(theme, mode)
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
    assert colours["accent"] in pixels(), "the highlight does not depend on the caret"


def test_frame_surrounds_the_change_in_right_to_left_text(qtbot: QtBot, theme: Theme) -> None:
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


def test_copying_a_diff_yields_the_new_text(qtbot: QtBot, theme: Theme) -> None:
    new = "a 😀 x\u00a0c\r\ny e"
    view = made(qtbot, theme, "a b c d e", new)
    view.selectAll()
    assert view.createMimeDataFromSelection().text() == new


def test_long_diff_loads_in_slices_and_selects_a_requested_change_on_arrival(qtbot: QtBot, theme: Theme) -> None:
    old = "word " * 20_000
    view = DiffView(theme)
    qtbot.addWidget(view)
    view.show_diff(diff_texts(old, old + "end"))
    assert not view.is_complete
    view.next_change()
    assert not view.textCursor().hasSelection()
    qtbot.waitUntil(lambda: view.textCursor().selectedText() == "end")
    view.moveCursor(QTextCursor.MoveOperation.Start)
    qtbot.waitUntil(lambda: view.is_complete)


class Pieces:
    """Many changes, generated lazily while they are shown."""

    def __init__(self, count: int) -> None:
        self.count, self.made = count, 0

    def make(self) -> Iterator[DiffRun]:
        for number in range(self.count):
            self.made += 1
            yield DiffRun("added", f"word{number} ", number)


def test_diff_runs_are_generated_and_inserted_in_batches(qtbot: QtBot, theme: Theme) -> None:
    view, pieces = DiffView(theme), Pieces(2_000)
    qtbot.addWidget(view)
    view.show_made(pieces.make, pieces.count)
    assert pieces.made <= PIECES + 1
    qtbot.waitUntil(lambda: view.is_complete)
    theme.changed.emit()
    assert pieces.made <= pieces.count + PIECES + 1
    qtbot.waitUntil(lambda: view.is_complete)
    assert view.toPlainText().split() == [f"word{number}" for number in range(2_000)]


def test_scrolling_cancels_the_jump_to_a_change_that_loads_later(qtbot: QtBot, theme: Theme) -> None:
    view, pieces = DiffView(theme), Pieces(2_000)
    qtbot.addWidget(view)
    view.resize(300, 80)
    view.show()
    view.show_made(pieces.make, pieces.count)
    view.next_change(-1)
    view.verticalScrollBar().setValue(1)
    qtbot.waitUntil(lambda: view.is_complete)
    assert view.verticalScrollBar().value() == 1
    view.next_change(-1)
    assert view.textCursor().selectedText() == "word1998 "


@pytest.mark.parametrize("steps", [0, 1])
def test_theme_change_keeps_the_scroll_position(qtbot: QtBot, theme: Theme, steps: int) -> None:
    lines = [f"line {number}" for number in range(200)]
    view = made(qtbot, theme, "\n".join(lines), "\n".join(["first", *lines[1:]]))
    view.show()
    for _ in range(steps):
        view.next_change()
    bar = view.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    assert bar.value() > 0
    before = bar.value()
    change_mode(theme, "dark")
    assert bar.value() == before


def test_theme_change_keeps_the_text_and_the_current_change(qtbot: QtBot, theme: Theme) -> None:
    view = made(qtbot, theme, "old text", "new text")
    view.next_change()
    before = view.toPlainText(), view.current, view.textCursor().selectedText()
    change_mode(theme, "dark")
    assert (view.toPlainText(), view.current, view.textCursor().selectedText()) == before
    change_mode(theme, "light")
