"""Evaluation of one check against one answer.

Invariant: `evaluate` returns a result for every check and every answer. Negation, weights and thresholds of sets are
applied by `check_result` and `scoring`, not by the functions of the types. A judged check is unscored here; results of
judges take its place (`core/judging`).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping

from workbench.core.cases import SET, Check
from workbench.core.checks import (
    call_checks,
    html_checks,
    json_checks,
    script_checks,
    similarity_checks,
    sql_checks,
    text_checks,
    tool_checks,
    xml_checks,
)
from workbench.core.checks.check_result import CheckResult, Finding, UnscoredError, result_of, unscored
from workbench.core.checks.check_sets import number_problem, set_result, with_metric
from workbench.core.checks.check_types import CHECK_TYPES, unknown_type
from workbench.core.checks.inputs import MOST_CHECKED, CheckedAnswer, CheckInputs
from workbench.core.checks.js_text import MISSING
from workbench.core.checks.script_engine import ScriptEngine
from workbench.core.checks.value_templates import filled_value

_FUNCTIONS: Mapping[str, Callable[[CheckInputs], Finding]] = {
    "equals": text_checks.equals,
    "contains": text_checks.contains,
    "icontains": functools.partial(text_checks.contains, ignore_case=True),
    "contains-any": text_checks.contains_any,
    "icontains-any": functools.partial(text_checks.contains_any, ignore_case=True),
    "contains-all": text_checks.contains_all,
    "icontains-all": functools.partial(text_checks.contains_all, ignore_case=True),
    "starts-with": text_checks.starts_with,
    "regex": text_checks.regex,
    "word-count": text_checks.word_count,
    "is-refusal": text_checks.is_refusal,
    "is-json": json_checks.is_json,
    "contains-json": json_checks.contains_json,
    "is-xml": xml_checks.is_xml,
    "contains-xml": xml_checks.contains_xml,
    "is-html": html_checks.is_html,
    "contains-html": html_checks.contains_html,
    "is-sql": sql_checks.is_sql,
    "contains-sql": sql_checks.contains_sql,
    "levenshtein": similarity_checks.levenshtein,
    "rouge-n": similarity_checks.rouge_n,
    "bleu": similarity_checks.bleu,
    "gleu": similarity_checks.gleu,
    "finish-reason": call_checks.finish_reason,
    "latency": call_checks.latency,
    "cost": call_checks.cost,
    "is-valid-openai-tools-call": tool_checks.is_valid_tools_call,
    "tool-call-f1": tool_checks.tool_call_f1,
    "trajectory:tool-used": tool_checks.tool_used,
    "trajectory:tool-sequence": tool_checks.tool_sequence,
    "javascript": script_checks.javascript,
}
_LINKS = ("file://", "package:")


def evaluate(check: Check, answer: CheckedAnswer, engine: ScriptEngine | None = None) -> CheckResult:
    """Return the result of a check; without an engine, patterns and JavaScript are unscored."""
    try:
        return _evaluated(check, answer, engine)
    except UnscoredError as error:
        return unscored(str(error))
    except RecursionError:
        return unscored("The answer or the check is nested too deeply to be checked.")


def _evaluated(check: Check, answer: CheckedAnswer, engine: ScriptEngine | None) -> CheckResult:
    row = CHECK_TYPES.get(check.type)
    if row is None:
        return unscored(unknown_type(check.type))
    if not row.is_evaluated:
        return unscored(row.explanation)
    if row.judged:
        return unscored(row.without_model)
    if check.type == SET:
        return set_result(check, [evaluate(one, answer, engine) for one in check.checks], answer.values)
    if problem := number_problem(check):
        return unscored(problem)
    if check.transform:
        return unscored("The check transforms the answer by code, which is not run here.")
    if len(answer.text) > MOST_CHECKED:
        return unscored(f"The answer is longer than {MOST_CHECKED // 1_000_000} million characters.")
    value = json.loads(check.value) if check.value else MISSING
    if isinstance(value, str) and value.startswith(_LINKS):
        return unscored("The value of the check is in a file, which is not read here. Enter its contents.")
    inputs = CheckInputs(check, filled_value(value, answer.values), answer, engine)
    return with_metric(check, result_of(check, _FUNCTIONS[check.type](inputs)), answer.values)
