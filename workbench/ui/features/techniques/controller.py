"""Executes the commands about techniques.

Invariant: files are read and written on the task pool, never on the UI thread.
"""

from __future__ import annotations

from dataclasses import replace

from shiboken6 import isValid

from workbench.core.content import Content, Message
from workbench.core.snippets import escape
from workbench.core.technique_marks import mark_of
from workbench.core.techniques import Technique, example_pairs, insertion, output_format
from workbench.ui.features.techniques.dialog import TechniqueDialog
from workbench.ui.features.techniques.form import BLANK, TechniqueForm
from workbench.ui.shell.services import Services
from workbench.usecases.problems import problem_of
from workbench.usecases.techniques import TechniqueLibrary, Techniques


class TechniquesController:
    """Opens the list and the form, and inserts the chosen technique."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._files = Techniques(services.backend.places)
        self.dialog: TechniqueDialog | None = None
        self.form: TechniqueForm | None = None

    def stop(self) -> None:
        """Do nothing: there is no background work to stop."""

    def choose(self) -> None:
        """Open the list; a chosen technique is inserted into the draft."""
        if self.dialog is not None:
            self.dialog.raise_()
            return
        editor = self._services.editor
        dialog = TechniqueDialog(
            self._services.theme, _present(editor.content()), editor.caret(), self._services.dialogs.widget()
        )
        dialog.chosen.connect(self.insert)
        dialog.edit_wanted.connect(self._edit)
        dialog.remove_wanted.connect(self._remove)
        dialog.finished.connect(self._dialog_closed)
        self.dialog = dialog
        dialog.show()
        self._read()

    def insert(self, technique: Technique) -> None:
        """Insert a technique into the draft in one undoable step, and select its first gap."""
        editor = self._services.editor
        self._services.dialogs.widget().activateWindow()
        if technique.place == "examples":
            editor.add_examples(example_pairs(technique))
            return
        if technique.place == "output":
            before = editor.content().output
            if editor.set_output(output_format(technique)) and before is not None:
                self._services.notices.offer(
                    "The output format was replaced.",
                    "Undo",
                    lambda: editor.set_output(before),
                    lambda: editor.content().output == before,
                )
            return
        content = _present(editor.content())
        editor.insert(insertion(content, technique, editor.caret()), mark_of(technique, content))

    def save_selection(self) -> None:
        """Open the form for a new technique with the text selected in the editor."""
        selected = self._services.editor.selected()
        if not selected:
            self._services.notices.refused("Select the text of the technique first, then save it.")
            return
        self._open_form(replace(BLANK, place="caret", snippet=escape(selected)))

    def _read(self, select: str = "") -> None:
        def show(library: TechniqueLibrary) -> None:
            if self.dialog is not None:
                self.dialog.show_library(library, select)

        self._services.tasks.run(self._files.all, show)

    def _edit(self, technique: Technique | None) -> None:
        if technique is None:
            self._open_form(BLANK)
        elif technique.own:
            self._open_form(technique)
        else:
            self._open_form(replace(technique, id="", name=f"{technique.name} (mine)", own=True))

    def _open_form(self, technique: Technique) -> None:
        form = TechniqueForm(self._services.theme, technique, self.dialog or self._services.dialogs.widget())
        form.saved.connect(lambda wanted: self._save(form, wanted))
        form.finished.connect(self._form_closed)
        self.form = form
        form.open()

    def _save(self, form: TechniqueForm, technique: Technique) -> None:
        def kept(saved: Technique) -> None:
            if isValid(form):
                form.accept()
            self._read(saved.id)
            if self.dialog is None:
                self._services.notices.quiet("technique", f"“{saved.name}” was added to the techniques.")

        def failed(error: Exception) -> None:
            if isValid(form):
                form.complain(problem_of(error).sentence)

        self._services.tasks.run(lambda: self._files.save(technique), kept, failed)

    def _remove(self, technique: Technique) -> None:
        def failed(error: Exception) -> None:
            if self.dialog is not None:
                self.dialog.complain(problem_of(error).sentence)

        def bring_back() -> None:
            self._services.tasks.run(lambda: self._files.save(technique), lambda _: self._read(technique.id))

        def gone(_: object) -> None:
            self._read()
            self._services.notices.offer(f"“{technique.name}” was removed from the techniques.", "Undo", bring_back)

        self._services.tasks.run(lambda: self._files.remove(technique), gone, failed)

    def _dialog_closed(self) -> None:
        self.dialog = None

    def _form_closed(self) -> None:
        self.form = None


def _present(content: Content) -> Content:
    """Return the content as shown in the editor, which shows an empty prompt as one blank message."""
    return content if content.messages else replace(content, messages=(Message("user", ""),))
