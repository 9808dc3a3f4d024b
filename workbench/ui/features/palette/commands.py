"""The commands that open the palette and the shortcut sheet."""

from __future__ import annotations

from workbench.app.commands import EVERYWHERE, Command

COMMANDS = (
    Command(
        "palette",
        "Palette: find and do anything",
        "View",
        ("Ctrl+K",),
        views=EVERYWHERE,
        run=lambda controller: controller.open_palette(),
        after="view_compose",
    ),
    Command(
        "shortcuts",
        "Keyboard shortcuts",
        "Help",
        ("F1",),
        views=EVERYWHERE,
        run=lambda controller: controller.open_sheet(),
    ),
)
