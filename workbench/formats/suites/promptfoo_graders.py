"""The models that promptfoo's checks name as their graders.

Invariant: as for columns, nothing is run or fetched, and no key is read. A name that is no model gives a sentence,
never another model.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Literal

from workbench.core.imported_runs import clean
from workbench.core.lanes import Params
from workbench.core.testing.imported_suite import SuiteEndpoint
from workbench.formats.imports.promptfoo_settings import as_map, parameters_of
from workbench.formats.suites.promptfoo_providers import ADDRESSES, PROVIDER_NAMES, provider_model

_EMBEDDING = re.compile(r"([a-z0-9_-]+):embeddings?:(.+)", re.DOTALL)
_ONLY_EMBEDDINGS = ("voyage",)
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class GraderModel:
    """A grader: where it is asked and its model, as in `ImportedColumn`, or the `problem` that prevents it.

    `address` is a base URL of its own, "" for the provider's.
    """

    endpoint: SuiteEndpoint
    model: str
    params: Params = field(default_factory=Params)
    address: str = ""
    problem: str = ""


def grader_model(name: str, config: str, kind: Literal["chat", "embedding"]) -> GraderModel:
    """Return the model of a promptfoo id; `config` are its settings as JSON text, "" for none."""
    shown = f"“{name[:_LONGEST]}”"
    if kind == "chat":
        endpoint, model, problem = provider_model(name)
    else:
        endpoint, model, problem = _embedding_model(name)
    if not problem and "{{" in name:
        problem = "Its name is a template, which is not filled in here."
    if problem:
        return GraderModel("", "", problem=f"{shown} cannot be asked here. {problem}")
    try:
        given = as_map(json.loads(config)) if config else {}
    except ValueError:
        given = {}
    params, _ = parameters_of(given)
    address = next((value for key in ADDRESSES if isinstance(value := given.get(key), str) and value), "")
    return GraderModel(endpoint, clean(model), params if kind == "chat" else Params(), address)


def _embedding_model(name: str) -> tuple[SuiteEndpoint, str, str]:
    provider, _, rest = name.partition(":")
    if provider in _ONLY_EMBEDDINGS and rest:
        return "litellm", f"{provider}/{rest}", ""
    match = _EMBEDDING.fullmatch(name)
    if match is None:
        return "", "", "It is not an embedding model."
    found = PROVIDER_NAMES.get(match[1])
    if found is None:
        return "", "", "Its provider is not known here."
    return "litellm", f"{found}/{match[2]}" if found else match[2], ""
