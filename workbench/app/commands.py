"""Command rows: the table of everything that a user can do.

Invariant: menus, shortcuts and documents derive from a registry of rows; an id appears once and a shortcut belongs to
one command. The rows are in `ui/shell/commands.py` and in the `commands.py` of each feature. Keys that must work by
position on every keyboard layout (the digits of verdicts) are in `app/verdict_keys.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

View = str
"""The id of a view: "compose", or the id that a feature chooses for its view."""
COMPOSE: tuple[View, ...] = ("compose",)
HISTORY: tuple[View, ...] = ("history",)
BOTH: tuple[View, ...] = ("compose", "history")
EVERYWHERE: tuple[View, ...] = ()


@dataclass(frozen=True, slots=True)
class WindowState:
    """The state that decides which commands are enabled."""

    view: View = "compose"
    has_prompt: bool = False
    viewing: bool = False
    """A past iteration is shown, read-only."""
    running: bool = False
    has_lanes: bool = False
    blind: bool = False
    """The shown answers have no names until they are judged."""
    has_sets: bool = False
    """The draft has value sets, or the shown run went through several."""
    lane_focused: bool = False
    lane_running: bool = False
    can_retry_lane: bool = False
    """The focused lane shows an output that has ended."""
    can_retry: bool = False
    """Nothing runs and a lane shows an unfinished output."""
    can_continue: bool = False
    """The focused lane shows a finished text, and its name is not hidden."""
    can_mark: bool = False
    """The shown run has a finished output."""
    marked: bool = False
    """Rows of the timeline are marked for comparison."""
    can_undo: bool = False
    can_redo: bool = False
    has_older: bool = False
    has_newer: bool = False
    can_note: bool = False
    writable: bool = True
    detail_open: bool = False
    find_open: bool = False
    has_rows: bool = False
    """Runs are selected in the History view."""
    one_row: bool = False
    """Exactly one run is selected in the History view."""
    can_restore: bool = False
    """One run is selected whose text, values and lanes can be restored to the draft."""
    two_rows: bool = False
    """Two runs are selected in the History view, and compared."""
    searched: bool = False
    """The History view has a search text."""
    judging: bool = False
    """Pairs of answers are being judged."""

    @property
    def is_editing(self) -> bool:
        """Whether the editor shows a draft rather than a past entry."""
        return self.has_prompt and not self.viewing

    @property
    def is_elsewhere(self) -> bool:
        """Whether another view than Compose is shown."""
        return self.view != "compose"


Enabled = Callable[[WindowState], bool]
"""Whether a command makes sense in a state. Conditions are written with the functions below, so that the rows of all
commands are checked without running code of every feature."""


def always(_: WindowState) -> bool:
    """Return True: the command makes sense in every state."""
    return True


def needs(*fields: str, unless: tuple[str, ...] = ()) -> Enabled:
    """Return a condition that holds while all `fields` of the state are true and none of `unless` is.

    Raises ValueError for a name that the state does not have.
    """
    _check((*fields, *unless))
    return lambda state: (
        all(getattr(state, name) for name in fields) and not any(getattr(state, name) for name in unless)
    )


def any_of(*fields: str) -> Enabled:
    """Return a condition that holds while one of `fields` of the state is true; raises ValueError as `needs` does."""
    _check(fields)
    return lambda state: any(getattr(state, name) for name in fields)


def by_view(*, history: Enabled, otherwise: Enabled) -> Enabled:
    """Return a condition that is another one in the History view than elsewhere."""
    return lambda state: history(state) if state.view == "history" else otherwise(state)


def _check(names: tuple[str, ...]) -> None:
    if unknown := [name for name in names if not hasattr(WindowState, name)]:
        raise ValueError(f"a window's state has no {unknown}")


@dataclass(frozen=True, slots=True)
class Command:
    """One row. `shortcuts` are portable Qt key sequences; the first one is shown."""

    id: str
    title: str
    group: str
    shortcuts: tuple[str, ...] = ()
    enabled: Enabled = always
    fixed: bool = False
    """Its keys cannot be changed: dialogs and text fields handle them too."""
    views: tuple[View, ...] = COMPOSE
    """The views in which it is available; `EVERYWHERE`, which is empty, for all."""
    navigates_in: tuple[View, ...] = ()
    """Views where it only navigates or opens what is visible and records nothing, so that a bare key for it also acts
    after the focus fell back."""
    needs_answer: bool = False
    """A bare letter for it acts only while a lane or a judged pair has the focus."""
    repeats: bool = False
    """Whether it repeats while its key is held. Others run once: a key held by mistake must not run, judge or delete
    repeatedly."""
    run: Callable[[Any], object] | None = None
    """The action. It takes the controller of its feature, and returns its changes (`Changed`) or None."""
    checked: Callable[[Any], bool] | None = None
    """Takes what `run` takes, and returns whether the entry has a check mark; None for a command that is no toggle."""
    after: str = ""
    """The id of the command that it follows in menus, "" for registration order."""

    def is_in(self, view: View) -> bool:
        """Whether the command is available in a view."""
        return not self.views or view in self.views

    def possible(self, state: WindowState) -> bool:
        """Whether the command is enabled."""
        return self.is_in(state.view) and self.enabled(state)


def acts_on_lanes(command: Command) -> bool:
    """Whether a bare letter for `command` acts only while a lane or a judged pair has the focus."""
    return command.needs_answer or (command.views == COMPOSE and command.group in ("Run", "Verdict", "Lanes"))


GROUPS: tuple[str, ...] = (
    "Run",
    "Verdict",
    "Prompt",
    "Edit",
    "Values",
    "Lanes",
    "Test",
    "History",
    "Rank",
    "Decide",
    "View",
    "Help",
)
