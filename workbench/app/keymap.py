"""The keys of each command: the defaults from the table, and the user's changes.

Invariant: a key belongs to one command at most, and a key assigned by the user wins over a default. Only changes are
stored, so that unchanged commands follow the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from workbench.app.command_registry import CommandRegistry
from workbench.app.commands import Command

Stored = tuple[tuple[str, tuple[str, ...]], ...]
"""Command id and its keys as portable Qt key sequences, for each changed command."""

_SPOKEN = (("Return", "Enter"), ("PgUp", "Page Up"), ("PgDown", "Page Down"), ("Del", "Delete"), ("Ins", "Insert"))
_TEXT_KEYS = frozenset(
    {"Ctrl+A", "Ctrl+C", "Ctrl+V", "Ctrl+X", "Ctrl+Ins", "Ctrl+Backspace", "Ctrl+Del"}
    | {f"Ctrl+{shift}{key}" for shift in ("", "Shift+") for key in ("Left", "Right", "Home", "End")}
)
_MOVING_KEYS = frozenset(
    {"Tab", "Backtab", "Return", "Enter", "Space", "Up", "Down", "Left", "Right", "Home", "End", "PgUp", "PgDown"}
    | {"Backspace", "Del", "Ins", "Esc", "Menu"}
)
_MODIFIERS = frozenset({"Ctrl", "Alt", "Shift", "Meta"})


class Keymap:
    """An immutable assignment of keys. `stored` may name commands of another release, which are kept unchanged."""

    def __init__(self, commands: CommandRegistry, stored: Iterable[tuple[str, Iterable[str]]] = ()) -> None:
        self._commands = commands
        self._stored = {name: tuple(dict.fromkeys(keys)) for name, keys in stored}
        self._owner: dict[str, Command] = {}
        self._keys: dict[str, tuple[str, ...]] = {}
        changed = [command for command in commands if self._is_changed(command)]
        for command in changed:
            self._give(command, self._stored[command.id])
        for command in commands:
            if command not in changed:
                self._give(command, command.shortcuts)

    def _is_changed(self, command: Command) -> bool:
        return command.id in self._stored and not command.fixed

    def _give(self, command: Command, keys: Sequence[str]) -> None:
        mine = tuple(key for key in keys if self._owner.setdefault(key, command) is command)
        self._keys[command.id] = mine

    @property
    def stored(self) -> Stored:
        """The changes, as stored in the settings."""
        return tuple(sorted(self._stored.items()))

    def keys(self, command_id: str) -> tuple[str, ...]:
        """Return the keys of a command, the displayed one first."""
        return self._keys[command_id]

    def name(self, command_id: str) -> str:
        """Return the displayed key of a command in readable form, "" if it has none."""
        keys = self._keys[command_id]
        return spoken(keys[0]) if keys else ""

    def owner(self, key: str) -> Command | None:
        """Return the command that a key belongs to."""
        return self._owner.get(key)

    def is_changed(self, command_id: str) -> bool:
        """Whether a command's keys differ from the table."""
        return self._keys[command_id] != self._commands[command_id].shortcuts

    def adding(self, command_id: str, key: str) -> Keymap:
        """Return a map in which `key` is added to this command and removed from any other."""
        stored = {name: tuple(k for k in keys if k != key) for name, keys in self._stored.items()}
        stored[command_id] = (*(k for k in self._keys[command_id] if k != key), key)
        return Keymap(self._commands, stored.items())

    def without(self, command_id: str, key: str) -> Keymap:
        """Return a map in which this command no longer has `key`."""
        keys = tuple(k for k in self._keys[command_id] if k != key)
        return Keymap(self._commands, {**self._stored, command_id: keys}.items())

    def reset(self, command_id: str) -> Keymap:
        """Return a map in which this command has its keys from the table, removed from any other command."""
        wanted = set(self._commands[command_id].shortcuts)
        stored = {name: tuple(k for k in keys if k not in wanted) for name, keys in self._stored.items()}
        stored.pop(command_id, None)
        return Keymap(self._commands, stored.items())

    def reset_all(self) -> Keymap:
        """Return the map of the table; entries stored by another release stay."""
        others = {name: keys for name, keys in self._stored.items() if name not in self._commands}
        return Keymap(self._commands, others.items())


def spoken(key: str) -> str:
    """Return a portable key sequence in readable form: "Ctrl+Enter"."""
    *held, last = _parts(key)
    return "+".join([*held, dict(_SPOKEN).get(last, last)])


def why_reserved(key: str) -> str:
    """Return why no command may have `key` (a portable sequence), "" when it may."""
    *held, last = _parts(key)
    modifiers = {part for part in held if part in _MODIFIERS}
    strong = modifiers - {"Shift"}
    if key in _TEXT_KEYS:
        return f"{spoken(key)} edits text everywhere. Press another key."
    if key != "Ctrl+0" and modifiers <= {"Ctrl"} and last.isdigit() and len(last) == 1 and (modifiers or last):
        return f"{spoken(key)} gives a verdict on a lane. Press another key."
    if not modifiers and last == "-":
        return "- is the verdict “all bad”. Press another key."
    if not strong and last in _MOVING_KEYS:
        return f"{spoken(key)} is used for navigation in every window. Press another key, or add Ctrl or Alt."
    return ""


def only_outside_text(key: str) -> bool:
    """Whether a key types a character: it is text in text fields, and a command where the user put the focus."""
    *held, last = _parts(key)
    return set(held) <= {"Shift"} and len(last) == 1


@dataclass(frozen=True, slots=True)
class KeymapReading:
    """A map read from the settings, and a sentence about entries that could not be used ("" if there are none)."""

    keymap: Keymap
    notice: str = ""


def read(commands: CommandRegistry, stored: Mapping[str, Sequence[str]], clean: Callable[[str], str]) -> KeymapReading:
    """Return the map stored in the settings. `clean` returns a key's portable form, "" if it is not a key.

    Never fails: a key that cannot be used is skipped, and the notice names it.
    """
    wrong: list[str] = []
    kept: dict[str, tuple[str, ...]] = {}
    for name, keys in stored.items():
        if name not in commands:
            kept[name] = tuple(keys)
            continue
        # Some commands come with a key that is reserved in text fields, where it never reaches them.
        own = commands[name].shortcuts
        good = {key: clean(key) for key in keys}
        usable = {key for key in good.values() if key and (key in own or not why_reserved(key))}
        wrong += [key for key, cleaned in good.items() if cleaned not in usable]
        kept[name] = tuple(key for key in good.values() if key in usable)
        if keys and not kept[name]:
            # A damaged entry must not remove a command's keys.
            del kept[name]
    keymap = Keymap(commands, kept.items())
    if not wrong:
        return KeymapReading(keymap)
    named = ", ".join(f"“{key[:40]}”" for key in wrong[:3])
    return KeymapReading(keymap, f"These shortcuts in the settings cannot be used: {named}. F1 shows all keys.")


def _parts(key: str) -> list[str]:
    """Split a sequence at its plus signs; the last part may be the plus key itself."""
    if key.endswith("+") and key != "+":
        return [*key[:-2].split("+"), "+"] if len(key) > 2 else [key]
    return key.split("+") if key != "+" else ["+"]
