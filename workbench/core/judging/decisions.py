"""Questions to decision models, and their answers.

A decision model reads an input and answers typed questions by probabilities; it writes no text. The JSON is that of
OpenAI's Decisions API, which LiteLLM speaks to all providers of such models (https://docs.litellm.ai/docs/decisions).

Invariant: an answer that is returned has the type of its question, and probabilities from 0 to 1. A model may refuse
single questions.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

DecisionKind = Literal["predicate", "choice", "score"]
KINDS: frozenset[str] = frozenset(get_args(DecisionKind))
_REFUSAL = "refusal"
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class DecisionOption:
    """A choice, or a level of a score."""

    value: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class DecisionQuestion:
    """One question about an input.

    A `predicate` is a condition that is true or false. A `choice` has 2 to 255 different options, a `score` 2 to 10
    levels from lowest to highest. `name` is repeated in the answer.
    """

    kind: DecisionKind
    instructions: str
    options: tuple[DecisionOption, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class DecisionAnswer:
    """The answer to one question.

    `probability` is that of a predicate being true. `choice` is the option picked, `score` the expected level, counted
    from 0. `probabilities` are those of all options, in the order of the model. All are empty for a `refusal`.
    """

    kind: Literal["predicate", "choice", "score", "refusal"]
    probability: float | None = None
    choice: str = ""
    score: float | None = None
    probabilities: tuple[tuple[str, float], ...] = ()


def question_to_json(question: DecisionQuestion) -> dict[str, Any]:
    """Return a question as the Decisions API takes it."""
    data: dict[str, Any] = {"type": question.kind}
    if question.name:
        data["name"] = question.name
    data["instructions"] = question.instructions
    name, label = {"predicate": ("", ""), "choice": ("choices", "value"), "score": ("levels", "label")}[question.kind]
    if name:
        data[name] = [
            {label: option.value, **({"description": option.description} if option.description else {})}
            for option in question.options
        ]
    return data


def question_from_json(data: Mapping[str, Any]) -> DecisionQuestion:
    """Read `question_to_json` back. Raises KeyError, TypeError or ValueError for anything else."""
    kind = data["type"]
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is no kind of question")
    options = tuple(
        DecisionOption(one["value"] if kind == "choice" else one["label"], one.get("description", ""))
        for one in data.get("choices" if kind == "choice" else "levels", ())
    )
    return DecisionQuestion(kind, data["instructions"], options, data.get("name", ""))


def answers_text(answers: Sequence[DecisionAnswer]) -> str:
    """Return answers as compact JSON, in which the reply of a decision model is stored."""
    return json.dumps({"answers": [_to_json(one) for one in answers]}, ensure_ascii=False, separators=(",", ":"))


def read_answers(text: str, questions: Sequence[DecisionQuestion]) -> tuple[DecisionAnswer, ...]:
    """Read the stored answers to `questions`. Raises ValueError with a sentence."""
    try:
        return answers_of(json.loads(text), questions)
    except RecursionError as error:
        raise ValueError("The stored decisions cannot be read.") from error


def answers_of(data: Any, questions: Sequence[DecisionQuestion]) -> tuple[DecisionAnswer, ...]:
    """Read a response of the Decisions API to `questions`, in their order. Raises ValueError with a sentence."""
    found = data.get("answers") if isinstance(data, Mapping) else None
    if not isinstance(found, list) or len(found) != len(questions):
        count = len(found) if isinstance(found, list) else "no"
        raise ValueError(f"The model gave {count} answers to {len(questions)} questions.")
    return tuple(_answer(one, question) for one, question in zip(found, questions, strict=True))


def _answer(data: Any, question: DecisionQuestion) -> DecisionAnswer:
    kind = data.get("type") if isinstance(data, Mapping) else None
    if kind == _REFUSAL:
        return DecisionAnswer("refusal")
    if kind != question.kind:
        raise ValueError(f"The model answered a {question.kind} question by {str(kind)[:40]!r}.")
    if kind == "predicate":
        return DecisionAnswer("predicate", _probability(data.get("probability")))
    probabilities = _distribution(data.get("probabilities"), question)
    if kind == "choice":
        choice = _option(data.get("choice"))
        if choice not in {option.value for option in question.options}:
            raise ValueError("The model picked something that was no option.")
        return DecisionAnswer("choice", choice=choice, probabilities=probabilities)
    score = data.get("score")
    top = max(0, len(question.options) - 1)
    if isinstance(score, bool) or not isinstance(score, int | float) or not -_ROUNDING <= score <= top + _ROUNDING:
        raise ValueError("The model gave a score outside of the levels.")
    return DecisionAnswer("score", score=min(float(top), max(0.0, float(score))), probabilities=probabilities)


def _distribution(data: Any, question: DecisionQuestion) -> tuple[tuple[str, float], ...]:
    if not isinstance(data, list) or not all(isinstance(one, Mapping) for one in data):
        raise ValueError("The model gave no probabilities of the options.")
    name = "value" if question.kind == "choice" else "label"
    return tuple((_option(one.get(name)), _probability(one.get("probability"))) for one in data)


def _option(value: Any) -> str:
    # The API takes true and false as choices, too.
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        raise ValueError("The model named an option that is no text.")
    return value


def _probability(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("The model gave no probability.")
    if not -_ROUNDING <= value <= 1 + _ROUNDING:
        raise ValueError(f"The model gave the probability {value:g}, which is not from 0 to 1.")
    return min(1.0, max(0.0, float(value)))


def _to_json(answer: DecisionAnswer) -> dict[str, Any]:
    data: dict[str, Any] = {"type": answer.kind}
    if answer.kind == "predicate":
        data["probability"] = answer.probability
    elif answer.kind == "choice":
        data["choice"] = answer.choice
        data["probabilities"] = [{"value": name, "probability": share} for name, share in answer.probabilities]
    elif answer.kind == "score":
        data["score"] = answer.score
        data["probabilities"] = [{"label": name, "probability": share} for name, share in answer.probabilities]
    return data
