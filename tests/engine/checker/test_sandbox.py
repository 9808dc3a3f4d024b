"""Regular expressions and JavaScript are those of promptfoo, and see nothing but the answer."""

from __future__ import annotations

import pytest

from tests.core.checks.verdicts import disagreements, is_deliberate, known
from workbench.core.checks.script_engine import PatternError, ScriptError, ScriptStoppedError
from workbench.engine.checker.sandbox import QuickJsEngine

ENGINE = QuickJsEngine()


def test_all_checks_are_judged_as_by_promptfoo() -> None:
    ours = tuple(one for one in known() if not is_deliberate(one))
    assert len(ours) > 2_700
    assert list(disagreements(ours, ENGINE)) == []


def test_matches_are_places_in_code_points() -> None:
    assert ENGINE.search("b", "👍 ab") == (3, 4)
    assert ENGINE.search("^.$", "👍") is None
    assert ENGINE.search("^.$", "👍", "u") == (0, 1)
    assert ENGINE.search("\\ud83d", "\ud83d x") == (0, 1)
    with pytest.raises(PatternError, match="SyntaxError"):
        ENGINE.search("(", "x")


@pytest.mark.parametrize(
    "name",
    [
        "require",
        "fetch",
        "XMLHttpRequest",
        "std",
        "os",
        "Worker",
        "WebAssembly",
        "setTimeout",
        "module",
        "exports",
        "pair",
        "settled",
        "gc",
        "print",
        "scriptArgs",
    ],
)
def test_code_has_no_access_to_the_system(name: str) -> None:
    assert ENGINE.call(f"return typeof {name}", "", {}) == "undefined"


def test_modules_cannot_be_imported() -> None:
    for name in ("os", "std", "qjs:os", "fs", "/etc/passwd"):
        with pytest.raises(ScriptError):
            ENGINE.call(f"return import({name!r})", "", {})
    with pytest.raises(ScriptError):
        ENGINE.call("import os from 'os'; return true", "", {})


def test_process_and_console_are_empty() -> None:
    assert ENGINE.call("return Object.keys(process.env).length", "", {}) == 0
    assert ENGINE.call("console.log('x'); console.error(1); return typeof console.log('x')", "", {}) == "undefined"


def test_every_evaluation_has_a_fresh_context() -> None:
    assert ENGINE.call("globalThis.kept = 1; String.prototype.at = () => 'y'; return true", "", {}) is True
    assert ENGINE.call("return typeof globalThis.kept + 'x'.at(0)", "", {}) == "undefinedx"


def test_code_gets_output_and_context() -> None:
    assert ENGINE.call("return output + context.vars.x", "a", {"vars": {"x": "b"}}) == "ab"
    assert ENGINE.call("return Promise.resolve(context.n)", "", {"n": 2}) == 2


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("return 1/0", float("inf")),
        ("return undefined", None),
        ("return () => 1", None),
        ("return 10n", None),
        ("return Symbol('x')", None),
        ("return {a: undefined, b: NaN}", {"b": None}),
        ("return '\\ud83d'", "\ud83d"),
        ("Array.prototype.toJSON = () => 'x'; return true", True),
        ("Object.prototype.toJSON = () => ({pass: true}); return {}", {"pass": True}),
        ("return {toJSON: () => undefined}", None),
    ],
)
def test_returned_values_become_json(code: str, value: object) -> None:
    assert ENGINE.call(code, "", {}) == value


@pytest.mark.parametrize(
    "code", ["throw new Error('no')", "throw 1", "return f()", "return (", "return new Promise(() => {})", "null.x"]
)
def test_code_that_fails_says_why(code: str) -> None:
    with pytest.raises(ScriptError) as raised:
        ENGINE.call(code, "", {})
    assert str(raised.value)
    assert "\n" not in str(raised.value)


def test_loops_and_memory_are_limited() -> None:
    for code in ("while (true) {}", "const a = []; while (true) a.push(a)", "return 'a'.repeat(2 ** 28)"):
        with pytest.raises(ScriptStoppedError):
            ENGINE.call(code, "", {})
    with pytest.raises(ScriptError, match="call stack"):
        ENGINE.call("return (function f() { return f() + 1 })()", "", {})
    with pytest.raises(ScriptError, match="never fulfilled"):
        ENGINE.call("return (function f() { return Promise.resolve().then(f) })()", "", {})
