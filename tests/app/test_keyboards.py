"""Every shortcut can be typed on US, German and French keyboards, and none is ambiguous."""

from __future__ import annotations

import pytest

from workbench.ui.composition import FEATURES

Sign = tuple[str, bool]
"""A key, named by its character on a US keyboard, and whether Shift is held."""
LAYOUTS: dict[str, dict[str, Sign]] = {
    "us": {"+": ("=", True), "-": ("-", False), "=": ("=", False), ",": (",", False), ".": (".", False)}
    | {digit: (digit, False) for digit in "0123456789"},
    "german": {"+": ("]", False), "-": ("/", False), "=": ("0", True), ",": (",", False), ".": (".", False)}
    | {digit: (digit, False) for digit in "0123456789"},
    "french": {"+": ("=", True), "-": ("6", False), "=": ("=", False), ",": ("m", False), ".": (",", True)}
    | {digit: (digit, True) for digit in "0123456789"},
}


def chord(key: str, layout: dict[str, Sign]) -> frozenset[str]:
    """Return the keys to press for a portable key sequence."""
    *held, last = [*key[:-2].split("+"), "+"] if key.endswith("+") else key.split("+")
    if len(last) > 1 or last.isalpha():
        return frozenset((*held, last))
    place, shift = layout[last]
    assert not (shift and "Shift" in held), f"{key} needs Shift for its sign already"
    return frozenset((*held, f"key {place}", *(("Shift",) if shift else ())))


@pytest.mark.parametrize("name", LAYOUTS)
def test_no_two_commands_share_a_chord(name: str) -> None:
    seen: dict[frozenset[str], str] = {}
    for command in FEATURES.commands():
        for key in command.shortcuts:
            pressed = chord(key, LAYOUTS[name])
            assert seen.setdefault(pressed, command.id) == command.id, f"{key} on a {name} keyboard"
