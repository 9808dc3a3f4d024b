"""Commands on the cases that are chosen for Compose."""

from __future__ import annotations

from workbench.app.commands import Command, needs

_is_editing = needs("is_editing")
_has_sets = needs("is_editing", "has_sets")
COMMANDS = (
    Command("add_set", "Add a case", "Values", (), _is_editing, run=lambda compose: compose.sets.add()),
    Command(
        "duplicate_set",
        "Duplicate the shown case",
        "Values",
        (),
        _has_sets,
        run=lambda compose: compose.sets.duplicate(),
    ),
    Command("rename_set", "Rename the shown case", "Values", (), _has_sets, run=lambda compose: compose.sets.rename()),
    Command(
        "remove_set",
        "Remove the shown case from Compose",
        "Values",
        (),
        _has_sets,
        run=lambda compose: compose.sets.remove(),
    ),
    Command("tick_set", "Run the shown case", "Values", (), _has_sets, run=lambda compose: compose.sets.tick()),
    Command("paste_sets", "Paste rows as cases…", "Values", (), _is_editing, run=lambda compose: compose.sets.paste()),
    Command(
        "next_set",
        "Next case",
        "Values",
        ("Alt+PgDown",),
        needs("has_sets"),
        run=lambda compose: compose.sets.step(1),
        repeats=True,
    ),
    Command(
        "previous_set",
        "Previous case",
        "Values",
        ("Alt+PgUp",),
        needs("has_sets"),
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
