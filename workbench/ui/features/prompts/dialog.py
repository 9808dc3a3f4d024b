"""The dialog for the folder and the tags of a prompt."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCompleter, QLabel, QLineEdit, QWidget

from workbench.core.runs import PromptRow
from workbench.ui.widgets.dialog import LineDialog
from workbench.usecases.curation import tags_in
from workbench.usecases.problems import RefusedError
from workbench.usecases.prompts import folder_name

HINT = "Leave the folder empty for none. Separate tags with spaces; the filter of the prompts finds them."


class PlaceDialog(LineDialog):
    """Edits `folder` and `tags`; the names of existing folders are completed."""

    def __init__(self, parent: QWidget, row: PromptRow, folders: Sequence[str]) -> None:
        super().__init__(parent, f"Folder and tags of {row.name}", "Folder", row.folder, HINT)
        self.folder, self.tags = row.folder, row.tags
        completer = QCompleter(list(folders), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.field.setCompleter(completer)
        self.tag_field = QLineEdit(" ".join(row.tags))
        self.tag_field.setAccessibleName("Tags")
        for title, field, place in (("Folder", self.field, 0), ("Tags", self.tag_field, 2)):
            label = QLabel(title)
            label.setBuddy(field)
            self.parts.insertWidget(place, label)
        self.parts.insertWidget(3, self.tag_field)

    def keep(self) -> None:
        try:
            self.folder, self.tags = folder_name(self.field.text()), tags_in(self.tag_field.text())
        except RefusedError as error:
            self.hint.setText(error.sentence)
            return
        self.accept()
