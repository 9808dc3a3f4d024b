"""The registry of commands: unique ids and keys, and the order of menus."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workbench.app.command_registry import CommandRegistry
from workbench.app.commands import Command, WindowState, any_of, by_view, needs


def _row(name: str, after: str = "", *keys: str, group: str = "Edit") -> Command:
    return Command(name, name.title(), group, keys, after=after)


def test_command_is_placed_after_the_named_one() -> None:
    rows = (_row("a"), _row("b"), _row("c"), _row("d", "e"), _row("e", "a"), _row("f", "a"))
    assert [command.id for command in CommandRegistry(rows).group("Edit")] == ["a", "e", "d", "f", "b", "c"]


def test_commands_are_in_the_order_of_the_menus() -> None:
    rows = (_row("a"), _row("b", group="View"), _row("c", group="Run"), _row("d"), _row("e", "d", group="Run"))
    assert [command.id for command in CommandRegistry(rows)] == ["c", "e", "a", "d", "b"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ((_row("a"), _row("a")), "two commands are called a"),
        ((_row("a", "", "F5"), _row("b", "", "F5")), "F5 belongs to a and to b"),
        ((_row("a"), _row("b", "gone")), r"\['b'\]"),
        ((_row("a"), _row("b", "c"), _row("c", "b")), r"\['b', 'c'\]"),
        ((_row("a", group="Elsewhere"),), "not in tuple"),
    ],
)
def test_duplicate_or_unorderable_commands_are_refused(rows: tuple[Command, ...], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        CommandRegistry(rows)


def test_conditions_use_fields_of_the_state() -> None:
    state = WindowState(has_prompt=True, one_row=True)
    assert needs("has_prompt", "writable")(state)
    assert not needs("has_prompt", unless=("one_row",))(state)
    assert any_of("blind", "one_row")(state)
    assert not any_of("blind", "running")(state)
    narrow = by_view(history=needs("two_rows"), otherwise=needs("one_row"))
    assert narrow(state)
    assert not narrow(replace(state, view="history"))
    with pytest.raises(ValueError, match="has_promt"):
        needs("has_promt")
