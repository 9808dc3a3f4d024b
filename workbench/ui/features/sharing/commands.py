"""The commands that share the answers of the shown iteration, or of the selected run."""

from __future__ import annotations

from workbench.app.commands import Command

_VIEWS = ("compose", "history")
# `c` is the controller.
COMMANDS = (
    Command(
        "share_table",
        "Copy all answers as a table",
        "History",
        views=_VIEWS,
        run=lambda c: c.copy_table(),
        after="note",
    ),
    Command(
        "share_picture",
        "Copy all answers as a picture",
        "History",
        views=_VIEWS,
        run=lambda c: c.copy_picture(),
        after="note",
    ),
    Command(
        "share_page",
        "Save all answers as a page",
        "History",
        views=_VIEWS,
        run=lambda c: c.save_page(),
        after="note",
    ),
)
