"""Lists all commands of the window, and the keys that a new one may have.

    python -m tests.commands

Prints the commands by group, in the order of the menus: id, title, keys, the command that each follows (`after`) and
the views in which it is available. Below are the free keys, and those that `app/keymap.py` reserves, with the reason.
Keys are spelled as in the rows of commands.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from string import ascii_uppercase, digits

from workbench.app.command_registry import CommandRegistry
from workbench.app.commands import GROUPS, Command
from workbench.app.keymap import spoken, why_reserved
from workbench.ui.composition import FEATURES

F_KEYS = tuple(f"F{number}" for number in range(1, 13))
FAMILIES = {"Ctrl+Shift+": ascii_uppercase, "Alt+": ascii_uppercase, "Ctrl+": ascii_uppercase}
FAMILIES_OF_F = ("", "Shift+")
_NAMED = ("Tab", "Return", "Space", "Up", "Down", "Left", "Right", "Home", "End", "PgUp", "PgDown")
_NAMED += ("Backspace", "Del", "Ins", "Esc", "Menu")
_PRESSED = (*ascii_uppercase, *digits, "-", *_NAMED)
_HELD = ("", "Shift+", "Ctrl+", "Ctrl+Shift+", "Alt+")
_WIDTH = 120


def lines(registry: CommandRegistry) -> Iterator[str]:
    """Yield the lines of the list."""
    for group in GROUPS:
        if rows := [_cells(command) for command in registry.group(group)]:
            widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
            yield group
            yield from (f"  {'  '.join(map(str.ljust, row, widths))}".rstrip() for row in rows)
            yield ""
    yield "Free keys"
    for held in FAMILIES:
        yield f"  {held} with {' '.join(free(registry, held, FAMILIES[held])) or 'none'}"
    for held in FAMILIES_OF_F:
        yield f"  {' '.join(f'{held}{key}' for key in free(registry, held, F_KEYS))}"
    yield ""
    yield "Keys that app/keymap.py reserves"
    for why, keys in reserved().items():
        yield textwrap.fill(f"{why}: {' '.join(keys)}", _WIDTH, initial_indent="  ", subsequent_indent="    ")


def free(registry: CommandRegistry, held: str, pressed: tuple[str, ...] | str) -> list[str]:
    """Return what can be pressed with `held` because no command has it and it is not reserved."""
    taken = {key for command in registry for key in command.shortcuts}
    return [key for key in pressed if f"{held}{key}" not in taken and not why_reserved(f"{held}{key}")]


def reserved() -> dict[str, list[str]]:
    """Return the reserved keys by reason."""
    found: dict[str, list[str]] = {}
    for key in (f"{held}{pressed}" for held in _HELD for pressed in _PRESSED):
        if why := why_reserved(key):
            found.setdefault(why.removeprefix(spoken(key)).partition(". ")[0].strip(), []).append(key)
    return found


def _cells(command: Command) -> tuple[str, ...]:
    after = f"after {command.after}" if command.after else ""
    return command.id, command.title, ", ".join(command.shortcuts), after, " ".join(command.views) or "everywhere"


def main() -> int:
    for line in lines(FEATURES.commands()):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
