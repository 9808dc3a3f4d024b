"""The command of the tour."""

from __future__ import annotations

from workbench.app.commands import EVERYWHERE, Command, needs

COMMANDS = (
    Command(
        "tour",
        "Take the tour of the sample",
        "Help",
        views=EVERYWHERE,
        enabled=needs("writable"),
        run=lambda controller: controller.begin_again(),
        after="shortcuts",
    ),
)
