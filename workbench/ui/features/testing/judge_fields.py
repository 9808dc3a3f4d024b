"""The fields of a test's judge: its model, the model that compares meanings, and how the judge is asked.

Invariant: `judge` holds what is chosen; that the judge is tested, too, is said at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFormLayout, QHBoxLayout, QWidget

from workbench.core.lanes import Lane
from workbench.core.testing.settings import JudgeSettings, SuiteSettings
from workbench.core.visible_text import visible_name
from workbench.ui.features.testing.chips import literal
from workbench.ui.widgets.controls import button, label
from workbench.ui.widgets.model_button import ModelButton

if TYPE_CHECKING:
    from PySide6.QtWidgets import QPushButton

    from workbench.engine.calls import CallTask

ChooseModel: TypeAlias = "Callable[[Lane | None, Callable[[str, str], object], QWidget, CallTask], object]"
"""Opens the list of models for a task on that of a lane over a dialog; the callback gets the endpoint and the model."""
ABOUT_JUDGE = "Reads each answer and decides the checks that no rule can, such as llm-rubric"
ABOUT_EMBEDDING = "Turns texts into numbers, for the checks “similar” and “answer-relevance”"
_DECIDES = "Ask it for a probability (decision model)"
_ABOUT_DECIDES = (
    "For models that answer a typed question with a calibrated probability instead of a text. The list of models shows "
    "them while this is ticked."
)


class ModelChoice(QWidget):
    """A button with the chosen model, and one that takes it back."""

    changed = Signal()

    def __init__(self, slot: str, title: str, tip: str, choose: ChooseModel, task: Callable[[], CallTask]) -> None:
        super().__init__()
        self.lane: Lane | None = None
        self._slot, self._title, self._choose, self._task = slot, title, choose, task
        self.model = ModelButton(self)
        self.model.setAutoDefault(False)
        self.model.setToolTip(tip)
        self.model.setAccessibleDescription(tip)
        self.model.clicked.connect(self.open)
        self.none: QPushButton = button("None", lambda: self.show_lane(None), "quiet", f"{title}: use none")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.model, 1)
        row.addWidget(self.none)
        self.setFocusProxy(self.model)
        self.show_lane(None)

    def show_lane(self, lane: Lane | None) -> None:
        """Show the model of a lane, None for none."""
        self.lane = lane
        title = "Choose a model…" if lane is None else visible_name(lane.title)
        self.model.setText(literal(title))
        self.model.setAccessibleName(f"{self._title}: {title}")
        self.none.setVisible(lane is not None)
        self.changed.emit()

    def open(self) -> None:
        """Open the list of models."""
        self._choose(self.lane, self._take, self, self._task())

    def _take(self, endpoint: str, model: str) -> None:
        before = self.lane
        same = before is not None and (before.endpoint, before.model) == (endpoint, model)
        self.show_lane(before if same else Lane(self._slot, endpoint, model))


class JudgeFields:
    """Rows of a form. `tested` returns a sentence if a model is tested, too, and "" otherwise."""

    def __init__(self, settings: SuiteSettings, choose: ChooseModel, tested: Callable[[JudgeSettings], str]) -> None:
        self._before, self._tested = settings.judge, tested
        self.decides = QCheckBox(_DECIDES)
        self.model = ModelChoice(
            "judge", "Judge model", ABOUT_JUDGE, choose, lambda: "decide" if self.decides.isChecked() else "chat"
        )
        self.embedding = ModelChoice("vectors", "Embedding model", ABOUT_EMBEDDING, choose, lambda: "embed")
        self.decides.setToolTip(_ABOUT_DECIDES)
        self.decides.setChecked(settings.judge.decides)
        self.warning = label("", "error")
        self.model.show_lane(settings.judge.lane)
        self.embedding.show_lane(settings.judge.embedding)
        self.model.changed.connect(self._warn)
        self._warn()

    @property
    def judge(self) -> JudgeSettings:
        """What is chosen; the repeats are those from before."""
        lane = self.model.lane
        return replace(
            self._before,
            lane=lane,
            embedding=self.embedding.lane,
            decides=self.decides.isChecked() and lane is not None,
        )

    def add_to(self, form: QFormLayout, repeats: QWidget) -> None:
        """Add the rows to a form, with the field of repeats between them."""
        rows: tuple[tuple[str, QWidget], ...] = (
            ("Judge model", self.model),
            ("", self.decides),
            ("Times the judge is asked", repeats),
            ("Embedding model", self.embedding),
        )
        for title, field in rows:
            named = label(title, wrap=False)
            named.setBuddy(field)
            form.addRow(named, field)
            if field is self.model:
                form.addRow(self.warning)

    def _warn(self) -> None:
        sentence = self._tested(self.judge)
        self.warning.setText(sentence)
        self.warning.setVisible(bool(sentence))
