"""Asks a model for cases of the open prompt, and adds those that the person accepts.

Invariant: a case is added only when it is accepted, and each step of accepting can be undone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from workbench.app.compose.forecasts import Forecasts
from workbench.core.drafts import Draft
from workbench.core.forecast import Forecast, detail, line
from workbench.core.runs import Result
from workbench.core.testing.case_proposals import CaseProposalError, ProposedCases
from workbench.ui.features.cases.proposal_acceptance import ProposalAcceptance
from workbench.ui.features.cases.proposal_dialog import ProposalDialog
from workbench.ui.proposals.controller import Asked, RequestController
from workbench.ui.shell.services import Services
from workbench.ui.widgets.small_controls import safe_tip
from workbench.usecases.case_import import CaseImporter
from workbench.usecases.case_proposer import CaseProposer, CaseRequest, PastCaseRequest, as_draft
from workbench.usecases.prompt_questions import QuestionDefaults


@dataclass(slots=True)
class _Asked(Asked):
    """The request whose answer is shown: its variables, and what the cases should cover."""

    variables: tuple[str, ...]
    wish: str


class CaseProposalController(RequestController[ProposalDialog, CaseRequest, _Asked]):
    """`changed(uid)` is called after cases were added or removed, with the uid of one to select, "" for none."""

    def __init__(self, services: Services, importer: CaseImporter, changed: Callable[[str], object]) -> None:
        self._proposer = CaseProposer(services.backend.store, services.backend.runner)
        super().__init__(services, self._proposer, as_draft, "answer")
        self._acceptance = ProposalAcceptance(services, importer, changed)
        # Of the window, not of the dialog: a forecast may arrive after that has closed.
        self._forecasts = Forecasts(
            services.backend.forecaster, services.tasks, self._to_foresee, services.dialogs.widget()
        )
        self._forecasts.changed.connect(self._show_forecast)

    def _make_dialog(self) -> ProposalDialog:
        services = self._services
        name = services.navigator.prompt_name(self._prompt)
        dialog = ProposalDialog(services.theme, name, services.dialogs.widget())
        self._acceptance.begin(dialog.review, self._prompt)
        dialog.request.changed.connect(self._forecasts.wake)
        self._forecasts.forget()
        return dialog

    def _show_known(self, dialog: ProposalDialog, known: QuestionDefaults) -> None:
        super()._show_known(dialog, known)
        dialog.request.set_known(known.cases, known.answers)

    def _question(self) -> CaseRequest | None:
        dialog, draft = self.dialog, self._session.draft()
        if dialog is None or dialog.request.lane is None:
            return None
        pane = dialog.request
        return CaseRequest(
            self._prompt,
            draft.content,
            draft.based_on,
            dialog.request.lane,
            pane.instructions.exact(),
            pane.count.value(),
            pane.wish.exact(),
            pane.chosen_cases(),
            pane.chosen_answers(),
        )

    def _to_foresee(self) -> tuple[str, Draft] | None:
        wanted = self._question()
        return None if wanted is None else ("", as_draft(wanted))

    def _show_forecast(self, forecast: Forecast | None) -> None:
        if self.dialog is not None:
            estimate = self.dialog.request.estimate
            estimate.set_candidates(("" if forecast is None else line(forecast).removesuffix(" for 1 lane"),))
            estimate.setToolTip("" if forecast is None else safe_tip(detail(forecast)))

    def _start(self, wanted: CaseRequest) -> _Asked:
        return _Asked(wanted.variables, wanted.wish, handle=self._proposer.ask(wanted))

    def _show_proposal(self, dialog: ProposalDialog, asked: _Asked, result: Result) -> None:
        def show(read: ProposedCases) -> None:
            dialog.review.show_proposals(read)
            request = dialog.request
            if request.ask.hasFocus() or (request.wish.hasFocus() and request.wish.exact() == asked.wish):
                dialog.review.list.setFocus()

        work = partial(self._proposer.read, self._prompt, result, asked.variables)
        self._read(asked, result.text, work, show, CaseProposalError)

    def _open_earlier(self, run_uid: str) -> None:
        self._services.tasks.run(lambda: self._proposer.past(run_uid), self._if_open(self._show_past))

    def _show_past(self, dialog: ProposalDialog, past: PastCaseRequest) -> None:
        if not dialog.is_running:
            self._asked = _Asked(past.variables, past.wish)
            dialog.request.wish.set_exact(past.wish)
            self._show_end(dialog, self._asked, past.result)

    def _close(self) -> None:
        self._acceptance.forget()
        super()._close()

    def _closed(self) -> None:
        self._forecasts.stop()
        self._acceptance.end()
        super()._closed()
