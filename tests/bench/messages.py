"""How long a change of theme or text size blocks the UI thread with a prompt of 130 messages in the real window."""

from __future__ import annotations

import sys
from contextlib import closing
from typing import Any

from tests.bench.report import busiest
from tests.bench.windows import home, measured
from tests.store.making import LATER, NOW, opened
from workbench.core.content import Content, Message
from workbench.core.drafts import Draft
from workbench.core.lanes import Lane

WINDOW = (sys.executable, "-m", "tests.bench.messages_window")
MESSAGES = 130
GAP_MS = 50.0


def run(full: bool) -> dict[str, Any]:
    """Open the window and change theme and text size."""
    del full
    with home() as place:
        with closing(opened(place.database)) as store:
            store.create_prompt("p", "A long talk", NOW).result(60)
            texts = [
                f"{n}: **look** at the order {{{{order}}}}.\nThen answer.\n" * (1 + n % 3) for n in range(MESSAGES)
            ]
            messages = tuple(Message("assistant" if n % 2 else "user", text) for n, text in enumerate(texts))
            lanes = tuple(Lane(slot, "echo", "echo") for slot in "AB")
            store.save_draft("p", Draft(Content(messages), (("order", "7"),), lanes), LATER).result(60)
            store.set_meta("last_prompt", "p").result(60)
        found = measured(WINDOW, place.environment())
    return busiest(f"another look with {MESSAGES} messages", GAP_MS, found)
