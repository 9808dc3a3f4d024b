"""A growing Markdown document: each chunk writes little, and the result looks as if written at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor, QTextDocument, QTextTable
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from tests import depth
from tests.ui.lanes_support import screen, settle, theme
from tests.ui.looks import change_mode
from tests.ui.test_reading_growth import CODE, LONG, TABLE, WORDS
from workbench.ui.widgets.reader import markdown
from workbench.ui.widgets.reader.answer import AnswerView
from workbench.ui.widgets.reader.document_growth import DocumentGrowth
from workbench.ui.widgets.reader.markdown import MarkdownView
from workbench.ui.widgets.reader.tables import shared
from workbench.ui.widgets.theme import Theme

__all__ = ["screen", "theme"]

TEXTS = {
    **LONG,
    "wide table": "|" + "a|" * 30 + "\n|" + "-|" * 30 + "\n" + ("|" + "word|" * 30 + "\n") * 20,
    "table that ends": TABLE[:900] + "\nafter **it**\n\n" + TABLE[:300],
    "table in an item": "- item\n\n  | a | b |\n  |---|---|\n  | 1 | 2 |\n  | 3 | 4 |\n\n  words\n- next\n",
    "code that closes": "```py\nx = '''\n``\n'''\n```\nafter\n\n~~~\nx\n~~~",
    "code before a quote": "```py\ndef f():\n    return 1\n```\n\n> quote\n\n- `item`\n",
    "columns with sides": "| a | b | c |\n|:-:|--:|---|\n" + "| x | 1 | y |\n" * 40,
    "changes its mind": "Title\n===\n\na | b\n---|---\n1 | 2\n\n- a\n- \n- **b\n\n1. x\n```\ny",
    "right to left": "- פריט **אחד** ועוד\n\n> ציטוט\n\n| א | ב |\n|---|---|\n| ג | ד |",
}


@pytest.fixture
def page(theme: Theme, screen: Callable[[QWidget], QWidget]) -> MarkdownView:
    made = MarkdownView(theme)
    made.resize(360, 420)
    screen(made)
    return made


def _stream(page: MarkdownView, text: str, size: int) -> None:
    page.set_streaming(True)
    for at in range(0, len(text), size):
        page.append(text[at : at + size])
    page.set_streaming(False)


def _look(page: MarkdownView, qtbot: QtBot) -> tuple[str, int, bytes]:
    qtbot.waitUntil(lambda: page.is_whole)
    page.document().size()  # asking for the size lays out the whole document
    settle()
    bar = page.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    image = page.grab().toImage()
    # Lines of one paragraph and paragraphs without a gap look the same.
    return page.document().toRawText().replace("\u2028", "\u2029"), bar.maximum(), bytes(image.constBits())


# Small chunks split constructs at every place; larger ones reach far into a text.
@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize(("size", "length"), depth.pick([(23, 1_400)], [(7, 2_400), (190, 6_000)]))
@pytest.mark.deep
def test_streamed_document_equals_one_written_at_once(
    name: str, size: int, length: int, page: MarkdownView, qtbot: QtBot
) -> None:
    text = TEXTS[name][:length]
    page.set_text(text)
    once = _look(page, qtbot)
    page.set_text("")
    _stream(page, text, size)
    assert _look(page, qtbot) == once


class Changes:
    """Counts the characters added to and removed from a document."""

    def __init__(self, document: QTextDocument) -> None:
        self.removed: list[int] = []
        self.added: list[int] = []
        document.contentsChange.connect(self._changed)

    def _changed(self, _position: int, removed: int, added: int) -> None:
        self.removed.append(removed)
        self.added.append(added)


@pytest.mark.parametrize(
    "name",
    [
        "table",
        "one line",
        *(
            pytest.param(name, marks=pytest.mark.deep(only=True))
            for name in ("code", "list", "one item with many", "lines")
        ),
    ],
)
def test_chunk_changes_little_more_than_its_own_length(name: str, page: MarkdownView) -> None:
    size = 40
    page.set_streaming(True)
    text = TEXTS[name][:7_000]
    page.append(text[:size])
    changes = Changes(page.document())
    for at in range(size, len(text), size):
        page.append(text[at : at + size])
    # A table cell has its own text in the document, and a growing cell is rewritten.
    assert sum(changes.added) < 4 * len(text)
    assert sum(changes.removed) < 2 * len(text)
    assert sorted(changes.removed)[len(changes.removed) * 9 // 10] < 4 * size
    assert max(changes.added) < 5_000


def _tables(page: MarkdownView) -> list[QTextTable]:
    return [frame for frame in page.document().rootFrame().childFrames() if isinstance(frame, QTextTable)]


def _widths(table: QTextTable) -> list[float]:
    return [length.rawValue() for length in table.format().columnWidthConstraints()]


def test_long_table_is_split_into_pieces_with_fixed_column_widths(page: MarkdownView) -> None:
    page.set_streaming(True)
    lines = TABLE.splitlines(keepends=True)
    page.append("".join(lines[:40]))
    settle()
    before = _widths(_tables(page)[0])
    for line in lines[40:200]:
        page.append(line.replace("cell", "a cell with more words"))
    tables = _tables(page)
    assert sum(table.rows() for table in tables) == 199
    assert max(table.rows() * table.columns() for table in tables) <= 48
    assert all(_widths(table) == before for table in tables)


@pytest.mark.parametrize(
    ("size", "count"), [(1, 14), pytest.param(7, 40, marks=pytest.mark.deep(only=True)), (5000, 60)]
)
def test_table_columns_follow_the_alignment_row(size: int, count: int, page: MarkdownView) -> None:
    rows = "".join(f"| word {number} | {number} | x | مرحبا |\n" for number in range(count))
    _stream(page, f"| Item | Count | Mark | Name |\n|---|--:|:-:|:--|\n{rows}\nafter\n", size)
    flag = Qt.AlignmentFlag
    wanted = [flag(0), flag.AlignRight, flag.AlignHCenter, flag.AlignLeft]
    tables = _tables(page)
    assert len(tables) > 1
    for table in tables:
        for row in range(table.rows()):
            sides = [table.cellAt(row, column).firstCursorPosition().blockFormat().alignment() for column in range(4)]
            assert [bool(side & one) for side, one in zip(sides[1:], wanted[1:], strict=True)] == [True] * 3
            assert not sides[0] & (flag.AlignRight | flag.AlignHCenter)


def test_added_row_changes_only_the_last_piece_of_its_table(page: MarkdownView) -> None:
    page.set_streaming(True)
    page.append(TABLE[:4_000])
    settle()
    last = _tables(page)[-1].firstPosition()
    places: list[int] = []
    page.document().contentsChange.connect(lambda position, *_: places.append(position))
    page.append(TABLE[4_000:4_200])
    assert places
    assert min(places) >= last - 1


@pytest.mark.parametrize(
    ("natural", "least", "room", "widths"),
    [
        ([100, 50], [40, 40], 400, [100, 50]),
        ([300, 50], [40, 40], 200, [150, 50]),
        ([300, 300], [120, 40], 200, [140, 60]),
        ([300, 300, 300], [200, 200, 200], 300, [100, 100, 100]),
        ([20] * 30, [20] * 30, 100, [20] * 30),
    ],
)
def test_columns_share_the_available_width(
    natural: list[float], least: list[float], room: float, widths: list[float]
) -> None:
    assert shared(natural, least, room) == widths


def test_narrower_view_shrinks_all_pieces_of_a_table_equally(page: MarkdownView, qtbot: QtBot) -> None:
    long = "| a | b |\n|---|---|\n" + f"| {WORDS} | {WORDS} |\n" * 300
    page.set_text(long)
    qtbot.waitUntil(lambda: page.is_whole)
    page.resize(300, 420)
    qtbot.waitUntil(lambda: page.is_whole)
    assert len({tuple(_widths(table)) for table in _tables(page)}) == 1
    assert sum(_widths(_tables(page)[0])) < 300


@pytest.mark.parametrize("size", [300, 100_000])
def test_line_split_over_paragraphs_is_copied_unchanged(size: int, page: MarkdownView, qtbot: QtBot) -> None:
    line = "é😀 " + "ab c" * 3_000
    _stream(page, f"{line}\n\n```\n{line}\nx\n```", size)
    qtbot.waitUntil(lambda: page.is_whole)
    assert page.document().blockCount() > 4
    page.selectAll()
    assert page.createMimeDataFromSelection().text() == f"{line}\n{line}\nx"


def test_split_table_is_copied_as_one_table(page: MarkdownView, qtbot: QtBot) -> None:
    page.set_text("| a |\n|---|\n" + "".join(f"| {n} |\n" for n in range(200)))
    qtbot.waitUntil(lambda: page.is_whole)
    assert len(_tables(page)) > 3
    page.selectAll()
    assert page.createMimeDataFromSelection().text().strip().splitlines() == ["a", *map(str, range(200))]


@pytest.mark.parametrize(
    "name", ["code", "list", *(pytest.param(name, marks=pytest.mark.deep(only=True)) for name in ("table", "lines"))]
)
def test_requested_position_is_shown_as_soon_as_its_text_is_written(
    name: str, page: MarkdownView, theme: Theme, qtbot: QtBot
) -> None:
    text = TEXTS[name]
    page.set_text(text)
    page.set_place(len(text) // 2)
    qtbot.waitUntil(lambda: page.is_whole)
    assert abs(page.place() - len(text) // 2) < 2_500
    place = page.place()
    change_mode(theme, "dark")
    qtbot.waitUntil(lambda: page.is_whole)
    assert abs(page.place() - place) < 200


def test_scrolling_cancels_the_pending_jump_to_a_position(page: MarkdownView, qtbot: QtBot) -> None:
    page.set_text(CODE)
    page.set_place(len(CODE) - 10)
    page.verticalScrollBar().setValue(3)
    qtbot.waitUntil(lambda: page.is_whole)
    assert page.verticalScrollBar().value() == 3


def test_links_resolved_at_the_end_keep_the_scroll_position(page: MarkdownView, qtbot: QtBot) -> None:
    text = f"{WORDS} see [the page][1].\n\n" * 60 + "[1]: https://one.example\n"
    page.set_streaming(True)
    page.append(text)
    qtbot.waitUntil(lambda: page.is_whole)
    page.verticalScrollBar().setValue(page.verticalScrollBar().maximum() // 2)
    before = page.verticalScrollBar().value()
    page.set_streaming(False)
    qtbot.waitUntil(lambda: page.is_whole)
    settle()
    assert abs(page.verticalScrollBar().value() - before) < 60
    cursor = page.document().find("the page", QTextCursor(page.document()))
    assert cursor.charFormat().anchorHref() == "https://one.example"


def test_chunk_after_the_end_can_define_links(page: MarkdownView, qtbot: QtBot) -> None:
    page.set_streaming(True)
    page.append("See [the page][1].\n\n")
    page.set_streaming(False)
    page.append("[1]: https://one.example\n")
    qtbot.waitUntil(lambda: page.is_whole)
    cursor = page.document().find("the page", QTextCursor(page.document()))
    assert cursor.charFormat().anchorHref() == "https://one.example"


def test_selection_pauses_appending_until_cleared(page: MarkdownView, qtbot: QtBot) -> None:
    page.set_streaming(True)
    page.append("some words")
    page.selectAll()
    page.append(" and more" * 900)
    settle()
    assert page.textCursor().selectedText() == "some words"
    cursor = page.textCursor()
    cursor.clearSelection()
    page.setTextCursor(cursor)
    qtbot.waitUntil(lambda: page.is_whole)
    assert page.toPlainText().count("and more") == 900


@pytest.mark.parametrize("kind", [AnswerView, MarkdownView])
def test_long_text_is_replaced_at_once_and_freed_in_steps(
    kind: type[AnswerView] | type[MarkdownView], theme: Theme, qtbot: QtBot
) -> None:
    view = kind(theme)
    qtbot.addWidget(view)
    view.set_text("line\n\n" * 9_000)
    qtbot.waitUntil(lambda: view.document().blockCount() >= 9_000)
    old = view.document()
    changes = Changes(old)
    view.set_text("another")
    assert view.document() is not old
    assert view.toPlainText() == "another"
    qtbot.waitUntil(lambda: not isValid(old))
    assert len(changes.removed) > 2
    assert max(changes.removed) < 20_000


@pytest.mark.parametrize("is_wanted", [False, True], ids=["read", "on its way"])
def test_incremental_layout_keeps_the_scroll_position(is_wanted: bool, page: MarkdownView, qtbot: QtBot) -> None:
    page.set_text(TEXTS["table"])
    qtbot.waitUntil(lambda: page.is_whole)
    page.document().size()
    bar, moved = page.verticalScrollBar(), []
    value = bar.maximum() - 60
    bar.setValue(value)
    assert not page.is_following
    page.following.moved.connect(lambda: moved.append(bar.value()))
    if is_wanted:
        page._wanted = page.place()
    # A new font changes the whole layout: Qt does the first part at once, and the rest lazily.
    font = page.document().defaultFont()
    font.setPointSizeF(font.pointSizeF() + 0.01)
    ranges: list[int] = []
    bar.rangeChanged.connect(lambda _, high: ranges.append(high))
    page.document().setDefaultFont(font)
    assert ranges[0] < value
    qtbot.waitUntil(lambda: bar.maximum() >= value)
    assert bar.value() == value
    assert not page.is_following
    assert moved == []
    assert (page._wanted is None) is not is_wanted


def test_single_slow_chunk_does_not_abandon_the_text(
    page: MarkdownView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    gave_up: list[bool] = []
    page.too_much.connect(lambda: gave_up.append(True))
    text = TEXTS["table"]
    taken: list[str] = []
    take = DocumentGrowth.take

    def counted(growth: DocumentGrowth, piece: str) -> None:
        taken.append(piece)
        take(growth, piece)

    def clock_s() -> float:
        return time.thread_time() + 2 * markdown._MOST_S * (len(taken) >= 5)

    # On a slow machine a single chunk could use up the time limit.
    monkeypatch.setattr(markdown, "_MOST_S", 0.4)
    monkeypatch.setattr(DocumentGrowth, "take", counted)
    monkeypatch.setattr(markdown, "time", SimpleNamespace(thread_time=clock_s))
    page.set_text(text)
    page.set_place(len(text) // 2)
    qtbot.waitUntil(lambda: page.is_whole)
    assert gave_up == []
    assert "".join(taken) == text
    assert abs(page.place() - len(text) // 2) < 2_500
