"""The page that the window paints first: the editor with values and run bar, and room for the lanes."""

from workbench.ui.draft_page.view import ComposeView

__all__ = ["ComposeView"]
