"""Lanes, endpoints and parameters.

Invariant: a parameter that was not set is absent, everywhere: no default of ours ever reaches a provider.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

EndpointKind = Literal["litellm", "openai", "builtin", "gguf", "echo"]

# Endpoints that every database has; their uids are fixed so that packs and merges agree on them.
ECHO = "echo"
BUILTIN = "builtin"
LITELLM = "litellm"
BUILTIN_MODEL = "SmolLM2-135M-Instruct"
ECHO_MODEL = "echo"
MOST_SAMPLES = 20


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where models answer.

    `litellm`: any provider LiteLLM knows, the model id names it. `openai`: an OpenAI-compatible `base_url`.
    `builtin`: the model that ships with the product. `gguf`: `path` to a GGUF file, with an optional LoRA `adapter`.
    `echo`: answers with the rendered prompt. `headers` are extra, not secret, HTTP headers; names of headers whose
    values are in the keyring stand in `secret_headers`. `needs_key` is False for servers without authentication.
    A `litellm` one with a `base_url` speaks as its `provider` does, and `settings` are further parameters of that.
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

    @property
    def has_address(self) -> bool:
        """Whether it is at an address that somebody entered."""
        return self.kind == "openai" or (self.kind == "litellm" and self.uid != LITELLM)

    def full_model(self, model: str) -> str:
        """Return a model as LiteLLM names it, with its provider before it."""
        prefix = f"{self.provider}/"
        return model if not self.provider or model.startswith(prefix) else prefix + model

    @property
    def is_local(self) -> bool:
        """Whether answers cost no money: our own runtime or echo."""
        return self.kind in ("builtin", "gguf", "echo")


FIXED_ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(BUILTIN, "builtin", "Built-in model"),
    Endpoint(ECHO, "echo", "Echo"),
    Endpoint(LITELLM, "litellm", "LiteLLM"),
)


@dataclass(frozen=True, slots=True)
class Params:
    """Sampling parameters; None, () and "" mean not set. `extra` is JSON text of an object, merged into the request."""

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    reasoning_effort: str = ""
    extra: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return only what is set; `extra` stays nested under its own key, as text as long as it is no object."""
        data: dict[str, Any] = {}
        for name in ("temperature", "top_p", "max_tokens", "seed"):
            if (value := getattr(self, name)) is not None:
                data[name] = value
        if self.stop:
            data["stop"] = list(self.stop)
        if self.reasoning_effort:
            data["reasoning_effort"] = self.reasoning_effort
        if self.extra:
            try:
                data["extra"] = _object(self.extra)
            except ValueError:
                data["extra"] = self.extra
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Params:
        """Read `to_json` back. Raises ValueError with a sentence on a foreign shape."""
        if not isinstance(data, Mapping):
            raise ValueError("The parameters of a lane are not an object.")
        stop = data.get("stop", [])
        if not isinstance(stop, list | tuple) or not all(isinstance(item, str) for item in stop):
            raise ValueError("The stop sequences of a lane are not a list of texts.")
        extra = data.get("extra", {})
        if not isinstance(extra, Mapping | str):
            raise ValueError("The extra parameters of a lane are not an object.")
        return cls(
            temperature=_number(data, "temperature"),
            top_p=_number(data, "top_p"),
            max_tokens=_whole(data, "max_tokens"),
            stop=tuple(stop),
            seed=_whole(data, "seed"),
            reasoning_effort=_text(data, "reasoning_effort", ""),
            extra=extra if isinstance(extra, str) else json.dumps(extra, ensure_ascii=False) if extra else "",
        )

    def request(self) -> dict[str, Any]:
        """Return what goes into a chat-completions request: the set parameters with `extra` merged in on top.

        Raises ValueError when `extra` is no object.
        """
        data = self.to_json()
        data.pop("extra", None)
        return {**data, **(_object(self.extra) if self.extra else {})}


@dataclass(frozen=True, slots=True)
class Lane:
    """A column: who answers, how, and with which version.

    `slot` stays the same over iterations, so that a lane can be compared with its own past. `pinned` is the number of
    a version of the same prompt, or None for the current text. `label` overrides the shown name ("" = the model).
    `samples` (1 to MOST_SAMPLES) is how many independent answers a run asks for. A `hidden` lane is neither shown nor
    run; a `baseline` keeps the answers that it gave in the run of this uid, to compare with, and is not run again.
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

    def to_json(self) -> dict[str, Any]:
        """Return the stored form."""
        data: dict[str, Any] = {"slot": self.slot, "endpoint": self.endpoint, "model": self.model}
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
        """Read `to_json` back. Raises ValueError with a sentence on a foreign shape."""
        if not isinstance(data, Mapping):
            raise ValueError("A lane is not an object.")
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
        )

    @property
    def title(self) -> str:
        """The name shown in the lane's header: the label, else the model without its provider prefix."""
        return self.label or short_model(self.model)


def short_model(model: str) -> str:
    """Return a model id without provider path: `openrouter/anthropic/claude-haiku-4.5` is `claude-haiku-4.5`."""
    return model.rsplit("/", 1)[-1] or model


def _object(text: str) -> dict[str, Any]:
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError("The extra parameters of a lane are not an object.")
    return value


def _text(data: Mapping[str, Any], name: str, default: str | None = None) -> str:
    value = data.get(name, default)
    if not isinstance(value, str):
        raise ValueError(f"The {name} of a lane is not a text.")
    return value


def _number(data: Mapping[str, Any], name: str) -> float | None:
    value = data.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"The {name} of a lane is not a number.")
    return float(value)


def _whole(data: Mapping[str, Any], name: str) -> int | None:
    value = data.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"The {name} of a lane is not a whole number.")
    return value


def _switch(data: Mapping[str, Any], name: str) -> bool:
    value = data.get(name, False)
    if not isinstance(value, bool):
        raise ValueError(f"The mark {name!r} of a lane is neither true nor false.")
    return value
