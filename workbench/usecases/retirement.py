"""Models in use that their providers retire.

Invariant: a model is looked up by the same names as its price. Unreadable data is skipped, because nothing depends on
it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from workbench.core.lanes import Endpoint, short_model
from workbench.core.retirement import is_retired, retirement_note
from workbench.store.records import DraftLane

NAMED = 3
"""Number of models that a sentence lists."""


@dataclass(frozen=True, slots=True)
class RetiringUse:
    """A lane of a draft whose model is retired or will be soon. `day` is in UTC."""

    lane: DraftLane
    day: date
    retired: bool

    @property
    def line(self) -> str:
        """The prompt, model and day as one line."""
        note = f"retired {self.day}" if self.retired else f"retires on {self.day}"
        return f"{self.lane.prompt_name}: {self.lane.model}, {note}"


def retiring(
    lanes: Iterable[DraftLane],
    endpoints: Iterable[Endpoint],
    retires: Callable[[Endpoint, str], date | None],
    today: date,
) -> tuple[RetiringUse, ...]:
    """Return the uses of models that are retired or will be soon, earliest day first."""
    by_uid = {endpoint.uid: endpoint for endpoint in endpoints}
    found = []
    for lane in lanes:
        endpoint = by_uid.get(lane.endpoint)
        day = None if endpoint is None else retires(endpoint, lane.model)
        if day is not None and retirement_note(day, today):
            found.append(RetiringUse(lane, day, is_retired(day, today)))
    return tuple(sorted(found, key=lambda use: use.day))


def models_of(uses: Iterable[RetiringUse]) -> list[str]:
    """Return the distinct models in order of their days."""
    return list(dict.fromkeys(use.lane.model for use in uses))


def states_of(uses: Iterable[RetiringUse]) -> set[tuple[str, bool]]:
    """Return the models, each with whether it is retired."""
    return {(use.lane.model, use.retired) for use in uses}


def retirement_line(uses: tuple[RetiringUse, ...]) -> str:
    """Return a sentence about these uses, with short model names; "" for none."""
    models = models_of(uses)
    if not models:
        return ""
    prompts = list(dict.fromkeys(use.lane.prompt_uid for use in uses))
    if len(models) == 1:
        first = uses[0]
        verb = "was retired" if first.retired else "retires"
        where = f"the prompt “{first.lane.prompt_name}”" if len(prompts) == 1 else f"{len(prompts)} prompts"
        return f"{short_model(models[0])} {verb} on {first.day}. It is in {where}."
    gone = models_of(use for use in uses if use.retired)
    soon = [model for model in models_of(uses) if model not in gone]
    said = f"Retired models in use: {_listed(gone)}. " if gone else ""
    if soon:
        said += f"Retiring soon: {_listed(soon)}." if gone else f"Models in use that retire soon: {_listed(soon)}."
    return said.rstrip()


def _listed(models: list[str]) -> str:
    more = len(models) - NAMED
    return ", ".join(map(short_model, models[:NAMED])) + (f" and {more} more" if more > 0 else "")
