"""How little a chunk of a streaming answer repaints, so that the window does not stutter."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QPoint, QRect
from PySide6.QtGui import QImage, QPaintEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.ui.lanes_support import PROSE, column, heads, screen, theme, view
from workbench.app.lanes.lane_state import LaneStatus
from workbench.ui.features.lanes.column import LaneColumn
from workbench.ui.features.lanes.view import LanesView
from workbench.ui.widgets.reader.answer import AnswerView

__all__ = ["screen", "theme", "view"]


QUIET_MS = 10
"""Longer than the delay of the platform plugin before a repaint (5 ms)."""
QUIET_ROUNDS = 3
"""Consecutive rounds of events without a paint to wait for, because a busy machine may delay the repaint."""


class Paints(QObject):
    """Records the painted widgets and their areas in pixels."""

    def __init__(self, qtbot: QtBot) -> None:
        super().__init__()
        self._qtbot = qtbot
        self._since = QElapsedTimer()
        self._rounds = 0
        self.areas: dict[QObject, int] = {}

    def settle(self) -> None:
        """Process events until nothing is painted any more."""
        self._begin()
        self._qtbot.waitUntil(self._is_quiet)

    def _begin(self) -> None:
        self._since.start()
        self._rounds = 0

    def _is_quiet(self) -> bool:
        if self._since.elapsed() > QUIET_MS:
            self._rounds += 1
        return self._rounds > QUIET_ROUNDS

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's own name
        if isinstance(event, QPaintEvent):
            self._begin()
            area = sum(rect.width() * rect.height() for rect in event.region())  # type: ignore[attr-defined]
            self.areas[watched] = self.areas.get(watched, 0) + area
        return False


@pytest.fixture
def paints(qapp: QApplication, qtbot: QtBot) -> Iterator[Paints]:
    made = Paints(qtbot)
    qapp.installEventFilter(made)
    yield made
    qapp.removeEventFilter(made)


@pytest.fixture
def lane(view: LanesView, paints: Paints) -> LaneColumn:
    view.set_heads(heads("l", "m"))
    view.set_status("m", LaneStatus("streaming", attempt=1, attempts=1))
    made = column(view, "m")
    made.append("text", PROSE * 40)
    paints.settle()
    paints.areas.clear()
    assert made.answer.verticalScrollBar().maximum() > 0
    return made


def _area(answer: AnswerView) -> int:
    return answer.viewport().width() * answer.viewport().height()


def _on_screen(lane: LaneColumn) -> QImage:
    """Return the text area as it is on the screen; `grab` would repaint it."""
    window, viewport = lane.window(), lane.answer.viewport()
    place = QRect(viewport.mapTo(window, QPoint()), viewport.size())
    return window.screen().grabWindow(window.winId()).toImage().copy(place)


def test_appended_letters_repaint_only_their_paragraph(lane: LaneColumn, paints: Paints) -> None:
    lane.append("text", "letters")
    paints.settle()
    assert set(paints.areas) == {lane.answer.viewport()}
    assert 0 < paints.areas[lane.answer.viewport()] < _area(lane.answer) / 5


@pytest.mark.parametrize("piece", ["\n", "word " * 30, "one\ntwo\nthree"])
def test_new_lines_scroll_the_text_without_a_full_repaint(lane: LaneColumn, paints: Paints, piece: str) -> None:
    lane.append("text", piece)
    paints.settle()
    assert lane.answer.verticalScrollBar().value() == lane.answer.verticalScrollBar().maximum()
    assert 0 < paints.areas[lane.answer.viewport()] < _area(lane.answer) / 2


def test_appending_below_the_viewport_repaints_nothing(lane: LaneColumn, paints: Paints) -> None:
    lane.answer.verticalScrollBar().setValue(3)
    paints.settle()
    paints.areas.clear()
    lane.append("text", "word " * 30)
    paints.settle()
    assert lane.answer.viewport() not in paints.areas


@pytest.mark.parametrize("start", ["", "12 34 ", "word " * 30, "\u05d0\u05d1 "])
def test_scrolled_text_looks_the_same_as_a_full_repaint(lane: LaneColumn, paints: Paints, start: str) -> None:
    lane.append("text", start)
    pieces = ("x\n", "\u05d0\u05d1\u05d2 ", "word " * 25, "\n\n", "\t", "e", "\u0301", "\r", "\n", "n" * 90)
    for piece in pieces:
        lane.append("text", piece)
        paints.settle()
        kept = _on_screen(lane)
        lane.window().update()
        lane.answer.viewport().update()
        paints.settle()
        assert _on_screen(lane) == kept, repr(piece)


def test_long_chunk_is_repainted_once_and_not_per_paragraph(lane: LaneColumn, paints: Paints) -> None:
    layout = lane.answer.document().documentLayout()
    told: list[object] = []
    layout.updateBlock.connect(told.append)
    lane.append("text", "line\n" * 500)
    paints.settle()
    assert len(told) < 5
    assert paints.areas[lane.answer.viewport()] >= _area(lane.answer)
