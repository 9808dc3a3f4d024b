"""The models in use that are retired or will be soon, with where they are used and what replaces them.

Invariant: dates and successors are those of LiteLLM's list of models, for its own names only: a custom address may name
any model "gpt-4". Nothing here reads the clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from workbench.core.lanes import LITELLM, Lane
from workbench.core.retirement import is_retired, retirement_note
from workbench.core.text import counted
from workbench.engine.catalogue import ModelCatalogue
from workbench.store import Store
from workbench.store.runs.model_uses import ModelUse
from workbench.usecases.problems import RefusedError

_MOST_STEPS = 10
"""Successors of successors that are followed."""
_TESTED = ("lane", "column")


@dataclass(frozen=True, slots=True)
class PackUse:
    """A known pack one of whose prompts has the model in its lanes."""

    name: str
    prompt_uid: str
    prompt_name: str
    model: str

    @property
    def words(self) -> str:
        """The pack and the prompt as text."""
        return f"pack “{self.name}”, by its prompt “{self.prompt_name}”"


@dataclass(frozen=True, slots=True)
class RetiringModel:
    """A model in use that is retired or will be soon, on `day` in UTC.

    `successor` is the first one that is not itself retired or about to be, "" if the list names none.
    """

    model: str
    day: date
    is_retired: bool
    successor: str
    uses: tuple[ModelUse, ...]
    packs: tuple[PackUse, ...] = ()

    @property
    def note(self) -> str:
        """ "retired 2025-09-01" or "retires on 2027-01-05"."""
        return f"retired {self.day}" if self.is_retired else f"retires on {self.day}"

    @property
    def places(self) -> tuple[str, ...]:
        """Where it is used, a line each."""
        return (*map(use_words, self.uses), *(pack.words for pack in self.packs))

    @property
    def prompts(self) -> tuple[tuple[str, str], ...]:
        """The prompts (uid, name) whose lanes or tests have the model, in which a successor can be tested."""
        return tuple(dict.fromkeys((use.prompt_uid, use.prompt_name) for use in self.uses if use.kind in _TESTED))

    def to_json(self) -> dict[str, Any]:
        """Return the JSON document of `workbench models --retiring`, without the model's name."""
        return {
            "retires": self.day.isoformat(),
            "retired": self.is_retired,
            "successor": self.successor or None,
            "uses": [
                {"kind": use.kind, "prompt": use.prompt_name, "name": use.name or None, "count": use.count}
                for use in self.uses
            ]
            + [{"kind": "pack", "prompt": one.prompt_name, "name": one.name, "count": 1} for one in self.packs],
        }


def use_words(use: ModelUse) -> str:
    """Return a use as text, such as "2 lanes of “Support reply”"."""
    prompt = f"“{use.prompt_name}”"
    match use.kind:
        case "lane":
            return f"{counted(use.count, 'lane')} of {prompt}"
        case "column":
            return f"{counted(use.count, 'column')} in the tests of {prompt}"
        case "winner":
            return f"{counted(use.count, 'winner')} of {prompt}"
        case "label":
            return f"label {use.name} of {prompt}, in the newest run of its version"


def source() -> str:
    """Return where dates and successors come from."""
    try:
        return f"LiteLLM {version('litellm')}, list of models"
    except PackageNotFoundError:
        return "LiteLLM, list of models"


def radar(store: Store, catalogue: ModelCatalogue, today: date) -> tuple[RetiringModel, ...]:
    """Return the retired and retiring models of a history, earliest day first. Blocks; raises StoreError."""
    return retiring_models(store.model_uses.all(), store.packs.known(), catalogue, today)


def retiring_models(
    uses: Sequence[ModelUse], packs: Iterable[tuple[str, Mapping[str, Any]]], catalogue: ModelCatalogue, today: date
) -> tuple[RetiringModel, ...]:
    """Return the retired and retiring models among `uses`; `packs` are uids and records of known packs."""
    by_model: dict[str, list[ModelUse]] = {}
    for use in uses:
        if use.endpoint == LITELLM:
            by_model.setdefault(use.model, []).append(use)
    records = [body for _, body in packs]
    found = []
    for model, places in by_model.items():
        day = _day(catalogue, model)
        if day is not None and retirement_note(day, today):
            found.append(
                RetiringModel(
                    model,
                    day,
                    is_retired(day, today),
                    _successor(catalogue, model, today),
                    tuple(places),
                    _packs(records, places, model),
                )
            )
    return tuple(sorted(found, key=lambda one: (one.day, one.model)))


def successor_at(catalogue: ModelCatalogue, endpoint: str, model: str, today: date) -> str:
    """Return the successor of a model at an endpoint, "" if none is known or the endpoint is a custom address."""
    return _successor(catalogue, model, today) if endpoint == LITELLM else ""


def lane_with(store: Store, prompt_uid: str, model: str) -> Lane:
    """Return the column or else the lane of a prompt that has a model of LiteLLM's, to test a successor of.

    Blocks; raises StoreError, and RefusedError if the prompt does not use the model any more.
    """
    draft = store.draft(prompt_uid)
    lanes = (*store.tests.settings(prompt_uid).columns, *(() if draft is None else draft.lanes))
    for lane in lanes:
        if (lane.endpoint, lane.model) == (LITELLM, model):
            return lane
    raise RefusedError(f"The prompt does not use {model} any more. Look for retiring models again.")


def _day(catalogue: ModelCatalogue, model: str) -> date | None:
    info = catalogue.get(model)
    return None if info is None else info.retires


def _successor(catalogue: ModelCatalogue, model: str, today: date) -> str:
    """Follow successors until one that stays; the last named one if that is not known either."""
    seen, named = {model}, ""
    for _ in range(_MOST_STEPS):
        info = catalogue.get(named or model)
        following = "" if info is None else info.successor
        if not following or following in seen:
            break
        named = following
        seen.add(named)
        if not retirement_note(_day(catalogue, named), today):
            break
    return named


def _packs(records: Iterable[Mapping[str, Any]], uses: Iterable[ModelUse], model: str) -> tuple[PackUse, ...]:
    """Return the packs whose prompts have the model in a lane, which an export writes into the pack."""
    lanes = {use.prompt_uid: use.prompt_name for use in uses if use.kind == "lane"}
    return tuple(
        PackUse(body["name"] or "without a name", prompt["uid"], lanes[prompt["uid"]], model)
        for body in records
        for prompt in body["prompts"]
        if prompt["uid"] in lanes
    )
