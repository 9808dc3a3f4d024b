"""Where cases, versions, models and samples stand in the grid of a test run, as a person chooses it.

Invariant: at least one of them is in the rows and at least one in the columns. Only samples can share a cell.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, cast, get_args

Dimension = Literal["case", "version", "model", "sample"]
DimensionPlace = Literal["rows", "columns", "split", "cell"]
"""split: one value is shown at a time. cell: all samples stand together in a cell."""
ColumnOrder = Literal["given", "version", "model"]
"""given: as the columns were set up."""
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
_AXES: tuple[DimensionPlace, ...] = ("rows", "columns")


@dataclass(frozen=True, slots=True)
class GridLayout:
    """The place of each dimension. Where versions and models are on the same side, `order` groups them.

    Raises ValueError for a combination that leaves rows or columns empty.
    """

    case: DimensionPlace = "rows"
    version: DimensionPlace = "columns"
    model: DimensionPlace = "columns"
    sample: DimensionPlace = "cell"
    order: ColumnOrder = "given"

    def __post_init__(self) -> None:
        if "cell" in (self.case, self.version, self.model):
            raise ValueError("Only samples can share a cell.")
        if not all(self.on(place) for place in _AXES):
            raise ValueError("Rows and columns need a dimension each.")

    def place(self, dimension: Dimension) -> DimensionPlace:
        """Return where a dimension stands."""
        return cast("DimensionPlace", getattr(self, dimension))

    def on(self, place: DimensionPlace) -> tuple[Dimension, ...]:
        """Return the dimensions that stand in a place."""
        return tuple(one for one in DIMENSIONS if self.place(one) == place)

    @property
    def is_default(self) -> bool:
        """Whether it is the layout that the grid begins with."""
        return self == GridLayout()

    @property
    def has_groups(self) -> bool:
        """Whether versions and models are on the same side, so that `order` matters."""
        return self.version == self.model and self.version in _AXES

    def moved(self, dimension: Dimension, place: DimensionPlace) -> GridLayout:
        """Return the layout with a dimension in another place.

        If that leaves a side empty, the dimensions of the other side change places with it, or one of several gives
        way. Raises ValueError for a place that the dimension cannot have.
        """
        if place == "cell" and dimension != "sample":
            raise ValueError("Only samples can share a cell.")
        left = self.place(dimension)
        places = {one: self.place(one) for one in DIMENSIONS} | {dimension: place}
        if place != left and left in _AXES and left not in places.values():
            if place in _AXES:
                # The sides change places.
                places |= dict.fromkeys(self.on(place), left)
            else:
                other = _AXES[1 - _AXES.index(left)]
                several, apart = self.on(other), [one for one in self.on("split") if one != dimension]
                places[several[0] if len(several) > 1 else (*apart, *self.on("cell"))[0]] = left
        return replace(self, **cast("dict[str, Any]", places))

    def swapped(self) -> GridLayout:
        """Return the layout with rows as columns and columns as rows."""
        other: dict[DimensionPlace, DimensionPlace] = {"rows": "columns", "columns": "rows"}
        places = {one: other.get(self.place(one), self.place(one)) for one in DIMENSIONS}
        return replace(self, **cast("dict[str, Any]", places))
