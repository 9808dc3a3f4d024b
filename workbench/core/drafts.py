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
        """Read `to_json` back. Raises ContentError, KeyError, TypeError or ValueError on a foreign shape."""
        return cls(
            content=contents.from_json(data["content"]),
            values=tuple((str(k), str(v)) for k, v in data.get("values", {}).items()),
            lanes=tuple(Lane.from_json(lane) for lane in data.get("lanes", ())),
            based_on=data.get("based_on"),
        )
