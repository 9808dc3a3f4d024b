"""Builds the widgets of the main window in steps.

Invariant: between two steps the frame can paint and accept input, and a letter typed at any of these moments is part of
the draft.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import partial

from PySide6.QtWidgets import QApplication, QWidget

from workbench.app.opening import own_prompt
from workbench.app.settings.source import save_settings
from workbench.host.clock import utc_now
from workbench.ui.shell.actions import CommandActions
from workbench.ui.shell.commands import COMMANDS as OF_SHELL
from workbench.ui.shell.compose_room import COMPOSE, ComposeOwner
from workbench.ui.shell.dialog_keys import DialogKeys
from workbench.ui.shell.events import CommandStateChanged, FocusPlaced, UndoStateChanged, ViewShown, ViewStatus
from workbench.ui.shell.feature import FeatureHost, bound
from workbench.ui.shell.focus_origin import FocusOrigin
from workbench.ui.shell.focus_restore import FocusRestore
from workbench.ui.shell.focus_return import FocusReturn
from workbench.ui.shell.frame import WindowFrame
from workbench.ui.shell.key_bindings import KeyBindings
from workbench.ui.shell.key_filters import CommandKeys, VerdictKeys, ViewKeys
from workbench.ui.shell.notice_bar import NoticeBar
from workbench.ui.shell.notices import WindowNotices
from workbench.ui.shell.pack_drops import PackDrops
from workbench.ui.shell.panes import WindowPanes
from workbench.ui.shell.rooms import LANES, PROMPTS, SIDE_FOOT
from workbench.ui.shell.services import EventBus
from workbench.ui.shell.shell_actions import WindowActions
from workbench.ui.shell.side_bar import SideBar
from workbench.ui.shell.undo import UndoDispatch
from workbench.ui.shell.views import DividedPage, Views
from workbench.ui.shell.window import MainWindow
from workbench.ui.shell.window_services import PromptsInSideBar, window_services
from workbench.ui.widgets import geometry
from workbench.usecases.draft_recovery import OpenedDraft


def build(window: MainWindow) -> Iterator[Future[None] | None]:
    """Make the widgets and show what was opened, one step at a time; finally start the window.

    A step yields a future to wait for before the next step, whatever its outcome, or None.
    """
    frame, opened = window.frame, window.opened
    window.notice = NoticeBar()
    events = EventBus()
    window.notices = WindowNotices(window.workbench, window.tasks, events, window.compose, window.notice, window.status)
    window.services = window_services(window, events)
    window.notices.editor = window.services.editor
    window.features = FeatureHost(window.feature_set, window.services)
    window.compose.blind = opened.blind
    window.compose_part = window.features.part(COMPOSE, _compose_owner(window))
    window.prompts_part = window.features.part(PROMPTS, PromptsInSideBar(window))
    window.prompts = window.prompts_part.prompts
    window.view.add_lanes(window.features.part(LANES, window.compose_part.lanes()))
    yield None
    window.sidebar = SideBar(window.theme, window.prompts.model, window.timeline, window.timeline_filter, utc_now)
    frame.add_side(window.sidebar)
    window.features.part(SIDE_FOOT, window.sidebar)
    window.prompts.load_now(opened.prompts)
    window.sidebar.divide(by_hand=geometry.restore_divider(frame.settings, geometry.SIDE, window.sidebar.splitter))
    yield None
    window.views = Views(frame.stage, window.sidebar, window.features.places(), window)
    window.views.want_side = lambda is_wanted: frame.divider.want_first(is_wanted=is_wanted)
    window.views.made.connect(lambda page: _divide(frame, page))
    frame.header.add_views(window.views.tabs)
    frame.add_notice(window.notice)
    window.panes = WindowPanes(frame, window.sidebar, window.views, window.compose_part, window.notice)
    window.undo = UndoDispatch(window.views, window.features, window.notices, window.compose_part)
    window.keys = KeyBindings(window.feature_set.commands(), dict(frame.settings.keys), window)
    frame.take_drops(PackDrops(events).offer)
    window.actions_ = CommandActions(
        frame, window.keys.commands, command_table(window), window.keys.keymap, _checks(window)
    )
    window.keys.changed.connect(lambda: _keys_changed(window))
    _name_keys(window)
    yield None
    window.header.set_menu(window.actions_.menu(frame))
    window.compose_part.begin()
    window.wire()
    events.subscribe(CommandStateChanged, window.update_state)
    events.subscribe(ViewShown, lambda event: window.status.show_view(event.view))
    events.subscribe(ViewStatus, lambda event: window.status.set_words(event.view, event.words))
    events.subscribe(UndoStateChanged, partial(window.undo.show, window.actions_))
    origin = frame.focus_origin = FocusOrigin(frame, lambda: window.views.shown)
    window.views.entered.connect(lambda view: origin.place() if view != "compose" else None)
    window.view.lanes.entered.connect(origin.place)
    origin.placed_changed.connect(window.view.lanes.show_keys_act)
    events.subscribe(FocusPlaced, lambda _: origin.place())
    CommandKeys(frame, window.keys, origin, window.undo)
    FocusReturn(DialogKeys(frame))
    VerdictKeys(frame, window.undo.verdict_key, lambda: origin.is_in_area)
    ViewKeys(frame, lambda digit: _show_view(window, digit))
    frame.homing = FocusRestore(frame, frame.header)
    yield None
    yield from _show_draft(window)
    yield None
    window.begin()


def _compose_owner(window: MainWindow) -> ComposeOwner:
    frame = window.frame
    return ComposeOwner(
        page=frame.view,
        compose=window.compose,
        timeline=window.timeline,
        workbench=window.workbench,
        tasks=window.tasks,
        bridge=window.bridge,
        pulse=window.pulse,
        bar=window.notice,
        header=frame.header,
        status=frame.status,
        remembered=frame,
        queue_run=frame.queue_run,
        focus_timeline=lambda: window.sidebar.iteration_list.setFocus(),
        point_at_iteration=lambda uid, menu: window.sidebar.point_at_iteration(uid, menu),
    )


def command_table(window: MainWindow) -> dict[str, Callable[[], object]]:
    """Return the actions of the window's commands, by id."""
    return {**bound(OF_SHELL, WindowActions(window)), **window.features.actions()}


def _checks(window: MainWindow) -> dict[str, Callable[[], bool]]:
    """Return whether the toggles among the commands are on, by id."""
    shell = WindowActions(window)
    own = {command.id: partial(command.checked, shell) for command in OF_SHELL if command.checked is not None}
    return {**own, **window.features.checks()}


def _name_keys(window: MainWindow) -> None:
    """Update the displayed keys everywhere."""
    for part in (window.header, window.views, window.sidebar, window.compose_part):
        part.name_keys(window.keys.name)


def _show_view(window: MainWindow, digit: int) -> bool:
    """Show the view of Alt with a digit; return False if these keys are bound to another command."""
    command = window.keys.keymap.owner(f"Alt+{digit}")
    if command is None or not command.id.startswith("view_"):
        return False
    window.actions_[command.id].trigger()
    return True


def _keys_changed(window: MainWindow) -> None:
    """Apply the key bindings, and store them in the settings."""
    frame, keymap = window.frame, window.keys.keymap
    window.actions_.bind(keymap)
    _name_keys(window)
    frame.settings = frame.settings._replace(keys=keymap.stored)
    window.tasks.watch(save_settings(window.workbench.places.config, keys=keymap.stored))


def _divide(frame: WindowFrame, page: QWidget) -> None:
    """Restore the stored divider positions of a page."""
    if isinstance(page, DividedPage):
        for name, divider in page.dividers().items():
            divider.is_by_hand = geometry.restore_divider(frame.settings, name, divider)


def _show_draft(window: MainWindow) -> Iterator[Future[None]]:
    """Open the first prompt around the text in the editor, which the user may have changed already."""
    frame, glimpse, edited = window.frame, window.frame.glimpse, window.frame.is_edited
    if edited and (made := _take_over(window)) is not None:
        # A prompt that is not written yet cannot be read.
        yield made
    opened = window.opened
    if opened.draft is None:
        return
    is_shown = edited or (glimpse.content, glimpse.values) == (opened.draft.content, opened.draft.values)
    draft = OpenedDraft(opened.draft, None, opened.known, opened.adopted, opened.cases)
    window.compose.open_now(opened.prompt_uid, draft, opened.endpoints, is_shown=is_shown)
    if edited:
        window.compose.edited()
    if frame.is_blank or QApplication.focusWidget() is None:
        window.view.editor.focus_first()


def _take_over(window: MainWindow) -> Future[None] | None:
    """Create a prompt from text that was not typed over the opened draft.

    Returns a future of its storage, or None if no prompt is created.
    """
    frame = window.frame
    taken = own_prompt(window.opened, frame.glimpse.prompt_uid, is_new=frame.is_blank, text=frame.text())
    if taken is None:
        return None
    window.opened, made = taken
    window.prompts.load_now(window.opened.prompts)
    window.tasks.watch(made, lambda _: window.prompts.refresh())
    return made
