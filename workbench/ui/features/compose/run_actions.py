"""Runs, retries and stops lanes.

Invariant: a lane that is not run keeps its answers beside the new ones, and says which iteration they are from. An
iteration runs at most MOST_CASES cases.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.core.drafts import MOST_CASES
from workbench.core.lanes import Lane
from workbench.ui.shell.key_names import with_key

if TYPE_CHECKING:
    from workbench.ui.features.compose.budget_confirmation import BudgetConfirmation
    from workbench.ui.features.compose.presenter import ComposePresenter
    from workbench.ui.shell.compose_room import ComposeOwner
    from workbench.ui.shell.services import Services


class RunActions:
    """Implements the commands on runs."""

    def __init__(
        self, services: Services, owner: ComposeOwner, gate: BudgetConfirmation, presenter: ComposePresenter
    ) -> None:
        self._services, self._owner, self._gate, self._presenter = services, owner, gate, presenter
        self._compose = owner.compose

    def run(self) -> None:
        """Run all lanes, and show them; before the window is complete the run is queued."""
        if self._owner.queue_run():
            return
        if self._services.navigator.shown() != "compose":
            self._services.navigator.show("compose")
        if not self._has_many():
            self._gate.run()

    def stop(self) -> None:
        """Stop all runs."""
        self._services.backend.runner.stop_everything()

    def run_lane(self, slot: str = "") -> None:
        """Run one lane, without `slot` the focused one; the others keep their answers."""
        slot = slot or self._presenter.focused()
        if self._compose.lanes.get(slot) is not None and not self._has_many():
            self._gate.run_only({slot})

    def run_changed(self) -> None:
        """Run the lanes whose settings, text or values changed since their answers, and those that no iteration ran."""
        changed = self._changed()
        if changed and self._has_many():
            return
        if changed:
            self._gate.run_only(changed)
        else:
            said = "Nothing changed since these answers. Run all lanes to get new ones."
            self._services.notices.quiet("unchanged", said)

    def retry_focused(self) -> None:
        """Retry the call of the focused lane."""
        self.retry([self._presenter.focused()])

    def retry_all(self) -> None:
        """Retry the calls of all lanes that did not finish."""
        self.retry(self._compose.stage.unfinished(self._presenter.slots()))

    def retry(self, slots: list[str]) -> None:
        """Retry the calls of these lanes unchanged; a lane that was changed since needs a run instead."""
        changed = {head.slot for head in self._presenter.heads if head.answered_by}
        if changed & set(slots):
            self._services.notices.problem(
                "This lane changed after it ran; a retry repeats the old call. "
                f"{with_key('Run all lanes', self._presenter.key_name('run'))} to use the new settings."
            )
            slots = [slot for slot in slots if slot not in changed]
        shown = self._compose.stage.shown
        if tested := [slot for slot in slots if shown.is_tested(slot)]:
            self._services.notices.refused(
                f"This answer is from {shown.kept_from(tested[0])}. Run the lane to get a new one."
            )
        self._gate.retry(slots, self._presenter.slots())

    def _has_many(self) -> bool:
        """Whether too many cases are ticked for an iteration; then offer to run them as a test."""
        count = self._compose.sets.to_run
        if count <= MOST_CASES or self._compose.viewing is not None:
            return False
        said = f"{count:,} cases are ticked; an iteration runs at most {MOST_CASES}. Run them as a test?"
        self._services.notices.offer(said, "Open Test", lambda: self._services.navigator.show("test"))
        return True

    def _changed(self) -> set[str]:
        draft, stage = self._compose.draft(), self._compose.stage
        values = [dict(one.values) for one in draft.run_sets]

        def is_new(lane: Lane) -> bool:
            asked = stage.asked(lane.slot, by_run=True)
            if asked is None or [dict(one.values) for one in asked.sets] != values:
                return True
            same_text = lane.pinned is not None or asked.content == draft.content
            return not same_text or asked.differs(lane)

        return {lane.slot for lane in draft.run_lanes if is_new(lane)}
