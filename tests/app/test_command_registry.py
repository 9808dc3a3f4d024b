"""The registry of commands: unique ids and keys, and the order of menus."""

from __future__ import annotations

import pytest

from workbench.app.command_registry import CommandRegistry
from workbench.app.commands import Command


def _row(name: str, after: str = "", *keys: str) -> Command:
    return Command(name, name.title(), "Edit", keys, after=after)


def test_a_command_follows_the_one_that_it_names() -> None:
    rows = (_row("a"), _row("b"), _row("c"), _row("d", "e"), _row("e", "a"), _row("f", "a"))
    assert [command.id for command in CommandRegistry(rows).group("Edit")] == ["a", "e", "d", "f", "b", "c"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ((_row("a"), _row("a")), "two commands are called a"),
        ((_row("a", "", "F5"), _row("b", "", "F5")), "F5 belongs to a and to b"),
        ((_row("a"), _row("b", "gone")), r"\['b'\]"),
        ((_row("a"), _row("b", "c"), _row("c", "b")), r"\['b', 'c'\]"),
    ],
)
def test_what_cannot_be_ordered_is_refused(rows: tuple[Command, ...], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        CommandRegistry(rows)
