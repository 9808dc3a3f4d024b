"""What the commands about Compose do.

Invariant: the rows of `compose/commands.py` call these methods; what a command about Compose means is written here and
nowhere else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from workbench.app.timeline import name
from workbench.core.timeline import Detail
from workbench.ui.shell.events import NoteRequested, RunChosen, RunWish

if TYPE_CHECKING:
    from workbench.ui.compose.blindness import Blindness
    from workbench.ui.compose.editing import Editing
    from workbench.ui.editor.editor import ContentEditor
    from workbench.ui.undo import Undo
    from workbench.ui.window import MainWindow


class Handlers:
    """Acts on the window's controllers."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    @property
    def editor(self) -> ContentEditor:
        """The editor of the draft."""
        return self._window.view.editor

    @property
    def editing(self) -> Editing:
        """What finds in the draft and attaches files to it."""
        return self._window.editing

    @property
    def steps(self) -> Undo:
        """What undoes and redoes steps."""
        return self._window.undo

    @property
    def blindness(self) -> Blindness:
        """What hides who answers."""
        return self._window.blindness

    def run(self) -> None:
        """Run all lanes."""
        self._window.run()

    def stop(self) -> None:
        """Stop everything that runs."""
        self._window.workbench.runner.stop_everything()

    def run_lane(self) -> None:
        """Run the focused lane alone."""
        self._window.layout_.run_lane(self._focused())

    def run_changed(self) -> None:
        """Run the lanes for which something changed."""
        self._window.layout_.run_changed()

    def retry_lane(self) -> None:
        """Repeat the call of the focused lane."""
        self._window.retry([self._focused()])

    def retry_all(self) -> None:
        """Repeat the calls of all lanes that did not finish."""
        self._window.retry(self._window.compose.stage.unfinished(self._window.shown_slots()))

    def judge(self, kind: Literal["tie", "all_bad"]) -> None:
        """Give a verdict that names no lane."""
        self._window.compose.stage.judging.judge(kind, self._window.shown_slots())

    def mark_focused(self) -> None:
        """Make the focused lane the winner, or take that back."""
        self.mark(self._focused())

    def reveal(self) -> None:
        """Show who answered, without a verdict."""
        self._window.compose.stage.reveal()

    def mark_row(self) -> None:
        """Mark the shown row of the timeline to compare it, or take the mark away."""
        self._window.timeline.marks.toggle(self._window.compose.shown_row())

    def view_key(self, digit: int) -> bool:
        """Show the view that Alt with a digit means, unless these keys were given to something else."""
        command = self._window.keys.keymap.owner(f"Alt+{digit}")
        if command is None or not command.id.startswith("view_"):
            return False
        self._window.actions_[command.id].trigger()
        return True

    def escape(self) -> None:
        """Close the innermost open thing; when nothing is open, stop what runs."""
        window = self._window
        if window.notice.close_detail() or window.editing.finder.close() or window.gate.refuse():
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

    def take_over_selected(self, *, branch: bool) -> None:
        """The same with the run that is selected in the History, while that is shown."""
        window = self._window
        if window.views.shown != "history":
            self.take_over(branch=branch)
        elif window.views.runs is not None and len(rows := window.views.runs.selected()) == 1:
            wish: RunWish = "branch" if branch else "restore"
            window.services.events.publish(RunChosen(rows[0].prompt_uid, rows[0].row.run_uid, wish))

    def edit_note(self) -> None:
        """Edit the note of what is shown, in the History of what is selected."""
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

    def _focused(self) -> str:
        return self._window.view.lanes.focused_slot()
