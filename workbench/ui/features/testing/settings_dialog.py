"""The dialog for samples, limits, the differences that matter, and the judge.

Invariant: only settings that can be run are saved; a field that cannot be used is named and focused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from workbench.app.testing.settings_form import SettingsFieldError, TypedSettings, read_settings, typed_settings
from workbench.core.testing.settings import JudgeSettings, SuiteSettings
from workbench.ui.features.testing.judge_fields import ChooseModel, JudgeFields
from workbench.ui.widgets.controls import StatusLabel, button, label
from workbench.ui.widgets.dialog import Dialog, grow_to_words
from workbench.ui.widgets.theme import set_role

_FIELDS = {
    "samples": ("Samples per case", "Answers that each column gives to a case"),
    "difference": ("Difference that matters (points)", "A gain in pass rate that would make you change the prompt"),
    "margin": ("Margin of “no worse” (points)", "How much worse a cheaper or faster column may be"),
    "threshold": ("Minimum score of a case", "From 0 to 1; empty: every check has to pass"),
    "usd": ("Budget in dollars", "Nothing is sent that could exceed it"),
    "calls": ("Limit of calls", "Needed for models without a price"),
    "minutes": ("Limit of minutes", "The test stops then, and can be continued"),
    "repeats": ("Times the judge is asked", "The majority decides; a judge that disagrees with itself is marked"),
}
_OPTIONAL = {"threshold": "every check", "usd": "no limit", "calls": "no limit", "minutes": "no limit"}
_LATE = "There are answers already: a margin that you change now is named in the result as chosen after the run."
_WIDTH = 12


class SuiteSettingsDialog(Dialog):
    """`accepted` is emitted with `settings` to be saved."""

    def __init__(
        self,
        settings: SuiteSettings,
        *,
        has_answers: bool,
        choose: ChooseModel = lambda lane, use, over, task: None,
        tested: Callable[[JudgeSettings], str] = lambda judge: "",
        parent: QWidget | None = None,
    ) -> None:
        """`choose` opens the list of models; `tested` returns a sentence about a judge that is tested, too."""
        super().__init__(parent)
        self.setWindowTitle("Settings of the tests")
        self.settings = settings
        typed = typed_settings(settings)
        self.told = StatusLabel()
        set_role(self.told, "error")
        self.told.hide()
        self.fields: dict[str, QLineEdit] = {}
        form = QFormLayout()
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(8)
        for name, (title, tip) in _FIELDS.items():
            field = QLineEdit(getattr(typed, name))
            field.setAccessibleName(title)
            field.setToolTip(tip)
            field.setAccessibleDescription(tip)
            field.setPlaceholderText(_OPTIONAL.get(name, ""))
            field.setMinimumWidth(field.fontMetrics().averageCharWidth() * _WIDTH)
            field.textEdited.connect(lambda _: self.told.hide())
            self.fields[name] = field
            if name != "repeats":
                named = label(title, wrap=False)
                named.setBuddy(field)
                form.addRow(named, field)
        self.judge = JudgeFields(settings, choose, tested)
        self.judge.model.changed.connect(lambda: grow_to_words(self))
        form.addRow(label("JUDGE", "section", wrap=False))
        self.judge.add_to(form, self.fields["repeats"])
        self.late = label(_LATE if has_answers else "", "muted")
        self.late.setVisible(has_answers)
        self.cancel = button("Cancel", self.reject)
        self.save = button("Save", self._save, "primary")
        self.save.setDefault(True)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.cancel)
        foot.addWidget(self.save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 14)
        layout.setSpacing(12)
        layout.addLayout(form)
        layout.addWidget(self.late)
        layout.addWidget(self.told)
        layout.addStretch(1)
        layout.addLayout(foot)
        self.fields["samples"].setFocus()
        self.fields["samples"].selectAll()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        grow_to_words(self)

    def _save(self) -> None:
        typed = TypedSettings(**{name: field.text() for name, field in self.fields.items()})
        try:
            self.settings = read_settings(typed, replace(self.settings, judge=self.judge.judge))
        except SettingsFieldError as error:
            self.told.setText(str(error))
            self.told.setVisible(True)
            grow_to_words(self)
            self.fields[error.field].setFocus()
            self.fields[error.field].selectAll()
            return
        self.accept()
