"""Samples of templates and JavaScript, and of several checks together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.core.checks.sample import Sample, both, one


def templates_samples() -> Iterator[Sample]:
    values = {"x": "hello", "n": "3", "empty": "", "list": "a,b", "braces": "{{y}}", "line": "a\n", "spaced": "  hi "}
    for value in (
        "{{x}}",
        "{{ x }}",
        "{{x}} world",
        "{{ missing }}",
        "{{empty}}",
        "{{ x | upper }}",
        "{{ x|upper|lower }}",
        "{{ x.length }}",
        "{{ x | length }}",
        "{{ missing | default('hello') }}",
        "{{ empty | default('hello', true) }}",
        "{{ 'hello' }}",
        "{{ 5 }}",
        "{{ true }}",
        "{{ none }}",
        "{# comment #}hello",
        "{% raw %}{{x}}{% endraw %}",
        "{{- x -}} !",
        "{{ x | replace('l', 'L') }}",
        "{{ spaced | trim }}",
        "{{ x | dump }}",
        "{{ x[0] }}",
        "{{ x | first }}",
        "{{ x | capitalize }}",
        "{{line}}",
        "{{braces}}",
    ):
        yield one("hello world heLLo Hello !hello", "contains", value, _vars=values)
        yield one('3 5 true "hello" {{x}} hi', "icontains", value, _vars=values)
    yield from both(("a b hello",), "contains-any", ["{{x}}", "zzz"], _vars=values)
    yield from both(("a b",), "contains-all", "{{list}}", _vars=values)
    yield from both(("one two three",), "word-count", "{{n}}", _vars=values)
    yield from both(("one two three",), "word-count", {"min": "{{n}}"}, _vars=values)
    yield one("hello", "equals", "{{x}}", _vars=values)
    yield one('{"a":"hello"}', "equals", {"a": "{{x}}"}, _vars=values)
    yield one("hello", "regex", "^{{x}}$", _vars=values)
    yield one("hello", "levenshtein", "{{x}}", _vars=values)
    yield one("hello", "starts-with", "{{x}}", _vars=values)


def scripts_samples() -> Iterator[Sample]:
    for value in (
        "output === 'hello'",
        "output.length",
        "output.length > 100",
        "true",
        "false",
        "0",
        "-1",
        "0.5",
        "1/0",
        "NaN",
        "null",
        "undefined",
        "'text'",
        "({pass: true, score: 0.5, reason: 'half'})",
        "({pass: false, score: 1, reason: 'no'})",
        "({pass: true})",
        "({pass: true, score: 1, reason: ''})",
        "const s = output.length; s > 3",
        "const s = output.length; s > 3;",
        "let s = 'a;b'; s === 'a;b'",
        "const s = 1",
        "if (true) { return true }",
        "throw new Error('no')",
        "return true",
        "output.length > 3;",
        "output.length > 3;;  ",
        "output.includes('hell')\n",
        "\noutput.includes('hell')",
        "return output.includes('hell');\n",
        "const a = 1;\nreturn a === 1;",
        "const a = 1;\na === 1;",
        "JSON.parse(output).a",
        "output.toUpperCase() === 'HELLO'",
        "/^h/.test(output)",
        "context.vars.x === 'hello'",
        "'{{x}}' === 'hello'",
        "context.prompt.length >= 0",
        "Promise.resolve(true)",
        "Promise.reject(new Error('no'))",
        "new Promise(r => r(0.7))",
        "(() => { throw 1 })()",
        "console.log('x') === undefined",
        "typeof require",
        "[]",
        "{}",
        "syntax error here",
        "output.split(' ').length <= 2",
        "Math.min(output.length / 10, 1)",
        "[...output].length === 5",
        "",
        "   ",
        "({pass: true, score: 2, reason: 'over', componentResults: [{pass: true, score: 1, reason: 'part'}]})",
        "({pass: true, score: 1, reason: 'x', namedScores: {a: 0.5}})",
        "({pass: 'yes', score: 1, reason: 'x'})",
        "10n ** 2n === 100n",
        "output.at(-1) === 'o'",
        "Object.groupBy ? true : true",
    ):
        yield from both(("hello",), "javascript", value, _vars={"x": "hello"})
        yield one("hello", "javascript", value, threshold=0.6, _vars={"x": "hello"})
    yield one("hello", "javascript", 42)
    yield one("hello", "javascript", "context.config.limit > output.length", config={"limit": 10})
    yield {"answer": "x", "check": {"type": "javascript"}}


YES, NO = {"type": "contains", "value": "h"}, {"type": "contains", "value": "zzz"}
HALF = {"type": "javascript", "value": "0.5"}
BLEU = {"type": "bleu", "value": "hello there"}


def cases_samples() -> Iterator[Sample]:
    """Yield samples with several checks."""

    def weighted(check: dict[str, Any], weight: float, **more: Any) -> dict[str, Any]:
        return {**check, "weight": weight, **more}

    def one_set(*checks: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {"type": "assert-set", "assert": list(checks), **more}

    named = {**YES, "metric": "words"}
    scripted = {"type": "javascript", "value": "({pass: true, score: 0.5, reason: 'r', namedScores: {tone: 0.25}})"}
    for checks in (
        [],
        [YES],
        [NO],
        [YES, NO],
        [YES, YES, NO],
        [weighted(YES, 3), NO],
        [weighted(YES, 0)],
        [weighted(NO, 0)],
        [weighted(NO, 0), YES],
        [HALF, YES],
        [weighted(HALF, 2), weighted(NO, 0.5)],
        [BLEU],
        [one_set(YES, NO)],
        [one_set(YES, NO, threshold=0.5)],
        [one_set(YES, NO, threshold=0.6), YES],
        [one_set()],
        [one_set(), YES],
        [one_set(NO, weight=0)],
        [one_set(NO, weight=0), YES],
        [one_set(weighted(NO, 0), YES, weight=2), NO],
        [one_set(HALF, YES, threshold=0.75, weight=3), HALF],
        [one_set(weighted(YES, 3), NO, threshold=0.7, metric="set"), named],
        [named, {**NO, "metric": "words"}, weighted(NO, 2, metric="words"), {**YES, "metric": "{{x}} metric"}],
        [one_set(named, {**NO, "metric": "words"}, weight=2), {**YES, "metric": "words"}],
        [one_set(named, metric="words"), {**NO, "metric": "tone"}],
        [scripted],
        [{**scripted, "metric": "tone"}, {**NO, "metric": "tone"}],
        [{"type": "not-contains", "value": "h", "metric": "m"}, YES],
    ):
        for threshold in (None, 0, 0.5, 0.75, 1):
            sample = {"answer": "hello", "assert": checks, "vars": {"x": "my"}}
            yield sample if threshold is None else {**sample, "threshold": threshold}
