"""From a choice in the model picker to a lane.

Invariant: a new endpoint is in the database before a lane names it.
"""

from __future__ import annotations

from collections.abc import Callable

from workbench.app.compose import Compose
from workbench.app.later import start
from workbench.app.models.entries import Choice, Unchanged
from workbench.app.tasks import Tasks
from workbench.host.clock import utc_now
from workbench.usecases.workbench import Workbench


def apply_choice(
    workbench: Workbench, tasks: Tasks, compose: Compose, slot: str, choice: Choice, then: Callable[[], None]
) -> None:
    """Save what the choice brings along, then change the lane in `slot`; `then` is called at the end."""
    keep_choice(
        workbench,
        tasks,
        compose,
        choice,
        lambda: compose.lanes.set_model(slot, choice.endpoint_uid, choice.model),
        then,
    )


def keep_choice(
    workbench: Workbench,
    tasks: Tasks,
    compose: Compose,
    choice: Choice,
    use: Callable[[], object],
    then: Callable[[], None],
) -> None:
    """Save the endpoint that the choice brings along, then `use` the choice and save its price, and call `then`."""

    def take() -> None:
        use()
        if isinstance(choice.rates_by_hand, Unchanged):
            then()
            return
        rates = choice.rates_by_hand
        saved = start(lambda: workbench.pricing.set_price(choice.endpoint_uid, choice.model, rates))
        tasks.watch(saved, lambda _: then())

    if choice.new_endpoint is None:
        take()
        return
    saved = workbench.store.save_endpoint(choice.new_endpoint, utc_now())
    tasks.watch(saved, lambda _: compose.endpoints_changed(take))
