"""Completes the editors of Compose after the window is painted.

Invariant: the draft's editor and that of past iterations get the same help, whichever is made first; the filling of an
empty prompt in one step is reported once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from workbench.ui.editor import ContentEditor
from workbench.ui.editor.code_help import CodeHelp
from workbench.ui.editor.find_bar import FindBar
from workbench.ui.editor.finder import PromptFinder
from workbench.ui.features.compose.attachments import AttachmentActions
from workbench.ui.features.compose.branch_on_edit import BranchOnEdit
from workbench.ui.features.compose.draft_checks import DraftChecks
from workbench.ui.features.compose.paste_parts import PastedPartsActions
from workbench.ui.shell.events import CommandStateChanged, EmptyPromptFilled

if TYPE_CHECKING:
    from workbench.app.compose.session import ComposeSession
    from workbench.ui.draft_page.view import ComposeView
    from workbench.ui.shell.services import Services
    from workbench.usecases.workbench import Workbench


class EditorHelp(QObject):
    """Made once the parts of the window exist."""

    def __init__(self, services: Services, workbench: Workbench, compose: ComposeSession, view: ComposeView) -> None:
        super().__init__(compose)
        self._services, self._view = services, view
        self.attaching = AttachmentActions(services, workbench.attachments, view)
        self.pasting = PastedPartsActions(services, view)
        self.checking = DraftChecks(services, compose, view, workbench.template_mistake)
        self._help(view.editor)
        view.past_made.connect(self._help)
        self._branching = BranchOnEdit(compose, view.editor, services.notices)
        view.past_made.connect(self._branching.watch)
        self.bar = FindBar(view)
        view.add_below_editor(self.bar)
        self.finder = PromptFinder(self.bar, view.editor, services.theme, services.tasks.run)
        self.finder.toggled.connect(lambda: services.events.publish(CommandStateChanged()))
        view.shown_editor_changed.connect(self.finder.use)
        self._was_empty = True
        view.editor.edited.connect(self._tell_filled)

    def _tell_filled(self) -> None:
        content = self._view.editor.content()
        was_empty, self._was_empty = self._was_empty, content.is_empty
        if was_empty and len(content.messages) == 1 and len(text := content.messages[0].text) > 1:
            self._services.events.publish(EmptyPromptFilled(text))

    def _help(self, editor: ContentEditor) -> None:
        self.attaching.serve(editor)
        self.pasting.serve(editor)
        CodeHelp(editor, self._services.theme, self._services.tasks.run)
