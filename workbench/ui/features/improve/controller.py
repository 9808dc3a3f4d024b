"""Executes the command that improves a prompt.

Invariant: the draft changes only by accepted changes, in one undoable step. Changes are relative to the current draft:
if it was edited in the meantime, they are computed again first.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import partial

from workbench.core.content import Content
from workbench.core.improvement import Proposal, ProposalError
from workbench.core.runs import Result
from workbench.ui.features.improve.dialog import ImproveDialog
from workbench.ui.proposals.controller import Asked, RequestController
from workbench.ui.shell.services import Services
from workbench.usecases.improver import ImprovementRequest, Improver, PastQuestion, as_draft, proposal_of
from workbench.usecases.prompt_questions import QuestionDefaults

_CHANGED = "The draft changed after the model got it. These are the changes to the current draft."


@dataclass(slots=True)
class _Asked(Asked):
    """The proposal shown: its base text, its tag, and the text of the complete answer."""

    base: Content
    tag: str
    text: str = ""


class ImproveController(RequestController[ImproveDialog, ImprovementRequest, _Asked]):
    """Opens the dialog, asks the model, and applies accepted changes to the draft."""

    def __init__(self, services: Services) -> None:
        self._improver = Improver(services.backend.store, services.backend.runner)
        super().__init__(services, self._improver, as_draft, "proposal")

    def stop(self) -> None:
        """Do nothing: the window stops all runs."""

    def _make_dialog(self) -> ImproveDialog:
        dialog = ImproveDialog(self._services.theme, self._services.dialogs.widget())
        dialog.proposal.accepted.connect(self._accept)
        return dialog

    def _show_known(self, dialog: ImproveDialog, known: QuestionDefaults) -> None:
        super()._show_known(dialog, known)
        dialog.question.set_answers(known.answers)

    def _question(self) -> ImprovementRequest | None:
        dialog, draft = self.dialog, self._session.draft()
        if dialog is None or dialog.question.lane is None:
            return None
        pane = dialog.question
        return ImprovementRequest(
            self._prompt,
            draft.content,
            draft.based_on,
            dialog.question.lane,
            pane.instructions.exact(),
            pane.feedback.exact(),
            pane.chosen_answers(),
        )

    def _start(self, wanted: ImprovementRequest) -> _Asked:
        handle, tag = self._improver.ask(wanted)
        return _Asked(wanted.content, tag, handle=handle)

    def _show_proposal(self, dialog: ImproveDialog, asked: _Asked, result: Result) -> None:
        asked.text = result.text
        self._compare(dialog, asked, asked.base)

    def _compare(self, dialog: ImproveDialog, asked: _Asked, content: Content, note: str = "") -> None:
        def show(proposal: Proposal) -> None:
            asked.base = content
            dialog.proposal.show_proposal(proposal, note)

        self._read(asked, asked.text, partial(proposal_of, content, asked.text, asked.tag), show, ProposalError)

    def _open_earlier(self, run_uid: str) -> None:
        self._services.tasks.run(lambda: self._improver.past(run_uid), self._if_open(self._show_past))

    def _show_past(self, dialog: ImproveDialog, past: PastQuestion) -> None:
        if not dialog.is_running:
            self._asked = _Asked(past.base, past.tag)
            dialog.question.feedback.set_exact(past.feedback)
            self._show_end(dialog, self._asked, past.result)

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
