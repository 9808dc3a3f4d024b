"""Waiting until the text in Compose is stored, because tests are planned from the history.

Invariant: a test that is started after a change of the text asks the changed text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.ui.shell.services import Services


def when_stored(services: Services, then: Callable[[], None]) -> None:
    """Call `then` once every change of the draft is stored: at once, or later on the UI thread.

    It is not called if the draft cannot be stored, which is reported where drafts are saved.
    """
    future = services.session.save()
    if future is None:
        then()
    else:
        services.tasks.watch(future, lambda _: then(), lambda _: None)
