"""Which parameters a model takes, as far as it is known before it is asked.

Invariant: only what a list of models or the model's own provider says counts as refused; silence refuses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.core.parameters import Parameter


@dataclass(frozen=True, slots=True)
class ParameterSupport:
    """`refused` has a sentence for each parameter that the model does not take. `efforts` are the reasoning efforts
    that it takes, None for unknown."""

    refused: Mapping[str, str] = field(default_factory=dict)
    efforts: tuple[str, ...] | None = None

    def choices(self, row: Parameter) -> tuple[str, ...]:
        """Return the words that a `choice` offers for this model."""
        return self.efforts if row.name == "reasoning_effort" and self.efforts is not None else row.choices
