"""What Compose gives the feature that acts on its value sets, and what it asks of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from workbench.ui.shell.rooms import Room

if TYPE_CHECKING:
    from workbench.app.stage import Stage
    from workbench.app.value_sets import ValueSets
    from workbench.core.timeline import Detail
    from workbench.ui.compose.view import ComposeView
    from workbench.usecases.problems import Problem


class StandingNotice(Protocol):
    """The notice that stands above the views until it is cleared."""

    @property
    def standing_key(self) -> str:
        """Its key, "" for none."""

    @property
    def standing_text(self) -> str:
        """Its whole text, "" for none."""

    def clear(self, key: str) -> None:
        """Remove it if it has this key."""


class ShownDraft(Protocol):
    """What Compose shows, as far as value sets are concerned."""

    @property
    def sets(self) -> ValueSets:
        """The value sets of the draft."""

    @property
    def stage(self) -> Stage:
        """The shown run."""

    @property
    def viewing(self) -> Detail | None:
        """What is shown of the past, None while the draft is shown."""


@dataclass(frozen=True, slots=True)
class SetsOwner:
    """What Compose gives the feature."""

    shown: ShownDraft
    view: ComposeView
    notice: StandingNotice


class SetsPart(Protocol):
    """What Compose asks of the feature."""

    def show_page(self) -> None:
        """Show which set the lanes show, and how far the run is."""

    def show_lack(self, problem: Problem) -> None:
        """Go to what the draft lacks to be run."""

    def end_lack(self) -> None:
        """Take away what was said about a lack that the draft no longer has."""


SETS: Room[SetsOwner, SetsPart] = Room("compose.sets")
"""The row of value sets below the editor, and the pager above the lanes."""
