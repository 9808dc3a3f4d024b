"""The commands of Decide."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.app.commands import EVERYWHERE, Command, always, needs

REPORTS: Mapping[str, str] = {}
"""The reports of the menu of the page, by id."""

COMMANDS = (
    Command(
        "view_decide",
        "Decide: is prompting enough?",
        "View",
        ("Alt+5",),
        always,
        views=EVERYWHERE,
        run=lambda controller: controller.show(),
        after="view_rank",
    ),
    Command(
        "decide_figures",
        "Your figures for the decision…",
        "Decide",
        (),
        needs("has_prompt", "writable"),
        views=EVERYWHERE,
        run=lambda controller: controller.edit_figures(),
    ),
    Command(
        "decide_rules",
        "How this is decided…",
        "Decide",
        (),
        always,
        views=EVERYWHERE,
        run=lambda controller: controller.show_rules(),
    ),
)
