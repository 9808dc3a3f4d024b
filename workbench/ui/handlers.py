"""One method per thing a person can do.

Invariant: the keys of `table` are the ids of the command table; what a command means is written here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.app.timeline import name
from workbench.core.timeline import Detail
from workbench.ui.panes import open_context_menu, step_pane
from workbench.ui.shell.events import NoteRequested, RunChosen, RunWish

if TYPE_CHECKING:
    from workbench.ui.window import MainWindow


class Handlers:
    """Acts on the window's controllers."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def table(self) -> dict[str, Callable[[], object]]:
        """Return a handler for every command."""
        w = self._window
        compose, stage, lanes = w.compose, w.compose.stage, w.view.lanes
        return {
            "run": w.run,
            "stop": w.workbench.runner.stop_everything,
            "escape": self.escape,
            "retry_lane": lambda: w.retry([lanes.focused_slot()]),
            "retry_all": lambda: w.retry(stage.unfinished(w.shown_slots())),
            "tie": lambda: stage.judging.judge("tie", w.shown_slots()),
            "all_bad": lambda: stage.judging.judge("all_bad", w.shown_slots()),
            "mark_focused": lambda: self.mark(lanes.focused_slot()),
            "new_prompt": w.prompts_new,
            "rename_prompt": lambda: w.sidebar.edit_prompt_name(compose.prompt_uid),
            "duplicate_prompt": lambda: self.duplicate_prompt(compose.prompt_uid),
            "archive_prompt": lambda: self.archive_prompt(compose.prompt_uid),
            "show_archived": w.prompts.toggle_archived,
            "switch_prompt": self.to_prompts,
            "undo": w.undo.undo,
            "redo": w.undo.redo,
            "add_message": w.view.editor.add_next,
            "add_system": lambda: w.view.editor.add_message("system"),
            "add_example": lambda: w.view.editor.parts_shown.add("example"),
            "add_tool": lambda: w.view.editor.parts_shown.add("tool"),
            "add_output": lambda: w.view.editor.parts_shown.add("output"),
            "template": lambda: w.view.editor.parts_shown.add("template"),
            "attach": lambda: w.view.editing.attaching.choose(),
            "find": lambda: w.view.editing.finder.open(replacing=False),
            "replace": lambda: w.view.editing.finder.open(replacing=True),
            "find_next": lambda: w.view.editing.finder.step(1),
            "find_previous": lambda: w.view.editing.finder.step(-1),
            "focus_editor": self.focus_editor,
            **w.layout_.table(),
            "blind": lambda: w.blindness.toggle(),
            "reveal": lambda: compose.stage.reveal(),
            "add_set": lambda: w.sets.add(),
            "duplicate_set": lambda: w.sets.duplicate(),
            "rename_set": lambda: w.sets.rename(),
            "remove_set": lambda: w.sets.remove(),
            "tick_set": lambda: w.sets.tick(),
            "paste_sets": lambda: w.sets.paste(),
            "next_set": lambda: w.sets.step(1),
            "previous_set": lambda: w.sets.step(-1),
            "large_value": lambda: w.sets.enlarge(),
            "mark_row": lambda: w.timeline.marks.toggle(compose.shown_row()),
            "older": lambda: self.step_iteration(1),
            "newer": lambda: self.step_iteration(-1),
            "back": self.back,
            "restore": lambda: self._take_over_selected(branch=False),
            "branch": lambda: self._take_over_selected(branch=True),
            "note": self._note,
            "view_compose": lambda: w.views.show("compose"),
            "palette": w.overlays.open_palette,
            "shortcuts": w.overlays.open_sheet,
            "menu": w.header.open_menu,
            "context_menu": open_context_menu,
            "next_pane": lambda: step_pane(w, 1),
            "previous_pane": lambda: step_pane(w, -1),
            "wrap": w.frame.wrapping.toggle,
            "quit": w.frame.close,
        }

    def view_key(self, digit: int) -> bool:
        """Show the view that Alt with a digit means, unless these keys were given to something else."""
        command = self._window.keys.keymap.owner(f"Alt+{digit}")
        if command is None or not command.id.startswith("view_"):
            return False
        self._window.actions_[command.id].trigger()
        return True

    def to_prompts(self) -> None:
        """Go to the list of prompts, which is not beside every view."""
        if self._window.sidebar.isHidden():
            self._window.views.show("compose")
        self._window.sidebar.prompt_list.setFocus()

    def escape(self) -> None:
        """Close the innermost open thing; when nothing is open, stop what runs."""
        window = self._window
        if window.notice.close_detail() or window.view.editing.finder.close() or window.gate.refuse():
            return
        if window.views.leave():
            return
        if window.timeline.marks.clear():
            return
        if self._window.compose.viewing is not None:
            self.back()
        else:
            self._window.workbench.runner.stop_everything()

    def back(self) -> None:
        """Return to the draft."""
        self._window.compose.back()
        self._window.view.editor.focus_first()

    def mark(self, slot: str) -> None:
        """Make a lane the winner, or take that back."""
        self._window.compose.stage.judging.mark(slot, self._window.shown_slots())

    def mark_number(self, number: int) -> bool:
        """The same by the lane's number on the screen; False when there is no such lane."""
        slots = self._window.shown_slots()
        if not 1 <= number <= len(slots):
            return False
        self.mark(slots[number - 1])
        return True

    def take_over(self, *, branch: bool) -> None:
        """Restore or branch, with a line that offers to undo it."""
        if self._window.compose.viewing is not None:
            self._take_over(self._window.compose.viewing, branch=branch)

    def take_over_row(self, uid: str, *, branch: bool) -> None:
        """The same with a row of the timeline that need not be shown."""
        self._window.compose.past.fetch(uid, lambda detail: self._take_over(detail, branch=branch))

    def _take_over(self, detail: Detail, *, branch: bool) -> None:
        before = self._window.compose.take_over(detail, branch=branch)
        if before is not None:
            did = "The draft now starts from" if branch else "The draft now has the text of"
            self._window.notices.offer_draft(f"{did} {name(detail.row)}.", before)
            self._window.view.editor.focus_first()

    def _take_over_selected(self, *, branch: bool) -> None:
        """The same with the run that is selected in the History, while that is shown."""
        window = self._window
        if window.views.shown != "history":
            self.take_over(branch=branch)
        elif window.views.runs is not None and len(rows := window.views.runs.selected()) == 1:
            wish: RunWish = "branch" if branch else "restore"
            window.services.events.publish(RunChosen(rows[0].prompt_uid, rows[0].row.run_uid, wish))

    def _note(self) -> None:
        if self._window.views.shown == "history":
            self._window.services.events.publish(NoteRequested())
        else:
            self._window.dialogs.edit_note(self._window.compose.shown_row())

    def view_iteration(self, uid: str) -> None:
        """Show a row of the timeline, which only Compose does."""
        if self._window.views.shown != "compose":
            self._window.views.show("compose")
        self._window.compose.view(uid)

    def step_iteration(self, step: int) -> None:
        """Go to the next older (1) or newer (-1) iteration; newer than the newest is the draft."""
        window = self._window
        shown = window.timeline.position(window.compose.shown_row())
        if window.compose.viewing is None:
            # The draft's lanes show the newest run; what is older than that begins behind it.
            target = shown + 1 if shown >= 0 and step > 0 else 0 if step > 0 else -1
        else:
            target = shown + step
        row = window.timeline.row(target) if target >= 0 else None
        if row is not None:
            window.compose.view(row.uid)
        elif step < 0:
            self.back()

    def focus_editor(self) -> None:
        """Put the caret into the editor."""
        self._window.compose.back()
        self._window.view.editor.focus_first()

    def duplicate_prompt(self, uid: str) -> None:
        """Copy a prompt."""
        position = self._window.prompts.model.position(uid)
        if position >= 0:
            self._window.compose.saver.flush()
            self._window.prompts.duplicate(uid, f"{self._window.prompts.model.row(position).name} copy")

    def archive_prompt(self, uid: str) -> None:
        """Archive a prompt, or bring it back; when the open one goes, another one opens."""
        self._window.archive(uid)
