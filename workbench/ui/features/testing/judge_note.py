"""What to know of the judge: before a test starts that none is chosen, or that it is tested, too; after it what is
wrong with the judge, or that it is unmeasured.

Invariant: the note is hidden while there is nothing to say; its button only emits a wish.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from workbench.app.judging.judged_among import choosing, lacks_judge
from workbench.app.testing.controller import SuiteController
from workbench.core.statistics.judge_cells import FEWEST_LABELS
from workbench.core.text import unbroken
from workbench.core.visible_text import visible_name
from workbench.ui.widgets.controls import button, label

if TYPE_CHECKING:
    from workbench.core.testing.judged_report import JudgedCheck


def judges_of(suites: SuiteController) -> tuple[JudgedCheck, ...]:
    """Return what is known of the judges of the shown run."""
    report = suites.figures.report
    return () if report is None else report.judged.judges


_STEPS = {
    "": ("", ""),
    "label": ("label_answers", "Label answers…"),
    "improve": ("improve_judge", "Improve this judge…"),
}
"""By step of a judge: the command, and the words of its button."""
_WIDE_CHARACTERS = 130
"""Width from which the buttons stand side by side."""
JUDGE_COMMANDS = ("choose_judge", "choose_embedding", *(command for command, _ in _STEPS.values() if command))
"""The commands that the buttons may be for."""


class JudgeNote(QWidget):
    """Sentences and the next steps, whose names `wanted` carries. A page without it hides it after each change.

    `figures` are how often a measured judge is right. `label` offers more labels where some rate is not corrected.
    `words` are those of the report about the shown judge, "" if it is about none.
    """

    wanted = Signal(str)

    def __init__(self, suites: SuiteController, parent: QWidget) -> None:
        super().__init__(parent)
        self._suites = suites
        self.words = ""
        self.text, self.figures = label(), label("", "small")
        self._command, words = choosing("")
        self.choose: QPushButton = button(words, lambda: self.wanted.emit(self._command), "quiet")
        more, words = _STEPS["label"]
        self.label: QPushButton = button(words, lambda: self.wanted.emit(more), "quiet")
        self.label.setToolTip(f"From {FEWEST_LABELS} random labels of a column on, its rate is corrected")
        column = QVBoxLayout()
        column.setSpacing(2)
        column.addWidget(self.text)
        column.addWidget(self.figures)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addLayout(column, 1)
        self._buttons = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._buttons.setSpacing(0)
        for made in (self.label, self.choose):
            self._buttons.addWidget(made, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
        row.addLayout(self._buttons)
        self.hide()
        suites.changed.connect(self._show)
        suites.figures.reported.connect(self._show)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < _WIDE_CHARACTERS * self.fontMetrics().averageCharWidth()
        self._buttons.setDirection(QBoxLayout.Direction.TopToBottom if is_narrow else QBoxLayout.Direction.LeftToRight)

    def _show(self) -> None:
        """Show what the estimate says of judges, else what is known of those of the shown run."""
        suites = self._suites
        judge = None if suites.is_running else suites.estimate.judge
        sentences: tuple[str, ...] = () if judge is None else judge.sentences
        if judge is not None and suites.run is not None:
            # The report says that a judge is tested, too.
            sentences = tuple(one for one in sentences if one != judge.tested)
        lack = next(filter(lacks_judge, sentences), "")
        self._command, words = choosing(lack)
        self.words, figures, wants_labels = "", "", False
        if sentences and not lack:
            words = "Change the judge…"
        elif not sentences and not suites.is_running and (report := suites.figures.report) is not None:
            judged = report.judged.judges
            if (known := noted(judged)) is not None:
                # What that does to the comparison is in the conclusion above.
                sentences, (self._command, words) = (visible_name(_about(known, judged)),), _STEPS[known.step]
                self.words, figures, wants_labels = (
                    known.words,
                    known.figures,
                    known.is_measured and report.judged.wants_labels,
                )
        self.text.setText(unbroken(" ".join(sentences)))
        self.figures.setText(unbroken(visible_name(figures)))
        self.figures.setVisible(bool(figures))
        self.choose.setText(words)
        self.choose.setVisible(bool(words))
        self.label.setVisible(wants_labels)
        self.setVisible(bool(sentences))


def noted(judges: Sequence[JudgedCheck]) -> JudgedCheck | None:
    """Return the judge that people should read about first: one that is wrong, or else one that is unmeasured."""
    return next((one for step in ("improve", "label", "") for one in judges if one.step == step and one.note), None)


def _about(judge: JudgedCheck, judges: Sequence[JudgedCheck]) -> str:
    return judge.note if len(judges) == 1 else f"{judge.check_type}: {judge.note}"
