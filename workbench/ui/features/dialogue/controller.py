"""What the commands about conversations do.

Invariant: a draft that is replaced can be had back with one click and with Ctrl+Z; texts are read on the task pool.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from workbench.core.content import Content
from workbench.core.conversation import new_variables, with_dialogue
from workbench.core.drafts import Draft
from workbench.formats.dialogue import Dialogue, DialogueError, looks_like_json_dialogue, read_dialogue
from workbench.ui.features.dialogue.dialog import DialogueDialog
from workbench.usecases.conversing import continued_draft
from workbench.usecases.problems import problem_of

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow

_MOST_NAMES = 5


class DialogueController(QObject):
    """Continues from a lane, and takes recorded dialogues in."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.dialog: DialogueDialog | None = None

    def go_on(self, slot: str) -> None:
        """Make a lane's answer and an empty message of the user the end of the next draft."""
        window = self._window
        compose, board = window.compose, window.compose.board
        run, output, prompt = board.run_uid, board.output(slot), compose.prompt_uid
        if not output or board.is_running(slot):
            window.notices.refused("This lane has no finished answer to go on from. Run it, or wait for its end.")
            return
        title = window.lane_title(slot)
        before = compose.draft()

        def make() -> Draft:
            detail = window.workbench.history.detail(run)
            return continued_draft(detail, output, lambda n: window.workbench.store.version(prompt, n), before)

        def show(after: Draft) -> None:
            if prompt == compose.prompt_uid and before == compose.draft():
                self._take(before, after, f"The draft goes on from the answer of {title}.")

        def failed(error: Exception) -> None:
            problem = problem_of(error)
            window.notices.refused(problem.sentence, problem.detail)

        window.tasks.run(make, show, failed)

    def paste(self, text: str | None = None) -> None:
        """Open the window for a recorded dialogue, with `text` or what the clipboard holds if that is JSON of one."""
        if self.dialog is not None:
            self.dialog.raise_()
            return
        window = self._window
        if text is None:
            copied = QApplication.clipboard().text()
            text = copied if looks_like_json_dialogue(copied) else ""
        content = window.view.editor.content()
        if text and [message.text for message in content.messages] == [text]:
            content = Content()
        has_system = any(message.role == "system" for message in content.messages)
        dialog = DialogueDialog(window.theme, text, has_system=has_system, parent=window.frame)
        dialog.read_wanted.connect(self._read)
        dialog.chosen.connect(self._chosen)
        dialog.finished.connect(self._closed)
        self.dialog = dialog
        # Over the window: the messages would else go into another prompt that is opened meanwhile.
        dialog.open()

    def _read(self, text: str) -> None:
        def show(found: Dialogue) -> None:
            if self.dialog is not None and self.dialog.field.exact() == text:
                self.dialog.show_found(found)

        def failed(error: Exception) -> None:
            if self.dialog is not None:
                known = isinstance(error, DialogueError)
                self.dialog.show_wrong(str(error) if known else problem_of(error).sentence)

        self._window.tasks.run(lambda: read_dialogue(text), show, failed)

    def _chosen(self, found: Dialogue, keep_system: bool, append: bool) -> None:
        before = self._window.compose.draft()
        content = with_dialogue(before.content, found.messages, keep_system=keep_system, append=append)
        self._take(before, replace(before, content=content), f"{len(found.messages)} messages came from the dialogue.")

    def _take(self, before: Draft, after: Draft, sentence: str) -> None:
        compose, editor = self._window.compose, self._window.view.editor
        compose.back()
        compose.put_back(after, before)
        names = new_variables(before.content, after.content)
        if names:
            listed = ", ".join(f"{{{{{name}}}}}" for name in names[:_MOST_NAMES])
            sentence += f" It brings variables along: {listed}{' and others' if len(names) > _MOST_NAMES else ''}."
        self._window.notices.offer_draft(sentence, before)
        self._window.frame.activateWindow()
        editor.inserting.focus_last()

    def _closed(self) -> None:
        self.dialog = None


class PasteWatch(QObject):
    """Offers to make messages of JSON that was pasted into an empty prompt."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._was_empty = True
        window.view.editor.edited.connect(self._look)

    def _look(self) -> None:
        content = self._window.view.editor.content()
        was_empty, self._was_empty = self._was_empty, content.is_empty
        if not was_empty or len(content.messages) != 1:
            return
        text = content.messages[0].text
        if looks_like_json_dialogue(text):
            self._window.notices.offer(
                "This looks like a recorded dialogue.",
                "Make messages…",
                lambda: self._window.dialogs.conversation.paste(text),
            )
