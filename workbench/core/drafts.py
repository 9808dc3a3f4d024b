"""The draft: what the editor holds and no run has used yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.core import content as contents
from workbench.core.content import Content
from workbench.core.lanes import Lane


@dataclass(frozen=True, slots=True)
class Draft:
    """Content, values and lanes of one prompt, with the version number they started from (None: from nothing)."""

    content: Content = field(default_factory=Content)
    values: tuple[tuple[str, str], ...] = ()
    lanes: tuple[Lane, ...] = ()
    based_on: int | None = None

    @property
    def value_map(self) -> dict[str, str]:
        """The values by variable name."""
        return dict(self.values)

    def to_json(self) -> dict[str, Any]:
        """Return the stored form; the order of values and lanes is kept."""
        return {
            "content": contents.to_json(self.content),
            "values": dict(self.values),
            "lanes": [lane.to_json() for lane in self.lanes],
            "based_on": self.based_on,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Draft:
        """Read `to_json` back. Raises ValueError with a sentence on a foreign shape (ContentError for the content)."""
        if not isinstance(data, Mapping):
            raise ValueError("This draft is not an object.")
        values = data.get("values", {})
        if not isinstance(values, Mapping) or not all(isinstance(value, str) for value in values.values()):
            raise ValueError("The values of this draft are not texts by variable name.")
        lanes = data.get("lanes", [])
        if not isinstance(lanes, list | tuple):
            raise ValueError("The lanes of this draft are not a list.")
        based_on = data.get("based_on")
        if based_on is not None and type(based_on) is not int:
            raise ValueError("The version that this draft is based on is not a number.")
        return cls(
            content=contents.from_json(data.get("content", {})),
            values=tuple(values.items()),
            lanes=tuple(Lane.from_json(lane) for lane in lanes),
            based_on=based_on,
        )
