"""Commands on the draft, its runs and the contents of Compose."""

from __future__ import annotations

from workbench.app.commands import BOTH, EVERYWHERE, Command, WindowState


def _editing(s: WindowState) -> bool:
    return s.is_editing


def _lane_named(s: WindowState) -> bool:
    return _editing(s) and s.lane_focused and not s.blind


def _viewing(s: WindowState) -> bool:
    return s.viewing


def _can_take_over(s: WindowState) -> bool:
    return s.can_restore if s.view == "history" else s.viewing


def _can_note(s: WindowState) -> bool:
    return s.writable and (s.one_row if s.view == "history" else s.can_note)


COMMANDS: tuple[Command, ...] = (
    # The run itself reports what is missing.
    Command(
        "run",
        "Run all lanes",
        "Run",
        ("Ctrl+Return", "Ctrl+Enter"),
        lambda s: s.has_prompt,
        views=EVERYWHERE,
        run=lambda compose: compose.runs.run(),
    ),
    Command(
        "stop",
        "Stop everything",
        "Run",
        (),
        lambda s: s.running,
        views=EVERYWHERE,
        run=lambda compose: compose.runs.stop(),
    ),
    Command(
        "retry_lane",
        "Retry the focused lane",
        "Run",
        ("Ctrl+R",),
        lambda s: s.can_retry_lane,
        run=lambda compose: compose.runs.retry_focused(),
    ),
    Command(
        "retry_all",
        "Retry all failed lanes",
        "Run",
        ("Ctrl+Shift+R",),
        lambda s: s.can_retry,
        run=lambda compose: compose.runs.retry_all(),
    ),
    Command(
        "tie", "Verdict: tie", "Verdict", (), lambda s: s.can_mark, run=lambda compose: compose.verdicts.judge("tie")
    ),
    Command(
        "all_bad",
        "Verdict: all bad",
        "Verdict",
        (),
        lambda s: s.can_mark,
        run=lambda compose: compose.verdicts.judge("all_bad"),
    ),
    Command(
        "mark_focused",
        "Mark the focused lane the winner",
        "Verdict",
        (),
        lambda s: s.can_mark and s.lane_focused,
        run=lambda compose: compose.verdicts.mark_focused(),
    ),
    Command(
        "blind",
        "Blind: hide names from the next run on",
        "Verdict",
        ("Ctrl+B",),
        views=EVERYWHERE,
        run=lambda compose: compose.blindness.toggle(),
    ),
    Command(
        "reveal",
        "Reveal the names without a verdict",
        "Verdict",
        (),
        lambda s: s.blind,
        run=lambda compose: compose.verdicts.reveal(),
    ),
    Command(
        "add_message",
        "Add a message",
        "Edit",
        ("Ctrl+M",),
        _editing,
        run=lambda compose: compose.view.editor.add_next(),
    ),
    Command(
        "add_system",
        "Add a system message",
        "Edit",
        (),
        _editing,
        run=lambda compose: compose.view.editor.add_message("system"),
    ),
    Command(
        "add_example",
        "Add an example",
        "Edit",
        (),
        _editing,
        run=lambda compose: compose.view.editor.parts_shown.add("example"),
    ),
    Command(
        "add_tool", "Add a tool", "Edit", (), _editing, run=lambda compose: compose.view.editor.parts_shown.add("tool")
    ),
    Command(
        "add_output",
        "Set the output format",
        "Edit",
        (),
        _editing,
        run=lambda compose: compose.view.editor.parts_shown.add("output"),
    ),
    Command(
        "template",
        "Template: plain or Jinja2",
        "Edit",
        (),
        _editing,
        run=lambda compose: compose.view.editor.parts_shown.add("template"),
    ),
    Command(
        "attach",
        "Attach files to a message…",
        "Edit",
        (),
        _editing,
        run=lambda compose: compose.editing.attaching.choose(),
    ),
    Command(
        "find",
        "Find in the prompt",
        "Edit",
        ("Ctrl+F",),
        lambda s: s.has_prompt,
        run=lambda compose: compose.editing.finder.open(replacing=False),
    ),
    Command(
        "replace",
        "Find and replace in the prompt",
        "Edit",
        ("Ctrl+H",),
        _editing,
        run=lambda compose: compose.editing.finder.open(replacing=True),
    ),
    Command(
        "find_next",
        "Next match",
        "Edit",
        ("F3",),
        lambda s: s.has_prompt,
        run=lambda compose: compose.editing.finder.step(1),
        repeats=True,
    ),
    Command(
        "find_previous",
        "Previous match",
        "Edit",
        ("Shift+F3",),
        lambda s: s.has_prompt,
        run=lambda compose: compose.editing.finder.step(-1),
        repeats=True,
    ),
    Command("focus_editor", "Go to the editor", "Edit", ("Ctrl+E",), run=lambda compose: compose.focus_editor()),
    Command(
        "run_lane",
        "Run only the focused lane",
        "Run",
        ("Alt+Return",),
        _lane_named,
        run=lambda compose: compose.runs.run_lane(),
    ),
    Command(
        "run_changed",
        "Run what changed",
        "Run",
        ("Alt+Shift+Return",),
        lambda s: _editing(s) and s.has_lanes,
        run=lambda compose: compose.runs.run_changed(),
    ),
    Command(
        "mark_row",
        "Mark the shown iteration for comparison",
        "History",
        ("Ctrl+Space",),
        lambda s: s.can_note,
        run=lambda compose: compose.timeline.toggle_mark(),
    ),
    Command(
        "older",
        "Older iteration",
        "History",
        ("Alt+Left",),
        lambda s: s.has_older,
        run=lambda compose: compose.timeline.step(1),
        repeats=True,
    ),
    Command(
        "newer",
        "Newer iteration",
        "History",
        ("Alt+Right",),
        lambda s: s.has_newer,
        run=lambda compose: compose.timeline.step(-1),
        repeats=True,
    ),
    Command(
        "restore",
        "Restore the shown iteration",
        "History",
        ("Ctrl+Shift+O",),
        _can_take_over,
        views=BOTH,
        run=lambda compose: compose.timeline.take_over_selected(branch=False),
    ),
    Command(
        "branch",
        "Branch from the shown iteration",
        "History",
        ("Ctrl+Shift+B",),
        _can_take_over,
        views=BOTH,
        run=lambda compose: compose.timeline.take_over_selected(branch=True),
    ),
    Command("back", "Back to the draft", "History", (), _viewing, run=lambda compose: compose.timeline.back()),
    Command(
        "note",
        "Note on the shown iteration",
        "History",
        ("Ctrl+Shift+N",),
        _can_note,
        views=BOTH,
        run=lambda compose: compose.timeline.edit_note(),
    ),
)
