"""Asks a model about the open prompt in a dialog, and shows the answer while it streams.

Invariant: a question over the limits is sent only once it is confirmed. Closing the dialog or opening another prompt
stops the request; its answer stays in the history and can be opened again.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from workbench.core.drafts import Draft
from workbench.core.empty_answers import empty_sentence
from workbench.core.forecast import Forecast
from workbench.core.improvement import EarlierImprovement
from workbench.core.lanes import BUILTIN, BUILTIN_MODEL, Lane
from workbench.core.run_limits import excess
from workbench.core.runs import Result
from workbench.host.clock import utc_now
from workbench.ui.proposals.dialog import RequestDialog
from workbench.ui.shell.events import AnswersGrew, CallSent, PromptOpened, RunEnded
from workbench.ui.shell.services import Services
from workbench.ui.widgets.wording import answer_figures
from workbench.usecases.problems import RefusedError, problem_of
from workbench.usecases.prompt_questions import PromptQuestion, PromptQuestions, QuestionDefaults
from workbench.usecases.run_handle import RunHandle


@dataclass(slots=True, kw_only=True)
class Asked:
    """The question whose answer is shown: the streaming run (None once complete), and the characters shown so far."""

    handle: RunHandle | None = None
    length: int = 0


T = TypeVar("T")
D = TypeVar("D", bound=RequestDialog)
Q = TypeVar("Q", bound=PromptQuestion)
A = TypeVar("A", bound=Asked)


class RequestController(ABC, Generic[D, Q, A]):
    """Subclasses make the dialog and the question, and show what a complete answer proposes."""

    def __init__(
        self, services: Services, questions: PromptQuestions, as_draft: Callable[[Q], Draft], answer: str
    ) -> None:
        """`as_draft` returns a question as a draft, to forecast its cost; `answer` is the word for a whole answer."""
        self._services, self._session = services, services.session
        self._questions, self._as_draft = questions, as_draft
        self._not_whole = {
            "stopped": f"Stopped early. This is what the model had written; ask again for a complete {answer}.",
            "interrupted": "The app closed before the answer was complete. This is what was saved; ask again.",
        }
        self.dialog: D | None = None
        self._asked: A | None = None
        self._allowed: Q | None = None
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
        self._prompt, self._asked = self._session.prompt(), None
        dialog = self._make_dialog()
        dialog.request_pane.ask_wanted.connect(self._ask)
        dialog.request_pane.stop_wanted.connect(self._stop_answer)
        dialog.request_pane.model_wanted.connect(self._choose_model)
        dialog.earlier_wanted.connect(self._open_earlier)
        dialog.finished.connect(self._closed)
        self.dialog = dialog
        dialog.show()
        prompt, questions = self._prompt, self._questions
        self._services.tasks.run(lambda: questions.known(prompt), self._if_open(self._show_known))

    def open_earlier(self, run_uid: str) -> None:
        """Open the dialog with an earlier answer for the prompt in the editor."""
        self.open()
        self._open_earlier(run_uid)

    @abstractmethod
    def _make_dialog(self) -> D:
        """Return a new dialog."""

    @abstractmethod
    def _question(self) -> Q | None:
        """Return the question in the dialog, None without a dialog or a model."""

    @abstractmethod
    def _start(self, wanted: Q) -> A:
        """Send a question. Raises RefusedError."""

    @abstractmethod
    def _show_proposal(self, dialog: D, asked: A, result: Result) -> None:
        """Show what a complete answer proposes."""

    @abstractmethod
    def _open_earlier(self, run_uid: str) -> None:
        """Read an earlier answer and show it in the open dialog, unless a model is running by then."""

    def _show_known(self, dialog: D, known: QuestionDefaults) -> None:
        slot = self._questions.kind
        first = next(iter(self._session.draft().lanes), Lane(slot, BUILTIN, BUILTIN_MODEL))
        # Without the lane's parameters: they suit its answers, and may limit the length too much for a proposal.
        dialog.request_pane.set_lane(known.lane or Lane(slot, first.endpoint, first.model))
        dialog.request_pane.set_instructions(known.instructions, known.shipped)
        dialog.set_earlier(known.earlier, utc_now())

    def _choose_model(self) -> None:
        dialog = self.dialog
        if dialog is not None and dialog.request_pane.lane is not None:
            self._services.navigator.choose_model(dialog.request_pane.lane, self._model_chosen, dialog)

    def _model_chosen(self, endpoint_uid: str, model: str) -> None:
        if self.dialog is not None:
            self.dialog.request_pane.set_lane(Lane(self._questions.kind, endpoint_uid, model))

    def _ask(self) -> None:
        dialog, services, wanted = self.dialog, self._services, self._question()
        if dialog is None or dialog.is_running or wanted is None:
            return
        if self._session.limits().any and wanted != self._allowed:
            foresee = partial(services.backend.forecaster.forecast, "", self._as_draft(wanted))
            decide = self._if_open(partial(self._decide, wanted))
            services.tasks.run(foresee, decide, lambda _: self._send(wanted))
        else:
            self._send(wanted)

    def _decide(self, wanted: Q, dialog: D, forecast: Forecast) -> None:
        """Send, or ask for confirmation if limits are exceeded; repeating the same question confirms."""
        if over := excess(self._session.limits(), forecast, "This question"):
            self._allowed = wanted
            dialog.answer_pane.show_answer("", f"{over} Press Ask again to send it anyway.")
        else:
            self._send(wanted)

    def _send(self, wanted: Q) -> None:
        dialog, services = self.dialog, self._services
        if dialog is None or dialog.is_running:
            return
        self._allowed = None
        try:
            self._asked = self._start(wanted)
        except RefusedError as error:
            dialog.answer_pane.show_answer("", error.sentence)
            return
        for kept in self._questions.remember(wanted.lane, dialog.request_pane.own_instructions()):
            services.tasks.watch(kept)
        dialog.set_running(running=True)
        dialog.answer_pane.start()
        dialog.answer_pane.status.set_candidates(("asking…",))
        services.events.publish(CallSent())

    def _stop_answer(self) -> None:
        if self._asked is not None and self._asked.handle is not None:
            self._questions.stop(self._asked.handle)

    def _show_more(self, outputs: Collection[str]) -> None:
        asked, dialog = self._asked, self.dialog
        if asked is None or asked.handle is None or dialog is None or asked.handle.output_uids[0] not in outputs:
            return
        transcript = asked.handle.transcripts[0]
        shown = transcript.snapshot(asked.length)
        if shown.text_length < asked.length:
            shown = transcript.snapshot()
            dialog.answer_pane.start()
        if shown.text:
            dialog.answer_pane.append(shown.text)
        asked.length = shown.text_length
        if shown.result is not None:
            asked.handle = None
            self._show_end(dialog, asked, shown.result)
        else:
            state = "stopping…" if shown.stopping else "writing…" if shown.text_length else "waiting for the model…"
            if shown.reasoning_length and not shown.text_length:
                state = "thinking…"
            dialog.answer_pane.status.set_candidates((state,))

    def _run_ended(self, run_uid: str) -> None:
        asked, dialog = self._asked, self.dialog
        if dialog is None or asked is None:
            return
        if asked.handle is not None and asked.handle.run_uid == run_uid and asked.handle.problem is not None:
            problem, asked.handle = asked.handle.problem, None
            dialog.set_running(running=False)
            dialog.answer_pane.status.set_candidates(())
            dialog.answer_pane.show_answer("", problem.sentence)
        prompt, questions = self._prompt, self._questions
        self._services.tasks.run(lambda: questions.earlier(prompt), self._if_open(self._show_earlier))

    def _show_earlier(self, dialog: D, found: tuple[EarlierImprovement, ...]) -> None:
        dialog.set_earlier(found, utc_now())

    def _show_end(self, dialog: D, asked: A, result: Result) -> None:
        """Show the result of the current or an earlier question."""
        answer = dialog.answer_pane
        dialog.set_running(running=False)
        answer.status.set_candidates((answer_figures(result),))
        if empty := empty_sentence(result):
            answer.show_answer(result.text, empty)
        elif result.state == "finished":
            answer.show_answer(result.text)
            self._show_proposal(dialog, asked, result)
        else:
            told = result.failure.sentence if result.failure is not None else self._not_whole.get(result.state, "")
            answer.show_answer(result.text, told)

    def _read(
        self, asked: A, text: str, work: Callable[[], T], show: Callable[[T], object], unusable: type[Exception]
    ) -> None:
        """Read what an answer proposes, on a worker thread, and show it unless another answer is shown by then.

        `text` is the answer, which stays if it cannot be read; an error of type `unusable` says why in its own words.
        """
        dialog = self.dialog

        def is_shown() -> bool:
            return self.dialog is dialog and self._asked is asked

        def done(read: T) -> None:
            if is_shown():
                show(read)

        def failed(error: Exception) -> None:
            if dialog is not None and is_shown():
                sentence = str(error) if isinstance(error, unusable) else problem_of(error).sentence
                dialog.answer_pane.show_answer(text, sentence)

        self._services.tasks.run_large(work, done, failed)

    def _close(self) -> None:
        if self.dialog is not None:
            self.dialog.done(0)

    def _closed(self) -> None:
        self._stop_answer()
        self.dialog = self._asked = None

    def _if_open(self, show: Callable[[D, T], None]) -> Callable[[T], None]:
        """Return a callback that passes a result to the current dialog, unless it has been closed since."""
        dialog = self.dialog

        def then(found: T) -> None:
            if dialog is not None and self.dialog is dialog:
                show(dialog, found)

        return then
