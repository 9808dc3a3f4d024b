"""Parsing deltas, choices and turns takes linear time."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.engine.listening import address
from workbench.core.content import Message
from workbench.engine.calls import Call, DeltaKind
from workbench.engine.child import streamed_answer as answering
from workbench.engine.child.completion_choices import CompletionChoices, StreamedChoice
from workbench.engine.child.failures import CallError
from workbench.engine.child.message_parts import PartReader
from workbench.engine.child.model_turn import MAX_ARGUMENTS, ModelTurn
from workbench.engine.child.streamed_answer import StreamedAnswer


class Heard:
    """Records the content of a choice."""

    def __init__(self) -> None:
        self.reasoning = self.said = ""

    def text(self, piece: str, kind: DeltaKind = "text") -> None:
        if kind == "reasoning":
            self.reasoning += piece
        else:
            self.said += piece

    def extras(self, part: Any) -> None:
        pass


class CountingList(list[str]):
    """Counts the items that are read from it."""

    read = 0

    def __iter__(self) -> Any:
        for item in super().__iter__():
            CountingList.read += 1
            yield item


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        ("I can't.", "I can't."),
        ({"refusal": "I can't."}, "I can't."),
        ({"type": "refusal", "text": {"value": "I can't."}}, "I can't."),
        ([{"type": "refusal", "refusal": "I "}, {"text": "can't."}], "I can't."),
        ({"reason": "policy"}, '{"reason": "policy"}'),
        *((nothing, "") for nothing in (None, "", {}, [], False)),
    ],
)
def test_refusal_of_any_shape_becomes_the_text(refusal: Any, said: str) -> None:
    heard = Heard()
    PartReader(heard).read({"content": None, "refusal": refusal})
    assert heard.said == said


def test_reasoning_under_alternating_names_is_read_in_linear_time() -> None:
    """To compare each with all before it would take the square of their number."""
    heard, names = Heard(), ("reasoning_content", "reasoning")
    reader = PartReader(heard)
    reader._thoughts = CountingList()
    CountingList.read = 0
    for number in range(2_000):
        reader.read({names[number % 2]: f"{number} "})
    assert heard.reasoning == "".join(f"{number} " for number in range(2_000))
    assert CountingList.read < 10_000


@pytest.mark.parametrize("pieces", [["a"], ["ab", "c"], ["", "a", "b"]])
def test_reasoning_repeated_under_another_name_is_not_duplicated(pieces: list[str]) -> None:
    heard = Heard()
    reader = PartReader(heard)
    for piece in pieces:
        reader.read({"reasoning_content": piece})
    reader.read({"reasoning": "".join(pieces)})
    assert heard.reasoning == "".join(pieces)
    reader.read({"reasoning_content": "".join(pieces[::-1])})
    assert heard.reasoning == "".join(pieces) + ("".join(pieces[::-1]) if pieces[::-1] != pieces else "")


def answer() -> StreamedAnswer:
    call = Call("c", address("http://127.0.0.1:9"), "m", (Message("user", "Hi"),))

    def silent(kind: str, /, **fields: Any) -> None:
        pass

    return StreamedAnswer(call, silent)


def test_further_choices_do_not_reduce_space_of_shown_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "MAX_ANSWER", 100)

    async def read() -> StreamedAnswer:
        made = answer()
        choices = CompletionChoices(made)
        for index, length in ((1, 70), (2, 50), (0, 90)):
            choices.read(index, {"content": "x" * length}, None)
        choices.close()
        return made

    made = asyncio.run(read())
    assert made._whole("text") == "x" * 90
    assert [(len(one["text"]), one.get("cut", False)) for one in made.further] == [(70, False), (30, True)]


def test_second_choice_shown_without_a_first_is_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "MAX_ANSWER", 100)

    async def read() -> StreamedAnswer:
        made = answer()
        choices = CompletionChoices(made)
        choices.read(1, {"content": "x" * 90}, None)
        choices.close()
        return made

    assert asyncio.run(read())._whole("text") == "x" * 90


def test_tool_calls_of_further_choice_are_limited() -> None:
    async def read() -> StreamedChoice:
        choice = StreamedChoice(answer())
        for length in (MAX_ARGUMENTS - 10, 500, 5_000, 5_000, 50_000):
            choice.extras(
                {"tool_calls": [{"index": 0, "id": "c", "function": {"name": "f", "arguments": "x" * length}}]}
            )
        choice.turn.close()
        return choice

    (call,) = asyncio.run(read()).turn.calls
    assert len(call.text) == MAX_ARGUMENTS - 2


def test_tool_call_arguments_are_kept_up_to_the_limit() -> None:
    turn = ModelTurn()
    called = {"index": 0, "id": "c"}
    turn.read({"tool_calls": [{**called, "function": {"name": "f", "arguments": "x" * (MAX_ARGUMENTS - 5)}}]})
    for _ in range(2):
        with pytest.raises(CallError):
            turn.read({"tool_calls": [{**called, "function": {"arguments": "y" * 10}}]})
    turn.close()
    assert turn.calls[0].text == "x" * (MAX_ARGUMENTS - 5) + "yyy"
