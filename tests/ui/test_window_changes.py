"""A run that changes no text says what else changed, in the timeline and in the History."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.ui.desk import Desk
from tests.ui.history_support import ALT
from tests.ui.verdict_support import CTRL, ran
from workbench.core.history_columns import COLUMNS
from workbench.core.lanes import ECHO, ECHO_MODEL, Params
from workbench.core.timeline import caption
from workbench.ui.features.history.view import HistoryView

pytestmark = pytest.mark.window


def test_changed_value_lane_parameter_and_samples_are_said(desk: Desk) -> None:
    window = ran(desk)
    variable = window.editor.variables()[0]
    window.values.focus(variable)
    desk.press(Qt.Key.Key_End, CTRL)
    desk.type("!")
    desk.run()
    window.lane_list.set_params("s0", Params(temperature=0.7))
    desk.run()
    window.lane_list.set_samples("s0", 3)
    desk.run()
    window.lane_list.set_label(window.lane_list.add(ECHO, ECHO_MODEL), "third")
    desk.run()
    said = [variable, "temperature 0.7", "3 samples", "third"]
    desk.until(lambda: len(desk.timeline()) == 5)
    captions = [caption(row) for row in reversed(desk.timeline()[:4])]
    assert all(word in text for word, text in zip(said, captions, strict=True)), captions
    desk.press(Qt.Key.Key_3, ALT)
    view = window.views.here()
    assert isinstance(view, HistoryView)
    desk.until(lambda: not view.model.is_searching and view.model.rowCount() == 5)
    column = next(i for i, one in enumerate(COLUMNS) if one.title == "Change")
    shown = [view.model.index(row, column).data() for row in reversed(range(4))]
    assert all(word in text for word, text in zip(said, shown, strict=True)), shown
