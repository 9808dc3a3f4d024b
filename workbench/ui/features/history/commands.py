"""The commands of the History view, including the deletion of prompts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.app.commands import EVERYWHERE, HISTORY, Command, Enabled, needs

if TYPE_CHECKING:
    from workbench.ui.features.history.run_actions import RunCuration


_can_curate = needs("has_rows", "writable")
_has_rows = needs("has_rows")
_one_row = needs("one_row")


def _of_runs(
    name: str, title: str, act: Callable[[RunCuration], object], key: str = "", enabled: Enabled = _can_curate
) -> Command:
    """Return a command that acts on the runs selected in the History view."""
    return Command(
        name,
        title,
        "History",
        (key,) if key else (),
        enabled,
        views=HISTORY,
        run=lambda controller: controller.on_selected(act),
        after="note",
    )


COMMANDS = (
    Command(
        "delete_prompt",
        "Delete prompt",
        "Prompt",
        (),
        needs("has_prompt", "writable"),
        run=lambda controller: controller.delete_open_prompt(),
        after="archive_prompt",
    ),
    _of_runs("open_run", "Open the selected run", lambda act: act.open(), "Ctrl+O", _one_row),
    _of_runs("star_run", "Star the selected runs", lambda act: act.star(), "Ctrl+Shift+S"),
    _of_runs("tag_run", "Tags of the selected runs…", lambda act: act.tag(), "Ctrl+Shift+T"),
    _of_runs("archive_run", "Archive the selected runs", lambda act: act.archive(), "Ctrl+Shift+A"),
    _of_runs("delete_run", "Delete the selected runs", lambda act: act.delete(), "Ctrl+Del"),
    _of_runs("purge_run", "Delete the selected runs for good…", lambda act: act.purge(), "Ctrl+Shift+Del"),
    _of_runs(
        "keep_run_cases",
        "Make cases of the selected run",
        lambda act: act.make_cases(),
        enabled=needs("one_row", "writable"),
    ),
    _of_runs("copy_rows", "Copy the selected runs as lines", lambda act: act.copy(), enabled=_has_rows),
    _of_runs("copy_run_prompt", "Copy the selected run's prompt", lambda act: act.copy_as("prompt"), enabled=_one_row),
    _of_runs(
        "copy_run_answers",
        "Copy the selected run's answers",
        lambda act: act.copy_as("answers"),
        "Ctrl+Shift+C",
        _one_row,
    ),
    _of_runs(
        "copy_run_markdown",
        "Copy the selected run's answers as Markdown",
        lambda act: act.copy_as("markdown"),
        enabled=_one_row,
    ),
    _of_runs("copy_run_json", "Copy the selected run as JSON", lambda act: act.copy_as("json"), enabled=_one_row),
    _of_runs(
        "copy_run_requests",
        "Copy the exact requests of the selected run",
        lambda act: act.copy_as("requests"),
        enabled=_one_row,
    ),
    Command(
        "save_search",
        "Save this search…",
        "History",
        ("Ctrl+S",),
        needs("searched", "writable"),
        views=HISTORY,
        run=lambda controller: controller.save_search(),
        after="note",
    ),
    Command(
        "saved_searches",
        "Saved searches…",
        "History",
        ("Ctrl+Shift+F",),
        views=EVERYWHERE,
        run=lambda controller: controller.show_saved_searches(),
        after="note",
    ),
    Command(
        "deleted",
        "Deleted items: bring back, or delete for good…",
        "History",
        (),
        needs("writable"),
        views=EVERYWHERE,
        run=lambda controller: controller.erasing.show_deleted(),
        after="note",
    ),
    Command(
        "view_history",
        "History: all runs",
        "View",
        ("Alt+3",),
        views=EVERYWHERE,
        run=lambda controller: controller.show(),
        after="view_compose",
    ),
)
