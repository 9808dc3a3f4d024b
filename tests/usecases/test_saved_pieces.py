"""The history has the whole answer, whatever it contains and however it is split into saves, of which some fail."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.making import LATER, NOW, opened, run, text
from workbench.core.runs import AnswerStep, said_steps
from workbench.engine.calls import CallDelta, CallStepped, ToolCallDelta
from workbench.store import Store
from workbench.usecases.transcript import Transcript

_words = st.text(alphabet='ab{}"\\\nü🙂\u0000', max_size=6)
_events = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["text", "reasoning"]), _words),
        st.tuples(st.just("call"), st.integers(0, 2), st.sampled_from(["now", "look", ""]), _words),
        st.tuples(st.just("over"), _words),
        st.sampled_from([("save",), ("lose",)]),
    ),
    max_size=25,
)
_names = itertools.count()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = opened(tmp_path_factory.mktemp("pieces") / "h.db")
    store.create_prompt("p", "Prompt", NOW).result(60)
    yield store
    store.close()


class Speaker:
    """An engine that sends given events to one transcript."""

    def __init__(self, uid: str) -> None:
        self.transcript = Transcript(uid, "r", 0, lambda: 0)
        self._texts = {"text": "", "reasoning": ""}
        self._calls: list[AnswerStep] = []

    def say(self, kind: str, words: str) -> None:
        self.transcript.apply(CallDelta("x", kind, len(self._texts[kind]), words))  # type: ignore[arg-type]
        self._texts[kind] += words

    def call(self, number: int, name: str, words: str) -> None:
        number = min(number, len(self._calls))
        if number == len(self._calls):
            self._calls.append(AnswerStep("tool_call"))
        known = self._calls[number]
        grown = AnswerStep("tool_call", known.text + words, known.name or name, known.call_id or f"id-{number}")
        self._calls[number] = grown
        self.transcript.apply(ToolCallDelta("x", number, grown.name, grown.call_id, len(known.text), words))

    def finish_round(self, answer: str) -> None:
        signed = [AnswerStep("tool_call", c.text, c.name, c.call_id, '{"signed":1}') for c in self._calls]
        answers = [AnswerStep("tool_result", answer, c.name, c.call_id) for c in self._calls]
        said = said_steps(self._texts["reasoning"], self._texts["text"], '{"thought":1}')
        self.transcript.apply(CallStepped("x", (*said, *signed, *answers)))
        self._texts, self._calls = {"text": "", "reasoning": ""}, []


@given(_events)
def test_saved_chunks_are_recovered_after_the_process_dies(shared: Store, events: list[tuple[object, ...]]) -> None:
    name = f"r{next(_names)}"
    shared.begin_run(run(name, text(name))).result(60)
    speaker = Speaker(f"{name}.0.0")
    transcript = speaker.transcript
    for event in events:
        match event:
            case ("save",):
                shared.save_partials(transcript.take_unsaved()).result(60)
            case ("lose",):
                for piece in transcript.take_unsaved():
                    transcript.give_back(piece)
            case ("call", int(number), str(called), str(words)):
                speaker.call(number, called, words)
            case ("over", str(words)):
                speaker.finish_round(words)
            case (str(kind), str(words)):
                speaker.say(kind, words)
    shared.save_partials(transcript.take_unsaved()).result(60)
    assert transcript.take_unsaved() == ()
    shown = transcript.snapshot()
    live = shared.iteration_detail(name).outputs[0].result
    assert (live.text, live.reasoning, live.steps) == (shown.text, shown.reasoning, shown.steps)
    shared.recover(lambda owner: False, LATER).result(60)
    (output,) = shared.iteration_detail(name).outputs
    result = output.result
    assert (result.state, result.text, result.reasoning) == ("interrupted", shown.text, shown.reasoning)
    assert result.steps == shown.steps
