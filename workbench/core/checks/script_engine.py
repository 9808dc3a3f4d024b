"""What checks need of an engine for regular expressions and JavaScript."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from workbench.core.checks.check_result import Span


class PatternError(Exception):
    """An invalid regular expression. The text is the engine's message."""


class ScriptError(Exception):
    """Code that is invalid or threw an error. The text is the engine's message."""


class ScriptStoppedError(Exception):
    """An evaluation that was stopped, by a limit of time or memory. The text is a sentence for the user."""


class ScriptEngine(Protocol):
    """Evaluates untrusted patterns and code within limits of time and memory."""

    def search(self, pattern: str, text: str, flags: str = "") -> Span | None:
        """Return the first match of a JavaScript regular expression in code points, None for no match.

        Raises PatternError or ScriptStoppedError.
        """

    def call(self, body: str, output: Any, context: Mapping[str, Any]) -> Any:
        """Run a function body with the parameters `output`, `context` and `process`, and return its result.

        Promises are awaited. Values that JSON cannot represent are None, except numbers. Raises ScriptError or
        ScriptStoppedError.
        """
