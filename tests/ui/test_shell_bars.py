"""The bars at the top and bottom do not elide their texts while there is room."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.editor_support import theme
from tests.ui.looks import change_scale
from workbench.ui.draft_page.run_bar import RunBar
from workbench.ui.shell.bars import ElidedText
from workbench.ui.widgets.theme import Theme

__all__ = ["theme"]


@pytest.mark.parametrize("role", ["pill", "small", ""])
@pytest.mark.parametrize("scale", [0.8, 1.0, 1.3, 2.0])
def test_text_is_elided_only_below_its_size_hint(qtbot: QtBot, theme: Theme, role: str, scale: float) -> None:
    change_scale(theme, scale)
    line = ElidedText(role=role)
    qtbot.addWidget(line)
    line.show()
    for count in range(1, 60):
        text = "Session $0.0132 · 14 iterations · median loop 9.2 s is not all"[:count]
        line.set_full(text)
        line.resize(line.sizeHint())
        QApplication.processEvents()
        assert line.text() == text
        inside = line.contentsRect().width() - 2 * max(line.margin(), 0)
        assert line.fontMetrics().horizontalAdvance(text) <= inside
    line.resize(120, line.height())
    QApplication.processEvents()
    assert line.text().endswith("…")
    assert line.toolTip() == line.full()
    line.resize(12, line.height())
    QApplication.processEvents()
    assert line.text() == ""
    assert line.toolTip() == line.full()


def test_short_text_is_used_before_the_line_is_elided_to_nothing(qtbot: QtBot, theme: Theme) -> None:
    line = ElidedText()
    qtbot.addWidget(line)
    line.set_full("based on #2", "from #2")
    line.show()
    said = set()
    for width in range(200, 0, -1):
        line.resize(width, line.height())
        QApplication.processEvents()
        said.add(line.text())
    assert {"based on #2", "from #2", ""} <= said
    assert not any(text.endswith("…") and len(text) < len("from…") for text in said)


@pytest.mark.parametrize("running", [False, True])
def test_run_and_stop_buttons_drop_their_keys_before_their_words(qtbot: QtBot, theme: Theme, running: bool) -> None:
    room = QWidget()
    qtbot.addWidget(room)
    bar = RunBar(room)
    bar.resize(260, 60)
    room.show()
    bar.set_state(30, running=running, enabled=True)

    def texts() -> list[str]:
        QApplication.processEvents()
        return [b.text() for b in bar.buttons if b.isVisible()]

    long, short, brief = (
        words[: 1 + running]
        for words in (["Run 30 lanes   Ctrl ↵", "■ Stop   Esc"], ["Run 30 lanes", "■ Stop"], ["Run", "■ Stop"])
    )

    def settled() -> bool:
        shown = texts()
        return shown in (long, short, brief) and all(
            b.width() >= b.sizeHint().width() for b in bar.findChildren(QPushButton) if b.isVisible()
        )

    for width in (286, 470):
        bar.resize(width, 60)
        for scale in (0.8, 1.0, 1.3, 1.6, 2.0, 1.0):
            change_scale(theme, scale)
            qtbot.waitUntil(settled)
    bar.resize(240 if running else 160, 60)
    qtbot.waitUntil(lambda: texts() == short)
    assert not bar.presets.isVisible()
    bar.resize(100, 60)
    qtbot.waitUntil(lambda: texts() == brief)
    bar.resize(900, 60)
    qtbot.waitUntil(lambda: texts() == long and bar.presets.isVisible())
