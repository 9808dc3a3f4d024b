"""JSON in answers: detected, shown, copied, and its errors located."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from tests import depth
from tests.ui.lanes_support import column, heads, screen, settle, theme, view
from workbench.app.lanes.lane_state import LaneStatus
from workbench.ui.features.lanes.view import LanesView
from workbench.ui.widgets.reader import json_steps
from workbench.ui.widgets.reader.answer_kind import copied, find, finding, written
from workbench.ui.widgets.reader.mode_choices import ModeChoices
from workbench.ui.widgets.reader.switch import fill
from workbench.ui.widgets.reader.tree import TreePage
from workbench.ui.widgets.reader.tree_model import TreeModel
from workbench.ui.widgets.theme import Theme

__all__ = ["screen", "theme", "view"]

DONE = LaneStatus("finished", attempt=1, attempts=1)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@depth.examples(50, 1250)
@given(VALUES)
def test_written_json_round_trips(value: Any) -> None:
    found = find(f"Here:\n```json\n{json.dumps(value)}\n```\n")
    assert found is not None
    assert not found.problem
    assert json.loads(written(found.value)) == value


def test_numbers_keep_their_digits_when_copied() -> None:
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
def test_invalid_json_reports_the_position(text: str, problem: str) -> None:
    found = find(text)
    assert found is not None
    assert problem in found.problem
    assert copied(text, "json") is None


SIGNS = st.lists(st.sampled_from('{}[],:"ab1 \n') | st.sampled_from(['"a":', '"b"', "-1.5e3", "true", "null", "\\n"]))


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long values begin early."""
    monkeypatch.setattr(json_steps, "_SHORT", 6)
    monkeypatch.setattr(json_steps, "STEP", 4)


@depth.examples(200, 4500, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(SIGNS.map("".join) | VALUES.map(lambda value: json.dumps(value, indent=1)), st.integers(0, 60))
def test_incremental_parse_equals_json_loads(narrow: None, text: str, cut: int) -> None:
    for one in (text, text[:cut], text[:cut] + text[cut + 1 :]):
        wrong, value = _outcome(json.loads, one)
        wrong_in_steps, read = _outcome(_in_steps, one)
        # For a trailing comma the reported position differs between Python versions.
        assert wrong_in_steps == wrong or "trailing comma" in wrong[0]
        assert read == value


def _in_steps(text: str) -> Any:
    steps = json_steps.reading(text, json.JSONDecoder())
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def _outcome(read: Callable[[str], Any], text: str) -> tuple[tuple[str, int], Any]:
    try:
        return ("", 0), read(text)
    except json.JSONDecodeError as error:
        return (error.msg, error.pos), None


RECORDS = [{"id": n, "name": f"order {n}", "tags": ["a", "b"]} for n in range(8_000)]
BIG = {
    "records": json.dumps(RECORDS),
    "nested": json.dumps({"page": {"orders": RECORDS}}, indent=1),
    "members": json.dumps({f"key {n}": n for n in range(30_000)}),
    "numbers": json.dumps(list(range(80_000))),
    "fenced": f"Here:\n```json\n{json.dumps(RECORDS)}\n```\n",
    "wrong at its end": json.dumps(RECORDS)[:-1] + ", }",
}


@pytest.mark.parametrize("name", BIG)
def test_large_json_is_parsed_in_steps(theme: Theme, qtbot: QtBot, name: str) -> None:
    text = BIG[name]
    steps = sum(1 for _ in finding(text))
    assert steps >= len(text) / json_steps.STEP / 2
    page = TreePage(theme)
    qtbot.addWidget(page)
    page.set_text(text)
    assert not page.is_whole
    assert page.tree.model() is None
    qtbot.waitUntil(lambda: page.is_whole)
    if name == "wrong at its end":
        assert "line 1" in page.problem.text()
    else:
        assert page.tree.model().rowCount(page.tree.model().index(0, 0)) > 0


def test_setting_another_answer_cancels_parsing_of_a_large_one(theme: Theme, qtbot: QtBot) -> None:
    page = TreePage(theme)
    qtbot.addWidget(page)
    page.set_text(BIG["records"])
    page.set_text('{"a": 1}')
    assert page.is_whole
    settle()
    model = page.tree.model()
    assert isinstance(model, TreeModel)
    assert model.value_text(model.index(0, 0)) == '{\n  "a": 1\n}'


def test_text_without_json_finds_none() -> None:
    assert find("Just words") is None
    assert copied("Just words", "json") is None
    assert copied("Some **bold**", "text") == "Some bold"
    assert copied("Some **bold**", "markdown") == "Some **bold**"


def test_long_lists_are_fetched_in_batches(theme: Theme) -> None:
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


def test_json_tree_of_a_lane_works_by_keyboard(view: LanesView) -> None:
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


def test_json_tree_is_shown_when_the_answer_ends(view: LanesView) -> None:
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


def test_latest_button_appears_after_scrolling_up_and_returns_to_the_end(view: LanesView) -> None:
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


def test_format_check_is_shown_as_mark_and_words(view: LanesView) -> None:
    view.set_heads(heads("a"))
    view.set_status("a", LaneStatus("finished", attempt=1, attempts=1, format_check="valid JSON", format_ok=True))
    settle()
    strip = column(view, "a").strip()
    assert strip is not None
    assert strip.format.text() == "✓ valid JSON"


def test_huge_answer_stays_plain_text_with_a_reason(view: LanesView) -> None:
    view.set_heads(heads("a"))
    view.set_text("a", "Some **bold** words\n\n" * 55_000)
    settle()
    lane = column(view, "a")
    assert lane.reading.mode == "text"
    assert lane.header.reading.text() == "Text, too long to render ▾"
    assert "too large for a tree or Markdown. Copy it" in lane.header.reading.toolTip()
    assert not lane.header.reading.isHidden()


def test_huge_json_disables_the_tree_with_a_hint(view: LanesView) -> None:
    view.set_heads(heads("a"))
    view.set_text("a", "[" + '{"id": 1, "text": "words"},\n' * 180_000 + "0]")
    view.set_status("a", LaneStatus("finished", attempt=1, attempts=1))
    settle()
    lane = column(view, "a")
    assert lane.reading.subject.size > 5_000_000
    assert lane.reading.mode == "text"
    assert lane.header.reading.text() == "Text, too long to render ▾"
    menu = QMenu()
    fill(menu, ModeChoices(), lane.reading.mode, lane.reading.subject)
    entries = {action.text().replace("&", ""): action.isEnabled() for action in menu.actions()}
    assert not entries["JSON"]
    assert not entries["Over 1,000,000 characters: too large for a tree. Copy it to read it elsewhere."]
