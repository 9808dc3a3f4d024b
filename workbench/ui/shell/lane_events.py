"""Events about the lanes of the draft, in addition to those in `shell.events`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ParameterChosen:
    """The user chose a parameter in the palette, to edit it in the focused lane."""

    name: str
