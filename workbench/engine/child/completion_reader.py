"""Lenient parser of chat completions, whole or streamed.

Invariant: unknown fields are ignored, a missing usage stays unknown, and an error inside a stream raises CallError.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from workbench.engine.child.completion_choices import CompletionChoices, indexed
from workbench.engine.child.failures import CallError, FailureSubject, broken_stream, error_words, http_failure
from workbench.engine.child.streamed_answer import StreamedAnswer
from workbench.engine.child.usage_reader import usage_of
from workbench.engine.untrusted_json import parse, text_of

DONE = "[DONE]"


def read_whole(data: Any, answer: StreamedAnswer, where: FailureSubject) -> None:
    """Read a whole completion into `answer`. Raises CallError when it is an error or not a completion."""
    raise_error(data, where)
    if not isinstance(data, Mapping):
        raise broken_stream(where, json.dumps(data)[:2000])
    choices = CompletionChoices(answer)
    for index, choice in indexed(data.get("choices"), joins=False):
        if (message := _message(choice, "message")) is not None:
            choices.read(index, message, choice.get("finish_reason"))
    if not choices.has_any:
        raise broken_stream(where, json.dumps(data)[:2000])
    choices.close()
    answer.model = text_of(data.get("model"))
    answer.usage = usage_of(data.get("usage"), text_of(data.get("service_tier")))
    answer.response = data


class ChunkReader:
    """Reads the chunks of one streamed completion."""

    def __init__(self, answer: StreamedAnswer, where: FailureSubject) -> None:
        self.done = False
        """Whether the server sent [DONE]."""
        self._answer = answer
        self._where = where
        self._choices = CompletionChoices(answer)
        self._tail: list[Any] = []

    @property
    def finished(self) -> bool:
        """Whether the server sent a finish reason, which means that the text is complete."""
        return self._choices.is_finished

    def read(self, data: str, name: str = "") -> None:
        """Read one event. Raises CallError for an error and for data that is not a chunk."""
        if data.startswith(DONE):
            self.done = True
            return
        try:
            chunk = parse(data)
        except ValueError as error:
            raise broken_stream(self._where, f"{error}: {data[:500]}") from error
        if not isinstance(chunk, dict):
            raise broken_stream(self._where, data[:500])
        if name == "error" or chunk.get("error"):
            raise_error(chunk if chunk.get("error") else {"error": chunk}, self._where)
        answer = self._answer
        if usage := usage_of(chunk.get("usage"), text_of(chunk.get("service_tier"))):
            answer.usage = usage
            self._keep(chunk)
        for index, choice in indexed(chunk.get("choices"), joins=True):
            part = _message(choice, "delta")
            if part is None and not answer.has_text:
                # A server that does not stream may send its whole answer as one event.
                part = _message(choice, "message")
            self._choices.read(index, part, choice.get("finish_reason"))
            if choice.get("finish_reason"):
                self._keep(chunk)
        if not answer.model:
            answer.model = text_of(chunk.get("model"))

    def close(self) -> None:
        """End the stream: store its last chunks and the choices that are not shown in the answer."""
        self._choices.close()
        self._answer.turn.close()
        calls = self._answer.turn.raw()
        if self._tail or calls:
            self._answer.response = {"chunks": self._tail, **({"tool_calls": calls} if calls else {})}

    def _keep(self, chunk: dict[str, Any]) -> None:
        if not self._tail or self._tail[-1] is not chunk:
            # Only the last two are kept: some servers send a usage in every chunk.
            self._tail = [*self._tail[-1:], chunk]


def _message(choice: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """Return the delta or message of a choice; a bare text, as in legacy completions, becomes its content."""
    part = choice.get(name)
    text = part if isinstance(part, str) else choice.get("text")
    if isinstance(part, Mapping):
        return part
    return {"content": text} if isinstance(text, str) else None


def raise_error(data: Any, where: FailureSubject) -> None:
    """Raise CallError when a body reports an error."""
    if not isinstance(data, Mapping) or not data.get("error"):
        return
    error = data["error"]
    code = error.get("code") if isinstance(error, Mapping) else None
    if isinstance(code, str) and re.fullmatch(r"[0-9]{3}", code):
        code = int(code)
    if isinstance(code, int) and 400 <= code < 600:
        raise http_failure(code, json.dumps(data), where)
    failure = http_failure(400, json.dumps(data), where).failure
    if failure.code != "bad_request":
        raise CallError(failure.code, failure.sentence, failure.detail)
    raise CallError(
        "server_error",
        f"{where.endpoint} reported an error instead of an answer. See the details, then try again.",
        error_words(data),
        retry=True,
    )
