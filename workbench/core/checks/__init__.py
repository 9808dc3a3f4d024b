"""Checks of answers: what promptfoo calls assertions.

Invariant: a check that cannot be evaluated is unscored, with the reason; it never passes. Evaluation is pure and total:
it reads no file and no network, imports no engine, and raises for no text and no value.

Data flow: `check_types` is the table of all types; `evaluator.evaluate` renders the templates in a check's value and
calls the function of its type; `scoring.score_case` combines the results of a case. Regular expressions and JavaScript
run in a `script_engine.ScriptEngine` that the caller passes.

Semantics are those of promptfoo 0.123, except where a row of the table says that it differs.
"""
