"""The dialog for asking a model for cases, and accepting them.

Invariant: nothing is added to the prompt before it is accepted.
"""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QWidget

from workbench.ui.features.cases.proposal_request import ProposalRequest
from workbench.ui.features.cases.proposal_review import ProposalReview
from workbench.ui.proposals.dialog import RequestDialog
from workbench.ui.widgets.theme import Theme


class ProposalDialog(RequestDialog):
    """Asks in `request` and shows the answer in `review`."""

    def __init__(self, theme: Theme, prompt: str, parent: QWidget | None = None) -> None:
        super().__init__(f"Propose cases for “{prompt}”", "propose", parent)
        self.request = ProposalRequest(theme, self)
        self.review = ProposalReview(theme, self)
        self._build(self.request, self.review, theme, QSize(960, 660))
        self.request.wish.setFocus()
