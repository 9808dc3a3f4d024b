"""The form of one check: value, negation, threshold, weight and metric, with its mistakes beside the fields.

Invariant: fields that were not edited are kept exactly as stored, as are those that the form does not show. Whatever is
typed is kept; see `core.checks.check_forms`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from workbench.core.cases import Check
from workbench.core.check_words import lines
from workbench.core.checks.check_forms import (
    EXAMPLES,
    VALUE_HELP,
    takes_threshold,
    threshold_hint,
    typed_value,
    value_problem,
    value_text,
)
from workbench.core.checks.check_types import CHECK_TYPES, ValueKind
from workbench.ui.editor.exact_text import from_document, to_document
from workbench.ui.widgets.controls import button, label
from workbench.ui.widgets.small_controls import breakable
from workbench.ui.widgets.theme import Theme, set_role

_LINES: dict[ValueKind, int] = {"text": 3, "texts": 5, "pattern": 2, "json": 5, "schema": 9, "map": 6, "code": 6}
_MONO = frozenset({"pattern", "schema", "map", "code", "json"})
_LONGEST = 200_000
"""Longest value in characters that is edited here; laying out more would block the window."""
_MOST_NAMES = 8


class CheckForm(QWidget):
    """Emits `edited` after every edit, and `type_wanted` to choose another type."""

    edited = Signal()
    type_wanted = Signal()

    def __init__(self, theme: Theme, variables: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._variables = tuple(variables)
        self._check: Check | None = None
        self._is_showing = False
        self._read_only = False
        self.title = label("", "heading")
        self.change = button("Change type…", self.type_wanted.emit, "quiet")
        self.explanation = label()
        self.difference = label("", "muted")
        self.negated = QCheckBox("Pass if this does not hold")
        self.value_label = label("", "muted")
        self.value = QPlainTextEdit()
        self.value.setTabChangesFocus(True)
        self.hint = label("", "small")
        self.problem = label("", "small-error")
        self.threshold, self.weight, self.metric_name = QLineEdit(), QLineEdit(), QLineEdit()
        self.threshold_hint = label("", "small")
        self.number_problem = label("", "small-error")
        self.kept = label("", "muted")
        self._rows: list[QLabel] = []
        self._lay_out()
        self.value.textChanged.connect(self._value_edited)
        self.negated.toggled.connect(lambda _: self._edited())
        for one in (self.threshold, self.weight, self.metric_name):
            one.textEdited.connect(lambda _: self._edited())
        theme.changed.connect(self._restyle)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.change)
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        grid.setHorizontalSpacing(10)
        fields = (("Threshold", self.threshold), ("Weight", self.weight), ("Metric", self.metric_name))
        hints = (
            self.threshold_hint,
            label(_WEIGHT, "small"),
            label(_METRIC, "small"),
        )
        for at, ((name, one), hint) in enumerate(zip(fields, hints, strict=True)):
            told = label(name, wrap=False)
            told.setBuddy(one)
            one.setAccessibleName(name)
            grid.addWidget(told, 2 * at, 0)
            grid.addWidget(one, 2 * at, 1)
            grid.addWidget(hint, 2 * at + 1, 1)
            self._rows.append(told)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 8, 0)
        layout.setSpacing(6)
        layout.addLayout(head)
        for widget in (self.explanation, self.difference, self.value_label, self.value, self.problem, self.hint):
            layout.addWidget(widget)
        layout.addWidget(self.negated)
        layout.addSpacing(4)
        layout.addLayout(grid)
        layout.addWidget(self.number_problem)
        layout.addWidget(self.kept)

    def show_check(self, check: Check, *, read_only: bool) -> None:
        """Show a check."""
        self._is_showing, self._check, self._read_only = True, check, read_only
        row = CHECK_TYPES.get(check.type)
        kind = row.value if row is not None else "json"
        self.title.setText(f"{row.title} · {check.type}" if row is not None else check.type)
        self.explanation.setText(row.explanation if row is not None else "Unknown type, kept unchanged.")
        _tell(self.difference, f"Differs from promptfoo: {row.difference}" if row and row.difference else "")
        self.negated.setChecked(check.negated)
        self._show_value(check, kind)
        self.threshold.setText(_number_text(check.threshold))
        self.weight.setText(_number_text(check.weight))
        self.metric_name.setText(check.metric)
        has_threshold = takes_threshold(check)
        for one in (self._rows[0], self.threshold):
            one.setVisible(has_threshold)
        _tell(self.threshold_hint, threshold_hint(check) if has_threshold else "")
        _tell(self.kept, _kept_words(check))
        for field in (self.threshold, self.weight, self.metric_name):
            field.setReadOnly(read_only)
        self.negated.setEnabled(not read_only)
        self.change.setEnabled(not read_only)
        self.show_problem("")
        self._is_showing = False

    def check(self) -> Check | None:
        """Return the check including edits, None before one was shown."""
        return self._check

    def show_problem(self, sentence: str) -> None:
        """Show a mistake that was found by evaluating the check, unless a simpler one is shown."""
        if self._check is None:
            return
        own = value_problem(self._check)
        _tell(self.problem, breakable(own or sentence))
        row = CHECK_TYPES.get(self._check.type)
        is_code = row is not None and row.value not in ("none", "checks")
        set_role(self.value, "field-wrong" if is_code and (own or sentence) else "field")

    def focus_value(self) -> None:
        """Focus the first field that the user is meant to fill in."""
        fields: tuple[QWidget, ...] = (self.value, self.threshold, self.negated)
        first = next(one for one in fields if one.isVisibleTo(self))
        first.setFocus()
        if first is self.value:
            self.value.selectAll()

    def _show_value(self, check: Check, kind: ValueKind) -> None:
        help_ = VALUE_HELP[kind]
        shown = kind not in ("none", "checks") or bool(check.value)
        text = value_text(kind, check.value)
        is_long = len(text) > _LONGEST
        self.value.setVisible(shown)
        _tell(self.value_label, help_.label if shown else "")
        self.value.setPlainText(to_document(text[:_LONGEST]))
        self.value.setReadOnly(self._read_only or is_long or check.type not in CHECK_TYPES)
        self.value.setAccessibleName(help_.label or "Value")
        example = EXAMPLES.get(check.type, "")
        self.value.setPlaceholderText(example if kind == "texts" else f"For example {example}" if example else "")
        _tell(self.hint, self._hint(help_.hint, is_long=is_long))
        self._restyle()

    def _hint(self, hint: str, *, is_long: bool) -> str:
        if is_long:
            return "This value is too long to be edited here. It is kept unchanged."
        if "{{name}}" in hint and self._variables:
            names = [f"{{{{{name}}}}}" for name in self._variables[:_MOST_NAMES]]
            return f"{hint} Here: {', '.join(names)}."
        return hint

    def _value_edited(self) -> None:
        if not self._is_showing and self._check is not None:
            row = CHECK_TYPES.get(self._check.type)
            text = from_document(self.value.document().toRawText())
            self._check = replace(self._check, value=typed_value(row.value if row is not None else "json", text))
            self._edited()

    def _edited(self) -> None:
        if self._is_showing or self._check is None:
            return
        before = self._check
        threshold, weight = _number(self.threshold, before.threshold), _number(self.weight, before.weight)
        wrong = [name for name, one in (("threshold", threshold), ("weight", weight)) if isinstance(one, str)]
        _tell(self.number_problem, f"The {' and the '.join(wrong)} must be a number." if wrong else "")
        self._check = replace(
            before,
            negated=self.negated.isChecked(),
            threshold=before.threshold if isinstance(threshold, str) else threshold,
            weight=before.weight if isinstance(weight, str) else weight,
            metric=self.metric_name.text(),
        )
        self.show_problem("")
        self.edited.emit()

    def _restyle(self) -> None:
        row = CHECK_TYPES.get(self._check.type) if self._check is not None else None
        kind = row.value if row is not None else "json"
        self.value.setFont(self._theme.mono() if kind in _MONO else self._theme.font())
        lines_shown = _LINES.get(kind, 2)
        self.value.setFixedHeight(self.value.fontMetrics().lineSpacing() * lines_shown + 14)


_WEIGHT = "1 if empty; with 0 it never fails a case."
_METRIC = "A name, to add up the scores of several checks. Empty for none."


def _tell(one: QLabel, text: str) -> None:
    one.setText(text)
    one.setVisible(bool(text))


def _number_text(number: float | None) -> str:
    return "" if number is None else f"{number:.10g}"


def _number(field: QLineEdit, before: float | None) -> float | str | None:
    """Return the number in a field, None for an empty text, and the text itself if it is no number."""
    text = field.text()
    if text == _number_text(before):
        # More digits may be stored than are shown.
        return before
    if not text.strip():
        return None
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return text
    return number if math.isfinite(number) else text


def _kept_words(check: Check) -> str:
    """Return what is kept of a check although the form has no field for it."""
    bare = replace(check, value="", threshold=None, weight=None, metric="", checks=())
    further = (bare.provider, bare.rubric_prompt, bare.transform, bare.context_transform, bare.config, bare.rest)
    if not any(further):
        return ""
    told = lines(bare)[0].text.partition("; ")[2] or lines(bare)[0].text
    return breakable(f"Kept unchanged: {told}")
