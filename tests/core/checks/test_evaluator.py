"""Results of single checks: state, score, reason and place."""

from __future__ import annotations

from typing import Any

import pytest

from tests.core.checks.scripted_engine import ScriptedEngine
from workbench.core.blocks import Tool
from workbench.core.cases import check_from_json
from workbench.core.checks.check_result import CheckResult
from workbench.core.checks.check_types import NO_EMBEDDINGS, NO_JUDGE
from workbench.core.checks.evaluator import evaluate
from workbench.core.checks.inputs import MOST_CHECKED, CheckedAnswer
from workbench.core.checks.script_engine import ScriptError, ScriptStoppedError
from workbench.core.runs import AnswerStep

UNKNOWN = "There is no type of check called “{}”. Did you mean {}?"


def result(kind: str, text: str, value: Any = None, engine: ScriptedEngine | None = None, **more: Any) -> CheckResult:
    """Evaluate a check; keys in `more` that begin with an underscore are facts of the answer."""
    check = {"type": kind, **({} if value is None else {"value": value})}
    facts = {key[1:]: item for key, item in more.items() if key.startswith("_")}
    check |= {key: item for key, item in more.items() if not key.startswith("_")}
    return evaluate(check_from_json(check), CheckedAnswer(text, **facts), engine or ScriptedEngine())


@pytest.mark.parametrize(
    ("kind", "text", "value", "state", "reason"),
    [
        ("contains", "say hello", "hello", "pass", "The answer contains “hello”."),
        ("contains", "say", "hello", "fail", "The answer does not contain “hello”."),
        ("not-contains", "say hello", "hello", "fail", "The answer contains “hello”."),
        ("contains", "x", "", "unscored", "Enter a text to look for. An empty one is in every answer."),
        ("contains-all", "a b", "a,b,c", "fail", "The answer does not contain “c”."),
        ("contains-any", "a b", ["x", "y"], "fail", "The answer contains none of “x”, “y”."),
        ("starts-with", "hello", "he", "pass", "The answer begins with “he”."),
        ("regex", "abc", "b", "pass", "The answer matches the pattern “b”."),
        ("word-count", "one two", 3, "fail", "The answer has 2 words; 3 expected."),
        ("word-count", "one", {"min": 2, "max": 4}, "fail", "The answer has 1 word; 2 to 4 expected."),
        ("is-json", "{", None, "fail", "The answer is not JSON: expecting property name enclosed in double quotes "),
        (
            "is-json",
            '{"a": "x"}',
            {"properties": {"a": {"type": "number"}}},
            "fail",
            "The JSON does not fit the schema: a:",
        ),
        ("is-json", "{}", {"required": ["a"]}, "fail", 'The JSON does not fit the schema: Missing required field "a".'),
        ("contains-json", "[NaN, -Infinity]", None, "fail", "The answer contains no JSON object or array."),
        ("contains-json", '[NaN, {"a": 1}]', None, "pass", "The answer contains JSON."),
        ("is-xml", "<a>", None, "fail", "The answer is not XML: no element found at line 1, column 4."),
        ("is-xml", "<a/>", "a.b", "fail", "The XML lacks “a.b”."),
        ("is-html", "<p>x</p> y", None, "fail", "The answer is not HTML: it has text outside of elements."),
        ("levenshtein", "kitten", "sitting", "pass", "3 changes from the reference; at most 5 allowed."),
        ("rouge-n", "a b", "a c", "fail", "ROUGE-N score 0.50; at least 0.75 expected."),
        ("is-refusal", "I'm sorry, no.", None, "pass", "The answer sounds like a refusal: “I'm sorry”."),
        ("finish-reason", "x", "stop", "fail", "The provider gave no finish reason; “stop” expected."),
        ("llm-rubric", "x", "is polite", "unscored", NO_JUDGE),
        ("not-llm-rubric", "x", "is polite", "unscored", NO_JUDGE),
        ("similar", "x", "y", "unscored", NO_EMBEDDINGS),
        ("g-eval", "x", "y", "unscored", "A model has to grade the answer in a way that is not supported here."),
        ("python", "x", "True", "unscored", "It runs a program outside of the workbench, which is never done."),
        (
            "contains_any",
            "x",
            "x",
            "unscored",
            "There is no type of check called “contains_any”. Did you mean contains-any?",
        ),
        (
            "startsWith",
            "x",
            "x",
            "unscored",
            "There is no type of check called “startsWith”. Did you mean starts-with?",
        ),
        ("json", "x", "x", "unscored", UNKNOWN.format("json", "is-json")),
        ("qqqq", "x", "x", "unscored", "There is no type of check called “qqqq”. Choose another type."),
        ("promptfoo:redteam:x", "x", None, "unscored", "Checks of promptfoo's red team are not evaluated here."),
        ("contains", "x", "file://a.txt", "unscored", "The value of the check is in a file, which is not read here."),
    ],
)
def test_result_says_what_was_found(kind: str, text: str, value: Any, state: str, reason: str) -> None:
    found = result(kind, text, value)
    assert found.state == state
    assert found.reason.startswith(reason)


@pytest.mark.parametrize(
    ("kind", "text", "value", "place"),
    [
        ("contains", "say hello", "hello", "hello"),
        ("icontains", "in İSTANBUL now", "now", "now"),
        ("icontains", "👍 HELLO", "hello", "HELLO"),
        ("regex", "👍 abc", "b", "b"),
        ("contains-json", 'see {"a": [1]} there', None, '{"a": [1]}'),
        ("contains-xml", "see <b>x</b> there", None, "<b>x</b>"),
        ("contains-html", "see <b>x</b> there", None, "<b>"),
        ("contains-sql", "see\n```sql\nSELECT 1\n```\n", None, "SELECT 1\n"),
        ("is-refusal", "Well, I can’t help you", None, "I can’t help"),
        ("not-contains", "say hello", "hello", "hello"),
    ],
)
def test_place_is_what_was_found(kind: str, text: str, value: Any, place: str) -> None:
    found = result(kind, text, value).place
    assert found is not None
    assert text[found[0] : found[1]] == place


def test_comparisons_have_texts_for_a_word_diff() -> None:
    for kind in ("equals", "levenshtein", "rouge-n", "bleu", "gleu"):
        found = result(kind, "a b", "a c")
        assert (found.expected, found.found) == ("a c", "a b")
    assert result("bleu", "a b", ["x", "a b c"]).expected == "a b c"
    assert result("equals", '{"b":1}', {"a": 1}).expected == '{\n  "a": 1\n}'


def test_negation_turns_scores_around() -> None:
    assert result("bleu", "a b c d", "a b c d").score == 1
    assert result("not-bleu", "a b c d", "a b c d") == result("not-bleu", "a b c d", "a b c d", threshold=0.5)
    assert result("not-bleu", "a b c d", "a b c d").score == 0


def test_contains_json_reads_json_instead_of_yaml() -> None:
    assert result("contains-json", "{not json}").state == "fail"
    assert result("contains-json", "[1]").state == "pass"
    assert result("contains-json", '{"a":"}"}').state == "pass"
    assert result("contains-json", '{"x":{"id":7}}', {"required": ["id"]}).state == "pass"
    assert result("contains-json", '{"a":1} {"id":7}', {"required": ["id"]}).state == "pass"


def test_required_element_may_be_in_any_of_several() -> None:
    text = "<o><i/><i><n/></i></o>"
    assert result("is-xml", text, "o.i.n").state == "pass"
    assert result("is-xml", text, "o.i.0.n").state == "fail"


def test_values_are_templates() -> None:
    assert result("contains", "my tea", "{{ drink | lower }}", _values={"drink": "TEA"}).state == "pass"
    assert result("contains-all", "a b", ["{{x}}", "b"], _values={"x": "a"}).state == "pass"
    assert result("contains", "x", "{{ missing }}").state == "unscored"
    assert result("contains", "{{ a + b }}", "{{ a + b }}").state == "unscored"
    assert result("contains", "x", "{% if a %}x{% endif %}").state == "unscored"
    assert result("contains", "x", "{{ env.HOME }}").state == "unscored"
    metric = result("contains", "x", "x", metric="{{m}} score", _values={"m": "my"}).metrics[0]
    assert (metric.name, metric.score) == ("my score", 1)


def test_without_an_engine_patterns_and_javascript_are_unscored() -> None:
    for check in ({"type": "regex", "value": "x"}, {"type": "not-javascript", "value": "true"}):
        assert evaluate(check_from_json(check), CheckedAnswer("x")).state == "unscored"
    schema = {"type": "is-json", "value": {"pattern": "x"}}
    assert evaluate(check_from_json(schema), CheckedAnswer('"x"')).state == "unscored"


@pytest.mark.parametrize(
    ("returned", "state", "score"),
    [
        (True, "pass", 1),
        (False, "fail", 0),
        (0.5, "pass", 0.5),
        (0, "fail", 0),
        (120, "pass", 1),
        (float("nan"), "fail", 0),
        ({"pass": True, "score": 0.3, "reason": "fine"}, "pass", 0.3),
        ({"pass": True}, "fail", 0),
        ("text", "fail", 0),
        (None, "fail", 0),
        (ScriptError("no"), "fail", 0),
        (ScriptStoppedError("The evaluation took too long."), "unscored", None),
    ],
)
def test_javascript_may_return_results_of_several_kinds(returned: Any, state: str, score: float | None) -> None:
    found = result("javascript", "x", "f()", ScriptedEngine(returned))
    assert (found.state, found.score) == (state, score)


def test_javascript_that_fails_fails_under_negation() -> None:
    assert result("not-javascript", "x", "f()", ScriptedEngine(ScriptError("no"))).state == "fail"
    assert result("not-regex", "x", "(").state == "fail"
    assert result("not-javascript", "x", "f()", ScriptedEngine(0.5)).state == "fail"


def test_javascript_gets_a_function_body() -> None:
    engine = ScriptedEngine()
    for code in ("output.length", "const a = 1; a > 0;", "return true;\nmore", "'{{x}}'"):
        result("javascript", "x", code, engine, _values={"x": "y"})
    assert engine.bodies == ["return output.length", "const a = 1; return a > 0", "return true;\nmore", "return 'y'"]
    assert engine.contexts[0]["vars"] == {"x": "y"}


def test_parts_and_metrics_that_code_lists_are_kept() -> None:
    part = {"pass": False, "score": 0, "reason": "one"}
    told = {"pass": True, "score": 1, "reason": "all", "componentResults": [part], "namedScores": {"tone": 0.5}}
    found = result("javascript", "x", "f()", ScriptedEngine(told))
    assert [(one.state, one.reason) for one in found.parts] == [("fail", "one")]
    assert [(one.name, one.score) for one in found.metrics] == [("tone", 0.5)]


def test_tool_calls_are_compared_with_the_tools_of_the_prompt() -> None:
    tool = Tool("find", parameters='{"type":"object","required":["id"]}')
    calls = {"_steps": (AnswerStep("tool_call", '{"id":1}', "find"),), "_tools": (tool, Tool("now"))}
    assert result("is-valid-openai-tools-call", "", **calls).state == "pass"
    assert result("not-is-valid-openai-tools-call", "", **calls).state == "fail"
    without = {"_steps": (AnswerStep("tool_call", "", "now"),), "_tools": (tool, Tool("now"))}
    assert result("is-valid-openai-tools-call", "", **without).state == "pass"
    assert result("is-valid-openai-tools-call", "text").reason == "The answer calls no tool."
    assert result("tool-call-f1", "", ["find", "other"], **calls).score == pytest.approx(2 / 3)


def test_used_tools_are_required_or_forbidden_together() -> None:
    calls = {"_steps": tuple(AnswerStep("tool_call", "{}", name) for name in ("find", "reply"))}
    assert result("trajectory:tool-used", "", ["find", "reply"], **calls).state == "pass"
    assert result("trajectory:tool-used", "", ["find", "x"], **calls).state == "fail"
    assert result("not-trajectory:tool-used", "", ["find", "x"], **calls).state == "fail"
    assert result("not-trajectory:tool-used", "", ["x"], **calls).state == "pass"
    assert result("trajectory:tool-sequence", "", ["find", "re*"], **calls).state == "pass"
    assert result("trajectory:tool-sequence", "", ["reply", "find"], **calls).state == "fail"


def test_weight_zero_passes_and_keeps_the_score() -> None:
    found = result("contains", "x", "y", weight=0)
    assert (found.state, found.score) == ("pass", 0)


def test_unknown_facts_and_unreadable_numbers_are_unscored() -> None:
    assert result("latency", "x", threshold=5).state == "unscored"
    assert result("cost", "x", threshold=5).state == "unscored"
    assert result("latency", "x", 10, _latency_ms=5).state == "unscored"
    assert result("contains", "x", "x", weight="2").state == "unscored"
    assert result("contains", "x", "x", transform="output.trim()").state == "unscored"
    assert result("contains", "x" * (MOST_CHECKED + 1), "x").state == "unscored"


def test_sql_is_unscored_without_its_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "sqlglot", None)
    found = result("is-sql", "SELECT 1")
    assert found.state == "unscored"
    assert "prompt-workbench[sql]" in found.reason
