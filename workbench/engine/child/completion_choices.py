"""The choices of one completion: the first is the answer, the others are stored with the raw response.

Invariant: the choice with the lowest index is the shown one, in whatever order they arrive; text of the others never
gets into it. The others together hold at most MAX_ANSWER characters.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from workbench.engine.calls import DeltaKind
from workbench.engine.child.failures import CallError
from workbench.engine.child.message_parts import PartReader
from workbench.engine.child.model_turn import ModelTurn
from workbench.engine.child.streamed_answer import StreamedAnswer
from workbench.engine.untrusted_json import text_of

MAX_CHOICES = 128
"""OpenAI's maximum; further choices are dropped."""
MAX_KEPT = 500_000
"""Characters of JSON in a raw response for all choices except the first."""


class StreamedChoice:
    """Accumulates a choice that is not shown."""

    def __init__(self, answer: StreamedAnswer) -> None:
        self.finish_reason = ""
        self.reader = PartReader(self)
        self.turn = ModelTurn(answer.call.secrets)
        self.pieces: list[tuple[DeltaKind, str]] = []
        self._answer = answer
        self._is_cut = False

    def text(self, piece: str, kind: DeltaKind = "text") -> None:
        """Add a chunk, truncated to the remaining room."""
        taken = self._answer.keep_aside(piece)
        self._is_cut = self._is_cut or len(taken) < len(piece)
        if taken:
            self.pieces.append((kind, taken))

    def extras(self, part: Mapping[str, Any]) -> None:
        """Add tool calls, up to the limits of a turn."""
        try:
            if self.turn.read(part):
                self._answer.keep_aside("")
        except CallError:
            # The limit of this choice must not end the shown answer.
            self._is_cut = True

    def joined(self, kind: DeltaKind) -> str:
        """Return the choice's text or reasoning."""
        return "".join(piece for one, piece in self.pieces if one == kind)

    def to_json(self, index: int, room: int) -> dict[str, Any]:
        """Return the choice in the form of `core.further_choices`, its texts cut to `room` characters of JSON."""
        self.turn.close()
        text, reasoning, calls = self.joined("text"), self.joined("reasoning"), self.turn.raw()
        cut_text, cut_reasoning = _fitting(text, room), _fitting(reasoning, room // 2)
        data: dict[str, Any] = {"index": index, "text": cut_text}
        if cut_reasoning:
            data["reasoning"] = cut_reasoning
        if calls and len(json.dumps(calls)) <= room:
            data["tool_calls"] = calls
        if self.finish_reason:
            data["finish_reason"] = self.finish_reason[:200]
        if self._is_cut or (cut_text, cut_reasoning) != (text, reasoning) or (calls and "tool_calls" not in data):
            data["cut"] = True
        return data


class CompletionChoices:
    """Dispatches the parts of one completion to their choices."""

    def __init__(self, answer: StreamedAnswer) -> None:
        self._answer = answer
        self._shown = PartReader(answer)
        self._has_shown = False
        self._is_finished = False
        self._others: dict[int, StreamedChoice] = {}

    @property
    def has_any(self) -> bool:
        """Whether any choice has arrived."""
        return self._has_shown or bool(self._others)

    @property
    def is_finished(self) -> bool:
        """Whether the shown choice has a finish reason."""
        if self._has_shown or not self._others:
            return self._is_finished
        return bool(self._others[min(self._others)].finish_reason)

    def read(self, index: int, part: Any, finish_reason: Any) -> None:
        """Add a delta or a message of choice `index`, and its finish reason if any. Raises CallError."""
        if index == 0:
            self._has_shown = True
            if isinstance(part, Mapping):
                self._shown.read(part)
            if finish_reason:
                self._is_finished = True
                self._answer.finish_reason = text_of(finish_reason)
            return
        if index not in self._others and len(self._others) >= MAX_CHOICES:
            return
        other = self._others.setdefault(index, StreamedChoice(self._answer))
        if isinstance(part, Mapping):
            other.reader.read(part)
        if finish_reason:
            other.finish_reason = text_of(finish_reason)

    def close(self) -> None:
        """End the completion: show the choice with the lowest index if none had index 0, and store the others."""
        if not self._has_shown and self._others:
            self._show(self._others.pop(min(self._others)))
        room = MAX_KEPT // max(1, len(self._others)) // 2
        self._answer.further = [self._others[index].to_json(index, room) for index in sorted(self._others)]

    def _show(self, choice: StreamedChoice) -> None:
        self._has_shown, self._is_finished = True, bool(choice.finish_reason)
        for kind, piece in choice.pieces:
            self._answer.text(piece, kind)
        self._answer.turn = choice.turn
        self._answer.finish_reason = choice.finish_reason


def indexed(choices: Any, *, joins: bool) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield index and choice of a `choices` field; a choice without an index gets that of its position.

    With `joins`, choices with the same index are parts of one, as in a stream; else each gets an index of its own.
    """
    found = [choices] if isinstance(choices, Mapping) else choices if isinstance(choices, list) else []
    taken: set[int] = set()
    for place, choice in enumerate(found):
        if not isinstance(choice, Mapping):
            continue
        index = _index(choice.get("index"), place)
        while not joins and index in taken:
            index += 1
        taken.add(index)
        yield index, choice


def _index(value: Any, place: int) -> int:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else place


def _fitting(text: str, room: int) -> str:
    """Return a prefix of `text` that takes at most `room` characters of JSON."""
    if len(text) > room:
        text = text[:room]
    while len(json.dumps(text)) > room:
        text = text[: len(text) * 3 // 4]
    return text
