"""What is read of the configuration that promptfoo writes into its results.

Invariant: of providers only sampling parameters, because the rest may hold keys, and the keys themselves, to be masked
where a failure cites them.
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
    """Return the sampling parameters of a provider, by its id and label, and a sentence about each that was left out.

    Names without a row are not taken, nor told: they may be of keys.
    """
    for one in (*as_list(config.get("providers")), *as_list(config.get("targets"))):
        if isinstance(one, dict) and len(one) == 1 and isinstance(next(iter(one.values())), dict):
            name, body = next(iter(one.items()))
            one = {"id": name, **body}
        if not isinstance(one, dict) or (as_text(one.get("id")), as_text(one.get("label"))) != (model, label):
            continue
        config = as_map(one.get("config"))
        # What promptfoo has no name for goes to the provider as it is.
        given = {**as_map(config.get("passthrough")), **{ours: config[n] for n, ours in _names() if n in config}}
        found = sort_parameters(given)
        return Params(values=found.values.items()), found.problems
    return Params(), []


def secrets(config: Mapping[str, Any]) -> Iterator[str]:
    """Yield the texts of a configuration that may be keys, by what they are called."""
    left: list[tuple[str, object]] = [("", config)]
    while left:
        name, value = left.pop()
        if isinstance(value, dict):
            left += [(str(inner), item) for inner, item in value.items()]
        elif isinstance(value, list):
            left += [(name, item) for item in value]
        elif isinstance(value, str) and _SECRET.search(name):
            # The key of "Bearer KEY" is told without its word.
            yield from {value, value.rpartition(" ")[2]}


def _names() -> list[tuple[str, str]]:
    return [*names_in("promptfoo-other").items(), *names_in("promptfoo").items()]


def as_map(value: object) -> Mapping[str, Any]:
    """Return a value that should be an object, an empty one for any other."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """Return a value that should be a list, an empty one for any other."""
    return value if isinstance(value, list) else []


def as_text(value: object) -> str:
    """Return a value that should be a text, "" for any other."""
    return value if isinstance(value, str) else ""
