"""The check javascript: code from a file, run by the caller's engine.

A single line is an expression; with line breaks the code is a function body that needs its own `return`. Code may
return true or false, a number (passes above 0, or from the threshold on), or a map of pass, score and reason.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any

from workbench.core.checks import js_text
from workbench.core.checks.check_result import CheckResult, Finding, MetricScore, UnscoredError
from workbench.core.checks.inputs import CheckInputs
from workbench.core.checks.js_text import MISSING, is_number
from workbench.core.checks.script_engine import ScriptError, ScriptStoppedError

_DECLARES = re.compile(rf"(?:const|let|var)[{js_text.WHITE}]")
_MOST_PARTS = 100
_OPTIONAL = {
    "namedScores": (dict, list, type(None)),
    "namedScoreWeights": (dict, list, type(None)),
    "tokensUsed": (dict, list, type(None)),
    "componentResults": (list,),
    "assertion": (dict, list, type(None)),
    "comment": (str,),
}


def javascript(inputs: CheckInputs) -> Finding:
    """Run the code and read what it returns; code that throws fails with and without `not-`."""
    code = inputs.value
    if not isinstance(code, str):
        return Finding(False, "Enter JavaScript as text.", is_final=True)
    engine = inputs.needed_engine("JavaScript checks")
    try:
        returned = engine.call(function_body(code), inputs.text, _context(inputs))
    except ScriptError as error:
        return Finding(False, f"The JavaScript failed: {error}.", is_final=True)
    except ScriptStoppedError as error:
        raise UnscoredError(str(error)) from error
    return _finding(returned, inputs.check.threshold)


def function_body(code: str) -> str:
    """Return the function body for a check's code: an expression gets its `return`."""
    code = code.rstrip(js_text.WHITE)
    if "\n" in code:
        return code
    line = js_text.trim(code).rstrip(";")
    if not _DECLARES.match(line):
        return f"return {line}"
    at = _last_semicolon(line)
    expression = js_text.trim(line[at + 1 :])
    return f"{line[: at + 1]} return {expression}" if at >= 0 and expression else line


def _last_semicolon(line: str) -> int:
    """Return the position of the last semicolon outside of quotes, -1 for none."""
    quote, at, is_escaped = "", -1, False
    for number, character in enumerate(line):
        if character == "\\":
            is_escaped = not is_escaped
            continue
        if character in "'\"`" and not is_escaped and quote in ("", character):
            quote = "" if quote else character
        elif character == ";" and not quote:
            at = number
        is_escaped = False
    return at


def _context(inputs: CheckInputs) -> dict[str, Any]:
    answer, check = inputs.answer, inputs.check
    response: dict[str, Any] = {"output": answer.text}
    if answer.finish_reason:
        response["finishReason"] = answer.finish_reason
    if answer.cost_usd is not None:
        response["cost"] = answer.cost_usd
    values = dict(answer.values)
    context = {"prompt": answer.prompt, "vars": values, "test": {"vars": values}, "providerResponse": response}
    return {**context, "config": json.loads(check.config)} if check.config else context


def _finding(returned: Any, threshold: float | None) -> Finding:
    if isinstance(returned, bool):
        return Finding(returned, f"The JavaScript returned {'true' if returned else 'false'}.")
    if is_number(returned):
        holds = returned > 0 if threshold is None else returned >= threshold
        wanted = "more than 0" if threshold is None else f"at least {threshold:g}"
        reason = f"The JavaScript returned {js_text.to_string(returned)}; {wanted} expected."
        return Finding(holds, reason, _score(returned), keeps_score=True)
    if not _is_grading(returned):
        return Finding(
            False,
            "The JavaScript must return true or false, a number, or a map of pass, score and reason. "
            f"It returned {_shown(returned)}.",
            is_final=True,
        )
    reason = returned["reason"] or "The JavaScript gave no reason."
    return Finding(
        returned["pass"],
        reason,
        _score(returned["score"]),
        keeps_score=True,
        parts=tuple(map(_part, returned.get("componentResults", [])[:_MOST_PARTS])),
        metrics=_metrics(returned),
    )


def _is_grading(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("pass"), bool)
        and is_number(value.get("score"))
        and isinstance(value.get("reason"), str)
        and all(isinstance(value[key], kinds) for key, kinds in _OPTIONAL.items() if key in value)
    )


def _part(value: Any) -> CheckResult:
    if not _is_grading(value):
        return CheckResult("unscored", None, "The script listed a result without pass, score and reason.")
    return CheckResult("pass" if value["pass"] else "fail", _score(value["score"]), value["reason"])


def _metrics(value: dict[str, Any]) -> tuple[MetricScore, ...]:
    scores, weights = value.get("namedScores"), value.get("namedScoreWeights")
    if not isinstance(scores, dict):
        return ()
    given = weights if isinstance(weights, dict) else {}
    return tuple(
        MetricScore(name, _score(score), js_text.as_double(given[name]) if is_number(given.get(name)) else 1.0)
        for name, score in scores.items()
        if is_number(score)
    )


def _score(number: float) -> float:
    """Return a number as a score from 0 to 1."""
    score = js_text.as_double(number)
    return 0.0 if math.isnan(score) else min(1.0, max(0.0, score))


def _shown(value: Any) -> str:
    if value is None or value is MISSING:
        return "nothing"
    return "a text" if isinstance(value, str) else "a list" if isinstance(value, list) else "another map"
