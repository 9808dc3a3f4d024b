"""The Compose session: open a prompt, run its draft, view its past, restore, branch, judge.

Invariant: the editor's text is read only through `read_editor` and changed only through `draft_loaded` and
`draft_restored`. What the lanes show belongs to the run named by the `LanePresenter`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from workbench.app.compose.draft_cases import DraftCases
from workbench.app.compose.draft_lineage import DraftLineage
from workbench.app.compose.draft_saver import DraftSaver
from workbench.app.compose.hidden_names import blind_heads
from workbench.app.compose.iteration_viewer import IterationViewer, headline, seen, why_not_run
from workbench.app.compose.run_controller import RunController
from workbench.app.compose.stale_marks import StaleMarks
from workbench.app.compose.timeline_model import TimelineModel
from workbench.app.compose.timeline_rows import TimelineRowReader
from workbench.app.compose.value_sets import ValueSets
from workbench.app.compose.version_names import VersionNames
from workbench.app.lanes.lane_list import LaneList, heads, named_by_files
from workbench.app.lanes.lane_state import LaneHead
from workbench.app.tasks import Tasks
from workbench.core.content import Content
from workbench.core.drafts import Draft
from workbench.core.lanes import Endpoint
from workbench.core.runs import IterationDetail
from workbench.core.testing.tested_answer import TestedAnswer
from workbench.core.timeline import Detail, VersionDetail, VersionLabel
from workbench.host.ids import new_uid
from workbench.store.records import RunBegun
from workbench.usecases import history
from workbench.usecases.draft_recovery import OpenedDraft
from workbench.usecases.problems import Problem, RefusedError
from workbench.usecases.workbench import Workbench

Values = tuple[tuple[str, str], ...]


class ComposeSession(QObject):
    """The session of one open prompt. Everything that waits goes through `tasks`."""

    draft_loaded = Signal(object)
    """Draft of another prompt that replaces everything."""
    draft_restored = Signal(object)
    """Draft to put into the editor as one undoable step."""
    values_restored = Signal(object)
    """Values to restore because undo or redo crossed a restore."""
    heads_changed = Signal(object)  # list[LaneHead]
    viewing_changed = Signal(object, str)
    """Detail or None, and the line that identifies it."""
    problem = Signal(str, str)
    run_started = Signal()
    prompt_changed = Signal(str)
    changed = Signal()
    """Something that the state of commands depends on has changed."""

    def __init__(
        self,
        workbench: Workbench,
        tasks: Tasks,
        timeline: TimelineModel,
        read_editor: Callable[[], tuple[Content, Values]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._workbench, self._tasks, self._timeline, self._read_editor = workbench, tasks, timeline, read_editor
        self.stage = RunController(workbench, tasks, self)
        self.board = self.stage.board
        self.lanes = LaneList(new_uid, self)
        self.sets = ValueSets(lambda: self._read_editor()[1], new_uid, self)
        self.cases = DraftCases(workbench.prompts, tasks, self.sets, self)
        self.saver = DraftSaver(tasks, self.cases.save, self)
        self.rows = TimelineRowReader(workbench.history, tasks, timeline, lambda: self._prompt, self)
        self.past = IterationViewer(workbench.history, tasks, timeline, self)
        self._prompt = self._opening = ""
        self.lineage = DraftLineage(self.saver.touch)
        self.versions = VersionNames()
        self.endpoints: dict[str, Endpoint] = {}  # those available to lanes, by uid
        self._taken: tuple[Draft, Draft] | None = None
        self.ready = False
        """Whether the open prompt is shown with its draft and its newest answers."""
        self.blind = False
        """Whether the next run hides the names of the lanes until it is judged."""
        self._past_heads: list[LaneHead] = []
        self.stale = StaleMarks(self._current_draft, lambda: self.stage.shown, self.stage.number, self)
        self.stale.changed.connect(self._emit_heads)
        self.saver.touched.connect(self.stale.wake)
        self.stage.paged.connect(self.stale.look)
        self.stage.blinded.connect(lambda _: self._emit_heads())
        self.past.arrived.connect(self._show_past)
        self.lanes.changed.connect(self._lanes_changed)
        self.sets.changed.connect(self.saver.touch)
        self.stage.problem.connect(self.problem)
        self.stage.row_stale.connect(self.rows.refresh)
        for part in (self.sets, self.board, self.stale):
            part.changed.connect(self.changed)
        self.rows.noted.connect(self.read_names)

    @property
    def prompt_uid(self) -> str:
        """The uid of the open prompt, "" for none."""
        return self._prompt

    @property
    def viewing(self) -> Detail | None:
        """The past entry on display, or None while the draft is shown."""
        return self.past.detail

    def draft(self) -> Draft:
        """Return the current draft from the editor."""
        content, values = self._read_editor()
        return self.lineage.draft(Draft(content, values, self.lanes.lanes, None, self.sets.sets, self.sets.active))

    def shown_row(self) -> str:
        """Return the uid of the timeline row that is shown, "" for none."""
        return self.viewing.row.uid if self.viewing is not None else self.board.run_uid

    def open_prompt(self, uid: str) -> None:
        """Open another prompt: show its draft and the outputs of its newest iteration."""
        self._opening = uid
        if uid == self._prompt:
            self.back()
            return
        self.saver.flush()

        def show(opened: OpenedDraft) -> None:
            # The last click wins, in whatever order the drafts arrive.
            if uid == self._opening:
                self._show_text(uid, opened)
                # In the next turn: building both at once takes as long as three frames.
                QTimer.singleShot(0, self, partial(self._show_lanes_of, uid, opened, opened.problem))

        self._tasks.run(lambda: self._workbench.prompts.open(uid), show)

    def open_now(self, uid: str, opened: OpenedDraft, endpoints: Iterable[Endpoint], *, is_shown: bool) -> None:
        """Like `open_prompt`, with data already read, at start-up. `is_shown` leaves the editor's text unchanged."""
        self.endpoints = {endpoint.uid: endpoint for endpoint in endpoints}
        self._show_text(uid, opened, is_shown=is_shown)
        self._show_lanes_of(uid, opened)

    def _show_text(self, uid: str, opened: OpenedDraft, *, is_shown: bool = False) -> None:
        # Before anything of the new prompt is set: unsaved text belongs to the old one.
        self.saver.flush()
        self._prompt, self._opening, draft = uid, uid, opened.draft
        self.cases.load(uid, opened.known, self.saver)
        self.lineage.load(draft)
        self.ready, self._taken = False, None
        self.versions.clear()
        self._leave_past()
        self.lanes.load(named_by_files(draft.lanes, self.endpoints))
        self._workbench.prepare(draft.lanes)
        self.saver.attach(uid, self.draft)
        self.stage.forget()
        if not is_shown:
            self.draft_loaded.emit(draft)
        self.sets.load(draft, opened.cases)
        self._timeline.set_prompt(uid)

    def _show_lanes_of(self, uid: str, opened: OpenedDraft, problem: Problem | None = None) -> None:
        """Show the draft's lanes and tell of the prompt, if it is still open; then tell of a problem with it."""
        if uid != self._prompt:
            return
        self._show_draft_lanes()
        self.prompt_changed.emit(uid)
        self._tasks.run(lambda: self.rows.newest(uid), lambda newest: self.show_newest(uid, newest))
        self.read_names()
        if opened.adopted is not None:
            self.cases.adopted.emit(opened.adopted)
        if problem is not None:
            self.problem.emit(problem.sentence, problem.detail)

    def show_newest(self, uid: str, newest: IterationDetail | None) -> None:
        """Show the newest iteration in the draft's lanes if the prompt `uid` is open and they are empty."""
        if uid != self._prompt:
            return
        if newest is not None and not self.stage.draft_run:
            self.stage.adopt(newest, self.endpoints, self.lanes.lanes, self.sets.active)
        self.ready = True
        if self.viewing is None:
            self._show_draft_lanes()
        self.changed.emit()

    def edited(self) -> None:
        """Record that the user changed text or values."""
        self.saver.touch()
        if self._taken is not None:
            self._follow_undo(*self._taken)

    def _follow_undo(self, here: Draft, there: Draft) -> None:
        """Restore values and lanes when undo or redo crosses the replacement of a draft, from `here` to `there`."""
        now = self.draft()
        if now.content == there.content != here.content and now.lanes == here.lanes:
            self._taken = there, replace(now, content=here.content)
            self.lineage.load(there)
            self.lanes.load(there.lanes)
            self.values_restored.emit(there.values)
            self.sets.load(there)
            self._show_draft_lanes()

    def run(self, only: Collection[str] | None = None) -> None:
        """Run all lanes of the draft, or `only` those in some slots: the others keep their answers beside the run."""
        if self.viewing is not None:
            self.problem.emit(why_not_run(self.viewing), "")
            return
        draft = self.draft()
        if only is not None:
            draft = replace(draft, lanes=tuple(lane for lane in draft.lanes if lane.slot in only))
        # The draft is written before the run that uses it, so that a kill in between cannot restore an older text.
        if not self.saver.is_saved:
            self.saver.touch()
            self.saver.flush()
        beside = self.stage.beside(self.lanes.lanes, [lane.slot for lane in draft.run_lanes])
        try:
            handle = self._workbench.runner.start_iteration(
                self._prompt, draft, based_on=draft.based_on, blind=self.blind, beside=beside
            )
        except RefusedError as error:
            self.stage.refuse(error)
            return
        self.lineage.sent(draft)
        self.versions.started(handle.run_uid, draft.content)
        self.stage.follow(handle, draft, self.endpoints, beside, self.lanes.lanes, blind=self.blind)
        self._emit_heads()
        self.run_started.emit()

    def recorded(self, begun: RunBegun) -> None:
        """Handle the recording of a run of this session in the database."""
        self.stage.recorded(begun.run_uid, begun.number)
        is_shown = begun.run_uid == self.stage.draft_run
        if self.versions.recorded(begun, of_this_prompt=is_shown):
            self._emit_heads()
        if is_shown:
            self._timeline.mark_ran(begun.lane_versions)
            if begun.version_number is not None and self.lineage.recorded(begun.version_number):
                self.saver.touch()
        self.stale.look()  # the run has its number now
        self.rows.refresh(begun.run_uid)

    def run_ended(self, run_uid: str) -> None:
        """Handle the end of a run: all its outputs are saved, or it was refused."""
        if self.stage.ended(run_uid):
            self.rows.refresh(run_uid)
        else:
            self._emit_heads()

    def _show_past(self, detail: Detail) -> None:
        self._past_heads = heads(seen(detail), self.endpoints, self.versions.labels, read_only=True)
        if isinstance(detail, VersionDetail):
            self.stage.show_nothing()
        else:
            self.stage.show_past(detail, self.endpoints)
        self._emit_heads()
        self.viewing_changed.emit(detail, headline(detail))
        self.changed.emit()

    def back(self) -> None:
        """Return to the draft."""
        if self._leave_past():
            self._show_draft_lanes()
            self.changed.emit()

    def _leave_past(self) -> bool:
        if left := self.past.leave():
            self.viewing_changed.emit(None, "")
        return left

    def take_over(self, detail: Detail, *, branch: bool) -> Draft | None:
        """Copy a past entry into the draft, with `branch` based on its version; return the previous draft, or None."""
        before = self.draft()
        try:
            after = history.branch(detail, before) if branch else history.restore(detail, before)
        except RefusedError as error:
            self.problem.emit(error.sentence, error.detail)
            return None
        if isinstance(detail, IterationDetail):
            self.stage.adopt(detail, self.endpoints, after.lanes, after.active)
        self._leave_past()
        self.put_back(after, before)
        return before

    def put_back(self, draft: Draft, before: Draft | None = None, answer: TestedAnswer | None = None) -> None:
        """Make `draft` the draft, undoably. Undo restores all of `before`, or only the text; `answer` is of a test."""
        self._taken = None
        self.stage.hold_tested(answer, self.endpoints)
        self.lineage.load(draft)
        self.lanes.load(draft.lanes)
        self.draft_restored.emit(draft)
        self.sets.load(draft)
        self._taken = None if before is None else (draft, before)
        self._show_draft_lanes()
        self.saver.touch()
        self.changed.emit()

    def read_names(self) -> None:
        """Read again what the versions of the open prompt are called."""

        def show(labels: list[VersionLabel], prompt: str = self._prompt) -> None:
            if prompt == self._prompt:
                self.versions.load(labels)
                self._emit_heads()
                self.changed.emit()

        self._tasks.run(partial(self._workbench.prompts.version_labels, self._prompt), show)

    def endpoints_changed(self, then: Callable[[], None] = lambda: None) -> None:
        """Read the endpoints again and update the headers."""

        def show(found: list[Endpoint]) -> None:
            self.endpoints = {endpoint.uid: endpoint for endpoint in found}
            self.lanes.follow_files(self.endpoints)
            self._emit_heads()
            then()

        self._tasks.run(self._workbench.endpoints.all, show)

    def _lanes_changed(self) -> None:
        self._workbench.prepare(self.lanes.lanes)
        self._emit_heads()
        self.saver.touch()
        self.changed.emit()

    def _current_draft(self) -> Draft | None:
        return None if self.viewing is not None or not self._prompt else self.draft()

    def _emit_heads(self) -> None:
        self.heads_changed.emit(blind_heads(run.order) if (run := self.stage.shown).is_blind else self.named_heads())

    def named_heads(self) -> list[LaneHead]:
        """Return the headers with nothing hidden."""
        if self.viewing is not None:
            return self._past_heads
        return heads(
            self.lanes.shown, self.endpoints, self.versions.labels, answered=self.stage.answered, stale=self.stale.of
        )

    def _show_draft_lanes(self) -> None:
        self._emit_heads()
        self.stage.show_draft_run(self.lanes.lanes)
