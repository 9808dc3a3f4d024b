"""What a training format says of itself.

Invariant: what `line` makes of a row has no fault, and whatever is written was looked at by `fault`, which knows the
format's rules and not how we write it.
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
    """A format: what its rows are made of, the JSON of a row, and a sentence about what is wrong with such JSON.

    `name` is what the terminal calls it, `title` what the dialog does, `what` what sentences do, and `help` is its line
    in the terminal's help. `least` is how many lines whoever trains with it asks for, 0 for any. `reserve` says who of
    those that take the format does not take such a row, "" when all of them do.
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
