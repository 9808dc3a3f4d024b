"""Executes the command that improves a prompt.

Invariant: the draft changes only by accepted changes, in one undoable step. Changes are relative to the current draft:
if it was edited in the meantime, they are computed again first. Closing stops the request.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from workbench.core.content import Content
from workbench.core.empty_answers import empty_sentence
from workbench.core.forecast import Forecast
from workbench.core.improvement import EarlierImprovement, Proposal, ProposalError
from workbench.core.lanes import BUILTIN, BUILTIN_MODEL, Lane
from workbench.core.run_limits import excess
from workbench.core.runs import Result
from workbench.host.clock import utc_now
from workbench.ui.features.improve.dialog import ImproveDialog
from workbench.ui.shell.events import AnswersGrew, CallSent, PromptOpened, RunEnded
from workbench.ui.shell.services import Services
from workbench.ui.widgets.wording import answer_figures
from workbench.usecases.improver import (
    ImprovementRequest,
    Improver,
    PastQuestion,
    as_draft,
    proposal_of,
)
from workbench.usecases.problems import RefusedError, problem_of
from workbench.usecases.prompt_questions import QuestionDefaults
from workbench.usecases.run_handle import RunHandle

T = TypeVar("T")

_SLOT = "improve"
_CHANGED = "The draft changed after the model got it. These are the changes to the current draft."
_NOT_WHOLE = {
    "stopped": "Stopped early. This is what the model had written; ask again for a complete proposal.",
    "interrupted": "The app closed before the answer was complete. This is what was saved; ask again.",
}


@dataclass(slots=True)
class _Asked:
    """The proposal shown: its base text, its tag, and the streaming handle (None once complete)."""

    base: Content
    tag: str
    handle: RunHandle | None = None
    length: int = 0
    text: str = ""


class ImproveController:
    """Opens the dialog, asks the model, and applies accepted changes to the draft."""

    def __init__(self, services: Services) -> None:
        self._services, self._session = services, services.session
        self._improver = Improver(services.backend.store, services.backend.runner)
        self.dialog: ImproveDialog | None = None
        self._asked: _Asked | None = None
        self._allowed: ImprovementRequest | None = None
        self._prompt = ""
        services.events.subscribe(AnswersGrew, lambda event: self._show_more(event.outputs))
        services.events.subscribe(RunEnded, lambda event: self._run_ended(event.run_uid))
        services.events.subscribe(PromptOpened, lambda _: self._close())

    def stop(self) -> None:
        """Do nothing: the window stops all runs."""

    def open(self) -> None:
        """Open the dialog for the prompt in the editor."""
        if self.dialog is not None:
            self.dialog.raise_()
            self.dialog.activateWindow()
            return
        services = self._services
        self._prompt, self._asked = self._session.prompt(), None
        dialog = ImproveDialog(services.theme, services.dialogs.widget())
        dialog.question.ask_wanted.connect(self._ask)
        dialog.question.stop_wanted.connect(self._stop_answer)
        dialog.question.model_wanted.connect(self._choose_model)
        dialog.proposal.accepted.connect(self._accept)
        dialog.earlier_wanted.connect(self._open_earlier)
        dialog.finished.connect(self._closed)
        self.dialog = dialog
        dialog.show()
        prompt = self._prompt
        services.tasks.run(lambda: self._improver.known(prompt), self._if_open(self._show_known))

    def open_earlier(self, run_uid: str) -> None:
        """Open the dialog with an earlier proposal for the prompt in the editor."""
        self.open()
        self._open_earlier(run_uid)

    def _show_known(self, dialog: ImproveDialog, known: QuestionDefaults) -> None:
        first = next(iter(self._session.draft().lanes), Lane(_SLOT, BUILTIN, BUILTIN_MODEL))
        # Without the lane's parameters: they suit its answers, and may limit the length too much for a prompt.
        dialog.question.set_lane(known.lane or Lane(_SLOT, first.endpoint, first.model))
        dialog.question.set_instructions(known.instructions, known.shipped)
        dialog.question.set_answers(known.answers)
        dialog.set_earlier(known.earlier, utc_now())

    def _choose_model(self) -> None:
        dialog = self.dialog
        if dialog is None or dialog.question.lane is None:
            return
        self._services.navigator.choose_model(dialog.question.lane, self._model_chosen, dialog)

    def _model_chosen(self, endpoint_uid: str, model: str) -> None:
        if self.dialog is not None:
            self.dialog.question.set_lane(Lane(_SLOT, endpoint_uid, model))

    def _ask(self) -> None:
        dialog, services = self.dialog, self._services
        if dialog is None or dialog.is_running or dialog.question.lane is None:
            return
        pane, draft = dialog.question, self._session.draft()
        wanted = ImprovementRequest(
            self._prompt,
            draft.content,
            draft.based_on,
            dialog.question.lane,
            pane.instructions.exact(),
            pane.feedback.exact(),
            pane.chosen_answers(),
        )
        if self._session.limits().any and wanted != self._allowed:
            foresee = partial(services.backend.forecaster.forecast, "", as_draft(wanted))
            decide = self._if_open(partial(self._decide, wanted))
            services.tasks.run(foresee, decide, lambda _: self._send(wanted))
        else:
            self._send(wanted)

    def _decide(self, wanted: ImprovementRequest, dialog: ImproveDialog, forecast: Forecast) -> None:
        """Send, or ask for confirmation if limits are exceeded; repeating the same request confirms."""
        if over := excess(self._session.limits(), forecast, "This question"):
            self._allowed = wanted
            dialog.proposal.show_answer("", f"{over} Press Ask again to send it anyway.")
        else:
            self._send(wanted)

    def _send(self, wanted: ImprovementRequest) -> None:
        dialog, services = self.dialog, self._services
        if dialog is None or dialog.is_running:
            return
        self._allowed = None
        pane, lane, improver = dialog.question, wanted.lane, self._improver
        try:
            handle, tag = improver.ask(wanted)
        except RefusedError as error:
            dialog.proposal.show_answer("", error.sentence)
            return
        for kept in improver.remember(lane, pane.own_instructions()):
            services.tasks.watch(kept)
        self._asked = _Asked(wanted.content, tag, handle)
        dialog.set_running(running=True)
        dialog.proposal.start()
        dialog.proposal.status.set_candidates(("asking…",))
        services.events.publish(CallSent())

    def _stop_answer(self) -> None:
        if self._asked is not None and self._asked.handle is not None:
            self._improver.stop(self._asked.handle)

    def _show_more(self, outputs: Collection[str]) -> None:
        asked, dialog = self._asked, self.dialog
        if asked is None or asked.handle is None or dialog is None or asked.handle.output_uids[0] not in outputs:
            return
        shown = asked.handle.transcripts[0].snapshot(asked.length)
        if shown.text_length < asked.length:
            shown = asked.handle.transcripts[0].snapshot()
            dialog.proposal.start()
            asked.text = ""
        if shown.text:
            dialog.proposal.append(shown.text)
            asked.text += shown.text
        asked.length = shown.text_length
        if shown.result is not None:
            asked.handle = None
            self._show_end(dialog, asked, shown.result)
        else:
            state = "stopping…" if shown.stopping else "writing…" if shown.text_length else "waiting for the model…"
            if shown.reasoning_length and not shown.text_length:
                state = "thinking…"
            dialog.proposal.status.set_candidates((state,))

    def _run_ended(self, run_uid: str) -> None:
        asked, dialog = self._asked, self.dialog
        if dialog is None or asked is None:
            return
        if asked.handle is not None and asked.handle.run_uid == run_uid and asked.handle.problem is not None:
            problem, asked.handle = asked.handle.problem, None
            dialog.set_running(running=False)
            dialog.proposal.status.set_candidates(())
            dialog.proposal.show_answer("", problem.sentence)
        prompt, improver = self._prompt, self._improver
        self._services.tasks.run(lambda: improver.earlier(prompt), self._if_open(self._show_earlier))

    def _show_earlier(self, dialog: ImproveDialog, found: tuple[EarlierImprovement, ...]) -> None:
        dialog.set_earlier(found, utc_now())

    def _show_end(self, dialog: ImproveDialog, asked: _Asked, result: Result) -> None:
        """Show the result of a current or earlier request."""
        asked.text = result.text
        dialog.set_running(running=False)
        dialog.proposal.status.set_candidates((answer_figures(result),))
        if empty := empty_sentence(result):
            dialog.proposal.show_answer(result.text, empty)
        elif result.state == "finished":
            dialog.proposal.show_answer(result.text)
            self._compare(dialog, asked, asked.base)
        else:
            told = result.failure.sentence if result.failure is not None else _NOT_WHOLE.get(result.state, "")
            dialog.proposal.show_answer(result.text, told)

    def _compare(self, dialog: ImproveDialog, asked: _Asked, content: Content, note: str = "") -> None:
        def show(proposal: Proposal) -> None:
            if self.dialog is dialog and self._asked is asked:
                asked.base = content
                dialog.proposal.show_proposal(proposal, note)

        def failed(error: Exception) -> None:
            if self.dialog is dialog and self._asked is asked:
                known = isinstance(error, ProposalError)
                dialog.proposal.show_answer(asked.text, str(error) if known else problem_of(error).sentence)

        self._services.tasks.run_large(partial(proposal_of, content, asked.text, asked.tag), show, failed)

    def _open_earlier(self, run_uid: str) -> None:
        services = self._services

        def show(dialog: ImproveDialog, past: PastQuestion) -> None:
            if dialog.is_running:
                return
            asked = _Asked(past.base, past.tag)
            self._asked = asked
            dialog.question.feedback.set_exact(past.feedback)
            self._show_end(dialog, asked, past.result)

        services.tasks.run(lambda: self._improver.past(run_uid), self._if_open(show))

    def _accept(self, accepted: Collection[int]) -> None:
        dialog, asked, services = self.dialog, self._asked, self._services
        if dialog is None or asked is None or dialog.proposal.proposal is None:
            return
        self._session.back()
        before, proposal = self._session.draft(), dialog.proposal.proposal
        if before.content.messages != proposal.base.messages:
            self._compare(dialog, asked, before.content, _CHANGED)
            return
        after = replace(before.content, messages=proposal.apply(accepted).messages)
        count, total = len(accepted), proposal.count
        self._close()
        self._session.put_back(replace(before, content=after))
        what = (
            "The change" if total == 1 else f"All {total} changes" if count == total else f"{count} of {total} changes"
        )
        services.notices.offer_draft(
            f"{what} of the proposal {'is' if count == 1 else 'are'} now in the draft.", before
        )
        services.dialogs.widget().activateWindow()
        services.editor.focus_first()

    def _close(self) -> None:
        if self.dialog is not None:
            self.dialog.done(0)

    def _closed(self) -> None:
        self._stop_answer()
        self.dialog = self._asked = None

    def _if_open(self, show: Callable[[ImproveDialog, T], None]) -> Callable[[T], None]:
        """Return a callback that passes a result to the current dialog, unless it has been closed since."""
        dialog = self.dialog

        def then(found: T) -> None:
            if dialog is not None and self.dialog is dialog:
                show(dialog, found)

        return then
