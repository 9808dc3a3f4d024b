"""Opens the list of retiring models, and the prompts in which their successors are tested.

Invariant: a successor is tested in the prompt that was chosen, once that prompt is open.
"""

from __future__ import annotations

from workbench.core.lanes import Lane
from workbench.ui.features.models.retiring_dialog import RetiringDialog
from workbench.ui.shell.events import PromptOpened
from workbench.ui.shell.services import Services
from workbench.ui.shell.testing_events import SuccessorTestRequested
from workbench.usecases.retirement_radar import RetiringModel, lane_with, radar, source


class RetiringModels:
    """Shows one list at a time."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.dialog: RetiringDialog | None = None
        self._waiting: tuple[str, SuccessorTestRequested] | None = None
        """A prompt that is being opened, and the test that is requested there."""
        services.events.subscribe(PromptOpened, lambda event: self._opened(event.prompt_uid))

    def open(self) -> None:
        """Read which models in use are retiring, and list them."""
        if self.dialog is not None:
            self.dialog.raise_()
            self.dialog.activateWindow()
            return
        services = self._services
        models, store = services.backend.models, services.backend.store
        dialog = RetiringDialog(services.theme, source(), read_only=store.read_only, parent=services.dialogs.widget())
        dialog.test_wanted.connect(self._test)
        dialog.finished.connect(self._closed)
        self.dialog = dialog
        dialog.open()

        def show(found: tuple[RetiringModel, ...]) -> None:
            if self.dialog is dialog:
                dialog.show_models(found)

        def failed(error: Exception) -> None:
            if self.dialog is dialog:
                dialog.refuse(str(error))

        services.tasks.run_large(lambda: radar(store, models.catalogue.get(), models.today()), show, failed)

    def _test(self, model: RetiringModel, prompt_uid: str) -> None:
        """Prepare the test of a successor in a prompt, which is opened if necessary."""
        services = self._services
        store = services.backend.store

        def found(lane: Lane) -> None:
            request = SuccessorTestRequested(lane, model.successor)
            if self.dialog is not None:
                self.dialog.accept()
            if services.session.prompt() == prompt_uid:
                services.session.back()
                services.events.publish(request)
            else:
                self._waiting = prompt_uid, request
                services.navigator.open_prompt(prompt_uid)

        def failed(error: Exception) -> None:
            if self.dialog is not None:
                self.dialog.refuse(str(error))

        def look() -> None:
            services.tasks.run(lambda: lane_with(store, prompt_uid, model.model), found, failed)

        saved = services.session.save()
        if saved is None:
            look()
        else:
            services.tasks.watch(saved, lambda _: look(), failed)

    def _opened(self, prompt_uid: str) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and waiting[0] == prompt_uid:
            self._services.events.publish(waiting[1])

    def _closed(self) -> None:
        self.dialog = None
