"""Code in answers: copied exactly, and highlighted."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.ui.lanes_support import screen, theme, view
from tests.ui.reading_support import copied_text, page
from workbench.ui.widgets.reader.code import colored
from workbench.ui.widgets.reader.markdown import MarkdownView
from workbench.ui.widgets.theme import Theme

__all__ = ["page", "screen", "theme", "view"]


def test_code_is_copied_unchanged(page: MarkdownView) -> None:
    page.set_text("```py\na\u00a0= '  x'\n\n    b\n```")
    page.selectAll()
    QTest.keySequence(page, QKeySequence.StandardKey.Copy)
    assert QGuiApplication.clipboard().text() == "a\u00a0= '  x'\n\n    b"
    QGuiApplication.clipboard().clear()


def test_highlighting_keeps_the_code_unchanged() -> None:
    text = "def f():\n\treturn 'é'\n"
    assert "".join(piece for piece, _ in colored(text, "python")) == text
    assert len(colored(text, "python")) > 1
    assert colored(text, "no such language") == [(text, "text")]


def test_long_code_is_highlighted_after_being_shown(page: MarkdownView, theme: Theme, qtbot: QtBot) -> None:
    code = "é = '😀'\ndef f():\n    return 1\n" * 120
    page.set_text(f"before\n\n```python\n{code}```\n\nafter")
    qtbot.waitUntil(lambda: page.is_whole)
    assert code.strip() in copied_text(page)
    inks = _inks(page)
    assert inks["def"] == theme.color("accent").name()
    assert inks["'😀'"] == theme.color("green").name()
    assert inks["after"] == theme.color("text").name()


@pytest.mark.parametrize("size", [1, 2, 3, 5, 11, 40])
@pytest.mark.parametrize("behind", ["", "> quote\n", "- item\n", "| a | b |\n|---|---|\n| c | d |\n", "more words\n"])
def test_streamed_code_is_highlighted_when_the_block_ends(
    page: MarkdownView, theme: Theme, size: int, behind: str
) -> None:
    text = f"before\n\n```python\ndef f():\n    return 1\n```\n\n{behind}"
    page.set_streaming(True)
    for at in range(0, len(text), size):
        page.append(text[at : at + size])
    if not behind:
        page.set_streaming(False)
    inks = _inks(page)
    assert inks.get("def") == theme.color("accent").name(), inks


def _inks(page: MarkdownView) -> dict[str, str]:
    found = {}
    block = page.document().begin()
    while block.isValid():
        pieces = block.begin()
        while not pieces.atEnd():
            piece = pieces.fragment()
            found[piece.text().strip()] = piece.charFormat().foreground().color().name()
            pieces += 1
        block = block.next()
    return found
