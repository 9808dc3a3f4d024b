"""The diff page alone: JSON as data, and a base with a long name."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from tests.ui.lanes_support import theme
from workbench.app.lanes.lane_state import BaseChoice, LaneDiff
from workbench.ui.widgets.reader.diff import DiffPage
from workbench.ui.widgets.theme import Theme
from workbench.usecases.comparison import ComparisonBase, compared

__all__ = ["theme"]
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def page(qtbot: QtBot, theme: Theme, old: str, new: str, base: str = "#3") -> tuple[DiffPage, list[ComparisonBase]]:
    made = DiffPage(theme)
    qtbot.addWidget(made)
    chosen: list[ComparisonBase] = []
    choices = (
        BaseChoice("The lane's previous iteration", ComparisonBase(), True),
        BaseChoice("The winner", ComparisonBase("winner"), False),
        BaseChoice("R&D", ComparisonBase("lane", "b"), False),
    )
    made.set_text(new)
    made.set_data(LaneDiff(compared(base, old, new), choices, chosen.append))
    return made, chosen


def test_json_is_compared_as_data_on_request(qtbot: QtBot, theme: Theme) -> None:
    made, _ = page(qtbot, theme, '{"a": 1, "b": [1, 2]}', '{"b": [2, 1], "a": 1.0}')
    assert not made.data.isHidden()
    made.data.click()
    assert made.view.toPlainText() == (
        "~ $.a: 1 1.0 (the same number, written differently)\n→ $.b[0] moved from $.b[1]\n"
    )
    assert made.count.text().endswith("2 changes")
    made.data.click()
    assert made.view.toPlainText().startswith("{")


def test_equal_json_data_is_reported_as_the_same(qtbot: QtBot, theme: Theme) -> None:
    made, _ = page(qtbot, theme, '{"a": 1, "b": 2}', '{"b": 2, "a": 1}')
    made.data.click()
    assert "the same" in made.view.toPlainText()


def test_plain_text_has_no_data_view_and_a_new_answer_clears_the_page(qtbot: QtBot, theme: Theme) -> None:
    made, _ = page(qtbot, theme, "old", "new", base="a very long name of a lane " * 5)
    assert made.data.isHidden()
    assert "…" in made.base.text()
    made.set_text("another")
    assert made.view.toPlainText() == ""
    assert made.open_menu() is None


def test_comparison_base_is_chosen_from_the_menu(qtbot: QtBot, theme: Theme) -> None:
    made, chosen = page(qtbot, theme, "old", "new")
    menu = made.open_menu()
    assert isinstance(menu, QMenu)
    entries = [action for action in menu.actions() if not action.isSeparator()]
    assert [entry.isChecked() for entry in entries] == [True, False, False]
    assert entries[-1].text() == "R&&D"
    entries[-1].trigger()
    menu.close()
    assert chosen == [ComparisonBase("lane", "b")]
