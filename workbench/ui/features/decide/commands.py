"""The commands of Decide."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.app.commands import EVERYWHERE, Command, always, needs

REPORTS: Mapping[str, tuple[str, str]] = {
    "html": ("Save as a page", "Save the decision as a page"),
    "markdown": ("Save as Markdown", "Save the decision as Markdown"),
    "json": ("Save as JSON", "Save the decision as JSON"),
    "copy": ("Copy as Markdown", "Copy the decision as Markdown"),
}
"""The reports by id, with their titles in the menu of the page, and as commands."""


def _report(kind: str, title: str) -> Command:
    return Command(
        f"decision_{kind}",
        title,
        "Decide",
        (),
        needs("has_prompt"),
        views=("decide",),
        run=lambda controller: controller.reports.take(kind),
    )


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
    *(_report(kind, title) for kind, (_, title) in REPORTS.items()),
)
