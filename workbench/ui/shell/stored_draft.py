"""Waiting until the text in Compose is stored, for work that reads the history, or deletes what no draft uses.

Invariant: nothing is done with an earlier text. A test that is started after a change asks the changed text, and what
an unsaved draft starts from is not deleted.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.core.drafts import Draft
    from workbench.ui.shell.services import Services


def asked_about(services: Services) -> tuple[str, Draft]:
    """Return the open prompt and its draft, which a test started now would be about."""
    return services.session.prompt(), services.session.draft()


def when_stored(services: Services, then: Callable[[], None]) -> None:
    """Call `then` once every change of the draft is stored: at once, or later on the UI thread.

    It is not called if the draft cannot be stored, which is reported where drafts are saved.
    """
    if not when_unsaved(services, then):
        then()


def when_unsaved(services: Services, then: Callable[[], None]) -> bool:
    """Call `then` once changes of the draft that are not stored yet are; return False if there are none."""
    future = services.session.save()
    if future is not None:
        services.tasks.watch(future, lambda _: then(), lambda _: None)
    return future is not None
