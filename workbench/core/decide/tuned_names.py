"""Tells columns of a tuned model from others.

Invariant: only what the history says counts: an adapter file, a model id of a provider for tuned models, or a name that
a person gave to the lane or its endpoint.
"""

from __future__ import annotations

import re
from pathlib import PurePath

_MODEL = re.compile(r"(?:^|[/:])ft[:-]", re.IGNORECASE)
"""Such as ft:gpt-4.1-mini:acme::abc."""
_WORD = re.compile(r"\b(?:fine[- ]?)?tuned\b|\blora\b|\badapter\b", re.IGNORECASE)


def tuned_name(model: str, label: str = "", endpoint_name: str = "", adapter: str = "") -> str:
    """Return what the adapter or tuned model of a column is called, "" for a model that is not tuned.

    `adapter` is the path of an adapter file, `label` and `endpoint_name` are names that a person gave.
    """
    if adapter:
        return PurePath(adapter).stem
    if _MODEL.search(model):
        return model
    return next((name for name in (label, endpoint_name, model) if _WORD.search(name)), "")
