"""How many calls an endpoint gets at once.

Invariant: the engine and those who schedule calls for it know the same limits.
"""

from __future__ import annotations

from typing import NamedTuple

from workbench.core.lanes import Endpoint
from workbench.core.providers import split_model

RUNTIME_LIMIT = 2
DEFAULT_LIMIT = 8


class CallPlace(NamedTuple):
    """A group of calls that share a limit, by name: an endpoint's uid, or `uid/part`; `limit` is the default."""

    name: str
    limit: int


def place_of(endpoint: Endpoint, model: str) -> CallPlace | None:
    """Return the place of calls to a model, named as in the call; None for no limit."""
    if endpoint.kind == "echo":
        return None
    if endpoint.kind == "openai":
        return CallPlace(endpoint.uid, DEFAULT_LIMIT)
    if endpoint.kind == "litellm":
        provider = split_model(model)[0] or model.partition("/")[0]
        return CallPlace(f"{endpoint.uid}/{provider}", DEFAULT_LIMIT)
    return CallPlace(endpoint.uid, RUNTIME_LIMIT)
