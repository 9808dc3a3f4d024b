"""The commands that open the settings, and those that change the appearance directly."""

from __future__ import annotations

from workbench.app.commands import EVERYWHERE, Command

_ZOOM_STEP = 0.1

COMMANDS = (
    Command(
        "settings",
        "Settings: keys, endpoints, appearance, history",
        "View",
        ("Ctrl+,",),
        views=EVERYWHERE,
        run=lambda controller: controller.show(),
        after="previous_pane",
    ),
    Command(
        "theme_system",
        "Appearance: follow the system",
        "View",
        views=EVERYWHERE,
        run=lambda controller: controller.theme.set_mode("system"),
        checked=lambda controller: controller.theme.mode == "system",
        after="settings",
    ),
    Command(
        "theme_light",
        "Appearance: light",
        "View",
        views=EVERYWHERE,
        run=lambda controller: controller.theme.set_mode("light"),
        checked=lambda controller: controller.theme.mode == "light",
        after="theme_system",
    ),
    Command(
        "theme_dark",
        "Appearance: dark",
        "View",
        views=EVERYWHERE,
        run=lambda controller: controller.theme.set_mode("dark"),
        checked=lambda controller: controller.theme.mode == "dark",
        after="theme_light",
    ),
    Command(
        "zoom_in",
        "Larger text",
        "View",
        ("Ctrl++", "Ctrl+="),
        views=EVERYWHERE,
        run=lambda controller: controller.zoom(_ZOOM_STEP),
        after="wrap",
        repeats=True,
    ),
    Command(
        "zoom_out",
        "Smaller text",
        "View",
        ("Ctrl+-",),
        views=EVERYWHERE,
        run=lambda controller: controller.zoom(-_ZOOM_STEP),
        after="zoom_in",
        repeats=True,
    ),
    Command(
        "zoom_reset",
        "Text at 100 %",
        "View",
        ("Ctrl+0",),
        views=EVERYWHERE,
        run=lambda controller: controller.theme.set_scale(1.0),
        after="zoom_out",
    ),
)
