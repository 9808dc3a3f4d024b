"""The answer of one call as it comes in.

Invariant: what is told over the wire is exactly what arrived, in order, joined into at most one delta per kind and
16 ms, with one exception: where a server sends the call's own key or a secret header back, the mask stands instead,
also when it comes in pieces. Text is always valid Unicode, even when a server cuts a surrogate pair in two, and never
longer than MAX_ANSWER.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from workbench.core.content import Message
from workbench.core.money import Usage
from workbench.core.runs import Failure, Mark, OutputState, Step, Timing
from workbench.engine import protocol
from workbench.engine.calls import Call, DeltaKind
from workbench.engine.child.failures import CallError
from workbench.engine.child.files import Files
from workbench.engine.child.turn import Turn
from workbench.engine.estimate import estimate_ended, total
from workbench.engine.redact import Redactor, StreamRedactor

JOIN_S = 0.016
MAX_ANSWER = 10_000_000
"""Characters of one answer with its reasoning; twenty times what any model writes, and what a window can still hold."""

_SHOWN_DETAIL, _SHOWN_WORD = 4000, 200
"""Characters of a failure's detail, and of a model or finish reason that a server names, which may be megabytes."""


class Send(Protocol):
    """Writes one message to the wire."""

    def __call__(self, kind: str, /, **fields: Any) -> None: ...


class _Strand:
    """One kind of text of an answer."""

    __slots__ = ("_held", "_redact", "kind", "pending", "sent", "whole")

    def __init__(self, kind: DeltaKind, redact: StreamRedactor) -> None:
        self.kind = kind
        self._redact = redact
        self.pending: list[str] = []
        self.whole: list[str] = []
        self.sent = 0
        self._held = ""

    def add(self, piece: str) -> None:
        if self._held or not piece.isascii():
            piece = self._mend(self._held + piece)
        self._keep(self._redact.feed(piece))

    def _keep(self, piece: str) -> None:
        if piece:
            self.pending.append(piece)
            self.whole.append(piece)

    def _mend(self, piece: str) -> str:
        self._held = ""
        if "\ud800" <= piece[-1] <= "\udbff":
            piece, self._held = piece[:-1], piece[-1]
        return piece.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def close(self) -> None:
        end = "\ufffd" if self._held else ""
        self._held = ""
        self._keep(self._redact.feed(end) + self._redact.close())


class Answer:
    """Collects what a provider says about one call and tells the wire. Used on the event loop only."""

    def __init__(self, call: Call, send: Send, clock: Callable[[], float] = time.monotonic) -> None:
        self.call = call
        self.model = ""
        self.finish_reason = ""
        self.response: Any = None
        self.usage: Usage | None = None
        self.marks: tuple[Mark, ...] = ()
        self.turn = Turn()
        """What the model's present turn holds besides text."""
        self.turns: list[dict[str, Any]] = []
        """What the rounds so far add to the call's messages, as requests carry it."""
        self.files: Files | None = None
        """The files that are attached to the call's messages, None for none."""
        self.rounds = 0
        """How often tools have answered."""
        self._spent: list[Usage] = []
        self._send = send
        self._clock = clock
        self._arrived = clock()
        self._sent_ms: int | None = None
        self._first_ms: int | None = None
        self._heard = False
        self._secrets = (call.key, *(value for _, value in call.secret_headers))
        self._strands = self._new_strands()
        self._room = MAX_ANSWER
        self._flushed = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._redact = Redactor(self._secrets)

    def _new_strands(self) -> dict[DeltaKind, _Strand]:
        kinds: tuple[DeltaKind, ...] = ("reasoning", "text")
        return {kind: _Strand(kind, StreamRedactor(self._secrets)) for kind in kinds}

    @property
    def has_text(self) -> bool:
        """Whether anything of this round has arrived that a person could read, or a part of a tool call."""
        return self._heard

    def queued(self) -> None:
        """The call waits for its turn."""
        self._send("queued", id=self.call.id)

    def redacted(self, value: Any) -> Any:
        """Return a JSON value without the call's secrets."""
        return self._redact.value(value)

    def sent(self, wire: Any, marks: tuple[Mark, ...]) -> None:
        """The request goes out now. Of several rounds the first one's moment counts."""
        if self._first_ms is None:
            self._sent_ms = self._now()
        self.marks = marks
        self._send("sent", id=self.call.id, wire=wire, marks=protocol.marks_to_json(marks))

    def amend(self, wire: Any, marks: tuple[Mark, ...]) -> None:
        """What went out is known better now; the moment stays the same."""
        self.marks = marks
        self._send("sent", id=self.call.id, wire=wire, marks=protocol.marks_to_json(marks))

    def retrying(self, seconds: float, attempt: int, reason: str) -> None:
        """Another attempt follows after a pause."""
        self._send(
            "retrying",
            id=self.call.id,
            in_ms=round(seconds * 1000),
            attempt=attempt,
            reason=self._redact.text(reason),
        )

    def text(self, piece: str, kind: DeltaKind = "text") -> None:
        """A piece of the answer arrived. Raises CallError when the answer is longer than MAX_ANSWER."""
        if len(piece) > self._room:
            self._take(piece[: self._room], kind)
            raise CallError(
                "answer_too_long",
                f"The answer was cut off at {MAX_ANSWER // 1_000_000} million characters. What had arrived is kept; "
                "set a limit of tokens in the lane's parameters.",
            )
        self._take(piece, kind)

    def extras(self, part: Mapping[str, Any]) -> None:
        """A delta or a message arrived that may hold calls of tools. Raises CallError when they are too many."""
        if self.turn.read(part):
            self._hear()

    def _hear(self) -> None:
        self._heard = True
        if self._first_ms is None:
            self._first_ms = self._now()

    def _take(self, piece: str, kind: DeltaKind) -> None:
        if not piece:
            return
        self._room -= len(piece)
        self._hear()
        self._strands[kind].add(piece)
        if self._timer is None:
            loop = asyncio.get_running_loop()
            wait = self._flushed + JOIN_S - loop.time()
            if wait <= 0:
                self._flush()
            else:
                self._timer = loop.call_later(wait, self._flush)

    def answered(self, results: list[Step]) -> None:
        """The tools that the model called have answered: tells the round, and the next one begins."""
        self._finish_text()
        text, reasoning = self._whole("text"), self._whole("reasoning")
        message = self._redact.value(self.turn.message(text, reasoning))
        opaque = self._redact.value(self.turn.opaque)
        answers = [{"role": "tool", "tool_call_id": step.call_id, "content": step.text} for step in results]
        self._send(
            "steps",
            id=self.call.id,
            opaque=json.dumps(opaque) if opaque else "",
            steps=protocol.steps_to_json((*self._calls(), *results)),
        )
        self._spent.append(self.usage or estimate_ended(self._asked(), text, reasoning, sent=True, failed=False))
        self.turns += [message, *answers]
        self.rounds += 1
        self.turn, self._strands, self._heard = Turn(), self._new_strands(), False
        self.finish_reason, self.response, self.usage = "", None, None

    def _calls(self) -> list[Step]:
        """The calls of this turn, without the call's secrets."""
        exact = self._redact.exact
        return [replace(step, text=exact(step.text), opaque=exact(step.opaque)) for step in self.turn.steps()]

    def _asked(self) -> tuple[Message, ...]:
        """What the present round asked, for an estimate."""
        return (*self.call.messages, *(Message("user", json.dumps(turn, ensure_ascii=False)) for turn in self.turns))

    def _whole(self, kind: DeltaKind) -> str:
        return "".join(self._strands[kind].whole)

    def _finish_text(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        for strand in self._strands.values():
            strand.close()
        self._flush()

    def end(self, state: OutputState, failure: Failure | None = None, *, unanswered: bool = False) -> None:
        """The call is over; tells everything that is still held back, then how it ended.

        `unanswered` tells the calls of the last turn along, though no tool answered them.
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
            steps=protocol.steps_to_json(self._calls() if unanswered else ()),
        )

    def end_bare(self, failure: Failure) -> None:
        """The call is over and `end` could not say how: its text may be incomplete, and only `failure` is told."""
        tell_failure(self._send, self.call.id, failure, Timing(0, self._sent_ms, self._first_ms, self._now()))

    def _final_usage(self, *, failed: bool) -> Usage:
        last = self.usage or estimate_ended(
            self._asked(), self._whole("text"), self._whole("reasoning"), sent=self._sent_ms is not None, failed=failed
        )
        return total((*self._spent, last))

    def _small_response(self) -> Any:
        if self.response is None or len(json.dumps(self.response)) > protocol.MAX_RESPONSE:
            return None
        return self.redacted(self.response)

    def _now(self) -> int:
        return round((self._clock() - self._arrived) * 1000)

    def _flush(self) -> None:
        self._timer = None
        self._flushed = asyncio.get_running_loop().time()
        for kind, strand in self._strands.items():
            if not strand.pending:
                continue
            text = "".join(strand.pending)
            strand.pending.clear()
            for start in range(0, len(text), protocol.MAX_DELTA):
                part = text[start : start + protocol.MAX_DELTA]
                self._send("delta", id=self.call.id, kind=kind, offset=strand.sent, text=part)
                strand.sent += len(part)


def tell_failure(send: Send, call_id: str, failure: Failure, timing: Timing | None = None) -> None:
    """Tell the end of a call of which nothing but a failure can be told; its detail is left out, it may be anything."""
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
