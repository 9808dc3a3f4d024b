"""The tables of features and commands: a row that lacks a part is found here."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.ui.features.parts import lacks_of_command, lacks_of_feature
from tests.ui.lanes_support import theme
from workbench.app.commands import GROUPS, Command, WindowState
from workbench.ui import features
from workbench.ui.composition import FEATURES
from workbench.ui.features.palette.shortcuts import ShortcutSheet
from workbench.ui.shell.actions import CommandActions, command_source
from workbench.ui.shell.commands import COMMANDS as OF_SHELL
from workbench.ui.shell.feature import Feature
from workbench.ui.shell.key_bindings import KeyBindings
from workbench.ui.shell.key_names import FIRST_KEYS
from workbench.ui.widgets.theme import Theme

__all__ = ["theme"]

COMMANDS = tuple(FEATURES.commands())
ROWS = tuple(FEATURES)


def test_feature_table_matches_the_feature_packages() -> None:
    packages = {path.parent.name for path in Path(features.__file__).parent.glob("*/__init__.py")}
    assert [row.id for row in ROWS] == sorted(packages)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_feature_and_its_commands_have_every_part(row: Feature[Any]) -> None:
    _complete(row.id, lacks_of_feature(row))


def test_window_commands_have_every_part() -> None:
    _complete("shell", [one for row in OF_SHELL for one in lacks_of_command(row)])


def _complete(name: str, lacks: list[str]) -> None:
    if lacks:
        pytest.fail("\n- ".join([f"{name} lacks", *lacks]), pytrace=False)


def test_one_message_names_every_missing_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "workbench.ui.features.nowhere", ModuleType("nowhere"))
    command = Command("nowhere", "Go nowhere…", "Travel", ("Shift+Ctrl+F35",), views=("attic",))
    feature = Feature("nowhere", (command,), lambda services: services, preload=("workbench.ui.features.gone.module",))
    assert [one.partition(": ")[::2] for one in lacks_of_feature(feature)] == [
        ("workbench/ui/features/nowhere/__init__.py", "a docstring that says what it does"),
        ("workbench.ui.features.gone.module", "this module of `preload`"),
        ("tests/ui/features/drive_nowhere.py", "a program that drives it with stand-ins"),
        ("tests/ui/features/test_alone.py", "a function test_nowhere"),
        ("command nowhere", f"a group of {', '.join(GROUPS)}"),
        ("command nowhere", "an action `run`"),
        ("command nowhere", f"views out of {', '.join(FEATURES.views())}"),
        ("command nowhere", "keys in the spelling of Qt, which stored keys have"),
        ("docs/keys.md", "Shift+Ctrl+F35, which python -m tests.guide adds"),
    ]
    with pytest.raises(pytest.fail.Exception, match="nowhere lacks\n- a\n- b"):
        _complete("nowhere", ["a", "b"])


def test_views_have_unique_keys_and_tab_positions() -> None:
    views = [row.view for row in ROWS if row.view is not None]
    assert len({view.key for view in views}) == len({view.position for view in views}) == len(views)
    assert all(view.title[0].isupper() for view in views)


def test_command_titles_are_unique() -> None:
    assert len({row.title for row in COMMANDS}) == len(COMMANDS)


def test_menu_palette_and_shortcut_sheet_have_every_command(qtbot: QtBot, theme: Theme) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    registry = FEATURES.commands()
    actions = CommandActions(window, registry, {row.id: lambda: None for row in COMMANDS})
    listed = [action.text() for menu in actions.menu(window).actions() for action in menu.menu().actions()]
    assert sorted(listed) == sorted(row.title for row in COMMANDS)
    keys = KeyBindings(registry, {})
    offered = {entry.title: entry.key for entry in command_source(keys, actions, WindowState).read()}
    assert offered == {row.title: keys.name(row.id) for row in COMMANDS if row.id != "palette"}
    sheet = ShortcutSheet(theme, keys, window)
    assert set(offered) <= set(sheet.shown_titles())


def test_first_paint_keys_match_the_command_table() -> None:
    registry = FEATURES.commands()
    for command, key in FIRST_KEYS.items():
        assert registry[command].shortcuts[0].replace("Return", "Enter") == key
