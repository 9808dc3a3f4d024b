"""The dialog for requesting, reviewing and accepting an improved prompt.

Invariant: the prompt does not change before `accepted`.
"""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from workbench.core.improvement import EarlierImprovement
from workbench.core.text import opening_words
from workbench.core.visible_text import visible_name
from workbench.ui.features.improve.proposal import ProposalPane
from workbench.ui.features.improve.question import QuestionPane
from workbench.ui.proposals.dialog import RequestDialog
from workbench.ui.widgets.theme import Theme

_OPENING = 60


class ImproveDialog(RequestDialog):
    """Asks in `question` and shows the answer in `proposal`."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__("Improve this prompt", "improve", parent)
        self.question = QuestionPane(theme, self)
        self.proposal = ProposalPane(theme, self)
        self._build(self.question, self.proposal, theme, QSize(940, 640))
        self.question.feedback.setFocus()

    def _opening(self, one: EarlierImprovement) -> str:
        return visible_name(opening_words(one.opening, _OPENING))
