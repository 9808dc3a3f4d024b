"""The Compose view: the editor beside the lanes."""

from workbench.ui.compose.view import ComposeView

__all__ = ["ComposeView"]
