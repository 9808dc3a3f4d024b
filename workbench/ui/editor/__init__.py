"""The message editor and the values of its variables."""

from workbench.ui.editor.editor import ContentEditor
from workbench.ui.editor.values import ValuesPanel

__all__ = ["ContentEditor", "ValuesPanel"]
