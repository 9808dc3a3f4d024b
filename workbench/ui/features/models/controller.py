"""Opens the model picker, and stores the endpoint and price of the chosen model.

Invariant: a new endpoint is stored, and known to Compose, before a lane refers to it.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from workbench.app.future_results import start
from workbench.app.models.model_index import ModelChoice, UnchangedPrice
from workbench.app.models.picker_source import WorkbenchPickerSource
from workbench.core.lanes import Lane
from workbench.engine.calls import CallTask
from workbench.host.clock import utc_now
from workbench.ui.features.models.dialog import ModelPicker
from workbench.ui.features.models.retiring_models import RetiringModels
from workbench.ui.shell.events import EndpointFormRequested, EndpointsChanged, KeysChanged, SettingsRequested
from workbench.ui.shell.services import Services


class ModelsController:
    """Shows one picker at a time."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.retiring = RetiringModels(services)
        self.picker: ModelPicker | None = None
        """The open picker, or None."""
        for changed in (KeysChanged, EndpointsChanged):
            services.events.subscribe(changed, lambda _: self._refresh())

    def stop(self) -> None:
        """Do nothing: there is no background work to stop."""

    def choose(
        self,
        lane: Lane,
        use: Callable[[str, str], object],
        over: QWidget | None = None,
        task: CallTask = "chat",
        cancelled: Callable[[], object] = lambda: None,
    ) -> None:
        """Open the picker of models for a task with the model of `lane` selected, over a dialog or the window.

        `use` is called with the endpoint uid and the model once both are usable, `cancelled` if none is chosen.
        """
        services, events = self._services, self._services.events
        source = WorkbenchPickerSource(services.backend.models, task)
        picker = ModelPicker(services.theme, source, lane, over or services.dialogs.widget(), task=task)
        picker.chosen.connect(lambda choice: self._keep(choice, use))
        picker.keys_requested.connect(lambda which: events.publish(SettingsRequested("keys", which)))
        picker.endpoint_requested.connect(
            lambda address: events.publish(EndpointFormRequested(address, picker.go_on_with))
        )
        picker.rejected.connect(lambda: cancelled())
        if over is None:
            picker.run_requested.connect(lambda: services.navigator.action("run").trigger())
        picker.finished.connect(lambda: self._closed(picker))
        self.picker = picker
        picker.show()

    def _keep(self, choice: ModelChoice, use: Callable[[str, str], object]) -> None:
        """Save the new endpoint of the choice, if any, then use the choice and save its price."""
        services = self._services
        pricing = services.backend.models.pricing

        def take() -> None:
            use(choice.endpoint_uid, choice.model)
            rates = choice.rates_by_hand
            if not isinstance(rates, UnchangedPrice):
                services.tasks.watch(start(lambda: pricing.set_price(choice.endpoint_uid, choice.model, rates)))

        if choice.new_endpoint is None:
            take()
            return
        saved = services.backend.store.save_endpoint(choice.new_endpoint, utc_now())
        services.tasks.watch(saved, lambda _: services.events.publish(EndpointsChanged(take)))

    def _closed(self, picker: ModelPicker) -> None:
        if self.picker is picker:
            self.picker = None

    def _refresh(self) -> None:
        if self.picker is not None:
            self.picker.refresh()
