"""The commands of the Help menu."""

from __future__ import annotations

from workbench.app.commands import EVERYWHERE, Command

# `c` is the controller.
COMMANDS = (
    Command("guide", "Guide", "Help", views=EVERYWHERE, run=lambda c: c.show_guide(), after="shortcuts"),
    Command("news", "What’s new", "Help", views=EVERYWHERE, run=lambda c: c.show_news(), after="guide"),
    Command(
        "report_problem",
        "Report a problem…",
        "Help",
        views=EVERYWHERE,
        run=lambda c: c.report_problem(),
        after="shortcuts",
    ),
    Command("licences", "Licences", "Help", views=EVERYWHERE, run=lambda c: c.show_licences(), after="shortcuts"),
    Command(
        "about",
        "About Prompt Workbench",
        "Help",
        views=EVERYWHERE,
        run=lambda c: c.show_about(),
        after="shortcuts",
    ),
)
