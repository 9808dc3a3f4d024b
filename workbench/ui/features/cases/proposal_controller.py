"""Asks a model for cases of the open prompt, and adds those that the person accepts.

Invariant: a case is added only when it is accepted, and each step of accepting can be undone. Closing stops the
request; its answer stays in the history and can be opened again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from workbench.app.compose.forecasts import Forecasts
from workbench.core.drafts import Draft
from workbench.core.empty_answers import empty_sentence
from workbench.core.forecast import Forecast, detail, line
from workbench.core.improvement import EarlierImprovement
from workbench.core.lanes import BUILTIN, BUILTIN_MODEL, Lane
from workbench.core.run_limits import excess
from workbench.core.runs import Result
from workbench.core.testing.case_proposals import CaseProposalError, ProposedCases
from workbench.host.clock import utc_now
from workbench.ui.features.cases.proposal_acceptance import ProposalAcceptance
from workbench.ui.features.cases.proposal_dialog import ProposalDialog
from workbench.ui.shell.events import AnswersGrew, CallSent, PromptOpened, RunEnded
from workbench.ui.shell.services import Services
from workbench.ui.widgets.small_controls import safe_tip
from workbench.ui.widgets.wording import answer_figures
from workbench.usecases.case_import import CaseImporter
from workbench.usecases.case_proposer import CaseProposer, CaseRequest, PastCaseRequest, as_draft
from workbench.usecases.problems import RefusedError, problem_of
from workbench.usecases.prompt_questions import QuestionDefaults
from workbench.usecases.run_handle import RunHandle

T = TypeVar("T")

_SLOT = "propose"
_NOT_WHOLE = {
    "stopped": "Stopped early. This is what the model had written; ask again for a complete answer.",
    "interrupted": "The app closed before the answer was complete. This is what was saved; ask again.",
}


@dataclass(slots=True)
class _Asked:
    """The request whose answer is shown: its variables, and the streaming handle (None once complete)."""

    variables: tuple[str, ...]
    wish: str = ""
    handle: RunHandle | None = None
    length: int = 0


class CaseProposalController:
    """`changed(uid)` is called after cases were added or removed, with the uid of one to select, "" for none."""

    def __init__(self, services: Services, importer: CaseImporter, changed: Callable[[str], object]) -> None:
        self._services, self._session = services, services.session
        self._proposer = CaseProposer(services.backend.store, services.backend.runner)
        self._acceptance = ProposalAcceptance(services, importer, changed)
        self.dialog: ProposalDialog | None = None
        # Of the window, not of the dialog: a forecast may arrive after that has closed.
        self._forecasts = Forecasts(
            services.backend.forecaster, services.tasks, self._to_foresee, services.dialogs.widget()
        )
        self._forecasts.changed.connect(self._show_forecast)
        self._asked: _Asked | None = None
        self._allowed: CaseRequest | None = None
        self._prompt = ""
        services.events.subscribe(AnswersGrew, lambda event: self._show_more(event.outputs))
        services.events.subscribe(RunEnded, lambda event: self._run_ended(event.run_uid))
        services.events.subscribe(PromptOpened, lambda _: self._close())

    def open(self) -> None:
        """Open the dialog for the prompt in the editor."""
        if self.dialog is not None:
            self.dialog.raise_()
            self.dialog.activateWindow()
            return
        services = self._services
        self._prompt, self._asked = self._session.prompt(), None
        name = services.navigator.prompt_name(self._prompt)
        dialog = ProposalDialog(services.theme, name, services.dialogs.widget())
        dialog.request.ask_wanted.connect(self._ask)
        dialog.request.stop_wanted.connect(self._stop_answer)
        dialog.request.model_wanted.connect(self._choose_model)
        self._acceptance.begin(dialog.review, self._prompt)
        dialog.earlier_wanted.connect(self._open_earlier)
        dialog.finished.connect(self._closed)
        dialog.request.changed.connect(self._forecasts.wake)
        self.dialog = dialog
        self._forecasts.forget()
        dialog.show()
        prompt = self._prompt
        services.tasks.run(lambda: self._proposer.known(prompt), self._if_open(self._show_known))

    def open_earlier(self, run_uid: str) -> None:
        """Open the dialog with an earlier answer for the prompt in the editor."""
        self.open()
        self._open_earlier(run_uid)

    def _show_known(self, dialog: ProposalDialog, known: QuestionDefaults) -> None:
        first = next(iter(self._session.draft().lanes), Lane(_SLOT, BUILTIN, BUILTIN_MODEL))
        request = dialog.request
        # Without the lane's parameters: they suit its answers, and may limit the length too much for many cases.
        request.set_lane(known.lane or Lane(_SLOT, first.endpoint, first.model))
        request.set_instructions(known.instructions, known.shipped)
        request.set_known(known.cases, known.answers)
        dialog.set_earlier(known.earlier, utc_now())

    def _choose_model(self) -> None:
        dialog = self.dialog
        if dialog is not None and dialog.request.lane is not None:
            self._services.navigator.choose_model(dialog.request.lane, self._model_chosen, dialog)

    def _model_chosen(self, endpoint_uid: str, model: str) -> None:
        if self.dialog is not None:
            self.dialog.request.set_lane(Lane(_SLOT, endpoint_uid, model))

    # Asking.

    def _request(self) -> CaseRequest | None:
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
        wanted = self._request()
        return None if wanted is None else ("", as_draft(wanted))

    def _show_forecast(self, forecast: Forecast | None) -> None:
        if self.dialog is not None:
            estimate = self.dialog.request.estimate
            estimate.set_candidates(("" if forecast is None else line(forecast).removesuffix(" for 1 lane"),))
            estimate.setToolTip("" if forecast is None else safe_tip(detail(forecast)))

    def _ask(self) -> None:
        dialog, services, wanted = self.dialog, self._services, self._request()
        if dialog is None or dialog.is_running or wanted is None:
            return
        if self._session.limits().any and wanted != self._allowed:
            foresee = partial(services.backend.forecaster.forecast, "", as_draft(wanted))
            decide = self._if_open(partial(self._decide, wanted))
            services.tasks.run(foresee, decide, lambda _: self._send(wanted))
        else:
            self._send(wanted)

    def _decide(self, wanted: CaseRequest, dialog: ProposalDialog, forecast: Forecast) -> None:
        """Send, or ask for confirmation if limits are exceeded; repeating the same request confirms."""
        if over := excess(self._session.limits(), forecast, "This question"):
            self._allowed = wanted
            dialog.review.show_answer("", f"{over} Press Ask again to send it anyway.")
        else:
            self._send(wanted)

    def _send(self, wanted: CaseRequest) -> None:
        dialog, services, proposer = self.dialog, self._services, self._proposer
        if dialog is None or dialog.is_running:
            return
        self._allowed = None
        try:
            handle = proposer.ask(wanted)
        except RefusedError as error:
            dialog.review.show_answer("", error.sentence)
            return
        for kept in proposer.remember(wanted.lane, dialog.request.own_instructions()):
            services.tasks.watch(kept)
        self._asked = _Asked(wanted.variables, wanted.wish, handle)
        dialog.set_running(running=True)
        dialog.review.start()
        dialog.review.status.set_candidates(("asking…",))
        services.events.publish(CallSent())

    def _stop_answer(self) -> None:
        if self._asked is not None and self._asked.handle is not None:
            self._proposer.stop(self._asked.handle)

    def _show_more(self, outputs: Collection[str]) -> None:
        asked, dialog = self._asked, self.dialog
        if asked is None or asked.handle is None or dialog is None or asked.handle.output_uids[0] not in outputs:
            return
        transcript = asked.handle.transcripts[0]
        shown = transcript.snapshot(asked.length)
        if shown.text_length < asked.length:
            shown = transcript.snapshot()
            dialog.review.start()
        if shown.text:
            dialog.review.append(shown.text)
        asked.length = shown.text_length
        if shown.result is not None:
            asked.handle = None
            self._show_end(dialog, asked, shown.result)
        else:
            state = "stopping…" if shown.stopping else "writing…" if shown.text_length else "waiting for the model…"
            if shown.reasoning_length and not shown.text_length:
                state = "thinking…"
            dialog.review.status.set_candidates((state,))

    def _run_ended(self, run_uid: str) -> None:
        asked, dialog = self._asked, self.dialog
        if dialog is None or asked is None:
            return
        if asked.handle is not None and asked.handle.run_uid == run_uid and asked.handle.problem is not None:
            problem, asked.handle = asked.handle.problem, None
            dialog.set_running(running=False)
            dialog.review.status.set_candidates(())
            dialog.review.show_answer("", problem.sentence)
        prompt, proposer = self._prompt, self._proposer
        self._services.tasks.run(lambda: proposer.earlier(prompt), self._if_open(self._show_earlier))

    def _show_earlier(self, dialog: ProposalDialog, found: tuple[EarlierImprovement, ...]) -> None:
        dialog.set_earlier(found, utc_now())

    def _show_end(self, dialog: ProposalDialog, asked: _Asked, result: Result) -> None:
        """Show the result of a current or earlier request."""
        dialog.set_running(running=False)
        dialog.review.status.set_candidates((answer_figures(result),))
        if empty := empty_sentence(result):
            dialog.review.show_answer(result.text, empty)
        elif result.state == "finished":
            dialog.review.show_answer(result.text)
            self._read(dialog, asked, result)
        else:
            told = result.failure.sentence if result.failure is not None else _NOT_WHOLE.get(result.state, "")
            dialog.review.show_answer(result.text, told)

    def _read(self, dialog: ProposalDialog, asked: _Asked, result: Result) -> None:
        def show(read: ProposedCases) -> None:
            if self.dialog is dialog and self._asked is asked:
                dialog.review.show_proposals(read)
                request = dialog.request
                if request.ask.hasFocus() or (request.wish.hasFocus() and request.wish.exact() == asked.wish):
                    dialog.review.list.setFocus()

        def failed(error: Exception) -> None:
            if self.dialog is dialog and self._asked is asked:
                known = isinstance(error, CaseProposalError)
                dialog.review.show_answer(result.text, str(error) if known else problem_of(error).sentence)

        work = partial(self._proposer.read, self._prompt, result, asked.variables)
        self._services.tasks.run_large(work, show, failed)

    def _open_earlier(self, run_uid: str) -> None:
        def show(dialog: ProposalDialog, past: PastCaseRequest) -> None:
            if dialog.is_running:
                return
            self._asked = asked = _Asked(past.variables, past.wish)
            dialog.request.wish.set_exact(past.wish)
            self._show_end(dialog, asked, past.result)

        self._services.tasks.run(lambda: self._proposer.past(run_uid), self._if_open(show))

    def _close(self) -> None:
        self._acceptance.forget()
        if self.dialog is not None:
            self.dialog.done(0)

    def _closed(self) -> None:
        self._stop_answer()
        self._forecasts.stop()
        self._acceptance.end()
        self.dialog = self._asked = None

    def _if_open(self, show: Callable[[ProposalDialog, T], None]) -> Callable[[T], None]:
        """Return a callback that passes a result to the current dialog, unless it has been closed since."""
        dialog = self.dialog

        def then(found: T) -> None:
            if dialog is not None and self.dialog is dialog:
                show(dialog, found)

        return then
