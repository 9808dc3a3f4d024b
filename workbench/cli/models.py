"""`workbench models`: what can be run, the id first on each line.

Invariant: listing asks nobody, unless an endpoint is named.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping

from workbench.cli.codes import FAILED, OK
from workbench.cli.opening import open_workbench
from workbench.core.lanes import BUILTIN_MODEL
from workbench.core.money import Rates
from workbench.engine.catalogue import ModelInfo
from workbench.usecases.problems import RefusedError
from workbench.usecases.workbench import Workbench

_ALL = 100_000
_ASK_WITHIN_S = 60.0
_SORTED_ABILITIES = ("vision", "tools", "reasoning", "json", "cache")


def models(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Print models; returns the exit code. Raises what keeps them from being listed."""
    workbench = open_workbench(args, env, makes=getattr(args, "db", None) is None)
    try:
        lines = _asked(workbench, args.endpoint) if args.endpoint else _known(workbench)
    finally:
        workbench.close()
    terms = " ".join(args.query).casefold().split()
    shown = [line for line in lines if all(term in line.casefold() for term in terms)]
    for line in shown:
        print(line)
    if not shown:
        print("No model matches. Use fewer words, or type any id that LiteLLM knows.", file=sys.stderr)
    return OK if shown else FAILED


def _known(workbench: Workbench) -> list[str]:
    own = [
        _line("builtin", f"{BUILTIN_MODEL}, on this machine", "free"),
        _line("echo", "answers with the prompt", "free"),
    ]
    for endpoint in workbench.endpoints.custom():
        if endpoint.kind == "gguf":
            own.append(_line(endpoint.name, endpoint.path, "free"))
        else:
            own.append(_line(f"{endpoint.name}/…", endpoint.base_url, f"workbench models --endpoint {endpoint.name!r}"))
    return own + [_catalogued(info) for info in workbench.catalogue.get().search("", _ALL)]


def _asked(workbench: Workbench, name: str) -> list[str]:
    custom = workbench.endpoints.custom()
    endpoint = next((one for one in custom if one.name.casefold() == name.casefold()), None)
    if endpoint is None:
        known = ", ".join(f"“{one.name}”" for one in custom) or "none"
        raise RefusedError(f"There is no endpoint “{name}”. There are: {known}.")
    workbench.engine.start()
    found = workbench.endpoints.models(endpoint).result(_ASK_WITHIN_S)
    if found.remark:
        print(found.remark, file=sys.stderr)
    return [_line(f"{endpoint.name}/{model}", endpoint.base_url) for model in found]


def _line(model: str, *rest: str) -> str:
    return "\t".join([model, *rest])


def _catalogued(info: ModelInfo) -> str:
    context = f"{info.context:,} tokens" if info.context else ""
    abilities = " ".join(ability for ability in _SORTED_ABILITIES if ability in info.abilities)
    return _line(info.id, context, _price(info.rates), abilities).rstrip("\t")


def _price(rates: Rates | None) -> str:
    if rates is None:
        return "price unknown"
    return f"${rates.input * 1e6:.2f} in, ${rates.output * 1e6:.2f} out per million tokens"
