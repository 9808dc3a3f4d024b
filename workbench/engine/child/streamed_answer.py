"""The streamed answer of one call.

Invariant: the text sent over the wire is exactly what arrived, in order, coalesced into at most one delta per kind and
one per tool call every 16 ms, with one exception: where a server echoes the call's own key or a secret header, the mask
replaces it. An answer is never longer than MAX_ANSWER, and the messages that its rounds with tools add to a request
never longer than MAX_TURNS.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from workbench.core.content import Message
from workbench.core.money import Usage
from workbench.core.runs import AnswerStep, Failure, Mark, OutputState, Timing
from workbench.engine import protocol
from workbench.engine.calls import Call, DeltaKind
from workbench.engine.child.failures import CallError
from workbench.engine.child.model_turn import ModelTurn, ToolCall
from workbench.engine.child.request_files import RequestFiles
from workbench.engine.child.stream_buffer import StreamBuffer
from workbench.engine.child.think_tags import ThinkTags
from workbench.engine.child.usage_reader import with_call
from workbench.engine.estimate import estimate_ended, total
from workbench.engine.redactor import Redactor

JOIN_S = 0.016
MAX_ANSWER = 10_000_000
"""Characters of one answer with its reasoning; twenty times what any model writes, and what a window can display."""
MAX_TURNS = 900_000
"""Bytes that rounds may add to a request: a call takes up to 7 of the 8 MB of a wire message."""

_SHOWN_DETAIL, _SHOWN_WORD = 4000, 200
"""Characters of a failure's detail, and of a server's model name or finish reason, each of which may be megabytes."""


class WireSend(Protocol):
    """Writes one message to the wire."""

    def __call__(self, kind: str, /, **fields: Any) -> None: ...


class StreamedAnswer:
    """Accumulates a provider's answer to one call and sends it over the wire. Used on the event loop only."""

    def __init__(self, call: Call, send: WireSend, clock: Callable[[], float] = time.monotonic) -> None:
        self.call = call
        self.model = ""
        self.finish_reason = ""
        self.response: Any = None
        self.usage: Usage | None = None
        self.address = ""
        """The base URL that the call was sent to, "" when unknown."""
        self.header_usd: float | None = None
        """The cost in US dollars from the response headers of this round."""
        self.marks: tuple[Mark, ...] = ()
        self._secrets = call.secrets
        self.turn = ModelTurn(self._secrets)
        """The parts of the model's current turn besides text."""
        self.turns: list[dict[str, Any]] = []
        """The messages that the rounds so far add to the request."""
        self.further: list[dict[str, Any]] = []
        """The choices of this round that are not shown, in the form stored in the response."""
        self.files: RequestFiles | None = None
        """The files attached to the call's messages, None for none."""
        self.rounds = 0
        """Number of completed rounds with tools."""
        self._turns_size = 0
        self._call_ids: set[str] = set()
        self._spent: list[Usage] = []
        self._send = send
        self._clock = clock
        self._arrived = clock()
        self._sent_ms: int | None = None
        self._first_ms: int | None = None
        self._heard = False
        self._strands, self._tags = self._new_strands(), self._new_tags()
        self._room = self._room_aside = MAX_ANSWER
        self._flushed = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._redact = Redactor(self._secrets)

    def _new_strands(self) -> dict[DeltaKind, StreamBuffer]:
        kinds: tuple[DeltaKind, ...] = ("reasoning", "text")
        return {kind: StreamBuffer(self._secrets) for kind in kinds}

    def _new_tags(self) -> ThinkTags:
        # Echo must return the prompt verbatim.
        return ThinkTags("kept" if self.call.endpoint.kind == "echo" else self.call.think_tags)

    @property
    def has_text(self) -> bool:
        """Whether any text, reasoning or part of a tool call has arrived in this round."""
        return self._heard

    def queued(self) -> None:
        """Report that the call is queued."""
        self._send("queued", id=self.call.id)

    def redacted(self, value: Any) -> Any:
        """Return a JSON value with the call's secrets masked."""
        return self._redact.value(value)

    def sent(self, wire: Any, marks: tuple[Mark, ...]) -> None:
        """Report that the request is being sent; its time is recorded until the first text of the call arrives."""
        if self._first_ms is None:
            self._sent_ms = self._now()
        self._tell(wire, marks)

    def amend(self, wire: Any, marks: tuple[Mark, ...]) -> None:
        """Replace the reported request and marks by more exact ones, without changing the time of sending."""
        self._tell(wire, marks)

    def _tell(self, wire: Any, marks: tuple[Mark, ...]) -> None:
        self.marks = (*self.call.marks, *marks)
        self._send("sent", id=self.call.id, wire=wire, marks=protocol.marks_to_json(self.marks))

    def retrying(self, seconds: float, attempt: int, failure: Failure) -> None:
        """Report that another attempt follows after a pause of `seconds`, because the last one ended in `failure`."""
        self.turn = ModelTurn(self._secrets)
        self._send(
            "retrying",
            id=self.call.id,
            in_ms=round(seconds * 1000),
            attempt=attempt,
            reason=self._redact.text(failure.sentence),
            code=failure.code,
        )

    def text(self, piece: str, kind: DeltaKind = "text") -> None:
        """Add a chunk of the answer. Raises CallError when the answer is longer than MAX_ANSWER."""
        if not piece:
            return
        self._hear()
        if kind == "reasoning":
            self._tags.thought_elsewhere()
            self._add(piece, kind)
            return
        for part_kind, part in self._tags.feed(piece):
            self._add(part, part_kind)

    def keep_aside(self, piece: str) -> str:
        """Return the part of a hidden choice's chunk that fits into MAX_ANSWER, which all hidden choices share."""
        self._hear()
        taken = piece[: self._room_aside]
        self._room_aside -= len(taken)
        return taken

    def _add(self, piece: str, kind: DeltaKind) -> None:
        if len(piece) > self._room:
            self._take(piece[: self._room], kind)
            raise CallError(
                "answer_too_long",
                f"The answer was cut off at {MAX_ANSWER // 1_000_000} million characters. The text so far is kept; set "
                "Max tokens in the lane's parameters.",
            )
        self._take(piece, kind)

    def extras(self, part: Mapping[str, Any]) -> None:
        """Add a delta or a message that may hold tool calls. Raises CallError when they exceed the limits."""
        if self.turn.read(part):
            self._hear()
            self._tell_soon()

    def _hear(self) -> None:
        self._heard = True
        if self._first_ms is None:
            self._first_ms = self._now()

    def _take(self, piece: str, kind: DeltaKind) -> None:
        self._room -= len(piece)
        self._strands[kind].add(piece)
        self._tell_soon()

    def _tell_soon(self) -> None:
        if self._timer is None:
            loop = asyncio.get_running_loop()
            wait = self._flushed + JOIN_S - loop.time()
            if wait <= 0:
                self._flush()
            else:
                self._timer = loop.call_later(wait, self._flush)

    def close_turn(self) -> list[AnswerStep]:
        """End the model's turn: send what is still held back, and return the turn's tool calls."""
        self._finish_text()
        self.turn.name_calls(f"call_{self.rounds + 1}", self._call_ids)
        return self._calls()

    def answered(self, calls: Sequence[AnswerStep], results: Sequence[AnswerStep]) -> None:
        """End a round: send its steps with the tools' `results`, and begin the next round.

        Raises CallError when the rounds exceed MAX_TURNS.
        """
        text, reasoning = self._whole("text"), self._whole("reasoning")
        message = self._redact.value(self.turn.message(text, reasoning))
        answers = [{"role": "tool", "tool_call_id": step.call_id, "content": step.text} for step in results]
        self._grow(message, answers)
        opaque = self._redact.value(self.turn.opaque)
        self._send(
            "steps",
            id=self.call.id,
            opaque=json.dumps(opaque) if opaque else "",
            steps=protocol.steps_to_json((*calls, *results)),
        )
        self._spent.append(self._round_usage(failed=False))
        self.turns += [message, *answers]
        self.rounds += 1
        self.turn, self._strands, self._tags = ModelTurn(self._secrets), self._new_strands(), self._new_tags()
        self._heard, self.further = False, []
        self.finish_reason, self.response, self.usage = "", None, None

    def _grow(self, message: Mapping[str, Any], answers: Sequence[Mapping[str, Any]]) -> None:
        size = sum(len(answer["content"]) for answer in answers)
        # Simulated answers may be megabytes each: do not serialise them when their length alone exceeds the limit.
        if size <= MAX_TURNS:
            size = len(json.dumps([message, *answers]))
        self._turns_size += size
        if self._turns_size > MAX_TURNS:
            raise CallError(
                "too_long",
                "The messages between the model and its tools exceed 900 kB, so they were not sent. Shorten the tool "
                "answers.",
            )

    def _calls(self) -> list[AnswerStep]:
        """Return the tool calls of this turn with the call's secrets masked."""
        exact = self._redact.exact
        return [
            AnswerStep(step.kind, step.text, exact(step.name), exact(step.call_id), exact(step.opaque))
            for step in self.turn.steps()
        ]

    def _asked(self) -> tuple[Message, ...]:
        """Return the messages of the current round's request, for an estimate."""
        return (*self.call.messages, *(Message("user", json.dumps(turn, ensure_ascii=False)) for turn in self.turns))

    def _whole(self, kind: DeltaKind) -> str:
        return self._strands[kind].text

    def _finish_text(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        for kind, piece in self._tags.close():
            self._strands[kind].add(piece)
        for strand in self._strands.values():
            strand.close()
        self.turn.close()
        self._flush()

    def end(self, state: OutputState, failure: Failure | None = None) -> None:
        """End the call: send everything that is still held back, then the result.

        Includes the tool calls that were not answered.
        """
        self._finish_text()
        if failure is not None:
            detail = self._redact.text(failure.detail)[:_SHOWN_DETAIL]
            failure = Failure(failure.code, self._redact.text(failure.sentence), detail)
        now = self._now()
        self._send(
            state,
            id=self.call.id,
            model=self._redact.text(self.model or self.call.model)[:_SHOWN_WORD],
            finish_reason=self._redact.text(self.finish_reason)[:_SHOWN_WORD],
            failure=None if failure is None else protocol.failure_to_json(failure),
            usage=protocol.usage_to_json(self._final_usage(failed=state == "failed")),
            timing=protocol.timing_to_json(Timing(0, self._sent_ms, self._first_ms, now)),
            marks=protocol.marks_to_json(self.marks),
            response=self._small_response(),
            steps=protocol.steps_to_json(self._calls()),
        )

    def end_bare(self, failure: Failure) -> None:
        """End the call after `end` itself failed: send only `failure`; the text may be incomplete."""
        tell_failure(self._send, self.call.id, failure, Timing(0, self._sent_ms, self._first_ms, self._now()))

    def _final_usage(self, *, failed: bool) -> Usage:
        return total((*self._spent, self._round_usage(failed=failed)))

    def _round_usage(self, *, failed: bool) -> Usage:
        usage, reported = self.usage or self._estimate(failed=failed), self.header_usd
        self.header_usd = None
        return with_call(usage, self.call, self.address or self.call.endpoint.base_url, reported)

    def _estimate(self, *, failed: bool) -> Usage:
        """Return the estimated usage of this round; tool calls and hidden choices count as output."""
        beside = (choice.get("text", "") for choice in self.further)
        said = "\n".join((self._whole("text"), *(call.text for call in self.turn.calls), *beside))
        if not self.call.writes:
            said = ""
        return estimate_ended(
            self._asked(), said, self._whole("reasoning"), sent=self._sent_ms is not None, failed=failed
        )

    def _small_response(self) -> Any:
        """Return the raw response with the hidden choices; only these when that is too long, None when both are."""
        further = {"further_choices": self.further} if self.further else {}
        response = self.response if isinstance(self.response, dict) else {}
        for kept in ({**response, **further}, further):
            if kept and len(json.dumps(kept)) <= protocol.MAX_RESPONSE:
                return self.redacted(kept)
        return None

    def _now(self) -> int:
        return round((self._clock() - self._arrived) * 1000)

    def _flush(self) -> None:
        self._timer = None
        self._flushed = asyncio.get_running_loop().time()
        for kind, strand in self._strands.items():
            for offset, part in strand.take():
                self._send("delta", id=self.call.id, kind=kind, offset=offset, text=part)
        for number, call in enumerate(self.turn.calls):
            self._tell_call(number, call)

    def _tell_call(self, number: int, call: ToolCall) -> None:
        """Send the new part of a tool call; its name and id only when they changed."""
        parts = list(call.arguments.take())
        names: dict[str, str] = {}
        if call.told != (call.name, call.id):
            call.told = (call.name, call.id)
            names = {"name": self._redact.exact(call.name), "call_id": self._redact.exact(call.id)}
            parts = parts or [(call.arguments.told, "")]
        for offset, part in parts:
            self._send("tool_call", id=self.call.id, number=number, offset=offset, text=part, **names)
            names = {}


def tell_failure(send: WireSend, call_id: str, failure: Failure, timing: Timing | None = None) -> None:
    """Send the end of a call with only a failure; its detail, which may hold secrets, is omitted."""
    send(
        "failed",
        id=call_id,
        model="",
        finish_reason="",
        failure=protocol.failure_to_json(Failure(failure.code, failure.sentence)),
        usage={},
        timing=protocol.timing_to_json(timing or Timing()),
        marks=[],
    )
