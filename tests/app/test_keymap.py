"""A key belongs to one command, whatever was changed and whatever the settings contain."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.app.commands import Command
from workbench.app.keymap import Keymap, only_outside_text, read, spoken, why_reserved
from workbench.ui.composition import FEATURES

REGISTRY = FEATURES.commands()
COMMANDS = tuple(REGISTRY)
FREE = [command.id for command in COMMANDS if not command.fixed]
KEYS = ["Ctrl+Return", "Ctrl+J", "F5", "Alt+Left", "Ctrl+K", "G"]


def keys_of(keymap: Keymap) -> list[str]:
    return [key for command in COMMANDS for key in keymap.keys(command.id)]


def test_default_keys_are_those_of_the_commands() -> None:
    keymap = Keymap(REGISTRY)
    assert all(keymap.keys(command.id) == command.shortcuts for command in COMMANDS)
    assert keymap.name("run") == "Ctrl+Enter"
    assert keymap.name("tie") == ""
    assert keymap.stored == ()


def test_reassigned_key_returns_to_its_command_on_reset() -> None:
    taken = Keymap(REGISTRY).adding("add_message", "Ctrl+K")
    assert taken.keys("add_message") == ("Ctrl+M", "Ctrl+K")
    assert taken.keys("palette") == ()
    owner = taken.owner("Ctrl+K")
    assert owner is not None
    assert owner.id == "add_message"
    assert taken.is_changed("palette")
    back = taken.reset("palette")
    assert (back.keys("palette"), back.keys("add_message")) == (("Ctrl+K",), ("Ctrl+M",))


def test_command_can_have_no_keys() -> None:
    assert Keymap(REGISTRY).without("palette", "Ctrl+K").keys("palette") == ()


@given(st.lists(st.tuples(st.sampled_from(["add", "remove", "reset"]), st.sampled_from(FREE), st.sampled_from(KEYS))))
def test_key_never_belongs_to_two_commands(steps: list[tuple[str, str, str]]) -> None:
    keymap = Keymap(REGISTRY)
    for what, command, key in steps:
        if what == "add":
            keymap = keymap.adding(command, key)
            assert key in keymap.keys(command)
        elif what == "remove":
            keymap = keymap.without(command, key)
            assert key not in keymap.keys(command)
        else:
            keymap = keymap.reset(command)
            assert not keymap.is_changed(command)
        assert len(keys_of(keymap)) == len(set(keys_of(keymap)))
        again = Keymap(REGISTRY, keymap.stored)
        assert keys_of(again) == keys_of(keymap)
    assert keys_of(keymap.reset_all()) == keys_of(Keymap(REGISTRY))


def test_key_settings_of_another_release_are_kept() -> None:
    found = read(REGISTRY, {"fly": ("Ctrl+J",), "run": ("F5",)}, str)
    assert found.notice == ""
    assert dict(found.keymap.reset_all().stored) == {"fly": ("Ctrl+J",)}
    assert found.keymap.keys("run") == ("F5",)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.id)
def test_default_keys_survive_beside_an_added_one(command: Command) -> None:
    found = read(REGISTRY, {command.id: (*command.shortcuts, "F12")}, str)
    assert found.notice == ""
    assert found.keymap.keys(command.id) == (command.shortcuts if command.fixed else (*command.shortcuts, "F12"))


def test_invalid_key_is_ignored_and_reported() -> None:
    found = read(
        REGISTRY, {"run": ("F5", "nonsense"), "palette": ("junk",), "escape": ("F9",)}, lambda k: k if "F" in k else ""
    )
    assert found.keymap.keys("run") == ("F5",)
    assert found.keymap.keys("palette") == ("Ctrl+K",)
    assert found.keymap.keys("escape") == ("Esc",)
    assert "“nonsense”" in found.notice


@pytest.mark.parametrize(
    "key", ["Ctrl+3", "3", "-", "Ctrl+C", "Ctrl+Del", "Ctrl+Shift+Left", "Tab", "Return", "Esc", "Up", "Shift+Return"]
)
def test_reserved_keys_are_refused_with_a_reason(key: str) -> None:
    assert why_reserved(key).endswith("key.") or "add Ctrl" in why_reserved(key)


@pytest.mark.parametrize(
    "key", ["Ctrl+Shift+0", "Ctrl+0", "Ctrl+J", "F5", "G", "Ctrl++", "Alt+3", "Ctrl+Return", "Ctrl+-"]
)
def test_unreserved_keys_are_accepted(key: str) -> None:
    assert why_reserved(key) == ""


def test_keys_are_shown_with_readable_names() -> None:
    assert spoken("Ctrl+Return") == "Ctrl+Enter"
    assert spoken("Ctrl++") == "Ctrl++"
    assert spoken("Ctrl+PgDown") == "Ctrl+Page Down"
    assert only_outside_text("G")
    assert not only_outside_text("Ctrl+G")
    assert not only_outside_text("F5")
