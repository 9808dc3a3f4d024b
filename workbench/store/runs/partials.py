"""What outputs have produced so far, while they stream.

Invariant: chunks are only appended, so that saving costs O(chunk), however much there is; together they give everything
saved of an output until it ends. A chunk that begins before the end of the known text replaces that end.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.core.json_parts import load
from workbench.core.runs import AnswerStep, steps_so_far
from workbench.store.encoding import dump, received
from workbench.store.errors import missing
from workbench.store.records import Partial, PartialCall, PartialRounds, PartialText
from workbench.store.runs.damaged_drafts import UNREADABLE
from workbench.store.safe_records import sound
from workbench.store.sqlite import sqlite3

_STEP_FIELDS = ("text", "name", "call_id", "opaque")
_TEXTS = ("text", "reasoning")
_CALL, _ROUNDS = "tool_call", "rounds"


def step_body(step: AnswerStep) -> dict[str, str]:
    """Return the non-empty fields of a step besides its kind."""
    return {name: received(text) for name in _STEP_FIELDS if (text := getattr(step, name))}


def step_of(kind: Any, body: Mapping[str, str]) -> AnswerStep:
    """Read `step_body` back; keys of a newer release are ignored."""
    return AnswerStep(kind, **{name: text for name, text in body.items() if name in _STEP_FIELDS})


def save(connection: sqlite3.Connection, partials: Iterable[Partial]) -> None:
    """Append chunks of streaming outputs. Raises StoreError (missing) for an unknown output."""
    keys: dict[str, int] = {}
    rows = []
    for partial in partials:
        uid = partial.output_uid
        if uid not in keys:
            keys[uid] = _key(connection, uid)
        rows.append((keys[uid], *_row(partial)))
    connection.executemany("INSERT INTO partials (output_id, kind, at, text) VALUES (?, ?, ?, ?)", rows)


def _key(connection: sqlite3.Connection, uid: str) -> int:
    row = connection.execute("SELECT id FROM outputs WHERE uid = ?", (uid,)).fetchone()
    if row is None:
        raise missing("answer", uid)
    return int(row[0])


def _row(partial: Partial) -> tuple[str, int, str]:
    match partial:
        case PartialText(kind=kind, at=at, text=text):
            return kind, at, received(text)
        case PartialCall():
            piece = {"name": received(partial.name), "call_id": received(partial.call_id), "from": partial.at}
            return _CALL, partial.number, dump(piece | {"text": received(partial.text)})
        case PartialRounds(first=first, steps=steps):
            return _ROUNDS, first, dump([{"kind": step.kind} | step_body(step) for step in steps])


class _Pieces:
    """A text built from chunks. Joining them is O(text), however many there are."""

    __slots__ = ("_length", "_pieces")

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0

    def put(self, at: int, piece: str) -> None:
        """Put a chunk at offset `at`, in place of what is known from there on."""
        while self._length > at:
            last = self._pieces.pop()
            self._length -= len(last)
            if self._length < at:
                self._add(last[: at - self._length])
        self._add(piece)

    def _add(self, piece: str) -> None:
        self._pieces.append(piece)
        self._length += len(piece)

    def __str__(self) -> str:
        return "".join(self._pieces)


@dataclass(slots=True)
class _Call:
    """A tool call while its arguments stream."""

    name: str = ""
    call_id: str = ""
    arguments: _Pieces = field(default_factory=_Pieces)


@dataclass(slots=True)
class StreamedPartial:
    """A streaming output: finished rounds with tool calls, and the current round."""

    texts: dict[str, _Pieces] = field(default_factory=dict)
    calls: dict[int, _Call] = field(default_factory=dict)
    rounds: list[AnswerStep] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text of the current round."""
        return str(self.texts.get("text", ""))

    @property
    def reasoning(self) -> str:
        """The reasoning of the current round."""
        return str(self.texts.get("reasoning", ""))

    @property
    def steps(self) -> tuple[AnswerStep, ...]:
        """All steps so far, () if no tool was used."""
        calls = [
            sound(AnswerStep("tool_call", str(call.arguments), call.name, call.call_id))
            for _, call in sorted(self.calls.items())
        ]
        return steps_so_far(self.rounds, self.reasoning, self.text, calls)

    def take(self, kind: str, at: int, text: str) -> None:
        """Add the next chunk; one of an unknown kind, or an unreadable one, is ignored."""
        with contextlib.suppress(*UNREADABLE):
            self._take(kind, at, text)

    def _take(self, kind: str, at: int, text: str) -> None:
        if at < 0:
            raise ValueError("a piece begins before its text")
        if kind in _TEXTS:
            self.texts.setdefault(kind, _Pieces()).put(at, text)
        elif kind == _CALL:
            piece = load(text)
            name, call_id, begins, said = (piece[key] for key in ("name", "call_id", "from", "text"))
            if not isinstance(begins, int) or begins < 0 or not isinstance(said, str):
                raise ValueError("a piece of a call has no place or no text")
            call = self.calls.setdefault(at, _Call())
            call.name, call.call_id = name, call_id
            call.arguments.put(begins, said)
        elif kind == _ROUNDS:
            self.rounds[at:] = [sound(step_of(body["kind"], body)) for body in load(text)]
            self.texts, self.calls = {}, {}


def streamed(connection: sqlite3.Connection, outputs: Iterable[int]) -> dict[int, StreamedPartial]:
    """Return what has streamed so far, by output key; outputs without saved chunks are left out."""
    wanted = set(outputs)
    found: dict[int, StreamedPartial] = {}
    if not wanted:
        return found
    for output, kind, at, text in connection.execute("SELECT output_id, kind, at, text FROM partials ORDER BY rowid"):
        if output in wanted:
            found.setdefault(output, StreamedPartial()).take(kind, at, text)
    return found
