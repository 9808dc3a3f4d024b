"""The dialog for the name of a lane preset."""

from __future__ import annotations

from PySide6.QtWidgets import QCheckBox, QWidget

from workbench.ui.widgets.dialog import LineDialog
from workbench.usecases.lane_presets import KnownPresets, preset_name
from workbench.usecases.problems import RefusedError


class PresetDialog(LineDialog):
    """Edits `name`. A new preset may replace the one of its name, and be the one that new prompts start with."""

    def __init__(self, parent: QWidget, known: KnownPresets, name: str, lanes: str, *, renamed: bool = False) -> None:
        """`lanes` are their titles; `renamed` is whether `name` is that of a preset that gets another one."""
        title = f"Rename the preset {name}" if renamed else "Save the lanes as a preset"
        super().__init__(parent, title, "Name of the preset", name, f"Lanes: {lanes}")
        self.name = name
        self._known, self._lanes, self._renamed = known, f"Lanes: {lanes}", name if renamed else ""
        self.first = QCheckBox("Start new prompts with this preset")
        self.first.setHidden(renamed)
        self.parts.insertWidget(2, self.first)
        self.field.textChanged.connect(self._show_name)
        self._show_name()

    def keep(self) -> None:
        try:
            name = preset_name(self.field.text())
        except RefusedError as error:
            self.hint.setText(error.sentence)
            return
        if self._renamed and name != self._renamed and self._known.get(name) is not None:
            self.hint.setText(f"There is a preset “{name}” already. Type another name.")
            return
        self.name = name
        self.accept()

    def _show_name(self) -> None:
        """Say whether the typed name is that of another preset."""
        typed = " ".join(self.field.text().split())
        replaces = not self._renamed and self._known.get(typed) is not None
        self.hint.setText(f"Replaces the preset “{typed}”. {self._lanes}" if replaces else self._lanes)
        self.save.setText("Rename" if self._renamed else "Replace" if replaces else "Save")
        if replaces:
            self.first.setChecked(typed == self._known.first)
