"""A stand-in for the script engine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from workbench.core.checks.check_result import Span
from workbench.core.checks.script_engine import PatternError


class ScriptedEngine:
    """Searches with Python's `re`, and returns or raises `result` for any code, which it keeps in `bodies`."""

    def __init__(self, result: Any = True) -> None:
        self.result = result
        self.bodies: list[str] = []
        self.contexts: list[Mapping[str, Any]] = []

    def search(self, pattern: str, text: str, flags: str = "") -> Span | None:
        if isinstance(self.result, Exception):
            raise self.result
        try:
            match = re.search(pattern, text)
        except re.error as error:
            raise PatternError(str(error)) from error
        return match.span() if match else None

    def call(self, body: str, output: Any, context: Mapping[str, Any]) -> Any:
        self.bodies.append(body)
        self.contexts.append(context)
        if isinstance(self.result, Exception):
            raise self.result
        return self.result
