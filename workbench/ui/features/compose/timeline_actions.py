"""Actions on the rows of the timeline: show, restore, annotate; also follows their deletion.

Invariant: a run chosen elsewhere is opened only after its prompt is open, and the last request wins; Compose and the
timeline show no deleted run.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QMenu

from workbench.core.timeline import Detail, name
from workbench.ui.shell.events import (
    NoteRequested,
    ProposalChosen,
    RowsComparison,
    RunChosen,
    RunNoted,
    RunsBroughtBack,
    RunsDeleted,
    RunWish,
)
from workbench.ui.shell.testing_events import CaseProposalsChosen

if TYPE_CHECKING:
    from workbench.ui.shell.compose_room import ComposeOwner
    from workbench.ui.shell.services import Services

_ROWS = 50
"""Restored runs above this number are not read one by one."""


class TimelineActions(QObject):
    """Implements the commands on timeline rows."""

    def __init__(self, services: Services, owner: ComposeOwner) -> None:
        super().__init__(owner.compose)
        self._services, self._owner = services, owner
        self._compose, self._timeline = owner.compose, owner.timeline
        self._wish: tuple[str, Callable[[], object]] | None = None
        """The prompt being opened, and the action to perform after that."""
        self._left: frozenset[str] = frozenset()
        """Deleted runs whose answers the draft's lanes showed."""
        self._compose.prompt_changed.connect(self._prompt_changed)
        events = services.events
        events.subscribe(RunChosen, self._chosen)
        events.subscribe(RunsDeleted, lambda event: self._deleted(event.run_uids))
        events.subscribe(RunsBroughtBack, lambda event: self._brought_back(event.run_uids))
        events.subscribe(RunNoted, lambda event: self._compose.rows.refresh(event.run_uid))

    def back(self) -> None:
        """Return to the draft and focus the editor."""
        self._compose.back()
        self._services.editor.focus_first()

    def show(self, uid: str) -> None:
        """Show a row; from another view, go to Compose first."""
        if self._services.navigator.shown() != "compose":
            self._services.navigator.show("compose")
        self._compose.past.look_at(uid)

    def step(self, step: int) -> None:
        """Go to the next older (1) or newer (-1) row; newer than the newest is the draft."""
        timeline, compose = self._timeline, self._compose
        shown = timeline.position(compose.shown_row())
        if compose.viewing is None:
            # The draft's lanes show the newest run, so older runs start behind it.
            target = shown + 1 if shown >= 0 and step > 0 else 0 if step > 0 else -1
        else:
            target = shown + step
        row = timeline.row(target) if target >= 0 else None
        if row is not None:
            compose.past.look_at(row.uid)
        elif step < 0:
            self.back()

    def toggle_mark(self) -> None:
        """Mark the shown row for comparison, or remove the mark."""
        self._timeline.marks.toggle(self._compose.shown_row())

    def take_over(self, *, branch: bool) -> None:
        """Restore the shown row into the draft or branch from it, and offer to undo that."""
        if self._compose.viewing is not None:
            self._take_over(self._compose.viewing, branch=branch)

    def take_over_row(self, uid: str, *, branch: bool) -> None:
        """Restore a row, which need not be shown, or branch from it."""
        self._compose.past.fetch(uid, lambda detail: self._take_over(detail, branch=branch))

    def take_over_selected(self, *, branch: bool) -> None:
        """Restore or branch from the run selected in the History if that is shown, else from the shown row."""
        if self._services.navigator.shown() != "history":
            self.take_over(branch=branch)
            return
        runs, prompts = self._services.selection.runs(), self._services.selection.versions()
        if len(runs) == 1:
            wish: RunWish = "branch" if branch else "restore"
            self._services.events.publish(RunChosen(next(iter(prompts)), runs[0], wish))

    def _take_over(self, detail: Detail, *, branch: bool) -> None:
        before = self._compose.take_over(detail, branch=branch)
        if before is not None:
            did = "The draft now starts from" if branch else "The draft now has the text of"
            self._services.notices.offer_draft(f"{did} {name(detail.row)}.", before)
            self._services.editor.focus_first()

    def edit_note(self, uid: str = "") -> None:
        """Edit the note of a row (by default the shown one); in the History that of the selected run."""
        if not uid and self._services.navigator.shown() == "history":
            self._services.events.publish(NoteRequested())
            return
        row = self._timeline.find(uid or self._compose.shown_row())
        if row is None:
            return
        from workbench.ui.widgets.dialog import NoteDialog, dialog_parent  # not needed before a note is edited

        dialog = NoteDialog(dialog_parent(self._services.dialogs.widget()), name(row), row.note)
        dialog.accepted.connect(lambda: self._compose.rows.set_note(row, dialog.field.text().strip()))
        dialog.open()

    def open_menu(self, uid: str, at: QPoint) -> None:
        """Open the menu of a row, which need not be shown, at a global position."""
        compose = self._compose
        shown = compose.viewing is not None and compose.viewing.row.uid == uid
        menu = QMenu(self._services.dialogs.widget())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Show", lambda: compose.past.look_at(uid)).setEnabled(not shown)
        menu.addAction("Restore", lambda: self.take_over_row(uid, branch=False))
        menu.addAction("Branch", lambda: self.take_over_row(uid, branch=True))
        self._add_comparisons(menu, uid)
        note = menu.addAction("Note…", lambda: self.edit_note(uid))
        note.setEnabled(not self._services.backend.store.read_only)
        if shown:
            menu.addSeparator()
            menu.addAction("Back to the draft", self.back)
        self._owner.point_at_iteration(uid, menu)
        menu.popup(at)

    def _add_comparisons(self, menu: QMenu, uid: str) -> None:
        shown, timeline, publish = self._compose.shown_row(), self._timeline, self._services.events.publish
        marks = timeline.marks
        if marks.pair is not None:
            menu.addAction("Compare the two marked rows", self._services.navigator.action("compare").trigger)
        menu.addAction("Unmark" if uid in marks.uids else "Mark for comparison", lambda: marks.toggle(uid))
        menu.addAction("Compare with the draft", lambda: publish(RowsComparison(uid)))
        if shown and shown != uid:
            # The shown row is the newer side, unless it is further down in the timeline.
            first, second = (uid, shown) if timeline.position(uid) > timeline.position(shown) else (shown, uid)
            menu.addAction("Compare with the shown iteration", lambda: publish(RowsComparison(first, second)))

    def _chosen(self, run: RunChosen) -> None:
        uid = run.run_uid
        acts: dict[str, Callable[[], object]] = {
            "open": lambda: self._compose.past.look_at(uid),
            "proposal": lambda: self._services.events.publish(ProposalChosen(uid)),
            "cases": lambda: self._services.events.publish(CaseProposalsChosen(uid)),
            "restore": lambda: self.take_over_row(uid, branch=False),
            "branch": lambda: self.take_over_row(uid, branch=True),
        }
        self._do(run.prompt_uid, acts[run.wish])

    def _do(self, prompt_uid: str, act: Callable[[], object]) -> None:
        """Open a prompt in Compose, and act once it is shown; dropped if another one is opened meanwhile."""
        self._services.navigator.show("compose")
        is_open = prompt_uid == self._compose.prompt_uid and self._compose.ready
        self._set_wish(None if is_open else (prompt_uid, act))
        self._services.navigator.open_prompt(prompt_uid)
        if is_open:
            act()

    def _prompt_changed(self, uid: str) -> None:
        if self._wish is not None and self._wish[0] != uid:
            self._set_wish(None)

    def _set_wish(self, wish: tuple[str, Callable[[], object]] | None) -> None:
        """Wait for what a wish needs only while there is one."""
        had, self._wish = self._wish is not None, wish
        if wish is not None and not had:
            self._compose.changed.connect(self._fulfil)
        elif wish is None and had:
            self._compose.changed.disconnect(self._fulfil)

    def _fulfil(self) -> None:
        wish, compose = self._wish, self._compose
        if wish is not None and compose.ready and compose.prompt_uid == wish[0]:
            self._set_wish(None)
            wish[1]()

    def _deleted(self, uids: Collection[str]) -> None:
        gone, compose = frozenset(uids), self._compose
        self._timeline.drop(gone)
        if compose.viewing is not None and compose.viewing.row.uid in gone:
            compose.back()
        if compose.stage.shows_any_of(gone):
            self._left |= gone
            self._show_newest()

    def _brought_back(self, uids: Collection[str]) -> None:
        if len(uids) > _ROWS:
            self._timeline.refresh(restored=len(uids))
        else:
            for uid in uids:
                self._compose.rows.refresh(uid)
        if not self._left.isdisjoint(uids):
            self._left = frozenset()
            self._show_newest()

    def _show_newest(self) -> None:
        """Show the newest remaining iteration in the draft's lanes."""
        compose = self._compose
        uid = compose.prompt_uid
        compose.stage.forget()
        self._services.tasks.run(lambda: compose.rows.newest(uid), lambda newest: compose.show_newest(uid, newest))
