"""Driver of one open main window, named by what a person sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from tests.ui.driver.dialogs import DialogDriver
from tests.ui.driver.notices import NoticeDriver

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QObject
    from PySide6.QtWidgets import QLineEdit, QMenu

    from workbench.app.bridge import RunEventBridge
    from workbench.app.compose.draft_saver import DraftSaver
    from workbench.app.compose.forecasts import Forecasts
    from workbench.app.compose.run_controller import RunController
    from workbench.app.compose.session import ComposeSession
    from workbench.app.compose.timeline_model import TimelineModel
    from workbench.app.compose.value_sets import ValueSets
    from workbench.app.frame_clock import FrameClock
    from workbench.app.lanes.lane_list import LaneList
    from workbench.app.lanes.lane_presenter import LanePresenter
    from workbench.app.lanes.lane_state import LaneHead
    from workbench.app.maintenance.tasks import MaintenanceTasks
    from workbench.app.palette.palette import PaletteSource
    from workbench.app.prompts.prompts import PromptList
    from workbench.app.rank.judging_session import JudgingController
    from workbench.app.tasks import Tasks
    from workbench.core.drafts import Draft
    from workbench.core.lanes import Lane
    from workbench.core.runs import Verdict
    from workbench.core.timeline import Detail
    from workbench.store import Store
    from workbench.ui.draft_page.blind_bar import BlindBar
    from workbench.ui.draft_page.pager import SetPager
    from workbench.ui.draft_page.run_bar import RunBar
    from workbench.ui.draft_page.set_bar import SetBar
    from workbench.ui.draft_page.view import ComposeView
    from workbench.ui.draft_page.viewing_bar import ViewingBar
    from workbench.ui.editor import ContentEditor, ValuesPanel
    from workbench.ui.editor.column import MessageColumn
    from workbench.ui.editor.find_bar import FindBar
    from workbench.ui.editor.finder import PromptFinder
    from workbench.ui.features.compare.controller import CompareController
    from workbench.ui.features.compare.dialog import CompareDialog
    from workbench.ui.features.compose.attachments import AttachmentActions
    from workbench.ui.features.compose.budget_confirmation import BudgetConfirmation
    from workbench.ui.features.compose.controller import ComposeController
    from workbench.ui.features.compose.draft_checks import DraftChecks
    from workbench.ui.features.compose.set_actions import SetActions
    from workbench.ui.features.decide.controller import DecideController
    from workbench.ui.features.history.controller import HistoryController
    from workbench.ui.features.history.view import HistoryView
    from workbench.ui.features.judges.controller import JudgesController
    from workbench.ui.features.lanes.controller import LanesController, StarActions
    from workbench.ui.features.lanes.retired import RetiredModels
    from workbench.ui.features.lanes.view import LanesView
    from workbench.ui.features.maintenance.controller import MaintenanceController
    from workbench.ui.features.palette.controller import PaletteController
    from workbench.ui.features.prompts.controller import PromptsController
    from workbench.ui.features.rank.controller import RankController
    from workbench.ui.features.rank.view import RankView
    from workbench.ui.features.testing.controller import TestingController
    from workbench.ui.shell.actions import CommandActions
    from workbench.ui.shell.bars import StatusBar, WindowHeader
    from workbench.ui.shell.frame import WindowFrame
    from workbench.ui.shell.key_bindings import KeyBindings
    from workbench.ui.shell.notice_bar import NoticeBar
    from workbench.ui.shell.notices import WindowNotices
    from workbench.ui.shell.preloader import Preloader
    from workbench.ui.shell.side_bar import SideBar
    from workbench.ui.shell.undo import UndoDispatch
    from workbench.ui.shell.views import Views
    from workbench.ui.shell.window import MainWindow
    from workbench.ui.widgets.theme import Theme
    from workbench.usecases.workbench import Workbench


class WindowDriver:
    """Reads and drives a complete main window.

    The attributes are the parts that features may use; everything else goes through methods.
    """

    def __init__(self, main: MainWindow) -> None:
        self._main = main
        self.dialogs = DialogDriver(main)
        self.shown_notice = NoticeDriver(main.notice)
        self._compose = cast("ComposeController", main.features.controller("compose"))
        self.frame: WindowFrame = main.frame
        self.theme: Theme = main.theme
        self.workbench: Workbench = main.workbench
        self.store: Store = main.workbench.store
        self.tasks: Tasks = main.tasks
        self.views: Views = main.views
        self.header: WindowHeader = main.header
        self.status: StatusBar = main.status
        self.sidebar: SideBar = main.sidebar
        self.notice: NoticeBar = main.notice
        self.notices: WindowNotices = main.notices
        self.actions: CommandActions = main.actions_
        self.keys: KeyBindings = main.keys
        self.undo: UndoDispatch = main.undo
        self.compose_view: ComposeView = main.view
        self.editor: ContentEditor = main.view.editor
        self.values: ValuesPanel = main.view.values
        self.set_bar: SetBar = main.view.sets
        self.run_bar: RunBar = main.view.runbar
        self.viewing_bar: ViewingBar = main.view.viewing
        self.pager: SetPager = main.view.pager
        self.blind_bar: BlindBar = main.view.blind
        self.find_bar: FindBar = self._compose.editing.bar
        self.finder: PromptFinder = self._compose.editing.finder
        self.checking: DraftChecks = self._compose.editing.checking
        self.attachments: AttachmentActions = self._compose.editing.attaching
        self._lanes: LanesController = main.features.controller("lanes")
        self.lanes: LanesView = self._lanes.view
        self.session: ComposeSession = main.compose
        self.lane_list: LaneList = main.compose.lanes
        self.value_sets: ValueSets = main.compose.sets
        self.draft_saver: DraftSaver = main.compose.saver
        self.lane_presenter: LanePresenter = main.compose.board
        self.run_controller: RunController = main.compose.stage
        self.set_actions: SetActions = self._compose.sets
        self.budget_confirmation: BudgetConfirmation = self._compose.gate
        self.forecasts: Forecasts = self._compose.forecasts
        self.timeline: TimelineModel = main.timeline
        self._prompts: PromptsController = main.features.controller("prompts")
        self.prompts: PromptList = main.prompts
        self.stars: StarActions = self._lanes.stars
        self.retired_models: RetiredModels = self._lanes.retired
        self.maintenance: MaintenanceTasks = cast("MaintenanceController", main.features.controller("maintenance")).desk
        self.bridge: RunEventBridge = main.bridge
        self.frame_clock: FrameClock = main.pulse

    @classmethod
    def of(cls, widget: QObject) -> WindowDriver | None:
        """Return a driver of the main window below a widget, None if there is none yet."""
        from workbench.ui.shell.window import MainWindow

        main = widget.findChild(MainWindow)
        return cls(main) if isinstance(main, MainWindow) else None

    @property
    def past_editor(self) -> ContentEditor | None:
        """The read-only editor of a past iteration, None before one was shown."""
        return self._main.view.past_editor

    @property
    def find_field(self) -> QLineEdit:
        """The search field of the find bar."""
        return self._compose.editing.bar._find

    @property
    def replace_field(self) -> QLineEdit:
        """The replacement field of the find bar."""
        return self._compose.editing.bar._by

    @property
    def message_column(self) -> MessageColumn:
        """The messages of the draft, from top to bottom."""
        return self._main.view.editor._column

    def viewing_lines(self) -> list[str]:
        """Return the text of the banner over a past iteration, in its painted lines."""
        return self._main.view.viewing._text.lines()

    @property
    def history_view(self) -> HistoryView | None:
        """The History view, None before it was first opened."""
        return self.history.view

    @property
    def history(self) -> HistoryController:
        """The controller of History."""
        controller: HistoryController = self._main.features.controller("history")
        return controller

    @property
    def rank(self) -> RankController:
        """The controller of Rank."""
        controller: RankController = self._main.features.controller("rank")
        return controller

    @property
    def testing(self) -> TestingController:
        """The controller of Test."""
        controller: TestingController = self._main.features.controller("testing")
        return controller

    @property
    def decide(self) -> DecideController:
        """The controller of Decide."""
        controller: DecideController = self._main.features.controller("decide")
        return controller

    @property
    def judges(self) -> JudgesController:
        """The controller of judges."""
        controller: JudgesController = self._main.features.controller("judges")
        return controller

    @property
    def rank_view(self) -> RankView | None:
        """The Rank view, None before it was first opened."""
        return self.rank.view

    @property
    def judging_session(self) -> JudgingController:
        """The judging of pairs."""
        return self.rank.sittings

    @property
    def is_judging(self) -> bool:
        """Whether pairs are being judged."""
        return self.rank.is_judging

    @property
    def is_ready(self) -> bool:
        """Whether the open prompt is shown with its newest answers."""
        return self._main.compose.ready

    @property
    def is_blind(self) -> bool:
        """Whether the shown run hides its models."""
        return self._main.compose.stage.shown.is_blind

    @property
    def prompt_uid(self) -> str:
        """The uid of the open prompt, "" for none."""
        return self._main.compose.prompt_uid

    @property
    def viewing(self) -> Detail | None:
        """The past iteration or version that is shown, None while the draft is."""
        return self._main.compose.viewing

    @property
    def based_on(self) -> int | None:
        """The version that the draft started from."""
        return self._main.compose.lineage.based_on

    @property
    def lane_heads(self) -> tuple[LaneHead, ...]:
        """The header texts of the shown lanes, from left to right."""
        return tuple(self.lanes.heads())

    @property
    def draft_lanes(self) -> tuple[Lane, ...]:
        """The lanes of the draft, including hidden ones."""
        return self._main.compose.lanes.lanes

    @property
    def verdict(self) -> Verdict:
        """The verdict on the shown value set."""
        return self._main.compose.board.verdict

    def draft(self) -> Draft:
        """Return the current draft from the editor."""
        return self._main.compose.draft()

    def slots(self) -> list[str]:
        """Return the shown lanes from left to right."""
        return self._compose.presenter.slots()

    def lane_title(self, slot: str) -> str:
        """Return the shown name of a lane."""
        return self._compose.lane_title(slot)

    def shown_run(self) -> str:
        """Return the uid of the run whose answers are shown, "" for none."""
        return self._main.compose.board.run_uid

    def shown_number(self) -> int | None:
        """Return the number of the iteration whose answers are shown."""
        return self._main.compose.stage.number()

    def is_running(self) -> bool:
        """Whether any run of the window is in progress."""
        return bool(self._main.workbench.runner.running())

    def focus_lane(self, index: int) -> None:
        """Focus a lane, counted from 0 at the left."""
        self._main.view.lanes.focus_lane(index)

    def run(self) -> None:
        """Run all lanes, as Ctrl+Enter does."""
        self._compose.runs.run()

    def retry(self, slots: list[str]) -> None:
        """Retry these lanes."""
        self._compose.retry(slots)

    def command(self, id_: str) -> None:
        """Trigger a command even if it is disabled."""
        from workbench.ui.shell.window_builder import command_table

        command_table(self._main)[id_]()

    def mark(self, number: int) -> None:
        """Mark the answer of a lane, counted from 1, the winner; a second call removes the mark."""
        self._compose.verdicts.mark_number(number)

    def view_row(self, uid: str) -> None:
        """Show a row of the timeline."""
        self._main.compose.past.look_at(uid)

    def step(self, by: int) -> None:
        """Show an older (1) or newer (-1) iteration."""
        self._compose.timeline.step(by)

    def back(self) -> None:
        """Go back to the draft."""
        self._compose.timeline.back()

    def take_over(self, *, branch: bool) -> None:
        """Restore the shown iteration into the draft, or branch from it."""
        self._compose.timeline.take_over(branch=branch)

    def take_over_row(self, uid: str, *, branch: bool) -> None:
        """Restore a row of the timeline into the draft, or branch from it."""
        self._compose.timeline.take_over_row(uid, branch=branch)

    def choose_prompt(self, uid: str) -> None:
        """Open a prompt."""
        self._main.choose_prompt(uid)

    def new_prompt(self) -> None:
        """Create a prompt and start to edit its name."""
        self._main.prompts_part.new()

    def archive_prompt(self, uid: str) -> None:
        """Archive or unarchive a prompt."""
        self._prompts.archive(uid)

    def duplicate_prompt(self, uid: str) -> None:
        """Duplicate a prompt."""
        self._prompts.duplicate(uid)

    def hide_lane(self, slot: str) -> None:
        """Hide a lane."""
        self._lanes.layout.hide(slot)

    def refresh(self) -> None:
        """Reload what another process may have changed."""
        self._main.pulse.foreign_change.emit()

    def run_lane(self, slot: str) -> None:
        """Run one lane."""
        self._compose.runs.run_lane(slot)

    def add_lane(self, endpoint: str, model: str) -> None:
        """Add a lane, as the palette does."""
        self._lanes.use_model(endpoint, model, in_focused=False)

    def choose_model(self, slot: str, endpoint: str, model: str) -> None:
        """Give a lane another model, as the picker does."""
        self._main.compose.lanes.set_model(slot, endpoint, model)

    def update_commands(self) -> None:
        """Update which commands are enabled."""
        self._main.update_state()

    def say_recovered(self, sentence: str) -> None:
        """Show the notice that an earlier session was recovered."""
        self._main._recovered(sentence)

    @property
    def hears_others(self) -> bool:
        """Whether a second start can raise this window."""
        return self._main._raise_server is not None and self._main._raise_server.listening

    def on_raised(self, act: Callable[[], object]) -> None:
        """Call `act` whenever a second start raises this window."""
        self._main.forward_asked.connect(act)

    def preload(self) -> None:
        """Make the other views and import the dialogs at once, as the window does some time after the start."""
        from workbench.ui.shell.preloader import PreloadDelays, Preloader

        Preloader(self._main, self._main.feature_set, self.views, PreloadDelays(0, 0))

    @property
    def preloader(self) -> Preloader | None:
        """Preloads views and dialogs, None before it has started."""
        from workbench.ui.shell.preloader import Preloader

        return self._main.findChild(Preloader)

    def palette_sources(self) -> list[PaletteSource]:
        """Return the sources that the palette searches."""
        controller: PaletteController = self._main.features.controller("palette")
        return controller.sources()

    def compare(self, old: str | None = None, new: str | None = None) -> CompareDialog:
        """Compare two rows of the timeline; without `new` a row with the draft, without `old` the shown row."""
        controller: CompareController = self._main.features.controller("compare")
        return controller.compare_rows(old, new)

    def prompt_menu(self, uid: str) -> QMenu:
        """Open the context menu of a prompt."""
        return self._prompts.menu(uid)
