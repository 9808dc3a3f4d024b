"""The loop on the screen: open a prompt, run its draft, look at its past, restore, branch, judge.

Invariant: the editor's text is read only through `read_editor` and changed only through `draft_loaded` and
`draft_restored`; what the lanes show belongs to the run named by the board.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, Signal

from workbench.app.lane_list import LaneList, heads, named_by_files
from workbench.app.saving import DraftSaver
from workbench.app.stage import Stage
from workbench.app.tasks import Tasks
from workbench.app.timeline import TimelineModel
from workbench.core.content import Content
from workbench.core.drafts import Draft
from workbench.core.lanes import Endpoint
from workbench.core.runs import IterationDetail, IterationRow
from workbench.host.ids import new_uid
from workbench.store.errors import StoreError
from workbench.usecases import history
from workbench.usecases.mending import OpenedDraft
from workbench.usecases.problems import RefusedError
from workbench.usecases.workbench import Workbench

Values = tuple[tuple[str, str], ...]


class Compose(QObject):
    """One prompt at a time. Everything that waits goes through `tasks`."""

    draft_loaded = Signal(object)
    """Draft: another prompt, replace everything."""
    draft_restored = Signal(object)
    """Draft: put it into the editor as one undoable step."""
    values_restored = Signal(object)
    """Values that come back because undo or redo crossed a restore."""
    heads_changed = Signal(object)
    """list[LaneHead]"""
    viewing_changed = Signal(object, str)
    """IterationDetail or None, and the line that says what it is."""
    problem = Signal(str, str)
    run_started = Signal()
    prompt_changed = Signal(str)
    changed = Signal()
    """Something that commands depend on."""

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
        self.stage = Stage(workbench, tasks, self)
        self.board = self.stage.board
        self.lanes = LaneList(new_uid, self)
        self.saver = DraftSaver(tasks, workbench.prompts.save_draft, self)
        self._prompt = ""
        self._based_on: int | None = None
        self._versions: tuple[int, ...] = ()
        self._viewing: IterationDetail | None = None
        self._wanted = ""
        self._known_endpoints: dict[str, Endpoint] = {}
        self._taken: tuple[Draft, Draft] | None = None
        self._ready = False
        self._opening = ""
        self.lanes.changed.connect(self._lanes_changed)
        self.board.changed.connect(self.changed)
        self.stage.problem.connect(self.problem)
        self.stage.row_stale.connect(self.refresh_row)

    @property
    def prompt_uid(self) -> str:
        """The open prompt, "" for none."""
        return self._prompt

    @property
    def viewing(self) -> IterationDetail | None:
        """The past iteration that is shown, None while the draft is."""
        return self._viewing

    @property
    def ready(self) -> bool:
        """Whether the open prompt is shown whole: draft, versions and its newest answers."""
        return self._ready

    @property
    def based_on(self) -> int | None:
        """The version that the draft started from."""
        return self._based_on

    @property
    def versions(self) -> tuple[int, ...]:
        """Version numbers of the open prompt, newest first."""
        return self._versions

    def draft(self) -> Draft:
        """Return the draft as it is in the editor now."""
        content, values = self._read_editor()
        return Draft(content, values, self.lanes.lanes, self._based_on)

    def shown_run(self) -> str:
        """Return the uid of the run whose outputs are shown, "" for none."""
        return self.board.run_uid

    def open_prompt(self, uid: str) -> None:
        """Show another prompt's draft with the outputs of its newest iteration."""
        self._opening = uid
        if uid == self._prompt:
            self.back()
            return
        self.saver.flush()

        def show(opened: OpenedDraft) -> None:
            # The last click wins, in whatever order the drafts arrive.
            if uid == self._opening:
                self._show_prompt(uid, opened.draft)
                if opened.problem is not None:
                    self.problem.emit(opened.problem.sentence, opened.problem.detail)

        self._tasks.run(lambda: self._workbench.prompts.open(uid), show)

    def open_now(self, uid: str, draft: Draft, endpoints: Iterable[Endpoint], *, is_shown: bool) -> None:
        """The same with what was read already; only for the start. `is_shown`: leave the editor's text as it is."""
        self._known_endpoints = {endpoint.uid: endpoint for endpoint in endpoints}
        self._show_prompt(uid, draft, is_shown=is_shown)

    def _show_prompt(self, uid: str, draft: Draft, *, is_shown: bool = False) -> None:
        # Before anything of the new prompt is set: what was typed meanwhile belongs to the old one.
        self.saver.flush()
        self._prompt, self._opening, self._based_on = uid, uid, draft.based_on
        self._versions, self._ready, self._taken = (), False, None
        self._leave_past()
        self.lanes.load(named_by_files(draft.lanes, self._known_endpoints))
        self._workbench.prepare(draft.lanes)
        self.saver.attach(uid, self.draft)
        self.stage.forget()
        if not is_shown:
            self.draft_loaded.emit(draft)
        self._timeline.set_prompt(uid)
        self._show_draft_lanes()
        self.prompt_changed.emit(uid)
        self._tasks.run(lambda: self._newest(uid), lambda found: self._show_newest(uid, *found))

    def _newest(self, uid: str) -> tuple[tuple[int, ...], IterationDetail | None]:
        numbers = self._workbench.prompts.version_numbers(uid)
        rows = self._workbench.history.iterations(uid, None, 1)
        try:
            return numbers, self._workbench.history.detail(rows[0].run_uid) if rows else None
        except StoreError as error:
            # An iteration that cannot be read keeps nobody from the prompt.
            told = error
            self._tasks.on_ui(lambda: self._tasks.report(told))
            return numbers, None

    def _show_newest(self, uid: str, versions: tuple[int, ...], newest: IterationDetail | None) -> None:
        if uid != self._prompt:
            return
        self._versions = versions
        if newest is not None and not self.stage.draft_run:
            self.stage.adopt(newest, self._known_endpoints)
        self._ready = True
        if self._viewing is None:
            self._show_draft_lanes()

    def edited(self) -> None:
        """Note that the person changed text or values."""
        self.saver.touch()
        if self._taken is not None:
            self._follow_undo(*self._taken)

    def _follow_undo(self, before: Draft, after: Draft) -> None:
        """Bring values and lanes along when undo or redo crosses the step that took an iteration over."""
        now = self.draft()
        for source, target in ((after, before), (before, after)):
            if now.content == target.content != source.content and now.lanes == source.lanes:
                self._based_on = target.based_on
                self.lanes.load(target.lanes)
                self.values_restored.emit(target.values)
                self._show_draft_lanes()
                return

    def run(self) -> None:
        """Run all lanes of the draft."""
        if self._viewing is not None:
            number = self._viewing.row.number
            self.problem.emit(
                f"Iteration {number} is read-only. Restore it or branch from it to run it, or press Esc to go back.", ""
            )
            return
        draft = self.draft()
        # The draft is written before the run that uses it: a kill in between cannot bring an older text back.
        self.saver.touch()
        self.saver.flush()
        try:
            handle = self._workbench.runner.start_iteration(self._prompt, draft, based_on=draft.based_on)
        except RefusedError as error:
            self.problem.emit(error.sentence, error.detail)
            return
        self.stage.follow(handle, draft.lanes, self._known_endpoints)
        self._emit_heads()
        self.run_started.emit()

    def recorded(self, run_uid: str, number: int, version: int | None) -> None:
        """Take in that a run of this session is in the database."""
        self.stage.recorded(run_uid, number)
        if run_uid == self.stage.draft_run and version is not None:
            self._based_on = version
            if version not in self._versions:
                self._versions = (version, *self._versions)
                self._emit_heads()
            self.saver.touch()
        self.refresh_row(run_uid)

    def run_ended(self, run_uid: str) -> None:
        """Take in that all outputs of a run are saved, or that it was refused."""
        if self.stage.ended(run_uid):
            self.refresh_row(run_uid)

    def refresh_row(self, run_uid: str) -> None:
        """Read one row of the timeline again."""
        prompt = self._prompt

        def put(row: IterationRow) -> None:
            if prompt == self._prompt:
                self._timeline.put(row)
                self.changed.emit()

        self._tasks.run(lambda: self._workbench.history.row(run_uid), put)

    def view(self, run_uid: str) -> None:
        """Show a past iteration, read-only."""
        self._wanted = run_uid
        self._tasks.run(lambda: self._workbench.history.detail(run_uid), self._show_past)

    def _show_past(self, detail: IterationDetail) -> None:
        if detail.row.run_uid != self._wanted:
            return
        self._viewing = detail
        row = detail.row
        lanes = tuple(lane.lane for lane in detail.lanes)
        self.heads_changed.emit(heads(lanes, self._known_endpoints, self._versions, read_only=True))
        self.stage.show_past(detail, self._known_endpoints)
        self.viewing_changed.emit(detail, f"Iteration {row.number} · version {row.version} · read-only")
        self.changed.emit()

    def back(self) -> None:
        """Return to the draft."""
        self._wanted = ""
        if self._viewing is not None:
            self._leave_past()
            self._show_draft_lanes()
            self.changed.emit()

    def _leave_past(self) -> None:
        self._wanted = ""
        if self._viewing is not None:
            self._viewing = None
            self.viewing_changed.emit(None, "")

    def restore(self) -> Draft | None:
        """Put the shown iteration into the draft; return the draft as it was, for undoing, None when none is shown."""
        return self._take_over(branch=False)

    def branch(self) -> Draft | None:
        """The same, and make its version the one that the draft started from."""
        return self._take_over(branch=True)

    def _take_over(self, *, branch: bool) -> Draft | None:
        detail = self._viewing
        if detail is None:
            return None
        before = self.draft()
        self.stage.adopt(detail, self._known_endpoints)
        self._leave_past()
        after = history.branch(detail) if branch else history.restore(detail, before)
        self._taken = None
        self.put_back(after)
        self._taken = (before, after)
        return before

    def put_back(self, draft: Draft) -> None:
        """Make `draft` the draft, undoably in the editor."""
        self._based_on = draft.based_on
        self.lanes.load(draft.lanes)
        self.draft_restored.emit(draft)
        self._show_draft_lanes()
        self.saver.touch()
        self.changed.emit()

    def set_note(self, run_uid: str, note: str) -> None:
        """Write a note on an iteration; "" removes it."""
        self._tasks.watch(self._workbench.history.note(run_uid, note), lambda _: self.refresh_row(run_uid))

    def endpoints_changed(self, then: Callable[[], None] = lambda: None) -> None:
        """Read the endpoints again and write the headers anew."""

        def show(found: list[Endpoint]) -> None:
            self._known_endpoints = {endpoint.uid: endpoint for endpoint in found}
            self.lanes.follow_files(self._known_endpoints)
            self._emit_heads()
            then()

        self._tasks.run(self._workbench.endpoints.all, show)

    def _lanes_changed(self) -> None:
        self._workbench.prepare(self.lanes.lanes)
        self._emit_heads()
        self.saver.touch()
        self.changed.emit()

    def _emit_heads(self) -> None:
        if self._viewing is None:
            self.heads_changed.emit(
                heads(self.lanes.lanes, self._known_endpoints, self._versions, answered=self.stage.answered)
            )

    def _show_draft_lanes(self) -> None:
        self._emit_heads()
        self.stage.show_draft_run()

    def still_running(self) -> bool:
        """Whether anything runs, shown or not."""
        return bool(self._workbench.runner.running())
