"""The tables of features and commands: a row that lacks a part is found here."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.ui.features import test_alone
from tests.ui.lanes_support import theme
from workbench.app.commands import GROUPS, Command, WindowState
from workbench.ui import features
from workbench.ui.composition import FEATURES
from workbench.ui.features.palette.shortcuts import ShortcutSheet
from workbench.ui.shell.actions import CommandActions, command_source
from workbench.ui.shell.feature import Feature
from workbench.ui.shell.key_bindings import KeyBindings
from workbench.ui.shell.key_names import FIRST_KEYS
from workbench.ui.widgets.theme import Theme

__all__ = ["theme"]

COMMANDS = tuple(FEATURES.commands())
ROWS = tuple(FEATURES)
each_command = pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.id)
each_feature = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)


def test_every_package_is_a_feature_and_every_feature_a_package() -> None:
    packages = sorted(path.parent.name for path in Path(features.__file__).parent.glob("*/__init__.py"))
    assert [row.id for row in ROWS] == packages


@each_feature
def test_a_feature_has_every_part(row: Feature[Any]) -> None:
    package = import_module(f"workbench.ui.features.{row.id}")
    assert (package.__doc__ or "").strip(), "it says what it does"
    assert row.commands or row.view or row.part or row.subscriptions, "it can be reached"
    assert callable(row.make)
    view, part = row.view, row.part
    for name in (*row.preload, *(view.preload if view else ()), *(part.preload if part else ())):
        assert find_spec(name), "it exists"


@each_feature
def test_a_feature_is_driven_alone(row: Feature[Any]) -> None:
    assert Path(test_alone.__file__).with_name(f"drive_{row.id}.py").is_file()
    assert hasattr(test_alone, f"test_{row.id}")


def test_views_have_a_tab_of_their_own() -> None:
    views = [row.view for row in ROWS if row.view is not None]
    assert len({view.key for view in views}) == len({view.position for view in views}) == len(views)
    assert all(view.title[0].isupper() for view in views)


@each_command
def test_a_command_has_every_part(row: Command) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]*", row.id)
    assert row.title == row.title.strip()
    assert row.title[0].isupper()
    assert not row.title.endswith(".")
    assert len(row.title) <= 60, "it fits into menus"
    assert row.group in GROUPS
    assert row.run is not None
    assert set(row.views) | set(row.navigates_in) <= set(FEATURES.views())
    assert isinstance(row.enabled(WindowState()), bool)
    for key in row.shortcuts:
        assert QKeySequence(key).toString() == key, "in the spelling of Qt, which stored keys have"


def test_titles_are_told_apart() -> None:
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


def test_the_first_paint_shows_the_keys_of_the_table() -> None:
    registry = FEATURES.commands()
    for command, key in FIRST_KEYS.items():
        assert registry[command].shortcuts[0].replace("Return", "Enter") == key
