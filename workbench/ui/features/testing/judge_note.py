"""What to know of the judge before a test starts: that none is chosen, or that it is tested, too.

Invariant: the note is hidden while there is nothing to say; its button only emits a wish.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from workbench.app.judging.judged_among import choosing, lacks_judge
from workbench.app.testing.controller import SuiteController
from workbench.ui.widgets.controls import button, label

if TYPE_CHECKING:
    from workbench.core.testing.judged_report import JudgedCheck


def judges_of(suites: SuiteController) -> tuple[JudgedCheck, ...]:
    """Return what is known of the judges of the shown run."""
    report = suites.figures.report
    return () if report is None else report.judged.judges


class JudgeNote(QWidget):
    """A sentence and the next step, whose name `wanted` carries. A page without it hides it after each change."""

    wanted = Signal(str)

    def __init__(self, suites: SuiteController, parent: QWidget) -> None:
        super().__init__(parent)
        self._suites = suites
        self.text = label("", "muted")
        self._command, words = choosing("")
        self.choose: QPushButton = button(words, lambda: self.wanted.emit(self._command), "quiet")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.text, 1)
        row.addWidget(self.choose)
        self.hide()
        suites.changed.connect(self._show)

    def _show(self) -> None:
        """Show what the estimate says of judges."""
        suites = self._suites
        judge = None if suites.is_running else suites.estimate.judge
        sentences: tuple[str, ...] = () if judge is None else judge.sentences
        if judge is not None and suites.run is not None:
            # The report says that a judge is tested, too.
            sentences = tuple(one for one in sentences if one != judge.tested)
        self.text.setText(" ".join(sentences))
        lack = next(filter(lacks_judge, sentences), "")
        self._command, words = choosing(lack)
        self.choose.setText("Change the judge…" if sentences and not lack else words)
        self.setVisible(bool(sentences))
