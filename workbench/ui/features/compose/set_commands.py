"""Commands on value sets."""

from __future__ import annotations

from workbench.app.commands import Command, WindowState


def _is_editing(state: WindowState) -> bool:
    return state.is_editing


def _has_sets(state: WindowState) -> bool:
    return state.is_editing and state.has_sets


COMMANDS = (
    Command("add_set", "Add a value set", "Values", (), _is_editing, run=lambda compose: compose.sets.add()),
    Command(
        "duplicate_set",
        "Duplicate the shown value set",
        "Values",
        (),
        _has_sets,
        run=lambda compose: compose.sets.duplicate(),
    ),
    Command(
        "rename_set", "Rename the shown value set", "Values", (), _has_sets, run=lambda compose: compose.sets.rename()
    ),
    Command(
        "remove_set", "Delete the shown value set", "Values", (), _has_sets, run=lambda compose: compose.sets.remove()
    ),
    Command("tick_set", "Run the shown value set", "Values", (), _has_sets, run=lambda compose: compose.sets.tick()),
    Command(
        "paste_sets", "Paste rows as value sets…", "Values", (), _is_editing, run=lambda compose: compose.sets.paste()
    ),
    Command(
        "next_set",
        "Next value set",
        "Values",
        ("Alt+PgDown",),
        lambda s: s.has_sets,
        run=lambda compose: compose.sets.step(1),
        repeats=True,
    ),
    Command(
        "previous_set",
        "Previous value set",
        "Values",
        ("Alt+PgUp",),
        lambda s: s.has_sets,
        run=lambda compose: compose.sets.step(-1),
        repeats=True,
    ),
    Command(
        "large_value",
        "Edit the value in a large pane…",
        "Values",
        ("Ctrl+Shift+L",),
        _is_editing,
        run=lambda compose: compose.sets.enlarge(),
    ),
)
