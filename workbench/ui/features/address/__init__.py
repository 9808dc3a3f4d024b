"""Asks whether the key of a lane may be sent to the address of its endpoint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.ui.shell.events import AddressConfirmationRequested
from workbench.ui.shell.feature import Feature, Subscription

if TYPE_CHECKING:
    from workbench.ui.features.address.controller import AddressConfirmation
    from workbench.ui.shell.services import Services


def _make(services: Services) -> AddressConfirmation:
    from workbench.ui.features.address.controller import AddressConfirmation

    return AddressConfirmation(services)


FEATURE = Feature(
    "address",
    (),
    _make,
    subscriptions=(Subscription(AddressConfirmationRequested, lambda controller, event: controller.ask(event.slot)),),
)
