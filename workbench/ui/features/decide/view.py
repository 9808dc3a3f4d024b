"""The Decide view: one recommendation, the questions it stands on, charts, levers and the experiment.

Invariant: the page shows either a whole decision, or a sentence instead of it. What is open stays open, and the page
does not scroll, when the decision is read again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QBoxLayout, QFrame, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from workbench.app.decide.source import PromptDecision
from workbench.app.decide.words import (
    cost_words,
    experiment_title,
    goals_words,
    levers_title,
    rates_title,
)
from workbench.core.decide.decision import Decision
from workbench.core.text import unbroken
from workbench.ui.features.decide.cost_chart import CostChart, SensitivityBars
from workbench.ui.features.decide.head import DecideHead
from workbench.ui.features.decide.lever_list import ExperimentSteps, LeverList
from workbench.ui.features.decide.question_row import QuestionRow
from workbench.ui.features.decide.rate_chart import RateChart
from workbench.ui.widgets.controls import button, label
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.hidden_page_theme import HiddenPageTheme
from workbench.ui.widgets.small_controls import FoldButton
from workbench.ui.widgets.theme import Theme, set_role

NO_PROMPT = "Open a prompt in Compose to see what its results say."
READING = "Reading what your results say…"
FAILED = "The results could not be read."
_MARGIN = 22
_LATE_MS = 300
"""How long an outdated decision stays visible while the one of another prompt is read."""
_NARROW = 56
"""In lines of text: below that width, the charts are below each other."""


class ChartCard(QWidget):
    """A title, a chart, and lines below it."""

    def __init__(self, charts: Sequence[QWidget], parent: QWidget) -> None:
        super().__init__(parent)
        self.title, self.words = label("", "section"), label("", "small")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.title)
        layout.addWidget(charts[0])
        layout.addWidget(self.words)
        for chart in charts[1:]:
            layout.addWidget(chart)
        layout.addStretch(1)

    def say(self, title: str, words: str) -> None:
        """Show a title and lines."""
        self.title.setText(unbroken(title.upper()))
        self.words.setText(unbroken(words))
        self.words.setVisible(bool(words))


class DecideView(QStackedWidget):
    """Two pages: a sentence, and the decision."""

    action_wanted = Signal(object)
    """Action"""
    runs_wanted = Signal(object, object)
    """The uids of runs, and the button below which they are listed."""
    figures_wanted = Signal()
    rules_wanted = Signal()
    report_wanted = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = HiddenPageTheme(theme, self)
        self.instead = label(NO_PROMPT, "muted")
        self.instead.setAlignment(Qt.AlignmentFlag.AlignCenter)
        set_role(self, "surface")
        self.addWidget(self.instead)
        self.area = QScrollArea(self)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.viewport().installEventFilter(self)
        self.addWidget(self.area)
        self._page = QWidget()
        set_role(self._page, "surface")
        self.area.setWidget(self._page)
        self.rows: list[QuestionRow] = []
        self._late = QTimer(self, interval=_LATE_MS, singleShot=True)
        self._late.timeout.connect(lambda: self.say(READING))
        self._build()
        self._theme.changed.connect(self._lay)

    def _build(self) -> None:
        page, theme = self._page, self._theme
        self.head = DecideHead(theme, page)
        self.head.wanted.connect(self.action_wanted)
        self.head.report_wanted.connect(self.report_wanted)
        self._questions = QVBoxLayout()
        self._questions.setSpacing(0)
        self.rates, self.costs, self.bars = RateChart(theme, page), CostChart(theme, page), SensitivityBars(theme, page)
        self.rate_card, self.cost_card = ChartCard([self.rates], page), ChartCard([self.costs, self.bars], page)
        self.rates.current_changed.connect(lambda: self.rate_card.words.setText(unbroken(self.rates.words())))
        self._charts = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._charts.setSpacing(32)
        self._charts.addWidget(self.rate_card, 1)
        self._charts.addWidget(self.cost_card, 1)
        self._spare = QWidget(page)
        self._charts.addWidget(self._spare, 1)
        self.levers, self.experiment = LeverList(page), ExperimentSteps(page)
        self.lever_fold = self._fold(self.levers)
        self.step_fold = self._fold(self.experiment)
        self.change = label("")
        self.change_fold = self._fold(self.change)
        self.change_fold.set_words("What would change this, and what is unknown")
        for listed in (self.levers, self.experiment):
            listed.wanted.connect(self.action_wanted)
        self.figures = label("", "muted")
        self.edit = button("Change your figures…", self.figures_wanted.emit)
        self.how = button("How this is decided…", self.rules_wanted.emit)
        foot = FlowLayout()
        foot.addWidget(self.edit)
        foot.addWidget(self.how)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(_MARGIN, 16, _MARGIN, 18)
        layout.setSpacing(12)
        layout.addWidget(self.head)
        layout.addLayout(self._questions)
        layout.addLayout(self._charts)
        folds = QVBoxLayout()
        folds.setSpacing(2)
        for fold, part in self._folds():
            folds.addWidget(fold)
            folds.addWidget(part)
        layout.addLayout(folds)
        layout.addWidget(self.figures)
        layout.addLayout(foot)
        layout.addStretch(1)

    def _fold(self, part: QWidget) -> FoldButton:
        made = FoldButton(self._theme, "", self._page)
        made.toggled.connect(part.setVisible)
        part.hide()
        return made

    def _folds(self) -> list[tuple[FoldButton, QWidget]]:
        return [
            (self.step_fold, self.experiment),
            (self.lever_fold, self.levers),
            (self.change_fold, self.change),
        ]

    # What is shown.

    def wait(self) -> None:
        """Show after a moment that a decision is being read."""
        self._late.start()

    def say(self, sentence: str) -> None:
        """Show a sentence instead of a decision."""
        self._late.stop()
        self.instead.setText(sentence)
        self.setCurrentWidget(self.instead)

    def show_decision(self, found: PromptDecision, rules: dict[str, str]) -> None:
        """Show a decision; `rules` are the texts of the rules by the id of a finding."""
        self._late.stop()
        decision = found.decision
        self.head.show_decision(decision)
        self._show_rows(decision, rules)
        self._show_charts(decision)
        self.step_fold.set_words(experiment_title(decision.steps))
        self.step_fold.setVisible(bool(decision.steps))
        self.experiment.show_steps(decision.steps)
        self.experiment.setVisible(bool(decision.steps) and self.step_fold.isChecked())
        self.lever_fold.set_words(levers_title(decision.levers))
        self.levers.show_levers(decision.levers)
        self.change.setText(unbroken(_change_words(decision)))
        self.figures.setText(unbroken(f"{goals_words(found.goals)}."))
        self._lay()
        self.setCurrentWidget(self.area)
        if self.window().focusWidget() is self:
            # It was entered before there was anything to focus.
            self.enter()

    def set_writable(self, writable: bool) -> None:
        """Enable the form of the figures only if they can be stored."""
        self.edit.setEnabled(writable)
        self.edit.setToolTip("" if writable else "The history is read-only, so figures cannot be saved")

    def add_row(self) -> None:
        """Add an empty row, so that the first decision finds its rows made."""
        made = QuestionRow(self._theme, self._page)
        made.wanted.connect(self.action_wanted)
        made.runs_wanted.connect(lambda uids: self.runs_wanted.emit(uids, made.runs))
        self._questions.addWidget(made)
        self.rows.append(made)

    def _show_rows(self, decision: Decision, rules: dict[str, str]) -> None:
        while len(self.rows) < len(decision.rows):
            self.add_row()
        for made, row in zip(self.rows, decision.rows, strict=True):
            made.show_row(row, rules)

    def _show_charts(self, decision: Decision) -> None:
        cost = decision.cost
        self.rate_card.setVisible(bool(decision.rates))
        if decision.rates:
            self.rates.show_rates(decision.rates, decision.target)
            self.rate_card.say(rates_title(decision.rates), self.rates.words())
        # Without a volume and a break-even, the axis would have no scale.
        has_costs = bool(cost.lines) and (bool(cost.volume) or cost.break_even is not None)
        self.cost_card.setVisible(has_costs)
        if has_costs:
            self.costs.show_cost(cost)
            self.bars.show_bars(cost)
            self.bars.setVisible(bool(cost.bars))
            self.cost_card.say("Cost a month by calls a month", "\n".join(cost_words(cost)))

    # Layout and keys.

    def _lay(self) -> None:
        width, line = self.area.viewport().width(), self.fontMetrics().height()
        side = QBoxLayout.Direction.LeftToRight if width > _NARROW * line else QBoxLayout.Direction.TopToBottom
        self._charts.setDirection(side)
        # One chart is as wide as it would be beside the other.
        is_alone = self.rate_card.isHidden() != self.cost_card.isHidden()
        self._spare.setVisible(is_alone and side == QBoxLayout.Direction.LeftToRight)
        self.head.lay(width - 2 * _MARGIN)
        column = max((row.head.question_width() for row in self.rows), default=0)
        words = max((row.word.sizeHint().width() for row in self.rows), default=0)
        runs = max((row.runs.sizeHint().width() for row in self.rows), default=0)
        for row in self.rows:
            row.head.set_column(column)
            row.align(words, runs)
        for part in (self.head, self._page):
            if (layout := part.layout()) is not None:
                layout.activate()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self.area.viewport():
            self._lay()
        return super().eventFilter(watched, event)

    def enter(self) -> None:
        """Focus the next step, or the first question."""
        if self.currentWidget() is self.area:
            target = next((one for one in self.head.steps if one.isEnabled()), None)
            first = self.rows[0].head if self.rows else self.how
            (target or first).setFocus()
        else:
            self.setFocus()

    def escape(self) -> bool:
        """Close all opened rows; return False if none is open."""
        opened = [row.head for row in self.rows if row.head.isChecked()]
        for head in opened:
            head.setChecked(False)
        return bool(opened)

    def panes(self) -> Sequence[tuple[QWidget, Callable[[], None]]]:
        """Return the panes that F6 cycles through."""
        return [(self, self.enter)]

    def stops(self) -> list[QWidget]:
        """Return the parts in Tab order."""
        rows = [stop for row in self.rows for stop in row.stops()]
        folds = [self.step_fold, *self.experiment.buttons, self.lever_fold, *self.levers.buttons, self.change_fold]
        return [*self.head.stops(), *rows, self.rates, *folds, self.edit, self.how]


def _change_words(decision: Decision) -> str:
    parts = []
    if decision.would_change:
        parts.append("What would change this advice:\n" + "\n".join(f"• {one}" for one in decision.would_change))
    if decision.cost.would_pay:
        parts.append(decision.cost.would_pay)
    if decision.unknowns:
        parts.append("Not known: " + ", ".join(f"{one[:1].lower()}{one[1:]}" for one in decision.unknowns) + ".")
    if decision.cost.assumptions:
        parts.append("Assumed:\n" + "\n".join(f"• {one}" for one in decision.cost.assumptions))
    return "\n\n".join(parts)
