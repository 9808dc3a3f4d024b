"""No key has two meanings at one place: commands, shortcuts beside them, and mnemonics of menus."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import QMenu

from tests.ui.desk import Desk
from workbench.ui.composition import FEATURES

pytestmark = pytest.mark.window


def _same(key: str) -> str:
    """Return a key as people see it: Return and Enter are one."""
    return QKeySequence(key).toString().replace("Enter", "Return")


def test_no_key_belongs_to_two_commands() -> None:
    owners: dict[str, str] = {}
    for command in FEATURES.commands():
        for key in {_same(key) for key in command.shortcuts}:
            assert owners.setdefault(key, command.id) == command.id, key
    assert len(owners) > 50


def test_return_and_enter_trigger_the_same_commands(desk: Desk) -> None:
    window, found = desk.open(), 0
    for command in FEATURES.commands():
        keys = {shortcut.toString() for shortcut in window.actions[command.id].shortcuts()}
        returns = {key for key in keys if key.endswith("Return")}
        assert {key.replace("Return", "Enter") for key in returns} <= keys, command.id
        found += len(returns)
    assert found >= 3


def test_shortcuts_beside_the_commands_take_none_of_their_keys(desk: Desk) -> None:
    taken = {_same(key) for command in FEATURES.commands() for key in command.shortcuts}
    beside = [_same(one.key().toString()) for one in desk.open().frame.findChildren(QShortcut)]
    assert not taken.intersection(beside)
    assert len(beside) == len(set(beside))


def test_no_menu_has_two_entries_with_one_mnemonic(desk: Desk) -> None:
    menus = [menu for menu in desk.open().frame.findChildren(QMenu) if menu.actions()]
    assert menus
    for menu in menus:
        letters = [found for action in menu.actions() if (found := _mnemonic(action))]
        assert len(letters) == len(set(letters)), menu.title()


def _mnemonic(action: QAction) -> str:
    return QKeySequence.mnemonic(action.text()).toString()
