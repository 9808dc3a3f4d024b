"""Judge prompts: the shipped ones, the `rubricPrompt` of a check, and their variables.

Invariant: the text of an answer reaches the judge exactly as it is, and is never read as a template. A judge prompt has
the variables of the case, hidden by those of the judgement, so that a case cannot replace the answer. In a
`rubricPrompt`, which is written for promptfoo, the latter are only those that promptfoo has for the type.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

from workbench.core import yaml12
from workbench.core.cases import Check, json_text
from workbench.core.checks.check_result import UnscoredError
from workbench.core.checks.js_text import MISSING
from workbench.core.checks.value_templates import filled
from workbench.core.content import ROLES, Content, Message, Role, from_json
from workbench.core.judging.questions import JudgeInputs, JudgeQuestion
from workbench.core.rendered_content import assemble
from workbench.core.templates import content_variables, fill, template_texts

PROMPT_TYPES: Mapping[str, str] = {
    "llm-rubric": "llm-rubric",
    "factuality": "factuality",
    "model-graded-factuality": "factuality",
    "model-graded-closedqa": "model-graded-closedqa",
    "answer-relevance": "answer-relevance",
    "select-best": "select-best",
}
"""The judged types with a judge prompt, and the type whose prompt they use; types that compare vectors have none."""
PROMPTFOO_NAMES: Mapping[str, frozenset[str]] = {
    "llm-rubric": frozenset({"output", "rubric"}),
    "factuality": frozenset({"input", "ideal", "completion"}),
    "model-graded-factuality": frozenset({"input", "ideal", "completion"}),
    "model-graded-closedqa": frozenset({"input", "criteria", "completion"}),
    "answer-relevance": frozenset({"answer"}),
    "select-best": frozenset({"criteria", "outputs"}),
}
"""The variables of the judgement that promptfoo has in the `rubricPrompt` of a type."""
_FILE = "file://"
_ROLES: Mapping[str, Role] = {**{role: role for role in ROLES}, "developer": "system"}
_OF_A_VALUE = re.compile(r"\bthe value of (?:the|a) check\b", re.IGNORECASE)
_SUBJECT = re.compile(r"\A(\w)")
_PACKAGE = Path(__file__).resolve().parents[2]
# In a checkout, resources are beside the package; in a wheel, inside it.
_ROOTS = (_PACKAGE / "resources" / "judges", _PACKAGE.parent / "resources" / "judges")


@cache
def default_content(check_type: str) -> Content:
    """Return the shipped judge prompt of a type, which never changes while the program runs.

    Raises ValueError for a type without one.
    """
    if check_type not in PROMPT_TYPES:
        raise ValueError(f"{check_type} has no judge prompt")
    name = f"{PROMPT_TYPES[check_type]}.yml"
    text = next(file for root in _ROOTS if (file := root / name).exists()).read_text(encoding="utf-8")
    return from_json({"format": 1, **yaml12.read_yaml(text).value})


def effective_content(check: Check, content: Content) -> Content:
    """Return the check's own `rubricPrompt` as content, or `content` if it has none. Raises UnscoredError."""
    given = json.loads(check.rubric_prompt) if check.rubric_prompt else None
    if given in (None, "", {}):
        return content
    if isinstance(given, str):
        if given.startswith(_FILE):
            raise UnscoredError("The rubricPrompt of the check is in a file, which is not read here. Enter its text.")
        given = _parsed(given)
    if isinstance(given, str):
        return Content((Message("user", given),), "jinja")
    if not isinstance(given, list):
        raise UnscoredError("The rubricPrompt of the check is neither a text nor a list of messages. Correct it.")
    return Content(tuple(map(_message, given)), "jinja")


def chat_question(inputs: JudgeInputs, content: Content, more: Mapping[str, Any] | None = None) -> JudgeQuestion:
    """Return the request of a judge prompt for an answer; `more` are further variables. Raises UnscoredError."""
    chosen = effective_content(inputs.check, content)
    values = {**_values(inputs, is_own=chosen is not content), **(more or {})}
    names = content_variables(chosen)
    record = tuple((name, _record(values[name])) for name in names if name in values)
    if chosen.template == "jinja":
        printable = {name: _without_objects(value) for name, value in values.items()}
        texts = tuple(_filled(text, printable) for _, text in template_texts(chosen))
    else:
        plain = {name: _record(value) for name, value in values.items()}
        texts = tuple(fill(text, plain) for _, text in template_texts(chosen))
    request = assemble(chosen, texts)
    if not request.messages:
        raise UnscoredError("The judge prompt is empty. Write one.")
    return JudgeQuestion("chat", request.messages, request.output, values=record)


def value_words(value: Any) -> str:
    """Return the value of a check as the judge reads it: a list has one item a line, an object is JSON."""
    if value is MISSING or value is None:
        return ""
    if isinstance(value, list):
        return "\n".join(item if isinstance(item, str) else json_text(item) for item in value)
    return value if isinstance(value, str) else json_text(value)


def _values(inputs: JudgeInputs, *, is_own: bool) -> dict[str, Any]:
    """Return the variables of a judge prompt; `is_own` for the check's own rubricPrompt."""
    answer, wanted = inputs.answer, value_words(inputs.value)
    ours: dict[str, Any] = {
        "input": answer.prompt,
        "expectation": answer.expectation,
        "output": answer.text,
        "completion": answer.text,
        "answer": answer.text,
        "rubric": wanted,
        "criteria": wanted,
        "ideal": wanted or answer.expectation,
    }
    if not is_own:
        return {**answer.values, **ours}
    names = PROMPTFOO_NAMES[inputs.check.type]
    return {**answer.values, **{name: value for name, value in ours.items() if name in names}}


def _without_objects(value: Any) -> Any:
    """Return a variable as promptfoo gives it to a template: objects, and those in a list, are JSON texts."""
    if isinstance(value, dict):
        return json_text(value)
    if isinstance(value, list):
        return [json_text(item) if isinstance(item, dict | list) else item for item in value]
    return value


def _record(value: Any) -> str:
    return value if isinstance(value, str) else json_text(value)


def _filled(text: str, values: Mapping[str, Any]) -> str:
    try:
        return filled(text, values)
    except UnscoredError as error:
        # Templates are written for values of checks; the sentence must name this one.
        sentence = _OF_A_VALUE.sub("the judge prompt", str(error))
        raise UnscoredError(_SUBJECT.sub(lambda found: found[1].upper(), sentence)) from error


def _parsed(text: str) -> str | list[Any]:
    """Return the messages in a text, which may be JSON or YAML, or the text."""
    start = text.lstrip()
    if not start.startswith(("[", "- role:")):
        return text
    try:
        found = json.loads(text) if start.startswith("[") else yaml12.read_yaml(text).value
    except (ValueError, RecursionError):
        return text
    return found if isinstance(found, list) and all(isinstance(one, dict) for one in found) and found else text


def _message(item: object) -> Message:
    given = cast("Mapping[str, Any]", item) if isinstance(item, dict) else {}
    role, content = _ROLES.get(str(given.get("role"))), given.get("content")
    if isinstance(content, list):
        parts: list[Any] = [part.get("text") if isinstance(part, dict) else part for part in content]
        content = "\n".join(parts) if all(isinstance(part, str) for part in parts) else None
    if role is None or not isinstance(content, str):
        raise UnscoredError(
            "A message of the rubricPrompt needs a role (system, user or assistant) and a text as content. Correct it."
        )
    return Message(role, content)
