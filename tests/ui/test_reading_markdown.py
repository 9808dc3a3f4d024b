"""Markdown in answers: safe, complete, and stable in position while it streams."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QTextBlockFormat
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from tests import depth
from tests.ui.lanes_support import column, heads, screen, settle, theme, view
from tests.ui.looks import change_scale
from tests.ui.reading_support import copied_text, page
from workbench.app.lanes.lane_state import LaneStatus
from workbench.ui.features.lanes.view import LanesView
from workbench.ui.widgets.reader import markdown
from workbench.ui.widgets.reader.markdown import MarkdownView
from workbench.ui.widgets.reader.markdown_page import MarkdownPage
from workbench.ui.widgets.reader.parts import parse, plain
from workbench.ui.widgets.reader.sniff import FormatSniffer
from workbench.ui.widgets.theme import Theme

__all__ = ["page", "screen", "theme", "view"]


SAMPLE = """Answer
======

# Order **123**

It is *in transit* and arrives on **Friday**.
---
Track it: https://track.example/123.

1. First
2. Second
   - nested `code`

> quoted

```python
def f(x):
    return x  # yes
```

| a | b |
|---|---|
| 1 | 2 |

שלום 你好 👋🏽
"""


def test_setext_underline_makes_a_heading_and_dashes_a_rule() -> None:
    made = parse("Title\n=====\n\nWords\n---\nmore").parts
    assert [(part.kind, part.level, "".join(r.text for r in part.runs)) for part in made] == [
        ("heading", 1, "Title"),
        ("paragraph", 0, "Words"),
        ("rule", 0, ""),
        ("paragraph", 0, "more"),
    ]
    assert [part.line for part in made] == [0, 3, 4, 5]


def test_streamed_text_renders_like_the_complete_text(page: MarkdownView, theme: Theme, screen: object) -> None:
    page.set_text(SAMPLE)
    settle()
    whole = copied_text(page)
    for size in (1, 3, 17):
        page.set_text("")
        page.set_streaming(True)
        for at in range(0, len(SAMPLE), size):
            page.append(SAMPLE[at : at + size])
        page.set_streaming(False)
        settle()
        assert copied_text(page) == whole, size


@pytest.mark.parametrize(
    "hostile",
    [
        "<img src='http://127.0.0.1:9/x.png'> <script>alert(1)</script>",
        "![x](http://127.0.0.1:9/x.png)",
        "![x](file:///etc/passwd)",
        "[x](javascript:alert(1))",
        "\ud800 \ufdd0 \0 **x**",
        "[" * 5000,
        ">" * 500 + " x",
        "- " * 300 + "x",
        "*a **b " * 2000,
        "`" * 3001,
        "|" * 2000 + "\n" + "|-" * 1000 + "|",
    ],
)
def test_hostile_markup_is_shown_as_text(page: MarkdownView, hostile: str) -> None:
    page.set_text(hostile)
    settle()
    assert "ImageObject" not in page.toHtml()
    assert "<img" not in page.toHtml().split("<body")[1].replace("&lt;img", "")


@depth.examples(60, 1500)
@given(st.text(alphabet="ab \n#*-_`|>[]()1.~!<&\\\r\u05d0😀", max_size=80))
def test_any_text_can_be_parsed(text: str) -> None:
    parsed = parse(text)
    assert 0 <= parsed.line <= text.count("\n") + 1
    parse(text, more_to_come=True)
    plain(text)


@pytest.mark.parametrize("deep", ["- " * 40, "+ " * 10, "> " * 40, "> - " * 7, "1. " * 12])
def test_deeply_nested_text_is_shown_completely(page: MarkdownView, deep: str) -> None:
    text = f"First words\n\n{deep}innermost\n\nLast words"
    for streaming in (False, True):
        page.set_text("")
        page.set_streaming(streaming)
        for at in range(0, len(text), 7):
            page.append(text[at : at + 7])
        page.set_streaming(False)
        settle()
        shown = copied_text(page)
        assert shown.startswith("First words")
        assert "innermost" in shown
        assert shown.endswith("Last words")


def test_links_show_their_address_before_opening(page: MarkdownView) -> None:
    page.set_text("[shop](https://evil.example/path)")
    settle()
    page.moveCursor(page.textCursor().MoveOperation.Right)
    assert page.link_at_caret() == "https://evil.example/path"
    page.setFocus()
    QTest.keyClick(page, "\r")
    box = page.window().findChild(QMessageBox)
    assert isinstance(box, QMessageBox)
    assert box.informativeText().replace("\u200b", "") == "https://evil.example/path"
    box.reject()
    settle()


def _blocks(page: MarkdownView) -> list[tuple[str, QTextBlockFormat]]:
    found, block = [], page.document().firstBlock()
    while block.isValid():
        found.append((block.text(), block.blockFormat()))
        block = block.next()
    return found


@pytest.mark.parametrize("after", ["```python\nx = 1\n```", "> quoted", "# Title", "Words"])
def test_streamed_text_after_a_table_leaves_no_extra_block(page: MarkdownView, after: str) -> None:
    text = f"| a | b |\n|---|---|\n| 1 | 2 |\n\n{after}\n"
    page.set_text(text)
    settle()
    whole = _blocks(page)
    page.set_text("")
    page.set_streaming(True)
    for letter in text:
        page.append(letter)
    page.set_streaming(False)
    settle()
    assert _blocks(page) == whole


@pytest.mark.parametrize("end", ["", "\n\n[1]: https://one.example/a\n"])
def test_view_follows_the_stream_to_its_last_words(page: MarkdownView, qtbot: QtBot, end: str) -> None:
    page.set_streaming(True)
    page.append("- **item** of [a list][1] that goes on\n" * 40)
    settle()
    bar = page.verticalScrollBar()
    shown = bar.maximum()
    page.append("- more and **more**\n" * 200 + end)
    assert not page.is_whole
    page.set_streaming(False)
    qtbot.waitUntil(lambda: page.is_whole)
    settle()
    assert bar.value() == bar.maximum() > shown


def test_scrolling_up_stops_following_the_stream(page: MarkdownView) -> None:
    page.set_streaming(True)
    page.append("- **item** of a list that goes on\n" * 60)
    settle()
    bar = page.verticalScrollBar()
    assert bar.value() == bar.maximum() > 0
    bar.setValue(5)
    assert not page.is_following
    for _ in range(10):
        page.append("- more and **more**\n")
        settle()
    assert bar.value() == 5
    bar.setValue(bar.maximum())
    assert page.is_following


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize("changes", [1, 3])
def test_changing_the_text_size_keeps_the_reading_position(
    page: MarkdownView, theme: Theme, qtbot: QtBot, streaming: bool, changes: int
) -> None:
    page.set_streaming(streaming)
    page.append("".join(f"- **item** {number} of a list that goes on\n" for number in range(400)))
    qtbot.waitUntil(lambda: page.is_whole)
    page.set_place(7_000)
    place = page.place()
    for step in range(changes):
        change_scale(theme, 1.1 + step / 10)
    qtbot.waitUntil(lambda: page.is_whole)
    settle()
    assert 0 < place == page.place()
    page.go_to_end()
    change_scale(theme, 1.0)
    qtbot.waitUntil(lambda: page.is_whole)
    if streaming:
        assert page.verticalScrollBar().value() == page.verticalScrollBar().maximum()
        assert page.is_following


@pytest.mark.parametrize(
    ("text", "markdown", "json"),
    [
        ("Just words, 3 * 4 * 5, a_b_c.", False, False),
        ("Some **bold** words", True, False),
        ("Steps:\n1. one", True, False),
        ('{"a": "**b**"}', False, True),
        ("Here:\n```json\n[1]\n```", True, True),
    ],
)
def test_sniffer_distinguishes_markdown_json_and_plain_text(text: str, markdown: bool, json: bool) -> None:
    for size in (1, 7, 100):
        sniffer = FormatSniffer()
        for at in range(0, len(text), size):
            sniffer.take(text[at : at + size])
        assert (sniffer.markdown, sniffer.json) == (markdown, json)


def test_lane_switches_between_markdown_and_text(view: LanesView) -> None:
    view.set_heads(heads("a", "b"))
    view.set_text("a", "Some **bold** words")
    view.set_text("b", "Plain words")
    view.set_status("a", LaneStatus("finished", attempt=1, attempts=1))
    settle()
    lane, other = column(view, "a"), column(view, "b")
    assert (lane.reading.mode, other.reading.mode) == ("markdown", "text")
    assert isinstance(lane.reading.page, MarkdownPage)
    assert copied_text(lane.reading.page.view) == "Some bold words"
    assert view.text("a") == "Some **bold** words"
    assert lane.header.reading.isVisible()
    assert not other.header.reading.isVisible()
    view.readings.choose("a", "text")
    settle()
    assert lane.answer.toPlainText() == "Some **bold** words"
    view.append_text("a", "text", " and more")
    view.readings.choose_for_all("")
    settle()
    assert copied_text(lane.reading.page.view) == "Some bold words and more"


def test_right_to_left_text_is_aligned_right(page: MarkdownView) -> None:
    page.set_text("שלום\n\n- פריט\n\n> ציטוט\n\n- item")
    settle()
    block = page.document().firstBlock()
    ends = []
    while block.isValid():
        line = block.layout().lineAt(0)
        width = page.document().textWidth()
        place = page.document().documentLayout().blockBoundingRect(block).left() + line.naturalTextRect().center().x()
        ends.append((block.text(), place > width / 2, block.blockFormat().leftMargin() > 0))
        block = block.next()
    assert ends == [
        ("שלום", True, False),
        ("• פריט", True, False),
        ("ציטוט", True, False),
        ("• item", False, True),
    ]


def test_long_table_is_rendered_completely(page: MarkdownView, qtbot: QtBot) -> None:
    page.set_text("| a | b |\n|---|---|\n" + "| 1 | words |\n" * 120)
    qtbot.waitUntil(lambda: page.is_whole)
    assert copied_text(page).count("words") == 120


def test_streamed_text_looks_the_same_as_a_full_repaint(page: MarkdownView, qtbot: QtBot) -> None:
    page.set_streaming(True)
    for at in range(0, 2 * len(SAMPLE), 40):
        page.append((SAMPLE + SAMPLE)[at : at + 40])
        settle()
    qtbot.waitUntil(lambda: page.is_whole)
    settle()
    place = page.viewport().geometry()
    shown = page.screen().grabWindow(page.winId()).toImage().copy(place)
    assert page.verticalScrollBar().value() > 0
    assert shown == page.grab().toImage().copy(place).convertToFormat(shown.format())


REFERRING = """See [the page][1] and [Name], not [other][2].

[1]: https://one.example/a 'Title'
[name]: <https://two.example>
[2]: javascript:alert(1)
"""


def _links(page: MarkdownView) -> dict[str, str]:
    found = {}
    block = page.document().firstBlock()
    while block.isValid():
        for piece in block.textFormats():
            if piece.format.isAnchor():
                text = block.text()[piece.start : piece.start + piece.length]
                found.setdefault(text, piece.format.anchorHref())
        block = block.next()
    return found


@pytest.mark.parametrize("size", [7, 1_000])
def test_reference_links_resolve_to_their_definitions(page: MarkdownView, size: int) -> None:
    page.set_streaming(True)
    for at in range(0, len(REFERRING), size):
        page.append(REFERRING[at : at + size])
        settle()
    page.set_streaming(False)
    settle()
    streamed = _links(page)
    assert streamed["the page"] == "https://one.example/a"
    assert streamed["Name"] == "https://two.example"
    assert not any("javascript" in link for link in streamed.values())
    page.set_text("")
    page.set_text(REFERRING)
    settle()
    assert _links(page) == streamed


def test_block_that_takes_too_long_to_parse_is_abandoned(
    qtbot: QtBot, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(markdown, "_MOST_S", 0.02)
    shown = MarkdownView(theme)
    qtbot.addWidget(shown)
    with qtbot.waitSignal(shown.too_much):
        shown.set_text("![" * 20_000)
    assert shown.is_whole
