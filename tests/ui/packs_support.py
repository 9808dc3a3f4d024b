"""Exporting packs in the real window: opening the dialog and waiting for it."""

from __future__ import annotations

from pathlib import Path

from tests.ui.desk import Desk
from workbench.ui.features.packs.export_dialog import ExportPackDialog


def opened(desk: Desk) -> ExportPackDialog:
    """Trigger the command and wait until everything is listed."""
    desk.window.actions["export_pack"].trigger()
    dialog = desk.window.dialogs.pack_export
    assert dialog is not None
    choice = dialog.choice
    desk.until(lambda: choice.table.rowCount() and choice.choosing.is_known)
    desk.until(lambda: choice.name.text() or not choice.table.choices)
    return dialog


def looked_through(desk: Desk, dialog: ExportPackDialog, path: Path) -> None:
    dialog.choice.take_place(path)
    dialog.go.click()
    desk.until(lambda: not dialog.is_running)


def written(desk: Desk, dialog: ExportPackDialog) -> None:
    dialog.go.click()
    desk.until(lambda: dialog.pages.currentWidget() is dialog.written)


def new_prompt(desk: Desk, name: str) -> None:
    """Create a prompt and wait until it is open."""
    window = desk.window
    window.prompts.create(name)
    desk.until(lambda: window.prompts.model.row(0).name == name)
    desk.until(lambda: window.prompt_uid == window.prompts.model.row(0).uid and window.is_ready)


def ask(desk: Desk, text: str) -> None:
    new_prompt(desk, "Shop bot")
    desk.window.editor.focus_first()
    desk.type(text)
    desk.run()
