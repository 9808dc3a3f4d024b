"""Transcripts of outputs: events, text, chunks to save, and ends."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.core.runs import AnswerStep, Mark, Result, Timing
from workbench.engine.calls import CallDelta, CallQueued, CallRetrying, CallStepped, RequestSent, ToolCallDelta
from workbench.store.records import PartialCall, PartialRounds, PartialText
from workbench.usecases.growing_text import GrowingText
from workbench.usecases.transcript import Transcript


def make() -> Transcript:
    clock = itertools.count(100, 10)
    return Transcript("o", "r", 2, lambda: next(clock))


@given(st.lists(st.text()), st.data())
def test_growing_text_returns_the_tail_from_any_offset(texts: list[str], data: st.DataObject) -> None:
    pieces = GrowingText()
    for text in texts:
        pieces.add(pieces.length, text)
    whole = "".join(texts)
    offset = data.draw(st.integers(0, len(whole) + 2))
    assert pieces.length == len(whole)
    assert pieces.since(offset) == whole[offset:]


@given(st.text(min_size=1), st.data())
def test_overlapping_chunks_are_added_once(whole: str, data: st.DataObject) -> None:
    pieces = GrowingText()
    while pieces.length < len(whole):
        start = data.draw(st.integers(0, pieces.length))
        end = data.draw(st.integers(pieces.length + 1, len(whole)))
        pieces.add(start, whole[start:end])
    assert pieces.since(0) == whole


def test_transcript_passes_from_waiting_to_finished() -> None:
    transcript = make()
    assert transcript.snapshot().state == "waiting"
    transcript.apply(CallQueued("o"))
    assert transcript.snapshot().state == "queued"
    transcript.apply(CallRetrying("o", 3000, 2, "rate limited"))
    told = transcript.snapshot().retry
    assert told is not None
    assert (told.in_ms, told.attempt, told.reason) == (3000, 2, "rate limited")
    transcript.apply(RequestSent("o", {"model": "m"}, (Mark("refused", "seed", "no"),)))
    seen = transcript.snapshot()
    assert (seen.state, seen.retry, seen.wire, seen.timing.first) == ("streaming", None, {"model": "m"}, None)
    transcript.apply(CallDelta("o", "reasoning", 0, "hm"))
    transcript.apply(CallDelta("o", "text", 0, "Hello"))
    seen = transcript.snapshot(text_from=3)
    assert (seen.text, seen.text_length, seen.reasoning, seen.position) == ("lo", 5, "hm", 2)
    assert seen.timing.first is not None
    assert transcript.end(Result("finished", "Hello.", "hm", timing=Timing(0, 1, 2, 3)))
    seen = transcript.snapshot(text_from=5)
    assert (seen.state, seen.text, seen.timing, seen.marks) == (
        "finished",
        ".",
        Timing(0, 1, 2, 3),
        (Mark("refused", "seed", "no"),),
    )


def test_transcript_ends_once_and_does_not_change_afterwards() -> None:
    transcript = make()
    assert transcript.end(Result("stopped", "so far"))
    assert not transcript.end(Result("finished", "all of it"))
    transcript.apply(CallDelta("o", "text", 0, "late"))
    assert transcript.snapshot().text == "so far"
    with pytest.raises(ValueError, match="streaming"):
        transcript.end(Result("streaming"))


def test_unsaved_chunks_are_taken_once_and_again_after_give_back() -> None:
    transcript = make()
    transcript.apply(CallDelta("o", "text", 0, "ab"))
    taken = transcript.take_unsaved()
    assert taken == (PartialText("o", "text", 0, "ab"),)
    assert transcript.take_unsaved() == ()
    transcript.apply(CallDelta("o", "text", 2, "c"))
    transcript.give_back(taken[0])
    assert transcript.take_unsaved() == (PartialText("o", "text", 0, "abc"),)
    transcript.end(Result("finished", "abc!"))
    assert transcript.take_unsaved() == (PartialText("o", "text", 3, "!"),)
    assert transcript.take_unsaved() == ()


def test_differing_final_text_is_saved_completely() -> None:
    transcript = make()
    transcript.apply(CallDelta("o", "text", 0, "abc"))
    transcript.take_unsaved()
    transcript.end(Result("finished", "aXcd"))
    assert transcript.take_unsaved() == (PartialText("o", "text", 0, "aXcd"),)


def test_stopping_is_shown_until_the_end() -> None:
    transcript = make()
    transcript.ask_to_stop()
    assert transcript.snapshot().stopping
    transcript.end(Result("stopped"))
    assert not transcript.snapshot().stopping


def test_text_starts_again_after_a_tool_round() -> None:
    clock = iter(range(0, 1000, 10))
    transcript = Transcript("o", "r", 0, lambda: next(clock))
    transcript.apply(RequestSent("o", {}))
    transcript.apply(CallDelta("o", "text", 0, "One moment."))
    assert transcript.take_unsaved() == (PartialText("o", "text", 0, "One moment."),)
    first = transcript.snapshot().timing.first
    steps = (
        AnswerStep("text", "One moment."),
        AnswerStep("tool_call", "{}", "now", "c"),
        AnswerStep("tool_result", "noon", "now", "c"),
    )
    transcript.apply(CallStepped("o", steps))
    transcript.apply(RequestSent("o", {"round": 2}))
    assert (transcript.snapshot().text, transcript.snapshot().steps, transcript.snapshot().rounds) == ("", steps, 1)
    transcript.apply(CallDelta("o", "text", 0, "Noon."))
    assert transcript.take_unsaved() == (PartialRounds("o", 0, steps), PartialText("o", "text", 0, "Noon."))
    assert transcript.snapshot().timing.first == first
    transcript.end(Result("finished", "Noon.", steps=(*steps, AnswerStep("text", "Noon."))))
    assert (transcript.snapshot().rounds, len(transcript.snapshot().steps)) == (1, 4)


def test_tool_call_is_shown_and_saved_while_its_arguments_stream() -> None:
    transcript = make()
    transcript.apply(CallDelta("o", "text", 0, "One moment."))
    assert transcript.snapshot().steps == ()
    transcript.apply(ToolCallDelta("o", 0, "look", "c1", 0, ""))
    assert transcript.snapshot().steps == (AnswerStep("text", "One moment."), AnswerStep("tool_call", "", "look", "c1"))
    assert transcript.take_unsaved() == (
        PartialText("o", "text", 0, "One moment."),
        PartialCall("o", 0, "look", "c1", 0, ""),
    )
    transcript.apply(ToolCallDelta("o", 0, "look", "c1", 0, '{"a'))
    transcript.apply(ToolCallDelta("o", 1, "now", "c2", 0, ""))
    transcript.apply(ToolCallDelta("o", 0, "look", "c1", 3, '": 1}'))
    assert transcript.snapshot(text_from=4).steps == (
        AnswerStep("text", "One moment."),
        AnswerStep("tool_call", '{"a": 1}', "look", "c1"),
        AnswerStep("tool_call", "", "now", "c2"),
    )
    taken = transcript.take_unsaved()
    assert taken == (PartialCall("o", 0, "look", "c1", 0, '{"a": 1}'), PartialCall("o", 1, "now", "c2", 0, ""))
    assert transcript.take_unsaved() == ()
    transcript.give_back(taken[0])
    assert transcript.take_unsaved() == taken[:1]


def test_unsaved_chunks_of_a_finished_round_are_dropped() -> None:
    transcript = make()
    transcript.apply(CallDelta("o", "text", 0, "One moment."))
    transcript.apply(ToolCallDelta("o", 0, "now", "c1", 0, "{}"))
    taken = transcript.take_unsaved()
    steps = (
        AnswerStep("text", "One moment."),
        AnswerStep("tool_call", "{}", "now", "c1"),
        AnswerStep("tool_result", "noon", "now", "c1"),
    )
    transcript.apply(CallStepped("o", steps))
    transcript.apply(CallDelta("o", "text", 0, "It is"))
    rounds = transcript.take_unsaved()
    assert rounds == (PartialRounds("o", 0, steps), PartialText("o", "text", 0, "It is"))
    for piece in (*taken, *rounds):
        transcript.give_back(piece)
    assert transcript.take_unsaved() == rounds
    assert transcript.snapshot().rounds == 1


def test_steps_added_by_the_end_are_not_saved_twice() -> None:
    """An end that finds no room is in memory; what is saved meanwhile must not tell the answer a second time."""
    transcript = make()
    steps = (AnswerStep("tool_call", "{}", "now", "c1"), AnswerStep("tool_result", "noon", "now", "c1"))
    transcript.apply(CallStepped("o", steps))
    transcript.apply(CallDelta("o", "text", 0, "Noo"))
    transcript.take_unsaved()
    transcript.end(Result("finished", "Noon.", steps=(*steps, AnswerStep("text", "Noon."))))
    assert transcript.take_unsaved() == (PartialText("o", "text", 3, "n."),)
