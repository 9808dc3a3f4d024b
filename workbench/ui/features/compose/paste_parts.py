"""Pastes examples, tools and schemas as parts of the prompt, and offers that for those pasted into a message.

Invariant: text that is pasted into a message stays text unless the person takes the offer; what becomes a part is one
step of the editor's journal.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from workbench.ui.editor.exact_text import encodable

if TYPE_CHECKING:
    from workbench.formats.pasted_parts import PastedParts
    from workbench.ui.draft_page.view import ComposeView
    from workbench.ui.editor import ContentEditor
    from workbench.ui.editor.block import MessageBlock
    from workbench.ui.shell.services import Services

_KEY = "pasted"
_MOST_SAID = 2
"""The most sentences about unused parts that a notice shows."""
_LOOKED_AT = 200_000
"""Characters of a pasted text up to which it is checked; reading a longer one would delay the next key."""


class PastedPartsActions(QObject):
    """Turns copied texts into parts of the draft."""

    def __init__(self, services: Services, view: ComposeView) -> None:
        super().__init__(view)
        self._services, self._view = services, view
        self._offered: tuple[int, str] | None = None
        """The key of the message and the text for which the last offer was made, None once it is void."""

    def serve(self, editor: ContentEditor) -> None:
        """Watch the messages of an editor for pasted parts, including messages added later."""
        for block in editor.blocks:
            self._serve(editor, block)
        editor.block_made.connect(lambda block: self._serve(editor, block))
        editor.edited.connect(lambda: self._follow(editor))

    def paste(self) -> None:
        """Add the examples, tools and output format in the clipboard to the draft."""
        from workbench.formats.pasted_parts import read_parts  # lazy: most texts are just text

        notices, editor = self._services.notices, self._view.editor
        found = read_parts(QApplication.clipboard().text())
        if not found:
            notices.refused(" ".join(found.left_out))
            return
        before, draft = editor.content(), self._services.session.draft()
        notices.withdraw(_KEY)
        editor.parts_shown.add_parts(found)
        if editor.content() == before:
            notices.brief(_KEY, "The prompt has this output format already.")
            return
        said = [f"Pasted {found.words}.", *found.left_out[:_MOST_SAID]]
        if found.output is not None and before.output not in (None, found.output):
            said.append("The output format was replaced.")
        notices.offer_draft(" ".join(said), draft)

    def _serve(self, editor: ContentEditor, block: MessageBlock) -> None:
        block.field.pasted.connect(lambda text: self._offer(editor, block, text))

    def _offer(self, editor: ContentEditor, block: MessageBlock, text: str) -> None:
        if not 1 < len(text) <= _LOOKED_AT or not editor.can_edit:
            return
        from workbench.formats.pasted_parts import recognised

        if not (found := recognised(text)) or _is_dialogue_alone(editor, text):
            return
        if found.output is not None and not (found.examples or found.tools):
            label = "Use as output format"
        else:
            label = f"Add {found.words}"
        notices, key = self._services.notices, block.key
        self._offered = (key, encodable(text))
        notices.brief(_KEY, f"You pasted {found.words} as text.", label, lambda: self._take(editor, key, text, found))

    def _follow(self, editor: ContentEditor) -> None:
        """Withdraw the offer once the pasted text is edited or removed."""
        if self._offered is None:
            return
        key, pasted = self._offered
        messages = zip(editor.blocks, editor.content().messages, strict=True)
        if not any(block.key == key and pasted in message.text for block, message in messages):
            self._offered = None
            self._services.notices.withdraw(_KEY)

    def _take(self, editor: ContentEditor, key: int, text: str, found: PastedParts) -> None:
        """Move a pasted text out of its message and add its parts, in one step."""
        if not editor.can_edit:
            return
        content, pasted = editor.content(), encodable(text)
        at = next((at for at, block in enumerate(editor.blocks) if block.key == key), None)
        if at is not None:
            messages = list(content.messages)
            messages[at] = replace(messages[at], text=messages[at].text.replace(pasted, "", 1))
            content = replace(content, messages=tuple(messages))
        editor.parts_shown.focus_next(found, content)
        editor.set_content(found.added_to(content), undoable=True)
        editor.edited.emit()


def _is_dialogue_alone(editor: ContentEditor, text: str) -> bool:
    """Whether the prompt is only this recorded dialogue; making messages of it is offered instead."""
    from workbench.formats.imports.conversation import looks_like_json_conversation

    pasted = encodable(text)
    is_alone = not any(message.text.strip() for message in editor.content().messages if message.text != pasted)
    return is_alone and looks_like_json_conversation(text)
