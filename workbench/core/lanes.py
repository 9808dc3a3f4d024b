"""Lanes, endpoints and parameters.

Invariant: a parameter that is not set is absent everywhere; the product never sends a default of its own.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from workbench.core import parameters
from workbench.core.extra_parameters import sort_parameters
from workbench.core.parameter import Value
from workbench.core.visible_text import VisibleFields, visible_name

EndpointKind = Literal["litellm", "openai", "builtin", "gguf", "echo"]

# Endpoints that every database has; their uids are fixed so that packs and merges agree on them.
ECHO = "echo"
BUILTIN = "builtin"
LITELLM = "litellm"
BUILTIN_MODEL = "SmolLM2-135M-Instruct"
ECHO_MODEL = "echo"
MOST_SAMPLES = 20


@dataclass(frozen=True, slots=True)
class Endpoint(VisibleFields):
    """A destination of calls.

    Kinds: `litellm` is any provider of LiteLLM, named by the model id. `openai` is an OpenAI-compatible `base_url`.
    `builtin` is the model that ships with the product. `gguf` is a GGUF file at `path`, with an optional LoRA
    `adapter`. `echo` answers with the rendered prompt. `headers` are extra, non-secret HTTP headers; `secret_headers`
    are names of headers whose values are in the keyring. `needs_key` is False for servers without authentication.
    A `litellm` endpoint with a `base_url` uses the protocol of its `provider`, with `settings` as further parameters.
    """

    uid: str
    kind: EndpointKind
    name: str
    base_url: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    secret_headers: tuple[str, ...] = ()
    needs_key: bool = False
    path: str = ""
    adapter: str = ""
    provider: str = ""
    settings: tuple[tuple[str, str], ...] = ()
    SHOWN = ("name",)

    @property
    def has_address(self) -> bool:
        """Whether its address was entered by a user."""
        return self.kind == "openai" or (self.kind == "litellm" and self.uid != LITELLM)

    def full_model(self, model: str) -> str:
        """Return LiteLLM's name of a model, with the provider as prefix."""
        prefix = f"{self.provider}/"
        return model if not self.provider or model.startswith(prefix) else prefix + model

    @property
    def is_local(self) -> bool:
        """Whether answers are free: the built-in runtime or echo."""
        return self.kind in ("builtin", "gguf", "echo")


FIXED_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(BUILTIN, "builtin", "Built-in model"),
    Endpoint(ECHO, "echo", "Echo"),
    Endpoint(LITELLM, "litellm", "LiteLLM"),
)


@dataclass(frozen=True, slots=True, init=False)
class Params:
    """Parameters of a lane, keyed by the rows of `core.parameters`; unset ones are absent.

    `extra` is JSON text of an object that is merged into the request. `unknown` is JSON text of an object with stored
    keys that have no row in this release; they are kept and sent unchanged.
    """

    values: tuple[tuple[str, Value], ...]
    extra: str
    unknown: str

    def __init__(
        self, *, values: Iterable[tuple[str, Value]] = (), extra: str = "", unknown: str = "", **named: Any
    ) -> None:
        """Set parameters from `values`, overridden by `named`; None, "" and () leave a parameter unset.

        `dataclasses.replace` accepts parameter names too. Raises ValueError for a value of the wrong type, TypeError
        for an unknown name.
        """
        known = {row.name: row for row in parameters.table()}
        given = {**dict(values), **named}
        if strange := given.keys() - known.keys():
            raise TypeError(f"no parameter is called {min(strange)}")
        found = {name: known[name].stored(value) for name, value in given.items() if value is not None}
        object.__setattr__(self, "values", tuple((name, found[name]) for name in known if found.get(name) is not None))
        object.__setattr__(self, "extra", extra)
        object.__setattr__(self, "unknown", unknown)

    def get(self, name: str) -> Any:
        """Return the value of a parameter, None if it is not set."""
        return next((value for known, value in self.values if known == name), None)

    def to_json(self) -> dict[str, Any]:
        """Return the set parameters; `extra` stays nested under its own key, as text if it is not an object."""
        data: dict[str, Any] = {name: list(value) if isinstance(value, tuple) else value for name, value in self.values}
        if self.unknown:
            data |= _object(self.unknown)
        if self.extra:
            try:
                data["extra"] = _object(self.extra)
            except ValueError:
                data["extra"] = self.extra
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Params:
        """Read `to_json` back. Raises ValueError with a sentence for an invalid shape; ranges are not checked."""
        if not isinstance(data, Mapping):
            raise ValueError("The parameters of a lane are not an object.")
        rows = parameters.table()
        values: dict[str, Any] = {row.name: row.stored(data[row.name]) for row in rows if row.name in data}
        extra = data.get("extra", {})
        if not isinstance(extra, Mapping | str):
            raise ValueError("The extra parameters of a lane are not an object.")
        unknown = {name: value for name, value in data.items() if name != "extra" and name not in values}
        return cls(extra=extra if isinstance(extra, str) else _dumped(extra), unknown=_dumped(unknown), **values)

    def out_of_range(self) -> str:
        """Return a sentence about the first parameter outside its row's range, "" if all are valid.

        Parameters in `extra` are included. Raises ValueError if `extra` is not an object.
        """
        for name, value in self.values:
            row = parameters.parameter(name)
            if row is not None and not row.allows(value):
                return f"The {name} of a lane must be {row.requirement}."
        problems = sort_parameters(_object(self.extra)).problems if self.extra else []
        return f"Extra parameters of a lane: {problems[0]}" if problems else ""

    def sent(self) -> dict[str, Any]:
        """Return `to_json` without parameters that only control how an answer is read."""
        kept = {row.name for row in parameters.table() if not row.is_sent}
        return {name: value for name, value in self.to_json().items() if name not in kept}

    def request(self) -> dict[str, Any]:
        """Return the parameters of a chat completions request: the set ones, overridden by `extra`.

        Raises ValueError if `extra` is not an object.
        """
        data = self.sent()
        data.pop("extra", None)
        return {**data, **(_object(self.extra) if self.extra else {})}


@dataclass(frozen=True, slots=True)
class Lane(VisibleFields):
    """A column: endpoint, model, parameters and version.

    `slot` is constant over iterations, so that a lane can be compared with its own past. `pinned` is the number of a
    version of the same prompt, or None for the current text. `label` overrides the shown name ("": the model).
    `samples` (1 to MOST_SAMPLES) is the number of independent answers per run. A `hidden` lane is neither shown nor
    run. A lane with a `baseline` keeps its answers of the run with this uid for comparison and is not run again.
    `unknown` is JSON text of an object with the stored keys that this release does not know.
    """

    slot: str
    endpoint: str
    model: str
    params: Params = field(default_factory=Params)
    pinned: int | None = None
    label: str = ""
    samples: int = 1
    hidden: bool = False
    baseline: str = ""
    unknown: str = ""
    SHOWN = ("label",)

    def to_json(self) -> dict[str, Any]:
        """Return the stored form."""
        data: dict[str, Any] = _object(self.unknown) if self.unknown else {}
        data |= {"slot": self.slot, "endpoint": self.endpoint, "model": self.model}
        if params := self.params.to_json():
            data["params"] = params
        if self.pinned is not None:
            data["pinned"] = self.pinned
        if self.label:
            data["label"] = self.label
        if self.samples != 1:
            data["samples"] = self.samples
        if self.hidden:
            data["hidden"] = True
        if self.baseline:
            data["baseline"] = self.baseline
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Lane:
        """Read `to_json` back. Raises ValueError with a sentence for an invalid shape."""
        if not isinstance(data, Mapping):
            raise ValueError("A lane is not an object.")
        unknown = {name: value for name, value in data.items() if name not in _KEYS}
        return cls(
            slot=_text(data, "slot"),
            endpoint=_text(data, "endpoint"),
            model=_text(data, "model"),
            params=Params.from_json(data.get("params", {})),
            pinned=_whole(data, "pinned"),
            label=_text(data, "label", ""),
            samples=max(1, min(MOST_SAMPLES, _whole(data, "samples") or 1)),
            hidden=_switch(data, "hidden"),
            baseline=_text(data, "baseline", ""),
            unknown=_dumped(unknown),
        )

    @property
    def title(self) -> str:
        """The name shown in the lane's header: the label, else the model without its provider prefix."""
        return self.label or visible_name(short_model(self.model))


def slots_apart(lanes: Iterable[Lane]) -> tuple[Lane, ...]:
    """Return the lanes with unique slots; a repeated slot gets another name."""
    found: dict[str, Lane] = {}
    numbers: Counter[str] = Counter()
    for lane in lanes:
        slot = lane.slot
        while slot in found:
            numbers[lane.slot] += 1
            slot = f"{lane.slot}-{numbers[lane.slot] + 1}"
        found[slot] = lane if slot == lane.slot else replace(lane, slot=slot)
    return tuple(found.values())


def for_new_prompt(lanes: Iterable[Lane]) -> tuple[Lane, ...]:
    """Return lanes for a prompt without versions and runs: pinned versions and baselines belong to another prompt."""
    return tuple(replace(lane, pinned=None, baseline="") for lane in lanes)


_KEYS = frozenset({"slot", "endpoint", "model", "params", "pinned", "label", "samples", "hidden", "baseline"})


def short_model(model: str) -> str:
    """Return a model id without provider path: `openrouter/anthropic/claude-haiku-4.5` is `claude-haiku-4.5`."""
    return model.rsplit("/", 1)[-1] or model


def _dumped(data: Mapping[str, Any]) -> str:
    try:
        return json.dumps(data, ensure_ascii=False, allow_nan=False) if data else ""
    except RecursionError as error:
        raise ValueError("A lane is nested too deeply.") from error
    except ValueError as error:
        raise ValueError("A lane has a number that JSON cannot hold.") from error


def _number(text: str) -> float:
    if not math.isfinite(value := float(text)):
        raise ValueError(f"{text} is not a JSON number.")
    return value


def _object(text: str) -> dict[str, Any]:
    value = json.loads(text, parse_float=_number, parse_constant=_number)
    if not isinstance(value, dict):
        raise ValueError("The extra parameters of a lane are not an object.")
    return value


def _text(data: Mapping[str, Any], name: str, default: str | None = None) -> str:
    value = data.get(name, default)
    if not isinstance(value, str):
        raise ValueError(f"The {name} of a lane is not a text.")
    return value


def _whole(data: Mapping[str, Any], name: str) -> int | None:
    value = data.get(name)
    if value is None:
        return None
    if not is_stored_int(value):
        raise ValueError(f"The {name} of a lane is not a whole number.")
    return int(value)


def is_stored_int(value: object) -> bool:
    """Whether a value is an integer that SQLite can store (64 bits); JSON integers can be larger."""
    return type(value) is int and abs(value) < 1 << 63


def _switch(data: Mapping[str, Any], name: str) -> bool:
    value = data.get(name, False)
    if not isinstance(value, bool):
        raise ValueError(f"The mark {name!r} of a lane is neither true nor false.")
    return value
