"""One case: its name, its values, its other fields, and descriptions of its checks.

Invariant: values that were not edited are kept exactly as stored; checks are shown, and edited elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from workbench.core.cases import Case, Check
from workbench.core.check_words import lines
from workbench.ui.editor.exact_text import encodable
from workbench.ui.editor.values import ValuesPanel
from workbench.ui.features.cases.case_fields import CaseFields
from workbench.ui.widgets.controls import button, label
from workbench.ui.widgets.layout_widgets import delete_widgets, widgets_in
from workbench.ui.widgets.theme import Theme, set_role
from workbench.usecases.cases import clean

_MOST_LINES = 300
_INDENT = 18


class CaseDetail(QWidget):
    """Emits `edited` after every edit by the user."""

    edited = Signal()
    checks_wanted = Signal()
    """Edit the checks of the case; answered with `set_checks`."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._case: Case | None = None
        self._is_showing = False
        self.name = QLineEdit()
        self.name.setAccessibleName("Name of the case")
        self.name.setPlaceholderText("a name")
        self.values = ValuesPanel(theme, self)
        self.fields = CaseFields(theme)
        self.checks = label("Checks", "section")
        self.edit_checks = button("Edit checks…", self.checks_wanted.emit, "quiet")
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setAccessibleName("Checks of the case")
        self._page = QWidget()
        set_role(self._page, "surface")
        self._lines = QVBoxLayout(self._page)
        self._lines.setContentsMargins(0, 0, 8, 0)
        self._lines.setSpacing(7)
        self._lines.addStretch(1)
        self._area.setWidget(self._page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.name)
        layout.addWidget(self.values)
        layout.addWidget(self.fields)
        head = QHBoxLayout()
        head.addWidget(self.checks, 1)
        head.addWidget(self.edit_checks)
        layout.addLayout(head)
        layout.addWidget(self._area, 1)
        self.name.textEdited.connect(lambda _: self._edited())
        self.values.edited.connect(self._edited)
        self.fields.edited.connect(self._edited)

    def show_case(self, case: Case | None, variables: Sequence[str], *, read_only: bool) -> None:
        """Show a case with a row for each of its values and of the prompt's variables; None hides the pane.

        In fields whose text stays the same, the caret stays where it is.
        """
        self._is_showing = True
        is_same = case is not None and self._case is not None and case.uid == self._case.uid
        self._case = case
        self.setVisible(case is not None)
        if case is not None:
            if self.name.text() != case.name:
                self.name.setText(case.name)
            self.name.setReadOnly(read_only)
            names = tuple(dict.fromkeys((*variables, *(name for name, _ in case.values))))
            if is_same and self.values.variables() == names:
                self.values.change_values(dict(case.values))
            else:
                self.values.set_values({})
                self.values.set_variables(names)
                self.values.set_values(dict(case.values))
            self.values.marks.show(case.kinds)
            self.values.set_read_only(read_only)
            self.fields.show_case(case, read_only=read_only)
            self.edit_checks.setEnabled(not read_only)
            self._show_checks(case)
        self._is_showing = False

    def case(self) -> Case | None:
        """Return the case including edits."""
        case = self._case
        if case is None:
            return None
        shown, before = self.values.all_values(), dict(case.values)
        names = (*before, *(name for name in shown if name not in before))
        values = tuple(
            (name, before[name] if name in before and encodable(before[name]) == shown[name] else shown[name])
            for name in names
            if name in shown
        )
        name = case.name if self.name.text() == case.name else clean(self.name.text())
        kinds = self.values.marks.kinds(name for name, _ in values)
        return replace(self.fields.applied_to(case), name=name, values=values, kinds=kinds)

    def set_checks(self, checks: tuple[Check, ...]) -> None:
        """Replace the checks of the shown case, as an edit."""
        if self._case is not None:
            self._case = replace(self._case, checks=checks)
            self._show_checks(self._case)
            self._edited()

    def told(self) -> list[str]:
        """Return the lines about the checks."""
        return [one.text() for one in widgets_in(self._lines) if isinstance(one, QLabel)]

    def _edited(self) -> None:
        if not self._is_showing:
            self.edited.emit()

    def _show_checks(self, case: Case) -> None:
        delete_widgets(self._lines)
        told = [line for check in case.checks for line in lines(check)]
        for at, line in enumerate(told[:_MOST_LINES]):
            one = label(line.text)
            if line.is_verbatim:
                one.setFont(self._theme.mono())
                one.setToolTip("This release does not know this check. It is kept unchanged.")
            one.setContentsMargins(_INDENT * line.depth, 0, 0, 0)
            one.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            self._lines.insertWidget(at, one)
        rest = [f"and {len(told) - _MOST_LINES:,} more lines"] if len(told) > _MOST_LINES else []
        if case.threshold is not None:
            rest.append(f"Passes with a score of at least {case.threshold:g}.")
        if case.metadata:
            rest.append(f"Metadata: {case.metadata[:500]}")
        if case.rest:
            rest.append(f"Kept unchanged: {case.rest[:500]}")
        if not told:
            rest.insert(0, "No checks of its own.")
        for text in rest:
            self._lines.insertWidget(self._lines.count() - 1, label(text, "muted"))
        count = len(case.checks)
        self.checks.setText(f"CHECKS · {count}" if count else "CHECKS")
