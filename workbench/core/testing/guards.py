"""Guard sets: prompts of their own whose cases are tested on the models of another prompt.

Invariant: a guard is tested by its own text, once for each model with its parameters, whatever versions the prompt
compares; so a guard tells models apart, and its answers do not change with the text of the prompt.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence

from workbench.core.lanes import Lane, Params

GuardModel = tuple[str, str, Params]
"""Endpoint, model and parameters."""


def model_of(lane: Lane) -> GuardModel:
    """Return what tells the columns of a guard apart."""
    return lane.endpoint, lane.model, lane.params


def guard_columns(columns: Sequence[Lane], baseline: str) -> tuple[tuple[Lane, ...], str]:
    """Return the columns of a guard for the columns of a prompt, and the slot of its baseline.

    That is the model of the column whose slot is `baseline`, or of the first. A model always has the same slot, so that
    later tests of the guard find it.
    """
    models = dict.fromkeys(map(model_of, columns))
    found = tuple(Lane(_slot(model), *model) for model in models)
    chosen = next((lane for lane in columns if lane.slot == baseline), columns[0] if columns else None)
    return found, "" if chosen is None else _slot(model_of(chosen))


def same_models(columns: Iterable[Lane], others: Iterable[Lane]) -> bool:
    """Whether two tests ask the same models."""
    return set(map(model_of, columns)) == set(map(model_of, others))


def _slot(model: GuardModel) -> str:
    endpoint, name, params = model
    text = json.dumps([endpoint, name, params.to_json()], sort_keys=True)
    return f"g{hashlib.sha256(text.encode(errors='surrogatepass')).hexdigest()[:12]}"
