"""Connects the signals of the lanes view to their handlers.

Invariant: every signal of the view has exactly one handler, connected here or by the owner of the room. Only a finished
answer can be starred, because training data needs complete answers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject

from workbench.app.lanes.answer_stars import AnswerStars
from workbench.app.lanes.lane_presenter import LanePresenter
from workbench.app.lanes.lane_state import LaneHead
from workbench.core.lanes import Lane
from workbench.ui.features.lanes.diff_actions import DiffActions
from workbench.ui.features.lanes.lane_checks import LaneChecks
from workbench.ui.features.lanes.lane_dialogs import LaneDialogs
from workbench.ui.features.lanes.lane_judges import LaneJudges
from workbench.ui.features.lanes.layout_actions import LaneLayout
from workbench.ui.features.lanes.next_steps import NextSteps
from workbench.ui.features.lanes.presets import LanePresetActions
from workbench.ui.features.lanes.reading_handlers import ReadingHandlers
from workbench.ui.features.lanes.retired import RetiredModels
from workbench.ui.features.lanes.samples import LaneSamples
from workbench.ui.features.lanes.view import LanesView
from workbench.ui.features.lanes.wording import title
from workbench.ui.shell.check_events import ContinuationRequested
from workbench.ui.shell.events import HistoryChanged, ModelRequested, PaletteOpening, PromptOpened
from workbench.ui.shell.rooms import LanesOwner
from workbench.ui.shell.services import Services
from workbench.ui.shell.testing_events import SuccessorTestRequested


class LanesController:
    """Inactive until `make`, which the window calls once during construction."""

    view: LanesView
    stars: StarActions
    reading: ReadingHandlers
    diffs: DiffActions
    layout: LaneLayout
    samples: LaneSamples
    dialogs: LaneDialogs
    retired: RetiredModels
    next_steps: NextSteps
    checks: LaneChecks
    judges: LaneJudges
    presets: LanePresetActions

    def __init__(self, services: Services) -> None:
        self._services = services

    def stop(self) -> None:
        """Do nothing: there is no background work to stop."""

    def make(self, owner: LanesOwner) -> LanesView:
        """Create and return the view of the owner's lanes."""
        services = self._services
        self.view = view = LanesView(services.theme)
        self.lanes, self._answers, self._models = owner.lanes, owner.answers, owner.models
        self._board = owner.board
        self.stars = StarActions(services, owner.board, view)
        self.reading = ReadingHandlers(services, view, owner.board, owner.remembered)
        self.diffs = DiffActions(services, view, owner.board)
        self.layout = LaneLayout(services, view, owner)
        self.samples = LaneSamples(services, view, owner)
        self.dialogs = LaneDialogs(services, view, owner)
        self.retired = RetiredModels(services, view, owner.answers)
        self.next_steps = NextSteps(services, owner.lanes)
        self.checks = LaneChecks(services, view, owner)
        self.judges = LaneJudges(services, view, owner)
        self.presets = LanePresetActions(services, owner)
        view.ask_support, view.ask_listed = owner.models.show_support, owner.models.show_listed
        self._connect(owner)
        return view

    def _connect(self, owner: LanesOwner) -> None:
        view, board, lanes = self.view, owner.board, owner.lanes
        board.status_changed.connect(view.set_status)
        board.text_reset.connect(view.set_text)
        board.text_appended.connect(view.append_text)
        board.cleared.connect(view.clear)
        self._services.events.subscribe(PaletteOpening, self._add_source)
        view.add_requested.connect(self.add)
        view.show_hidden_requested.connect(lanes.show_all)
        view.duplicate_requested.connect(lanes.duplicate)
        view.remove_requested.connect(self.layout.remove)
        view.move_requested.connect(lanes.move)
        view.place_requested.connect(lanes.place)
        view.model_requested.connect(self.choose_model)
        view.successor_requested.connect(self._test_successor)
        view.params_changed.connect(lanes.set_params)
        view.pin_requested.connect(lanes.set_pinned)
        view.rename_requested.connect(lanes.set_label)
        view.stop_requested.connect(owner.answers.stop)
        view.attempt_requested.connect(board.show_attempt)
        view.sample_requested.connect(lambda slot, sample: owner.answers.show_sample(slot, sample - 1))
        view.samples_requested.connect(lanes.set_samples)
        view.hide_requested.connect(self.layout.hide)
        view.baseline_requested.connect(self.layout.baseline)
        view.wire_requested.connect(self.dialogs.wire)
        view.choices_requested.connect(self.dialogs.choices)
        view.code_requested.connect(self.dialogs.code)
        view.checks_requested.connect(self.checks.open)
        view.continue_requested.connect(lambda slot: self._services.events.publish(ContinuationRequested(slot)))
        view.star_requested.connect(self.stars.toggle)
        view.copy_requested.connect(self.reading.copy_exact)
        view.copy_as_requested.connect(self.reading.copy_as)
        view.action_requested.connect(self.next_steps.take)
        view.reading_wanted.connect(self.reading.give)
        view.diff_requested.connect(self.diffs.show_against)

    def stop_lane(self) -> None:
        """Stop the focused lane."""
        self._answers.stop(self.view.focused_slot())

    def edit_quick(self) -> None:
        """Edit the usual parameters of the focused lane in its header."""
        if (column := self.view.column(self.view.focused_slot())) is not None:
            column.header.quick.start()

    def move_focused(self, step: int) -> None:
        """Move the focused lane one place to the right (1) or left (-1); it stays focused."""
        slot = self.view.focused_slot()
        self.lanes.move(slot, step)
        slots = self.view.slots()
        if slot in slots:
            self.view.focus_lane(slots.index(slot))

    def _add_source(self, opening: PaletteOpening) -> None:
        from workbench.app.palette.palette import PaletteEntry, PaletteSource

        def entry(head: LaneHead) -> PaletteEntry:
            name = f"Lane {head.number}: {title(head, self._answers.is_blind)}"
            return PaletteEntry("lane", head.slot, name, partial(self._go, head.slot))

        opening.add(PaletteSource("lanes", "", lambda: list(map(entry, self.view.heads())), rank=5))

    def _go(self, slot: str) -> None:
        slots = self.view.slots()
        if slot in slots:
            self._services.navigator.show("compose")
            self.view.focus_lane(slots.index(slot))

    def step_lane(self, step: int) -> None:
        """Move the focus by `step` lanes."""
        slots = self.view.slots()
        if slots:
            focused = self.view.focused_slot()
            at = slots.index(focused) if focused in slots else -step if step > 0 else 0
            self.view.focus_lane((at + step) % len(slots))

    def add(self) -> None:
        """Add a lane with the last lane's model and no parameters set, and offer to choose another model."""
        last = self.lanes.lanes[-1] if self.lanes.lanes else None
        slot = self.lanes.add(last.endpoint, last.model) if last else self.lanes.add()
        self.view.focus_lane(len(self.lanes.shown) - 1)
        self.choose_model(slot, cancelled=partial(self._drop, self.lanes.get(slot)))

    def _drop(self, added: Lane | None) -> None:
        """Remove a lane for which no model was chosen, unless it was changed or run meanwhile."""
        if added is not None and self.lanes.get(added.slot) == added and not self._board.output(added.slot):
            self.lanes.remove(added.slot)

    def choose_model(self, slot: str, cancelled: Callable[[], object] = lambda: None) -> None:
        """Open the model dialog for a lane of the draft; `cancelled` is called if no model is chosen."""
        if (lane := self.lanes.get(slot)) is not None:
            use = partial(self._models.set_model, slot)
            self._services.events.publish(ModelRequested(lane, use, cancelled=cancelled))

    def edit_parameter(self, name: str) -> None:
        """Open the parameters of the focused lane, by default the first one, at one of them."""
        self._services.navigator.show("compose")
        focused = self.view.focused_slot()
        slot = focused if self.lanes.get(focused) is not None else next(iter(self.view.slots()), "")
        self.view.edit_params(slot, field=name)

    def _test_successor(self, slot: str) -> None:
        if (lane := self.lanes.get(slot)) is not None:
            self._services.events.publish(SuccessorTestRequested(lane))

    def use_model(self, endpoint: str, model: str, *, in_focused: bool) -> None:
        """Add a lane with the given model, or with `in_focused` assign it to the focused lane if there is one."""
        self._services.session.back()
        self._services.editor.focus_first()
        slot = self.view.focused_slot()
        if in_focused and self.lanes.get(slot) is not None:
            self._models.set_model(slot, endpoint, model)
        else:
            self.lanes.add(endpoint, model)
            self.view.focus_lane(len(self.lanes.shown) - 1)


class StarActions(QObject):
    """Stars answers in the lanes of one window."""

    def __init__(self, services: Services, board: LanePresenter, parent: QObject) -> None:
        super().__init__(parent)
        self._board, self._notices = board, services.notices
        self._stars = AnswerStars(services.backend.store, services.tasks, board, self)
        self._stars.changed.connect(lambda sentence: services.notices.quiet("star", sentence))
        self._stars.refused.connect(services.notices.refused)
        services.events.subscribe(PromptOpened, lambda event: self._stars.follow(event.prompt_uid))
        services.events.subscribe(HistoryChanged, lambda _: self._stars.read())

    def toggle(self, slot: str) -> None:
        """Add or remove the star of the answer that a lane shows."""
        output, shown = self._board.output(slot), self._board.shown(slot) if slot else None
        if not output or shown is None or shown.state != "finished":
            self._notices.refused("Only finished answers can be starred. Run the lane, or wait for it to finish.")
            return
        self._stars.toggle(output)
