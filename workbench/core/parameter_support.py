"""Parameters that a model supports, as far as known before a call.

Invariant: a parameter counts as refused only if a model list or the model's provider says so, never for lack of data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from workbench.core.parameter import Parameter


@dataclass(frozen=True, slots=True)
class ParameterSupport:
    """`refused` maps each unsupported parameter to a sentence. `efforts` are the supported reasoning efforts, None if
    unknown."""

    refused: Mapping[str, str] = field(default_factory=dict)
    efforts: tuple[str, ...] | None = None

    def choices(self, row: Parameter) -> tuple[str, ...]:
        """Return the values that a `choice` offers for this model."""
        return self.efforts if row.name == "reasoning_effort" and self.efforts is not None else row.choices
