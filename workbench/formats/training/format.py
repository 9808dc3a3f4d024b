"""The declaration of a training format.

Invariant: `fault` finds nothing wrong with the output of `line`. It checks every line before it is written, against the
format's rules and independently of `line`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.core.training import Kind, TrainingRow


def _no_reserve(data: Mapping[str, Any]) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class TrainingFormat:
    """A training format: the kind of its rows, how a row becomes JSON, and how such JSON is checked.

    `name` is its name in the terminal, `title` in the dialog, `what` in sentences, `help` its line in the terminal's
    help. `line` returns the JSON of a row, `fault` says what is wrong with such JSON. `least` is the minimum number of
    lines that training services require, 0 for any. `reserve` names the services that support the format but not this
    row, "" if all accept it.
    """

    name: str
    order: int
    kind: Kind
    title: str
    what: str
    help: str
    line: Callable[[TrainingRow], dict[str, Any]]
    fault: Callable[[Mapping[str, Any]], str]
    least: int = 0
    reserve: Callable[[Mapping[str, Any]], str] = _no_reserve
