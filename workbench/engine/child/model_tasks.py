"""Requests for vectors and for decisions, and their responses.

Invariant: a response becomes an answer only when it has a usable vector for every text, or an answer to every question;
the answer's text is the stored form that `core.judging` reads. A lane's parameters for chats are not sent, with a mark.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.core.judging.decisions import answers_of, answers_text, question_to_json
from workbench.core.judging.vectors import Vector, unpacked, vectors_text
from workbench.core.parameters import table
from workbench.core.runs import Mark
from workbench.engine.calls import MOST_DECISIONS, MOST_TEXTS, Call, CallTask
from workbench.engine.child.completion_reader import raise_error
from workbench.engine.child.failures import CallError, FailureSubject
from workbench.engine.child.streamed_answer import StreamedAnswer
from workbench.engine.child.usage_reader import usage_of
from workbench.engine.untrusted_json import text_of

PATHS: Mapping[CallTask, str] = {"embed": "/embeddings", "decide": "/decisions"}
"""Where OpenAI-compatible servers answer, below the base URL."""
_RESERVED = frozenset({"model", "input", "questions", "messages", "stream"})
_OF_CHATS = frozenset(
    {
        *(row.name for row in table()),
        *("n", "tools", "tool_choice", "response_format", "max_completion_tokens", "stream_options"),
    }
)
_NOT_FOUND = ("HTTP 404", "HTTP 405", "HTTP 501")
_DETAIL = 2000


def task_params(call: Call) -> tuple[dict[str, Any], tuple[Mark, ...]]:
    """Return the parameters of a call that is no chat, and marks for those that are not sent."""
    model = "an embedding model" if call.task == "embed" else "a decision model"
    kept: dict[str, Any] = {}
    marks = []
    for name, value in call.params.items():
        if name in _OF_CHATS or name in _RESERVED:
            marks.append(Mark("refused", name, f"This is not a setting of {model}."))
        else:
            kept[name] = value
    return kept, tuple(marks)


def task_fields(call: Call) -> dict[str, Any]:
    """Return what a call asks: the texts, or the input and the questions. Raises CallError for too many."""
    if call.task == "embed":
        _check_count(len(call.messages), MOST_TEXTS, "texts")
        return {"input": [message.text for message in call.messages]}
    _check_count(len(call.questions), MOST_DECISIONS, "questions")
    return {
        "input": decision_input(call),
        "questions": [question_to_json(question) for question in call.questions],
    }


def decision_input(call: Call) -> str:
    """Return the input of a decision as one text."""
    return "\n\n".join(message.text for message in call.messages)


def _check_count(count: int, most: int, what: str) -> None:
    if not 1 <= count <= most:
        raise CallError("too_long", f"A call takes 1 to {most} {what}; this one has {count}, and was not sent.")


def read_task(data: Any, answer: StreamedAnswer, where: FailureSubject) -> None:
    """Read a response into `answer`. Raises CallError when it is an error or unusable."""
    raise_error(data, where)
    call = answer.call
    try:
        if call.task == "embed":
            text = vectors_text(_vectors(data, len(call.messages)))
        else:
            text = answers_text(answers_of(data, call.questions))
    except ValueError as error:
        raise unusable(where, call.task, f"{error}\n{json.dumps(data)[:_DETAIL]}") from error
    answer.model = text_of(data.get("model"))
    answer.usage = usage_of(_chat_usage(data.get("usage"), call.task))
    answer.response = {"usage": data["usage"]} if isinstance(data.get("usage"), dict) else None
    answer.finish_reason = "stop"
    answer.text(text)


def _vectors(data: Any, count: int) -> Sequence[Sequence[float]]:
    """Return the vectors of a response, in the order of the texts. Raises ValueError."""
    rows = data.get("data") if isinstance(data, Mapping) else None
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise ValueError("The response has no list of vectors.")
    if len(rows) != count:
        raise ValueError(f"The response has {len(rows)} vectors for {count} texts.")
    places = [row.get("index") for row in rows]
    if all(type(place) is int for place in places) and sorted(places) == list(range(count)):
        rows = sorted(rows, key=lambda row: int(row["index"]))
    vectors = [_vector(row.get("embedding")) for row in rows]
    if len({len(vector) for vector in vectors}) != 1:
        raise ValueError("The vectors have different lengths.")
    return vectors


def _vector(value: Any) -> Vector | list[float]:
    if isinstance(value, str):
        return unpacked(value)
    if not isinstance(value, list) or not all(type(number) in (int, float) for number in value):
        raise ValueError("A vector is no list of numbers.")
    return value


def _chat_usage(data: Any, task: CallTask) -> Any:
    """Return a usage under the names that chats have. Vectors are not billed as output."""
    if not isinstance(data, Mapping):
        return None
    if task == "embed":
        return {**data, "prompt_tokens": data.get("prompt_tokens", data.get("total_tokens")), "completion_tokens": 0}
    return {
        **data,
        "prompt_tokens": data.get("input_tokens", data.get("prompt_tokens")),
        "completion_tokens": data.get("output_tokens", data.get("completion_tokens", 0)),
        "prompt_tokens_details": data.get("input_tokens_details"),
        "completion_tokens_details": data.get("output_tokens_details"),
    }


def unusable(where: FailureSubject, task: CallTask, detail: str) -> CallError:
    """Return the failure for a response without usable vectors or decisions."""
    what = "vectors" if task == "embed" else "decisions"
    return CallError(
        "broken_stream", f"{where.endpoint} sent no usable {what} of {where.model}.{_advice(task)}", detail
    )


def not_offered(where: FailureSubject, task: CallTask, detail: str) -> CallError:
    """Return the failure for a server or model that has no embeddings, or no decisions."""
    if task == "embed":
        code, lack = "no_embeddings", f"{where.endpoint} has no embeddings for {where.model}."
    else:
        code, lack = "no_decisions", f"{where.endpoint} has no decisions by {where.model}."
    return CallError(code, lack + _advice(task), detail)


def task_failure(error: CallError, where: FailureSubject, task: CallTask) -> CallError:
    """Return the failure of a call that is no chat: `error`, or that its server does not know such calls."""
    detail = error.failure.detail
    is_about_model = error.failure.code == "no_model" and "model" in detail.lower()
    if not detail.startswith(_NOT_FOUND) or is_about_model:
        return error
    return not_offered(where, task, detail)


def _advice(task: CallTask) -> str:
    return f" Choose {'an embedding' if task == 'embed' else 'a decision'} model."
