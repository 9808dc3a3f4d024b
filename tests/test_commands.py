"""The list of commands has all of them, and offers only keys that a command may have."""

from __future__ import annotations

import pytest

from tests.commands import F_KEYS, FAMILIES, free, lines, main, reserved
from workbench.app.command_registry import CommandRegistry
from workbench.app.commands import GROUPS, HISTORY, Command
from workbench.app.keymap import why_reserved
from workbench.ui.composition import FEATURES

REGISTRY = CommandRegistry(
    [
        Command("save", "Save", "Edit", ("Ctrl+S", "F12")),
        Command("find", "Find all", "Edit", ("Ctrl+Shift+F",), views=()),
        Command("keep", "Keep", "Edit", views=HISTORY, after="save"),
    ]
)


def test_each_command_is_one_line_in_menu_order() -> None:
    shown = list(lines(REGISTRY))
    assert shown[: shown.index("")] == [
        "Edit",
        "  save  Save      Ctrl+S, F12               compose",
        "  keep  Keep                    after save  history",
        "  find  Find all  Ctrl+Shift+F              everywhere",
    ]


def test_free_keys_are_neither_taken_nor_reserved() -> None:
    assert "".join(free(REGISTRY, "Ctrl+", FAMILIES["Ctrl+"])) == "BDEFGHIJKLMNOPQRTUWYZ"
    assert "F" not in free(REGISTRY, "Ctrl+Shift+", FAMILIES["Ctrl+Shift+"])
    assert free(REGISTRY, "", F_KEYS) == list(F_KEYS[:-1])


def test_every_reserved_key_has_its_reason() -> None:
    found = reserved()
    assert found["edits text everywhere"][:4] == ["Ctrl+A", "Ctrl+C", "Ctrl+V", "Ctrl+X"]
    assert found["gives a verdict on a lane"][:2] == ["0", "1"]
    assert all(why_reserved(key) for keys in found.values() for key in keys)
    assert all(found)


def test_all_product_commands_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0
    shown = capsys.readouterr().out.splitlines()
    first = [line.split(maxsplit=1)[0] for line in shown[: shown.index("Free keys")] if line]
    registry = FEATURES.commands()
    filled = [(group, [one.id for one in registry.group(group)]) for group in GROUPS]
    assert first == [name for group, commands in filled if commands for name in (group, *commands)]
    assert max(map(len, shown[shown.index("Free keys") :])) <= 120
