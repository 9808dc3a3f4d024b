"""Shows the tour while the sample is open, and ticks its steps.

Invariant: reads of the progress are coalesced: one runs at a time, and what happens meanwhile leads to one more.
"""

from __future__ import annotations

from PySide6.QtGui import QAction

from workbench.host.clock import utc_now
from workbench.host.ids import new_uid
from workbench.ui.features.tour.panel import TourPanel
from workbench.ui.shell.rooms import SideFoot
from workbench.ui.shell.services import Services
from workbench.usecases.problems import problem_of
from workbench.usecases.tour import SampleTour, TourProgress

STEPS = {
    "run": ("Run all lanes", "run"),
    "mark": ("Mark a winner", "mark_focused"),
    "edit": ("Edit, run again", "focus_editor"),
    "diff": ("See the diff", "diff"),
    "test": ("Test on cases", "run_cases"),
}
"""Words of each step, and the command that does it."""
_MARK_KEY = "Ctrl+1"


class TourController:
    """Owns the panel, which exists while the tour is shown."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._tour = SampleTour(services.backend.store, new_uid)
        self._is_reading = self._reads_again = False
        self._is_over = False
        self.panel: TourPanel | None = None
        self._foot: SideFoot

    def enter(self, foot: SideFoot) -> TourController:
        """Use the foot of the side bar."""
        self._foot = foot
        return self

    def stop(self) -> None:
        """Reads end by themselves."""

    def refresh(self) -> None:
        """Read the progress and show it."""
        if self._is_over:
            return
        if self._is_reading:
            self._reads_again = True
            return
        self._is_reading = True
        self._services.tasks.run(self._tour.progress, self._read, self._unread)

    def on_differences_shown(self) -> None:
        """Tick the step of differences, if the tour is shown."""
        if self.panel is not None:
            self._services.tasks.run(self._tour.note_diff, lambda _: self.refresh(), self._unread)

    def begin_again(self) -> None:
        """Open the sample and begin the tour anew."""
        now = utc_now()

        def begin() -> TourProgress | None:
            self._tour.begin_again(now)
            return self._tour.progress()

        self._services.tasks.run(begin, self._begun, self._failed)

    def _begun(self, progress: TourProgress | None) -> None:
        if progress is None or not self._services.navigator.prompt_name(progress.prompt_uid):
            self._services.notices.refused(
                "The sample prompt is archived or deleted. Show archived prompts, bring it back, then start the tour."
            )
            return
        self._is_over = False
        self._services.navigator.open_prompt(progress.prompt_uid)
        self.refresh()

    def _read(self, progress: TourProgress | None) -> None:
        self._is_reading = False
        if self._reads_again:
            self._reads_again = False
            self.refresh()
            return
        self._is_over = progress is None or progress.is_over
        if progress is None or progress.is_over or progress.prompt_uid != self._services.session.prompt():
            self._hide()
        elif progress.is_complete:
            self._end("Tour complete. Help has the guide, the keys, and this tour again.")
        else:
            self._show(progress)

    def _show(self, progress: TourProgress) -> None:
        if self.panel is None:
            self.panel = TourPanel({step: words for step, (words, _) in STEPS.items()})
            self.panel.step_clicked.connect(self._do)
            self.panel.closed.connect(lambda: self._end("Tour ended. Help brings it back."))
            self._foot.show_foot(self.panel)
        keys = {step: self._action(step).shortcut().toString().replace("Return", "Enter") for step in STEPS} | {
            "mark": _MARK_KEY
        }
        self.panel.show_progress(progress.done, keys)

    def _do(self, step: str) -> None:
        action = self._action(step)
        if step == "test" and action.isEnabled():
            # Without cases, the test would begin with a file of one's own.
            self._services.tasks.run(self._tour.add_cases, lambda _: action.trigger(), self._failed)
        else:
            action.trigger()

    def _hide(self) -> None:
        if self.panel is not None:
            self.panel = None
            self._foot.show_foot(None)

    def _end(self, sentence: str) -> None:
        self._is_over = True
        self._hide()
        self._services.notices.brief("tour", sentence)
        self._services.tasks.run(self._tour.end, None, self._failed)

    def _action(self, step: str) -> QAction:
        return self._services.navigator.action(STEPS[step][1])

    def _unread(self, error: Exception) -> None:
        # The timeline reads the same history and reports why it cannot.
        self._is_reading = False
        self._hide()

    def _failed(self, error: Exception) -> None:
        problem = problem_of(error)
        self._services.notices.problem(problem.sentence, problem.detail)
