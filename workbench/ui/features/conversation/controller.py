"""Executes the commands about conversations.

Invariant: a replaced draft can be restored with one click or Ctrl+Z; texts are parsed on the task pool.
"""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QApplication

from workbench.core.content import Content
from workbench.core.drafts import Draft
from workbench.formats.imports.conversation import (
    Conversation,
    ConversationError,
    looks_like_json_conversation,
    read_conversation,
)
from workbench.ui.features.conversation.dialog import ConversationDialog
from workbench.ui.shell.services import Services
from workbench.usecases.conversation import continued_draft, new_variables, with_conversation
from workbench.usecases.problems import problem_of

_MOST_NAMES = 5


class ConversationController:
    """Continues from a lane's answer, and imports recorded conversations."""

    def __init__(self, services: Services) -> None:
        self._services, self._session = services, services.session
        self.dialog: ConversationDialog | None = None

    def stop(self) -> None:
        """Do nothing: there is no background work to stop."""

    def go_on(self, slot: str = "") -> None:
        """Append a lane's answer and an empty user message to the draft; "" is the focused lane."""
        session, notices, store = self._session, self._services.notices, self._services.backend.store
        answer, prompt, before = session.answer(slot), session.prompt(), session.draft()
        if answer is None:
            notices.refused("This lane has no finished answer to continue from. Run it, or wait for it to finish.")
            return

        def make() -> Draft:
            detail = store.iteration_detail(answer.run_uid)
            return continued_draft(detail, answer.output_uid, lambda number: store.version(prompt, number), before)

        def show(after: Draft) -> None:
            if prompt == session.prompt() and before == session.draft():
                self._take(before, after, f"Draft continues from {answer.lane}'s answer.")

        def failed(error: Exception) -> None:
            problem = problem_of(error)
            notices.refused(problem.sentence, problem.detail)

        self._services.tasks.run(make, show, failed)

    def offer_to_read(self, text: str) -> None:
        """Offer to convert a text that looks like a recorded conversation into messages."""
        if looks_like_json_conversation(text):
            sentence = "This looks like a recorded dialogue."
            editor = self._services.editor

            def is_gone() -> bool:
                return not any(text in message.text for message in editor.content().messages)

            self._services.notices.offer(sentence, "Make messages…", lambda: self.paste(text), is_gone)

    def paste(self, text: str | None = None) -> None:
        """Open the dialog with `text`, by default the clipboard if it contains a conversation as JSON."""
        if self.dialog is not None:
            self.dialog.raise_()
            return
        services = self._services
        if text is None:
            copied = QApplication.clipboard().text()
            text = copied if looks_like_json_conversation(copied) else ""
        content = services.editor.content()
        if text and [message.text for message in content.messages] == [text]:
            content = Content()
        has_system = any(message.role == "system" for message in content.messages)
        dialog = ConversationDialog(services.theme, text, has_system=has_system, parent=services.dialogs.widget())
        dialog.read_wanted.connect(self._read)
        dialog.chosen.connect(self._chosen)
        dialog.finished.connect(self._closed)
        self.dialog = dialog
        # Window-modal: otherwise the messages could go into another prompt opened in the meantime.
        dialog.open()

    def _read(self, text: str) -> None:
        def show(found: Conversation) -> None:
            if self.dialog is not None and self.dialog.field.exact() == text:
                self.dialog.show_found(found)

        def failed(error: Exception) -> None:
            if self.dialog is not None:
                known = isinstance(error, ConversationError)
                self.dialog.show_wrong(str(error) if known else problem_of(error).sentence)

        self._services.tasks.run(lambda: read_conversation(text), show, failed)

    def _chosen(self, found: Conversation, keep_system: bool, append: bool) -> None:
        before = self._session.draft()
        content = with_conversation(before.content, found.messages, keep_system=keep_system, append=append)
        self._take(before, replace(before, content=content), f"{len(found.messages)} messages taken from the dialogue.")

    def _take(self, before: Draft, after: Draft, sentence: str) -> None:
        self._session.back()
        self._session.put_back(after, before)
        names = new_variables(before.content, after.content)
        if names:
            listed = ", ".join(f"{{{{{name}}}}}" for name in names[:_MOST_NAMES])
            sentence += f" It adds variables: {listed}{' and others' if len(names) > _MOST_NAMES else ''}."
        self._services.notices.offer_draft(sentence, before)
        self._services.dialogs.widget().activateWindow()
        self._services.editor.focus_last()

    def _closed(self) -> None:
        self.dialog = None
