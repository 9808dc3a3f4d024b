"""`workbench models`: list the models that can be run, the id first on each line.

With --retiring, `retiring_models` lists those in use that are retired or will be soon.

Invariant: no request is sent unless --endpoint is given.

The JSON document:

    {"models": [{"model": name for --model, "price": null or {"input", "output"} in dollars a token, and of a model that
                 LiteLLM knows "provider", "context", "max_output", "abilities", "retires", "retired", of one of your
                 endpoints "endpoint" and "address"}]}
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from workbench.cli.address_confirmation import confirm_address
from workbench.cli.database_arguments import for_database, open_workbench
from workbench.cli.exit_codes import FAILED, OK
from workbench.cli.output import one_line, write_json
from workbench.cli.retiring_models import retiring_models
from workbench.core.lanes import BUILTIN_MODEL, Endpoint
from workbench.core.money import Rates
from workbench.core.retirement import is_retired, retirement_note
from workbench.engine.catalogue import ModelInfo
from workbench.usecases.model_names import model_name
from workbench.usecases.problems import RefusedError
from workbench.usecases.workbench import Workbench

_ALL = 100_000
_ASK_WITHIN_S = 60.0
_SORTED_ABILITIES = ("vision", "tools", "reasoning", "json", "cache")


@dataclass(frozen=True, slots=True)
class _Listed:
    """One model: its name, the other fields of its line, and its JSON document without the name."""

    name: str
    fields: tuple[str, ...]
    document: Mapping[str, object] | None
    """None for a line that is not a model but says how to list more."""

    @property
    def line(self) -> str:
        return "\t".join(map(one_line, (self.name, *self.fields))).rstrip("\t")


def models(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Print models and return the exit code. Raises StoreError, HostError, RefusedError."""
    workbench = open_workbench(args, env, makes=getattr(args, "db", None) is None)
    try:
        if args.retiring:
            return retiring_models(workbench, args)
        listed = _asked(workbench, args) if args.endpoint else _known(workbench, args)
    finally:
        workbench.close()
    terms = " ".join(args.query).casefold().split()
    shown = [one for one in listed if all(term in one.line.casefold() for term in terms)]
    if args.json:
        documents = [{"model": one.name, **one.document} for one in shown if one.document is not None]
        write_json({"models": documents})
    else:
        for one in shown:
            print(one.line)
    if not shown:
        print("No model matches. Use fewer words, or type any id that LiteLLM knows.", file=sys.stderr)
    return OK if shown else FAILED


def _known(workbench: Workbench, args: argparse.Namespace) -> list[_Listed]:
    free = {"price": {"input": 0.0, "output": 0.0}}
    own = [
        _Listed("builtin", (f"{BUILTIN_MODEL}, on this machine", "free"), free),
        _Listed("echo", ("answers with the prompt", "free"), free),
    ]
    for endpoint in workbench.endpoints.custom():
        if endpoint.kind == "gguf":
            own.append(_Listed(endpoint.name, (endpoint.path, "free"), free))
            continue
        for model in workbench.endpoints.known.get(endpoint):
            own.append(_of_endpoint(endpoint, model, "as listed when it last answered"))
        asking = for_database(args, f"workbench models --endpoint={shlex.quote(endpoint.name)}")
        own.append(_Listed(model_name(endpoint, "…"), (endpoint.base_url, asking), None))
    today = workbench.today()
    return own + [catalogued(info, today) for info in workbench.catalogue.get().search("", _ALL)]


def _asked(workbench: Workbench, args: argparse.Namespace) -> list[_Listed]:
    name, custom = args.endpoint, workbench.endpoints.custom()
    endpoint = next((one for one in custom if one.name.casefold() == name.casefold()), None)
    if endpoint is None:
        known = ", ".join(f"“{one.name}”" for one in custom) or "none"
        raise RefusedError(f"There is no endpoint “{name}”. There are: {known}.")
    confirm_address(workbench, endpoint, "", args.confirm_address)
    workbench.engine.start()
    found = workbench.endpoints.models(endpoint).result(_ASK_WITHIN_S)
    if found.remark:
        print(one_line(found.remark), file=sys.stderr)
    return [_of_endpoint(endpoint, model) for model in found]


def _of_endpoint(endpoint: Endpoint, model: str, remark: str = "") -> _Listed:
    document = {"endpoint": endpoint.name, "address": endpoint.base_url}
    return _Listed(model_name(endpoint, model), (endpoint.base_url, remark), document)


def catalogued(info: ModelInfo, today: date) -> _Listed:
    """Return a model of LiteLLM's list, with its retirement date if known."""
    context = f"{info.context:,} tokens" if info.context else ""
    abilities = [ability for ability in _SORTED_ABILITIES if ability in info.abilities]
    document = {
        "provider": info.provider,
        "context": info.context,
        "max_output": info.max_output,
        "price": info.rates and {"input": info.rates.input, "output": info.rates.output},
        "abilities": abilities,
        "retires": info.retires and info.retires.isoformat(),
        "retired": is_retired(info.retires, today),
    }
    fields = (context, _price(info.rates), " ".join(abilities), retirement_note(info.retires, today))
    return _Listed(info.id, fields, document)


def _price(rates: Rates | None) -> str:
    if rates is None:
        return "price unknown"
    if rates.per_second is not None:
        return f"${rates.per_second:.4f} per second"
    return f"${rates.input * 1e6:.2f} in, ${rates.output * 1e6:.2f} out per million tokens"
