"""What a promptfoo file says about its graders: models, prompts and scores of categories.

Invariant: the options of a test become fields of its judged checks, where a check has none of its own, so that a check
says everything about its judgement. A model is only named here; whether it can be asked is for others to find out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal, NamedTuple

from workbench.core.cases import SET, Check, json_text
from workbench.core.checks.check_types import CHECK_TYPES

OPTIONS = ("provider", "rubricPrompt", "factuality")
"""The keys of a test's `options` that concern judged checks."""
_KINDS = {"chat": "text", "embedding": "embedding"}
_TYPED = frozenset({"text", "embedding", "classification", "moderation"})


class NamedModel(NamedTuple):
    """A model as promptfoo names it, such as openai:gpt-5-mini, with its settings as JSON text, "" for none."""

    name: str
    config: str = ""


def named_model(check: Check, kind: Literal["chat", "embedding"]) -> NamedModel | None:
    """Return the model that a check names for questions of a kind, None when it names none.

    A single model is for the questions that the type asks first: chat, or vectors where it compares nothing else. A map
    of kinds may leave one out.
    """
    given = json.loads(check.provider) if check.provider else None
    if isinstance(given, dict) and given.keys() & _TYPED:
        given = given.get(_KINDS[kind]) or (given if given.get("id") else None)
    elif kind == "embedding" and (row := CHECK_TYPES.get(check.type)) is not None and row.needs_judge:
        return None
    if isinstance(given, str):
        return NamedModel(given) if given else None
    if not isinstance(given, dict) or not isinstance(given.get("id"), str) or not given["id"]:
        return None
    config = given.get("config")
    return NamedModel(given["id"], json_text(config) if isinstance(config, dict) and config else "")


def with_options(check: Check, options: Mapping[str, Any]) -> Check:
    """Return a check with the options of its test (those of the file's defaultTest included) as its own fields."""
    if check.type == SET:
        return replace(check, checks=tuple(with_options(one, options) for one in check.checks))
    row = CHECK_TYPES.get(check.type)
    if row is None or not row.judged:
        return check
    provider, prompt = options.get("provider"), options.get("rubricPrompt")
    if provider and not _is_set(check.provider):
        check = replace(check, provider=json_text(provider))
    if prompt and row.needs_judge and not _is_set(check.rubric_prompt):
        check = replace(check, rubric_prompt=json_text(prompt))
    scores = options.get("factuality")
    if isinstance(scores, Mapping) and scores and "factuality" in check.type:
        config = json.loads(check.config) if check.config else {}
        if isinstance(config, dict) and "factuality" not in config:
            check = replace(check, config=json_text({**config, "factuality": dict(scores)}))
    return check


def without_judge(check: Check) -> Check:
    """Return a check, and the members of a set, without the models that they name as judges; vectors stay."""
    if check.type == SET:
        return replace(check, checks=tuple(map(without_judge, check.checks)))
    row = CHECK_TYPES.get(check.type)
    if row is None or not row.needs_judge or not check.provider:
        return check
    given = json.loads(check.provider)
    vectors = given.get("embedding") if isinstance(given, dict) else None
    return replace(check, provider=json_text({"embedding": vectors}) if vectors else "")


def _is_set(text: str) -> bool:
    return bool(text) and json.loads(text) not in (None, "", {}, [])
