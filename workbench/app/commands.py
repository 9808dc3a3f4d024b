"""Everything a person can do, as one table.

Invariant: menus, shortcuts and documents derive from a registry of `COMMANDS` and the commands of features; an id
appears once and a shortcut belongs to one command. Keys that must work by position on every keyboard layout (the digits
of verdicts) are in `app/verdict_keys.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

View = str
"""The id of a view: "compose", or that of another one, which its feature chooses."""
COMPOSE: tuple[View, ...] = ("compose",)
HISTORY: tuple[View, ...] = ("history",)
BOTH: tuple[View, ...] = ("compose", "history")
EVERYWHERE: tuple[View, ...] = ()


@dataclass(frozen=True, slots=True)
class WindowState:
    """What decides whether a command makes sense now."""

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
    """The focused lane shows an output that ended."""
    can_retry: bool = False
    """Nothing runs and a lane shows an output that did not finish."""
    can_continue: bool = False
    """The focused lane shows a text that ended, and its name is not hidden."""
    can_mark: bool = False
    """The shown run has a finished output."""
    marked: bool = False
    """Rows of the timeline are marked to be compared."""
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
    """One run is selected there."""
    can_restore: bool = False
    """One run is selected there whose text, values and lanes a draft can have."""
    two_rows: bool = False
    """Two runs are selected there, and so compared."""
    searched: bool = False
    """Something is searched for there."""
    judging: bool = False
    """Pairs of answers are judged, one after the other."""

    @property
    def is_editing(self) -> bool:
        """Whether the editor shows a draft, and not something past."""
        return self.has_prompt and not self.viewing


Enabled = Callable[[WindowState], bool]


@dataclass(frozen=True, slots=True)
class Command:
    """One row. `shortcuts` are portable Qt key sequences; the first one is shown."""

    id: str
    title: str
    group: str
    shortcuts: tuple[str, ...] = ()
    enabled: Enabled = lambda _: True
    fixed: bool = False
    """Its keys are the same for everybody: dialogs and text fields take them too."""
    views: tuple[View, ...] = COMPOSE
    """The views in which it makes sense; `EVERYWHERE`, which names none, for all."""
    navigates_in: tuple[View, ...] = ()
    """Views where it only navigates or opens what is in sight and records nothing, so that a bare key for it acts
    there also when the focus fell back."""
    needs_answer: bool = False
    """A bare letter for it acts only while a lane or a judged pair has the focus."""
    run: Callable[[Any], object] | None = None
    """The action. It takes the controller of its feature, and returns what it changed (`Changed`) or None."""
    after: str = ""
    """The id of the command that it follows in menus, "" for the order in which the rows are registered."""

    def is_in(self, view: View) -> bool:
        """Whether it makes sense in a view."""
        return not self.views or view in self.views

    def possible(self, state: WindowState) -> bool:
        """Whether it makes sense now."""
        return self.is_in(state.view) and self.enabled(state)


def _always(_: WindowState) -> bool:
    return True


def _editing(s: WindowState) -> bool:
    return s.is_editing


def _lane_named(s: WindowState) -> bool:
    return _editing(s) and s.lane_focused and not s.blind


def _has_sets(s: WindowState) -> bool:
    return _editing(s) and s.has_sets


def _viewing(s: WindowState) -> bool:
    return s.viewing


def _can_take_over(s: WindowState) -> bool:
    return s.can_restore if s.view == "history" else s.viewing


def _can_note(s: WindowState) -> bool:
    return s.writable and (s.one_row if s.view == "history" else s.can_note)


COMMANDS: tuple[Command, ...] = (
    # Where something is lacking the run itself says what.
    Command("run", "Run all lanes", "Run", ("Ctrl+Return", "Ctrl+Enter"), lambda s: s.has_prompt, views=EVERYWHERE),
    Command("stop", "Stop everything", "Run", (), lambda s: s.running, views=EVERYWHERE),
    Command(
        "escape",
        "Close what is open, or stop what runs",
        "Run",
        ("Esc",),
        lambda s: s.viewing or s.running or s.detail_open or s.find_open or s.marked or s.view != "compose",
        fixed=True,
        views=EVERYWHERE,
    ),
    Command("retry_lane", "Retry the focused lane", "Run", ("Ctrl+R",), lambda s: s.can_retry_lane),
    Command("retry_all", "Retry all lanes that failed", "Run", ("Ctrl+Shift+R",), lambda s: s.can_retry),
    Command("tie", "Verdict: tie", "Verdict", (), lambda s: s.can_mark),
    Command("all_bad", "Verdict: all bad", "Verdict", (), lambda s: s.can_mark),
    Command("mark_focused", "Mark the focused lane the winner", "Verdict", (), lambda s: s.can_mark and s.lane_focused),
    Command(
        "blind", "Blind: hide who answers, from the next run on", "Verdict", ("Ctrl+B",), _always, views=EVERYWHERE
    ),
    Command("reveal", "Reveal the names without a verdict", "Verdict", (), lambda s: s.blind),
    Command("new_prompt", "New prompt", "Prompt", ("Ctrl+N",), lambda s: s.writable, views=EVERYWHERE),
    Command("rename_prompt", "Rename prompt", "Prompt", ("F2",), lambda s: s.has_prompt and s.writable),
    Command("duplicate_prompt", "Duplicate prompt", "Prompt", (), lambda s: s.has_prompt and s.writable),
    Command("archive_prompt", "Archive prompt", "Prompt", (), lambda s: s.has_prompt and s.writable),
    Command("show_archived", "Show archived prompts", "Prompt", (), _always, views=EVERYWHERE),
    Command("switch_prompt", "Go to the prompt list", "Prompt", ("Ctrl+P",), _always, views=EVERYWHERE),
    Command(
        "undo",
        "Undo",
        "Edit",
        ("Ctrl+Z",),
        lambda s: s.can_undo,
        fixed=True,
        views=EVERYWHERE,
    ),
    Command("redo", "Redo", "Edit", ("Ctrl+Shift+Z", "Ctrl+Y"), lambda s: s.can_redo, True, views=EVERYWHERE),
    Command("add_message", "Add a message", "Edit", ("Ctrl+M",), _editing),
    Command("add_system", "Add a system message", "Edit", (), _editing),
    Command("add_example", "Add an example", "Edit", (), _editing),
    Command("add_tool", "Add a tool", "Edit", (), _editing),
    Command("add_output", "Set the output format", "Edit", (), _editing),
    Command("template", "Template: plain or Jinja2", "Edit", (), _editing),
    Command("attach", "Attach files to a message…", "Edit", (), _editing),
    Command("find", "Find in the prompt", "Edit", ("Ctrl+F",), lambda s: s.has_prompt),
    Command("replace", "Find and replace in the prompt", "Edit", ("Ctrl+H",), _editing),
    Command("find_next", "Next hit", "Edit", ("F3",), lambda s: s.has_prompt),
    Command("find_previous", "Previous hit", "Edit", ("Shift+F3",), lambda s: s.has_prompt),
    Command("focus_editor", "Go to the editor", "Edit", ("Ctrl+E",), _always),
    Command("add_set", "Add a value set", "Values", (), _editing),
    Command("duplicate_set", "Duplicate the shown value set", "Values", (), _has_sets),
    Command("rename_set", "Rename the shown value set", "Values", (), _has_sets),
    Command("remove_set", "Delete the shown value set", "Values", (), _has_sets),
    Command("tick_set", "Run the shown value set, or not", "Values", (), _has_sets),
    Command("paste_sets", "Paste rows as value sets…", "Values", (), _editing),
    Command("next_set", "Next value set, in all lanes", "Values", ("Alt+PgDown",), lambda s: s.has_sets),
    Command("previous_set", "Value set before, in all lanes", "Values", ("Alt+PgUp",), lambda s: s.has_sets),
    Command("large_value", "Edit the value in a large pane…", "Values", ("Ctrl+Shift+L",), _editing),
    Command("run_lane", "Run only the focused lane", "Run", ("Alt+Return",), _lane_named),
    Command("run_changed", "Run what changed", "Run", ("Alt+Shift+Return",), lambda s: _editing(s) and s.has_lanes),
    Command("mark_row", "Mark what is shown to compare it, or not", "History", ("Ctrl+Space",), lambda s: s.can_note),
    Command("older", "Older iteration", "History", ("Alt+Left",), lambda s: s.has_older),
    Command("newer", "Newer iteration", "History", ("Alt+Right",), lambda s: s.has_newer),
    Command(
        "restore", "Restore what is shown into the editor", "History", ("Ctrl+Shift+O",), _can_take_over, views=BOTH
    ),
    Command("branch", "Branch from what is shown", "History", ("Ctrl+Shift+B",), _can_take_over, views=BOTH),
    Command("back", "Back to the draft", "History", (), _viewing),
    Command("note", "Note on what is shown", "History", ("Ctrl+Shift+N",), _can_note, views=BOTH),
    Command("view_compose", "Compose: editor and lanes", "View", ("Alt+1",), _always, views=EVERYWHERE),
    Command("palette", "Palette: find and do anything", "View", ("Ctrl+K",), _always, views=EVERYWHERE),
    Command("shortcuts", "Keyboard shortcuts", "View", ("F1",), _always, views=EVERYWHERE),
    Command("menu", "Open the menu", "View", ("F10",), _always, views=EVERYWHERE),
    Command("context_menu", "Open the menu of what is focused", "View", ("Shift+F10",), _always, views=EVERYWHERE),
    Command("next_pane", "Go to the next part of the window", "View", ("F6",), _always, views=EVERYWHERE),
    Command("previous_pane", "Go to the previous part of the window", "View", ("Shift+F6",), _always, views=EVERYWHERE),
    Command("wrap", "Wrap long lines in messages, on or off", "View", ("Alt+Z",), _always, views=EVERYWHERE),
    Command("quit", "Quit", "View", ("Ctrl+Q",), _always, views=EVERYWHERE),
)

STEPS = frozenset(
    {
        *("undo", "redo", "find_next", "find_previous", "older", "newer", "next_change", "previous_change"),
        *("next_set", "previous_set", "next_sample", "previous_sample", "next_lane", "previous_lane"),
        *("next_pane", "previous_pane", "zoom_in", "zoom_out"),
    }
)
"""Commands that go on while their key is held. Others are done once: a key that is held by mistake must not run, judge
or delete one thing after the other."""


def acts_on_lanes(command: Command) -> bool:
    """Whether a bare letter for `command` acts only while a lane or a judged pair has the focus."""
    return command.needs_answer or (command.views == COMPOSE and command.group in ("Run", "Verdict", "Lanes"))


GROUPS: tuple[str, ...] = ("Run", "Verdict", "Prompt", "Edit", "Values", "Lanes", "History", "Rank", "View")
