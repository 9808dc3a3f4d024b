"""The form of the person's own figures: goals, people and routes, and costs.

Invariant: every field may stay empty, which means unknown; a field that cannot be used is named and focused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QSize
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QFormLayout, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from workbench.app.decide.goals_form import (
    COST_FIELDS,
    GOAL_FIELDS,
    PEOPLE,
    GoalFieldError,
    NumberField,
    read_goals,
    typed_goals,
)
from workbench.core.decide.goals import DecideGoals
from workbench.ui.widgets.choice_box import ChoiceBox
from workbench.ui.widgets.controls import StatusLabel, button, label, scrolled
from workbench.ui.widgets.dialog import Dialog

_ANSWERS: tuple[tuple[str, bool | None], ...] = (("Unknown", None), ("Yes", True), ("No", False))
_ABOUT = "Answer what you know. An empty field is unknown, and the advice says what that leaves open."
_ROUTES = ("Unknown", "Only these")
_WIDTH = 14
"""Least width of a field, in characters."""
_LINES = 36
"""Height of the dialog, in lines."""


@dataclass(frozen=True, slots=True)
class RouteChoice:
    """A training route that can be allowed: its id and title."""

    id: str
    title: str


class GoalsDialog(Dialog):
    """`accepted` is emitted with `goals` to be stored."""

    def __init__(self, goals: DecideGoals, routes: Sequence[RouteChoice], parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Your figures")
        self.goals = goals
        typed = typed_goals(goals)
        self.told = StatusLabel()
        self.fields: dict[str, QLineEdit] = {}
        self.people: dict[str, ChoiceBox] = {}
        self.routes: dict[str, QCheckBox] = {}
        page = QWidget()
        form = QFormLayout(page)
        form.setContentsMargins(0, 0, 8, 0)
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(8)
        form.addRow(label(_ABOUT, "muted"))
        for field in GOAL_FIELDS:
            self._add_number(form, field, typed)
        form.addRow(label("PEOPLE AND ROUTES", "section", wrap=False))
        for name, title in PEOPLE:
            self._add_answer(form, name, title)
        self._add_routes(form, routes)
        form.addRow(label("COSTS OF A TUNED MODEL", "section", wrap=False))
        for field in COST_FIELDS:
            self._add_number(form, field, typed)
        self._area: QScrollArea = scrolled(page)
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
        layout.addWidget(self._area, 1)
        layout.addWidget(self.told)
        layout.addLayout(foot)

    def focus_field(self, name: str) -> None:
        """Focus the field of a figure or answer; the first one if there is none of that name."""
        found: QWidget = self.fields.get(name) or self.people.get(name) or self.fields["target"]
        if name == "routes" and self.routes:
            found = self.allowed
        found.setFocus()
        self._area.ensureWidgetVisible(found)

    def sizeHint(self) -> QSize:
        line = self.fontMetrics().height()
        return QSize(38 * line, _LINES * line)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        focused = self.focusWidget()
        if focused is not None:
            self._area.ensureWidgetVisible(focused)

    def _add_number(self, form: QFormLayout, field: NumberField, typed: dict[str, str]) -> None:
        made = QLineEdit(typed[field.name])
        made.setAccessibleName(field.title)
        made.setAccessibleDescription(field.tip)
        made.setToolTip(field.tip)
        made.setPlaceholderText("unknown")
        made.setMinimumWidth(made.fontMetrics().averageCharWidth() * _WIDTH)
        made.textEdited.connect(lambda _: self.told.say(""))
        self.fields[field.name] = made
        named = label(field.title, wrap=False)
        named.setBuddy(made)
        form.addRow(named, made)

    def _add_answer(self, form: QFormLayout, name: str, title: str) -> None:
        made = ChoiceBox()
        for text, _ in _ANSWERS:
            made.addItem(text)
        answer = getattr(self.goals, name)
        made.setCurrentIndex(next(place for place, (_, value) in enumerate(_ANSWERS) if value is answer))
        made.setAccessibleName(title)
        self.people[name] = made
        named = label(title, wrap=False)
        named.setBuddy(made)
        form.addRow(named, made)

    def _add_routes(self, form: QFormLayout, routes: Sequence[RouteChoice]) -> None:
        self.allowed = ChoiceBox()
        self.allowed.addItems(_ROUTES)
        self.allowed.setAccessibleName("Training routes that you allow")
        named = label("Training routes that you allow", wrap=False)
        named.setBuddy(self.allowed)
        form.addRow(named, self.allowed)
        known = self.goals.routes
        boxes = QVBoxLayout()
        boxes.setSpacing(4)
        for route in routes:
            box = QCheckBox(route.title)
            box.setChecked(known is not None and route.id in known)
            boxes.addWidget(box)
            self.routes[route.id] = box
        form.addRow("", boxes)
        self.allowed.currentIndexChanged.connect(self._show_routes)
        self.allowed.setCurrentIndex(0 if known is None else 1)
        self._show_routes(self.allowed.currentIndex())

    def _show_routes(self, index: int) -> None:
        for box in self.routes.values():
            box.setVisible(index == 1)

    def _save(self) -> None:
        try:
            goals = read_goals({name: field.text() for name, field in self.fields.items()}, self.goals)
        except GoalFieldError as error:
            self.told.say(str(error), "error")
            self.focus_field(error.field)
            self.fields[error.field].selectAll()
            return
        answers = {name: _ANSWERS[box.currentIndex()][1] for name, box in self.people.items()}
        routes = tuple(name for name, box in self.routes.items() if box.isChecked())
        self.goals = replace(goals, routes=routes if self.allowed.currentIndex() == 1 else None, **answers)  # type: ignore[arg-type] # names of answers
        self.accept()
