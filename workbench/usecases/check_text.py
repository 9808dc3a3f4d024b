"""Checks as text: a list of promptfoo assertions in YAML or JSON.

Invariant: what `checks_as_text` writes, `checks_from_text` reads back unchanged. YAML is read as version 1.2 does: only
`true` and `false` are booleans, and `NO` is text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.core.cases import CaseError, Check, check_from_json, check_to_json
from workbench.core.checks.check_result import UnscoredError
from workbench.usecases.problems import RefusedError

MOST_CHARACTERS = 1_000_000
_KEYS = ("assert", "checks", "asserts")
_HOW = 'Paste a list such as: [{"type": "contains", "value": "late"}]'


def checks_as_text(checks: Sequence[Check]) -> str:
    """Return checks as a JSON list of assertions."""
    return json.dumps([check_to_json(check) for check in checks], ensure_ascii=False, indent=2)


def checks_from_text(text: str) -> tuple[Check, ...]:
    """Read assertions: a list, one assertion, or a map with `assert`. Raises RefusedError with a sentence."""
    if len(text) > MOST_CHARACTERS:
        raise RefusedError("The text is too long to be read as checks. Paste a part of it.")
    found = _listed(_read(text))
    try:
        checks = tuple(check_from_json(one, f"Check {number}") for number, one in enumerate(found, start=1))
    except (CaseError, RecursionError) as error:
        raise RefusedError(
            str(error) if isinstance(error, CaseError) else "The checks are nested too deeply."
        ) from error
    if not checks:
        raise RefusedError(f"There are no checks in this text. {_HOW}")
    return checks


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    # YAML is not needed before text that is not JSON is pasted.
    from workbench.core.checks.schema_yaml import read_yaml

    try:
        return read_yaml(text)
    except UnscoredError as error:
        raise RefusedError(f"The text is neither JSON nor YAML. {_HOW}", str(error.__cause__ or "")) from error


def _listed(found: Any) -> list[Any]:
    """Return the assertions in a value: a list of them, one, or those of a test or of `defaultTest`."""
    if isinstance(found, Mapping):
        if "type" in found:
            return [found]
        for key in _KEYS:
            if isinstance(found.get(key), list):
                return _listed(found[key])
        if isinstance(found.get("defaultTest"), Mapping):
            return _listed(found["defaultTest"])
    if isinstance(found, list):
        return found
    raise RefusedError(f"There are no checks in this text. {_HOW}")
