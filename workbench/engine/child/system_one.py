"""Decisions in the System One format, which llama.cpp and other servers speak instead of the Decisions API.

It asks about a `state` by a map of questions; a condition is called `noul`, and levels are numbered from 0
(https://docs.litellm.ai/docs/decisions). Invariant: `decisions_response` changes names only; `core.judging.decisions`
checks what the model said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.core.judging.decisions import DecisionOption, DecisionQuestion
from workbench.engine.calls import Call
from workbench.engine.child.model_tasks import decision_input

PATH = "/systemone"
"""Where servers answer, below the base URL."""


def system_one_fields(call: Call) -> dict[str, Any]:
    """Return what a call asks: the state, and the questions by number."""
    return {
        "state": decision_input(call),
        "questions": {str(number): _question(one) for number, one in enumerate(call.questions, start=1)},
    }


def decisions_response(data: Any, questions: Sequence[DecisionQuestion]) -> Any:
    """Return a response in the form of the Decisions API; an unanswered question counts as refused."""
    answers = data.get("answers") if isinstance(data, Mapping) else None
    if not isinstance(answers, Mapping):
        return data
    found = [_answer(answers.get(str(number)), one) for number, one in enumerate(questions, start=1)]
    return {**data, "answers": found}


def _question(question: DecisionQuestion) -> dict[str, Any]:
    if question.kind == "predicate":
        return {"type": "noul", "instructions": question.instructions}
    criteria: Any = {option.value: option.description or None for option in question.options}
    if question.kind == "score":
        criteria = [_level(option) for option in question.options]
    return {"type": question.kind, "instructions": question.instructions, "criteria": criteria}


def _level(option: DecisionOption) -> str:
    return f"{option.value}: {option.description}" if option.description else option.value


def _answer(data: Any, question: DecisionQuestion) -> Any:
    if not isinstance(data, Mapping):
        return {"type": "refusal"}
    kind, shares = data.get("type"), data.get("probabilities")
    if kind == "noul":
        return {"type": "predicate", "probability": data.get("noul")}
    if not isinstance(shares, Mapping):
        return data
    if kind == "choice":
        listed = [{"value": name, "probability": share} for name, share in shares.items()]
        return {"type": "choice", "choice": data.get("choice"), "probabilities": listed}
    if kind == "score":
        levels = [
            {"label": option.value, "probability": shares[str(place)]}
            for place, option in enumerate(question.options)
            if str(place) in shares
        ]
        return {"type": "score", "score": data.get("score"), "probabilities": levels}
    return data
