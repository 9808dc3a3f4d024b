"""A JSON Schema written as YAML in the value of a check.

Invariant: it is read as YAML 1.2, like promptfoo does, and aliases are refused: they can grow without bound.
"""

from __future__ import annotations

from typing import Any

from workbench.core import yaml12
from workbench.core.checks.check_result import UnscoredError


def read_yaml(text: str) -> Any:
    """Return the value of one YAML document. Raises UnscoredError."""
    try:
        return yaml12.read_yaml(text, with_aliases=False).value
    except yaml12.YamlError as error:
        raise UnscoredError(f"The JSON Schema of the check is neither JSON nor YAML: {error}.") from error
