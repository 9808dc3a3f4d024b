"""Actions on one part among several of its kind: an example, or a tool.

Invariant: the other parts and their order are not changed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal, TypeVar

from PySide6.QtWidgets import QMenu

from workbench.core.blocks import Example, Tool

Action = Literal["up", "down", "duplicate", "switch", "remove"]
Part = TypeVar("Part", Example, Tool)


def acted(parts: tuple[Part, ...], index: int, action: Action) -> tuple[Part, ...]:
    """Return `parts` after an action on the one at `index`; moving requires a neighbour in that direction."""
    changed = list(parts)
    match action:
        case "up" | "down":
            changed.insert(index + (1 if action == "down" else -1), changed.pop(index))
        case "duplicate":
            changed.insert(index + 1, changed[index])
        case "switch":
            changed[index] = replace(changed[index], enabled=not changed[index].enabled)
        case "remove":
            del changed[index]
    return tuple(changed)


def fill_actions(menu: QMenu, place: tuple[int, int], *, is_on: bool, act: Callable[[Action], object]) -> None:
    """Add the actions on a part to a menu; `place` is its index and the number of parts."""
    index, count = place
    entries: tuple[tuple[str, Action, bool], ...] = (
        ("Move up", "up", index > 0),
        ("Move down", "down", index < count - 1),
        ("Switch off" if is_on else "Switch on", "switch", True),
        ("Duplicate", "duplicate", True),
        ("Remove", "remove", True),
    )
    for text, name, enabled in entries:
        action = menu.addAction(text)
        action.setEnabled(enabled)
        action.triggered.connect(lambda _=False, name=name: act(name))
