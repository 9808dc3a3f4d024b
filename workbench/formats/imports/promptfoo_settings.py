"""Read the configuration that promptfoo writes into its results.

Invariant: of providers only sampling parameters are imported, because the rest may hold keys. Keys are read only to
mask them in error messages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from workbench.core.extra_parameters import sort_parameters
from workbench.core.lanes import Params
from workbench.core.parameters import names_in

_SECRET = re.compile("(api_?key|token|secret|password|authorization)(?!envar)", re.IGNORECASE)


def sampling(config: Mapping[str, Any], model: str, label: str) -> tuple[Params, list[str]]:
    """Return the sampling parameters of the provider with this id and label, and a sentence about each left out.

    Names that are not in the parameter table are ignored and not reported: they may hold keys.
    """
    for one in (*as_list(config.get("providers")), *as_list(config.get("targets"))):
        if isinstance(one, dict) and len(one) == 1 and isinstance(next(iter(one.values())), dict):
            name, body = next(iter(one.items()))
            one = {"id": name, **body}
        if not isinstance(one, dict) or (as_text(one.get("id")), as_text(one.get("label"))) != (model, label):
            continue
        return parameters_of(as_map(one.get("config")))
    return Params(), []


def parameters_of(config: Mapping[str, Any]) -> tuple[Params, list[str]]:
    """Return the sampling parameters of a provider's `config`, and a sentence about each left out."""
    # Entries of `passthrough`, which promptfoo has no names for, go to the provider unchanged.
    given = {**as_map(config.get("passthrough")), **{ours: config[n] for n, ours in _names() if n in config}}
    found = sort_parameters(given)
    return Params(values=found.values.items()), found.problems


def is_parameter(name: str) -> bool:
    """Whether a name in a provider's `config` is that of a parameter in the table."""
    return any(name == known for known, _ in _names())


def may_be_secret(name: str) -> bool:
    """Whether the value of this name may be a key."""
    return _SECRET.search(name) is not None


def secrets(config: Mapping[str, Any]) -> Iterator[str]:
    """Yield the texts of a configuration that may be keys, judging by their names."""
    left: list[tuple[str, object]] = [("", config)]
    while left:
        name, value = left.pop()
        if isinstance(value, dict):
            left += [(str(inner), item) for inner, item in value.items()]
        elif isinstance(value, list):
            left += [(name, item) for item in value]
        elif isinstance(value, str) and _SECRET.search(name):
            # Of "Bearer KEY" also the key alone, as errors may cite it.
            yield from {value, value.rpartition(" ")[2]}


def _names() -> list[tuple[str, str]]:
    return [*names_in("promptfoo-other").items(), *names_in("promptfoo").items()]


def as_map(value: object) -> Mapping[str, Any]:
    """Return `value` if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """Return `value` if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def as_text(value: object) -> str:
    """Return `value` if it is text, else ""."""
    return value if isinstance(value, str) else ""
