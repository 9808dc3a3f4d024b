"""Empty answers, additional choices and reasoning in the real window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.ui.desk import Desk
from workbench.core.outcome import Outcome
from workbench.core.timeline import describe
from workbench.ui.features.lanes.column import LaneColumn
from workbench.ui.features.lanes.reasoning import ReasoningPanel
from workbench.ui.widgets.wire_dialog import WireDialog

pytestmark = pytest.mark.window

EMPTY = {"default": [{"reasoning": "hm"}, {"usage": {"input": 9, "output": 4}}, {"finish": "length"}]}
SEVERAL = {
    "default": [
        {"text": "First"},
        {"response": {"further_choices": [{"index": 1, "text": "Second", "finish_reason": "stop"}]}},
        {"finish": "stop"},
    ]
}


def first_lane(desk: Desk) -> LaneColumn:
    column = desk.window.lanes.column(desk.window.slots()[0])
    assert column is not None
    return column


def test_empty_answer_is_shown_as_a_separate_state(desk: Desk) -> None:
    window = desk.open(EMPTY)
    window.editor.focus_first()
    desk.run()
    column = first_lane(desk)
    assert "empty answer" in column.header.numbers.candidates()[0]
    placeholder = column.answer.placeholderText()
    assert placeholder.startswith("Empty answer\n\nReasoning used up all tokens.")
    assert placeholder.endswith("Finish reason: length")
    panel = column.findChild(ReasoningPanel)
    assert panel is not None
    assert panel.text == "hm"
    desk.until(lambda: desk.timeline()[0].outcome == Outcome(2, empty=2))
    assert "empty answers" in describe(desk.timeline()[0])
    # The same after a restart.
    desk.close()
    desk.open(EMPTY)
    assert "empty answer" in first_lane(desk).header.numbers.candidates()[0]


def test_empty_blind_answer_shows_no_reason(desk: Desk) -> None:
    window = desk.open(EMPTY)
    window.command("blind")
    window.editor.focus_first()
    desk.run()
    column = first_lane(desk)
    assert column.status.blind
    assert column.header.numbers.candidates()[0] == "empty answer"
    assert column.answer.placeholderText() == "Empty answer"


def test_additional_choices_are_counted_and_can_be_read(desk: Desk) -> None:
    window = desk.open(SEVERAL)
    window.editor.focus_first()
    desk.run()
    strip = first_lane(desk).strip()
    assert strip is not None
    assert strip.choices.isVisible()
    assert strip.choices.text() == "1 of 2 choices shown"
    QTest.mouseClick(strip.choices, Qt.MouseButton.LeftButton)

    def dialogs() -> list[WireDialog]:
        return [one for one in QApplication.topLevelWidgets() if isinstance(one, WireDialog) and one.isVisible()]

    desk.until(dialogs)
    (dialog,) = dialogs()
    assert dialog.shown_text() == "Choice 1 · stop\n\nSecond"
    dialog.reject()


def test_additional_choices_are_not_counted_while_blind(desk: Desk) -> None:
    window = desk.open(SEVERAL)
    window.command("blind")
    window.editor.focus_first()
    desk.run()
    strip = first_lane(desk).strip()
    assert strip is None or not strip.choices.isVisible()
