"""Editing aids: colours, matching brackets and tags, indenting of several lines.

Invariant: an editor works without the aids, and none of them is loaded before the first paint.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject

from workbench.ui.editor import indent
from workbench.ui.editor.block import MessageBlock
from workbench.ui.editor.column import MessageColumn
from workbench.ui.editor.deferred_blocks import DeferredBlocks
from workbench.ui.editor.editor import ContentEditor
from workbench.ui.editor.grammar import LONGEST_CODE
from workbench.ui.editor.highlight import Highlighter
from workbench.ui.editor.hits import HitMarks
from workbench.ui.editor.lexers import CodeLanguages, Run
from workbench.ui.editor.pairs import BracketPairs
from workbench.ui.widgets.theme import Theme

_PLAIN = f"Lines of code over {LONGEST_CODE:,} characters are not highlighted, to keep typing fast."


class CodeHelp(QObject):
    """Adds the aids to every message of one editor, including later ones."""

    def __init__(self, editor: ContentEditor, theme: Theme, run: Run) -> None:
        """`run` does work off the UI thread and delivers its result on it."""
        super().__init__(editor)
        self._editor, self._theme = editor, theme
        self._languages = CodeLanguages(run, self.again)
        self._template = editor.parts.template
        for block in editor.blocks:
            self._help(block)
        editor.block_made.connect(self._help)
        editor.edited.connect(self._follow_template)
        theme.changed.connect(self.again)
        if (column := editor.findChild(MessageColumn)) is not None:
            DeferredBlocks(column, theme, self._colour)

    def again(self) -> None:
        """Colour everything again."""
        self._template = self._editor.parts.template
        for block in self._editor.blocks:
            if not block.is_undressed:
                self._colour(block)

    def _colour(self, block: MessageBlock) -> None:
        for layer in block.field.layers:
            if isinstance(layer, Highlighter):
                layer.again()

    def _help(self, block: MessageBlock) -> None:
        field = block.field
        colours = Highlighter(field, self._theme, self._languages, lambda: self._editor.parts.template == "jinja")
        colours.left_plain.connect(lambda is_plain: block.remark(_PLAIN if is_plain else ""))
        field.layers.append(colours)
        field.layers.append(HitMarks(field, self._theme))
        field.layers.append(BracketPairs(field, self._theme))
        field.habits.append(partial(indent.takes, field))

    def _follow_template(self) -> None:
        if self._editor.parts.template != self._template:
            self.again()
