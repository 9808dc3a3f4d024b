"""JSON in answers: found, shown, copied, and told where it is wrong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from tests.ui.lanes_support import column, heads, screen, settle, theme, view
from workbench.app.lane_state import LaneStatus
from workbench.ui.lanes import LanesView
from workbench.ui.lanes.reading.copying import copied
from workbench.ui.lanes.reading.found import find, written
from workbench.ui.lanes.reading.tree import TreePage
from workbench.ui.lanes.reading.tree_model import TreeModel
from workbench.ui.theme import Theme

__all__ = ["screen", "theme", "view"]

DONE = LaneStatus("finished", attempt=1, attempts=1)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=50, deadline=None)
@given(VALUES)
def test_what_is_written_is_what_was_read(value: Any) -> None:
    found = find(f"Here:\n```json\n{json.dumps(value)}\n```\n")
    assert found is not None
    assert not found.problem
    assert json.loads(written(found.value)) == value


def test_digits_stay() -> None:
    assert copied("[1.10, 1e400, 12345678901234567890123]", "json") == (
        "[\n  1.10,\n  1e400,\n  12345678901234567890123\n]"
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"a": 1,\n "b" 2}', "line 2, column 6"),
        ('Here:\n```json\n{"a": }\n```', "line 3, column 7"),
        ("[NaN]", "NaN"),
        ("[" * 200_000, "nested too deeply"),
    ],
)
def test_wrong_json_says_where(text: str, problem: str) -> None:
    found = find(text)
    assert found is not None
    assert problem in found.problem
    assert copied(text, "json") is None


def test_no_json_is_none() -> None:
    assert find("Just words") is None
    assert copied("Just words", "json") is None
    assert copied("Some **bold**", "text") == "Some bold"
    assert copied("Some **bold**", "markdown") == "Some **bold**"


def test_long_lists_come_in_batches(theme: Theme) -> None:
    model = TreeModel(theme, list(range(1000)))
    root = model.index(0, 0)
    assert model.rowCount(root) == 0
    assert model.hasChildren(root)
    model.fetchMore(root)
    assert model.rowCount(root) == 300
    while model.canFetchMore(root):
        model.fetchMore(root)
    assert model.rowCount(root) == 1000
    model.deleteLater()
    settle()


def test_a_lane_shows_the_tree_by_keyboard(view: LanesView) -> None:
    view.set_heads(heads("a"))
    view.set_text("a", '{"order": {"id": "1A", "odd key": [1, 2.50]}}')
    view.set_status("a", DONE)
    view.readings.choose("a", "json")
    settle()
    page = column(view, "a").reading.page
    assert isinstance(page, TreePage)
    view.focus_lane(0)
    tree = page.tree
    assert tree.hasFocus()
    for _ in range(3):
        QTest.keyClick(tree, Qt.Key.Key_Down)
    QTest.keyClick(tree, Qt.Key.Key_Right)
    QTest.keyClick(tree, Qt.Key.Key_Down)
    QTest.keyClick(tree, Qt.Key.Key_Down)
    tree.copy_path()
    assert QGuiApplication.clipboard().text() == '$.order["odd key"][1]'
    tree.copy_value()
    assert QGuiApplication.clipboard().text() == "2.50"


def test_a_tree_waits_for_the_end(view: LanesView) -> None:
    view.set_heads(heads("a"))
    view.readings.choose("a", "json")
    view.set_status("a", LaneStatus("streaming", attempt=1, attempts=1))
    view.append_text("a", "text", '{"a": ')
    settle()
    assert column(view, "a").reading.mode == "text"
    view.append_text("a", "text", "1}")
    view.set_status("a", DONE)
    settle()
    assert column(view, "a").reading.mode == "json"


def test_a_reader_who_scrolled_up_can_go_to_the_latest(view: LanesView) -> None:
    view.set_heads(heads("a"))
    view.set_status("a", LaneStatus("streaming", attempt=1, attempts=1))
    view.append_text("a", "text", "line\n" * 200)
    settle()
    lane = column(view, "a")
    assert lane.reading.latest.isHidden()
    lane.answer.verticalScrollBar().setValue(3)
    view.append_text("a", "text", "Now some **bold** words\n")
    settle()
    assert lane.reading.mode == "text"
    assert lane.answer.verticalScrollBar().value() == 3
    QTest.mouseClick(lane.reading.latest, Qt.MouseButton.LeftButton)
    assert lane.answer.is_following
    assert lane.reading.latest.isHidden()


def test_the_format_is_told_by_mark_and_word(view: LanesView) -> None:
    view.set_heads(heads("a"))
    view.set_status("a", LaneStatus("finished", attempt=1, attempts=1, format_check="valid JSON", format_ok=True))
    settle()
    strip = column(view, "a").strip()
    assert strip is not None
    assert strip.format.text() == "✓ valid JSON"


def test_huge_answers_stay_text_and_say_so(view: LanesView) -> None:
    view.set_heads(heads("a"))
    view.set_text("a", "Some **bold** words\n\n" * 55_000)
    settle()
    lane = column(view, "a")
    assert lane.reading.mode == "text"
    assert lane.header.reading.text() == "Text, too long to render ▾"
