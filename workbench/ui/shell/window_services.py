"""Adapters from the window to the services of features.

Invariant: features reach the window only through these adapters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from workbench.ui.shell.events import (
    BuiltinModelRequested,
    CallSent,
    Changed,
    DataChanged,
    EndpointsChanged,
    HistoryChanged,
    HistoryChangeRequested,
    KeyBindingsRequested,
    LaneRetryRequested,
    MarkedRowsCompared,
    ModelRequested,
    PaletteOpening,
    RunEnded,
    RunsComparison,
    SettingsClosed,
    SideBarWanted,
    StartNotice,
    VersionsComparison,
    WindowCompleted,
)
from workbench.ui.shell.services import EventBus, Services, ShownAnswer, ShownTimeline

if TYPE_CHECKING:
    from concurrent.futures import Future

    from PySide6.QtGui import QAction
    from PySide6.QtWidgets import QMenu

    from workbench.app.commands import View
    from workbench.core.blocks import Example, OutputFormat
    from workbench.core.content import Content
    from workbench.core.drafts import Draft, ValueSet
    from workbench.core.lanes import Lane
    from workbench.core.run_limits import Limits
    from workbench.core.technique_marks import TechniqueMark
    from workbench.core.techniques import CaretPlace, Insertion
    from workbench.core.testing.tested_answer import TestedAnswer
    from workbench.engine.calls import CallTask
    from workbench.ui.shell.views import RunsPage
    from workbench.ui.shell.window import MainWindow
    from workbench.usecases.history_replacement import Change


class _Selection:
    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def runs(self) -> tuple[str, ...]:
        page = self._page()
        return () if page is None else tuple(row.row.run_uid for row in page.selected())

    def versions(self) -> Mapping[str, tuple[int, ...]]:
        found: dict[str, set[int]] = {}
        page = self._page()
        if page is not None and self._window.views.shown == "history":
            for row in page.selected():
                found.setdefault(row.prompt_uid, set()).add(row.row.version)
        return {uid: tuple(sorted(numbers)) for uid, numbers in found.items()}

    def query(self) -> str:
        page = self._page()
        return "" if page is None else page.query()

    def comparison(self) -> RunsComparison | VersionsComparison | None:
        page = self._page()
        return None if page is None else page.comparison()

    def timeline(self) -> ShownTimeline:
        model = self._window.timeline
        rows = tuple(row for position in range(model.rowCount()) if (row := model.row(position)) is not None)
        compose = self._window.compose
        return ShownTimeline(rows, compose.shown_row(), model.marks.pair, is_past=compose.viewing is not None)

    def _page(self) -> RunsPage | None:
        return self._window.views.runs


class _Session:
    def __init__(self, window: MainWindow) -> None:
        self._window, self._compose = window, window.compose

    def prompt(self) -> str:
        return self._compose.prompt_uid

    def draft(self) -> Draft:
        return self._compose.draft()

    def put_back(self, draft: Draft, before: Draft | None = None, answer: TestedAnswer | None = None) -> None:
        self._compose.put_back(draft, before, answer)

    def back(self) -> None:
        self._compose.back()

    def answer(self, slot: str = "") -> ShownAnswer | None:
        slot, board = slot or self._window.view.lanes.focused_slot(), self._compose.board
        output = board.output(slot)
        if not output or board.is_running(slot) or self._compose.stage.shown.is_tested(slot):
            return None
        return ShownAnswer(board.run_uid, output, self._window.compose_part.lane_title(slot))

    def use_values(self, values: ValueSet) -> Callable[[], None]:
        self._compose.back()
        return self._compose.sets.use(values)

    def save(self) -> Future[None] | None:
        return self._compose.saver.store()

    def limits(self) -> Limits:
        return self._window.compose_part.limits()


class _Navigator:
    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def shown(self) -> View:
        return self._window.views.shown

    def show(self, view: View) -> None:
        self._window.views.show(view)

    def open_prompt(self, uid: str) -> None:
        self._window.choose_prompt(uid)

    def open_first_prompt(self) -> None:
        prompts = self._window.prompts
        if prompts.model.prompts:
            self._window.choose_prompt(prompts.model.prompts[0].uid)
        else:
            prompts.create()

    def prompt_name(self, uid: str) -> str:
        row = self._window.prompts.model.prompt(uid)
        return "" if row is None else row.name

    def refresh_prompts(self, then: Callable[[], None]) -> None:
        self._window.prompts.refresh(then)

    def choose_model(
        self, lane: Lane, use: Callable[[str, str], object], over: QWidget, task: CallTask = "chat"
    ) -> None:
        self._window.services.events.publish(ModelRequested(lane, use, over, task))

    def action(self, command_id: str) -> QAction:
        return self._window.actions_[command_id]


class _Dialogs:
    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def widget(self) -> QWidget:
        return self._window.frame

    def stage(self) -> QWidget:
        return self._window.frame.stage


class _Editor:
    def __init__(self, window: MainWindow) -> None:
        self._window, self._editor = window, window.view.editor

    def content(self) -> Content:
        return self._editor.content()

    def caret(self) -> CaretPlace | None:
        return self._editor.inserting.caret()

    def selected(self) -> str:
        return self._editor.inserting.selected()

    def insert(self, found: Insertion, mark: TechniqueMark | None = None) -> None:
        self._editor.inserting.insert(found)
        if mark is not None:
            self._window.compose.lineage.inserted(mark)

    def focus_first(self) -> None:
        self._editor.focus_first()

    def focus_last(self) -> None:
        self._editor.inserting.focus_last()

    def add_examples(self, examples: tuple[Example, ...]) -> None:
        self._editor.parts_shown.add_examples(examples)

    def set_output(self, output: OutputFormat) -> bool:
        return self._editor.parts_shown.set_output(output)


class PromptsInSideBar:
    """The list of prompts in the side bar, which is made after its content."""

    def __init__(self, window: MainWindow) -> None:
        self._window = window

    def edit_name(self, uid: str, then: Callable[[], None] | None = None) -> None:
        """Edit the name of a prompt in the list."""
        self._window.sidebar.edit_prompt_name(uid, then)

    def point_at(self, uid: str, menu: QMenu) -> None:
        """Highlight the row of a prompt."""
        self._window.sidebar.point_at_prompt(uid, menu)

    def is_shown(self) -> bool:
        """Return whether the side bar is shown beside the view."""
        return not self._window.sidebar.isHidden()

    def focus_list(self) -> None:
        """Focus the list."""
        self._unfold()
        self._window.sidebar.prompt_list.setFocus()

    def filter_list(self) -> None:
        """Open the filter of the list."""
        self._unfold()
        self._window.sidebar.prompt_filter.open()

    def _unfold(self) -> None:
        if self._window.frame.divider.is_folded:
            self._window.actions_["fold_side"].trigger()


def window_services(window: MainWindow, events: EventBus) -> Services:
    """Return the services of a complete window, and connect it to the events of features."""
    events.subscribe(DataChanged, lambda event: _refresh(window, event.what))
    for kind in (RunEnded, HistoryChanged):
        events.subscribe(kind, lambda _: window.pass_shares.refresh())
    events.subscribe(CallSent, lambda _: _follow_answers(window))
    events.subscribe(SideBarWanted, lambda event: _show_side(window, event.is_shown))
    events.subscribe(MarkedRowsCompared, lambda _: window.timeline.marks.clear())
    events.subscribe(EndpointsChanged, lambda event: window.compose.endpoints_changed(event.then))
    events.subscribe(BuiltinModelRequested, lambda _: window.notices.builtin.install())
    events.subscribe(LaneRetryRequested, lambda event: window.compose_part.retry([event.slot]))
    events.subscribe(StartNotice, window.notices.offer_at_start)
    events.subscribe(SettingsClosed, lambda _: _settings_closed(window))
    events.subscribe(PaletteOpening, lambda event: _add_sources(window, event))
    events.subscribe(KeyBindingsRequested, lambda event: event.use(window.keys))
    events.subscribe(HistoryChangeRequested, lambda event: _leave_for(window, event.change))
    window.frame.completed.connect(lambda: events.publish(WindowCompleted()))
    return Services(
        backend=window.workbench,
        tasks=window.tasks,
        theme=window.theme,
        events=events,
        notices=window.notices,
        selection=_Selection(window),
        session=_Session(window),
        navigator=_Navigator(window),
        dialogs=_Dialogs(window),
        editor=_Editor(window),
    )


def _leave_for(window: MainWindow, change: Change) -> None:
    frame = window.frame
    frame.leaves_for = change
    if not frame.close():
        frame.leaves_for = None


def _settings_closed(window: MainWindow) -> None:
    window.compose_part.read_limits()
    window.compose.endpoints_changed()


def _follow_answers(window: MainWindow) -> None:
    window.pulse.start()
    window.update_state()


def _show_side(window: MainWindow, is_shown: bool) -> None:
    window.frame.divider.want_first(is_wanted=is_shown)


def _refresh(window: MainWindow, what: Changed) -> None:
    if what & (Changed.RUNS | Changed.PROMPTS | Changed.VERDICTS):
        # As if another process had written: every list is read again.
        window.pulse.foreign_change.emit()


def _add_sources(window: MainWindow, event: PaletteOpening) -> None:
    # The palette's search is not needed before it opens.
    from workbench.ui.shell.actions import command_source

    event.add(command_source(window.keys, window.actions_, window.state))
