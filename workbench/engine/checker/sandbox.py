"""Regular expressions and JavaScript in QuickJS.

Invariant: every evaluation gets a fresh context without files, network or modules, and with limits on memory, stack
size and time. A single operation (matching a pattern, searching a text, computing with big integers) is not interrupted
when the time is up, so run this only in a child process that can be killed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import quickjs

from workbench.core.checks.check_result import Span
from workbench.core.checks.script_engine import PatternError, ScriptError, ScriptStoppedError

SECONDS = 0.5
MEMORY = 64 * 2**20
STACK = 512 * 1024
_MOST_JOBS = 100_000
_TOO_LONG = "The evaluation took too long."
_TOO_LARGE = "The evaluation needed too much memory."
_LONGEST_MESSAGE = 300
_SEARCH = """
(text => {
  const [pattern, flags, answer] = JSON.parse(text);
  const found = new RegExp(pattern, flags).exec(answer);
  return JSON.stringify(found === null ? null : [found.index, found.index + found[0].length]);
})
"""
_CALL = """
(() => {
  const {parse, stringify} = JSON, text = String, Body = Function, settled = {};
  globalThis.console = Object.freeze(Object.fromEntries(
    ['log', 'info', 'warn', 'error', 'debug', 'trace'].map(name => [name, () => undefined])));
  const keep = value => {
    const kind = typeof value;
    const isData = kind === 'boolean' || kind === 'string' || (kind === 'object' && value !== null);
    settled.told = kind + ':' + (kind === 'number' ? text(value) : (isData && stringify(value)) || 'null');
  };
  const fail = error => {
    let words = 'an error';
    try { words = error instanceof Error ? `${error.name}: ${error.message}` : text(error); } catch {}
    settled.told = 'error:' + stringify(words);
  };
  const run = given => {
    const {body, output, context} = parse(given);
    const made = new Body('output', 'context', 'process', body)(output, context, {env: {}});
    Promise.resolve(made).then(keep).catch(fail);
  };
  return [run, () => settled.told];
})()
"""


class QuickJsEngine:
    """A `ScriptEngine` in this process. It keeps nothing between evaluations."""

    def search(self, pattern: str, text: str, flags: str = "") -> Span | None:
        """Return the first match in code points. Raises PatternError or ScriptStoppedError."""
        try:
            found = json.loads(_context().eval(_SEARCH)(json.dumps([pattern, flags, text])))
        except quickjs.JSException as error:
            raise _stopped(error) or PatternError(_words(error)) from error
        return None if found is None else (_code_points(text, found[0]), _code_points(text, found[1]))

    def call(self, body: str, output: Any, context: Mapping[str, Any]) -> Any:
        """Run a function body and return its result. Raises ScriptError or ScriptStoppedError."""
        given = json.dumps({"body": body, "output": output, "context": dict(context)})
        engine = _context()
        try:
            pair = engine.eval(_CALL)
            engine.set("pair", pair)
            run, result = engine.eval("pair[0]"), engine.eval("pair[1]")
            engine.eval("delete globalThis.pair")
            run(given)
            for _ in range(_MOST_JOBS):
                if not engine.execute_pending_job():
                    break
            told = result()
        except quickjs.JSException as error:
            raise _stopped(error) or ScriptError(_words(error)) from error
        if not isinstance(told, str):
            raise ScriptError("it returned a promise that is never fulfilled")
        kind, _, value = told.partition(":")
        if kind == "error":
            raise ScriptError(str(json.loads(value))[:_LONGEST_MESSAGE])
        return float(value) if kind == "number" else json.loads(value)


def _context() -> Any:
    engine = quickjs.Context()
    engine.set_memory_limit(MEMORY)
    engine.set_time_limit(SECONDS)
    engine.set_max_stack_size(STACK)
    return engine


def _stopped(error: quickjs.JSException) -> ScriptStoppedError | None:
    words = str(error)
    if words.startswith("InternalError: interrupted"):
        return ScriptStoppedError(_TOO_LONG)
    return ScriptStoppedError(_TOO_LARGE) if words.startswith("InternalError: out of memory") else None


def _words(error: quickjs.JSException) -> str:
    """Return the message of an error without its stack."""
    return str(error).split("\n", 1)[0].strip()[:_LONGEST_MESSAGE]


def _code_points(text: str, units: int) -> int:
    """Convert a position in UTF-16 units to one in code points."""
    if text.isascii():
        return units
    return len(text.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "replace"))
