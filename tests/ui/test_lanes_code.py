"""Code that reproduces a lane, in the colours of the current theme."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from tests.ui.lanes_support import screen, theme
from tests.ui.looks import change_mode
from workbench.ui.features.lanes.code import CodeDialog
from workbench.ui.widgets.theme import Theme

__all__ = ["screen", "theme"]


def colours(dialog: CodeDialog) -> set[str]:
    formats = dialog.field.document().firstBlock().layout().formats()
    return {one.format.foreground().color().name() for one in formats}


def test_theme_change_recolours_visible_code(theme: Theme, screen: Callable[[QWidget], QWidget]) -> None:
    change_mode(theme, "light")
    dialog = CodeDialog(theme, title="gpt")
    screen(dialog)
    dialog.show_code({"curl": ('import json, "a text"', True)})
    assert colours(dialog) == {theme.color("accent").name(), theme.color("green").name()}
    before = colours(dialog)
    change_mode(theme, "dark")
    assert colours(dialog) == {theme.color("accent").name(), theme.color("green").name()} != before
    change_mode(theme, "light")


def test_code_has_the_focus_even_if_it_arrives_before_the_dialog_opens(
    theme: Theme, screen: Callable[[QWidget], QWidget]
) -> None:
    dialog = CodeDialog(theme, title="gpt")
    dialog.show_code({"curl": ("curl", True), "LiteLLM": ("import litellm", True)})
    screen(dialog)
    assert dialog.focusWidget() is dialog.field
