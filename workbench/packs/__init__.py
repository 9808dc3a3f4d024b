"""The product's own file format, and the library for using prompts in production.

    from workbench.packs import load

    prompt = load("orders.promptpack")["order-status-bot"]
    rendered = prompt.render(question="Where is my order?", record="…")
    client.chat.completions.create(messages=rendered.messages, **rendered.parameters)

Invariant: importing this package loads almost nothing, and nothing here imports Qt, LiteLLM or SQLite.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from workbench.packs.errors import PackError

if TYPE_CHECKING:
    from workbench.packs.library import LoadedPack

__all__ = ["PackError", "load"]


def load(path: str | os.PathLike[str]) -> LoadedPack:
    """Open a pack, a folder or a `.promptpack` file. Raises PackError with a sentence."""
    from workbench.packs.library import LoadedPack

    return LoadedPack(path)
