"""Answers with tools whose terminal or engine is killed at any chunk of any round: all received chunks are stored."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import depth
from tests.fakes.provider import SSE, FakeProvider, Hold, Reply, Request, Send, chunk, event
from tests.usecases.making import PATIENCE_S, new_prompt, opened, wait_for
from workbench.core.blocks import Tool
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.lanes import Lane
from workbench.core.runs import AnswerStep, Result, steps_so_far
from workbench.usecases.endpoints import EndpointForm
from workbench.usecases.transcript import TranscriptSnapshot

NOW = Tool("now", answer="noon")
LOOK = Tool("look", answer="found\U0001f642")
PROMPT = "Rounds"

# Kind, text, and for chunks of calls the call's number; the first chunk of a call is its name.
Piece = tuple[str, str, int]
ROUNDS: tuple[tuple[Piece, ...], ...] = (
    (
        ("reasoning", "I ", 0),
        ("reasoning", "look.", 0),
        ("text", "One ", 0),
        ("text", "moment.", 0),
        ("name", "look", 0),
        ("call", '{"a": ', 0),
        ("name", "now", 1),
        ("call", "{", 1),
        ("call", '"ü"}', 0),
        ("call", "}", 1),
    ),
    (("name", "now", 0), ("call", "{}", 0)),
    (("text", "Again.", 0), ("name", "now", 0), ("call", "{", 0), ("call", "}", 0)),
    (("reasoning", "Now.", 0), ("text", "It is ", 0), ("text", "noon.", 0)),
)


def sent(piece: Piece, turn: int) -> Send:
    kind, text, number = piece
    if kind in ("text", "reasoning"):
        return Send(chunk({"content" if kind == "text" else "reasoning_content": text}))
    call = {"index": number, "function": {"name" if kind == "name" else "arguments": text}}
    return Send(chunk({"tool_calls": [call | ({"id": call_id(turn, number)} if kind == "name" else {})]}))


def call_id(turn: int, number: int) -> str:
    return f"id-{turn}-{number}"


class Model:
    """Streams ROUNDS, and stalls after `pieces` chunks of round `stop`."""

    def __init__(self, stop: int, pieces: int) -> None:
        self._stop, self._pieces = stop, pieces

    def __call__(self, request: Request) -> Reply:
        turn = sum(message["role"] == "assistant" for message in request.body["messages"])
        steps = [sent(piece, turn) for piece in ROUNDS[turn]]
        if turn == self._stop:
            return Reply((*steps[: self._pieces], Hold()), headers=SSE)
        return Reply((*steps, Send(chunk({}, finish="stop")), Send(event("[DONE]"))), headers=SSE)

    def kept(self) -> tuple[tuple[AnswerStep, ...], str, str]:
        """Return the steps, the text and the reasoning that must be stored."""
        thought, said, _ = gathered(ROUNDS[self._stop][: self._pieces], self._stop)
        return self.steps(), said, thought

    def steps(self) -> tuple[AnswerStep, ...]:
        before: tuple[AnswerStep, ...] = ()
        for turn in range(self._stop):
            thought, said, calls = gathered(ROUNDS[turn], turn)
            answers = [
                AnswerStep("tool_result", {"now": NOW, "look": LOOK}[c.name].answer, c.name, c.call_id) for c in calls
            ]
            before = (*steps_so_far(before, thought, said, calls), *answers)
        return steps_so_far(before, *gathered(ROUNDS[self._stop][: self._pieces], self._stop))


def gathered(pieces: tuple[Piece, ...], turn: int) -> tuple[str, str, list[AnswerStep]]:
    texts = {kind: "".join(text for one, text, _ in pieces if one == kind) for kind in ("reasoning", "text")}
    calls = [
        AnswerStep(
            "tool_call",
            "".join(text for one, text, of in pieces if (one, of) == ("call", number)),
            name,
            call_id(turn, number),
        )
        for kind, name, number in pieces
        if kind == "name"
    ]
    return texts["reasoning"], texts["text"], calls


def said(one: Result | TranscriptSnapshot) -> tuple[tuple[AnswerStep, ...], str, str]:
    return one.steps, one.text, one.reasoning


@pytest.fixture
def fake() -> Iterator[FakeProvider]:
    with FakeProvider() as provider:
        yield provider


@pytest.fixture(params=depth.seeds(2, 60))
def model(request: pytest.FixtureRequest, fake: FakeProvider) -> Model:
    rng = random.Random(request.param)
    # The first seed stops between two rounds: the tools have answered and the model has sent nothing yet.
    stop = rng.randrange(1, len(ROUNDS)) if request.param == 0 else rng.randrange(len(ROUNDS))
    model = Model(stop, 0 if request.param == 0 else rng.randrange(1, len(ROUNDS[stop]) + 1))
    fake.answer = model
    return model


def asked(endpoint: str) -> Draft:
    content = Content((Message("user", "What time is it?"),), tools=(NOW, LOOK))
    return Draft(content, (), (Lane("a", endpoint, "fake-1"),))


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def stored(path: Path) -> list[AnswerStep]:
    found = rows(path, "SELECT kind, body FROM steps ORDER BY output_id, seq")
    return [AnswerStep(kind, **json.loads(str(body))) for kind, body in found]  # type: ignore[arg-type]


@pytest.mark.e2e
def test_received_rounds_are_stored_when_the_cli_is_killed(tmp_path: Path, fake: FakeProvider, model: Model) -> None:
    path = tmp_path / "w.db"
    with opened(tmp_path, {}) as (workbench, _):
        saved = workbench.endpoints.save(EndpointForm("Mine", fake.base_url))
        saved.done.result(PATIENCE_S)
        prompt = new_prompt(workbench, PROMPT)
        workbench.prompts.save_draft(prompt, asked(saved.endpoint.uid)).result(PATIENCE_S)
        command = [sys.executable, "-m", "workbench.cli.main", "run", "--db", str(path), "--prompt", PROMPT]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
            wait_for(lambda: bool(rows(path, "SELECT 1 FROM in_flight")))
            (row,) = workbench.history.iterations(prompt)
            # This process sees the other one's steps only once they are in the file.
            wait_for(lambda: said(workbench.history.detail(row.run_uid).outputs[0].result) == model.kept())
            child.send_signal(signal.SIGKILL)
    with opened(tmp_path, {}) as (workbench, _):
        assert workbench.recovery.result(PATIENCE_S) == "Recovered 1 interrupted answer from the last session."
        (output,) = workbench.history.detail(row.run_uid).outputs
        assert (output.result.state, said(output.result)) == ("interrupted", model.kept())
    assert rows(path, "SELECT state, text, reasoning FROM outputs") == [("interrupted", *model.kept()[1:])]
    assert stored(path) == list(model.steps())
    assert rows(path, "SELECT count(*) FROM partials") == [(0,)]


def test_received_rounds_are_stored_when_the_engine_is_killed(tmp_path: Path, fake: FakeProvider, model: Model) -> None:
    with opened(tmp_path) as (workbench, _):
        saved = workbench.endpoints.save(EndpointForm("Mine", fake.base_url))
        saved.done.result(PATIENCE_S)
        handle = workbench.runner.start_iteration(new_prompt(workbench), asked(saved.endpoint.uid), based_on=None)
        (transcript,) = handle.transcripts
        wait_for(lambda: said(transcript.snapshot()) == model.kept())
        pid = workbench.engine.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        assert handle.wait(PATIENCE_S)
        (output,) = workbench.history.detail(handle.run_uid).outputs
        assert output.result.failure is not None
        assert output.result.failure.code == "engine_died"
        assert said(output.result) == model.kept()
    assert rows(tmp_path / "w.db", "SELECT state, text, reasoning FROM outputs") == [("failed", *model.kept()[1:])]
    assert stored(tmp_path / "w.db") == list(model.steps())
