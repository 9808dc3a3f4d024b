"""The commands about models."""

from __future__ import annotations

from workbench.app.commands import EVERYWHERE, Command, always

COMMANDS = (
    Command(
        "retiring_models",
        "Retiring models in use…",
        "Test",
        enabled=always,
        views=EVERYWHERE,
        run=lambda controller: controller.retiring.open(),
        after="compare_afresh",
    ),
)
