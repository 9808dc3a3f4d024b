"""Names of models and parameters in text. Pure functions.

Invariant: the models of every endpoint have a name without its uid, and a name means one model only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from workbench.core.extra_parameters import row_of, without_row
from workbench.core.lanes import BUILTIN, BUILTIN_MODEL, ECHO, ECHO_MODEL, LITELLM, Endpoint, Params
from workbench.core.parameter import Parameter, Value
from workbench.core.providers import PROVIDERS, provider_name
from workbench.usecases.problems import RefusedError

ENDPOINT = "endpoint:"
"""Prefix of models of an endpoint that has the name of a provider."""


def resolve_model(text: str, endpoints: Iterable[Endpoint]) -> tuple[str, str]:
    """Return (endpoint uid, model) for `echo`, `builtin`, `endpoint-name/model`, the name of a GGUF, or a LiteLLM id.

    A provider's name always means the provider: a history may come from somebody else, whose endpoint must not receive
    calls meant for the provider. Such an endpoint is `endpoint:name/model`. Raises RefusedError if the text is empty,
    matches several endpoints, or names an endpoint without a model.
    """
    name = text.strip()
    if not name:
        raise RefusedError("A model needs a name. “workbench models” lists them.")
    if name.casefold() in ("echo", "builtin"):
        return (ECHO, ECHO_MODEL) if name.casefold() == "echo" else (BUILTIN, BUILTIN_MODEL)
    if is_of_provider(name):
        provider, slash, rest = name.partition("/")
        return LITELLM, f"{provider.casefold()}{slash}{rest}"
    head, slash, rest = name.removeprefix(ENDPOINT).partition("/")
    names = {True: head.casefold(), False: name.casefold()}
    named = (one for one in endpoints if one.has_address or one.kind == "gguf")
    found = [one for one in named if one.name.casefold() == names[one.has_address]]
    if not found:
        return LITELLM, name
    endpoint = found[0]
    if len(found) > 1:
        raise RefusedError(
            f"Several endpoints are called “{endpoint.name}”. Rename all but one in Settings → Endpoints."
        )
    if endpoint.kind == "gguf":
        return endpoint.uid, endpoint.name
    if not slash or not rest:
        raise RefusedError(f"The endpoint “{endpoint.name}” needs a model: write “{model_name(endpoint, 'model')}”.")
    return endpoint.uid, rest


def is_of_provider(text: str) -> bool:
    """Return whether a text is the name of a provider, or starts with one and a slash."""
    return text.strip().partition("/")[0].casefold() in PROVIDERS


def shadowed(text: str, endpoints: Iterable[Endpoint]) -> str:
    """Return a sentence about an endpoint with the same name as the provider in a text, "" for none."""
    head, _, rest = text.strip().partition("/")
    same = [one for one in endpoints if one.has_address and one.name.casefold() == head.casefold()]
    if not same or not is_of_provider(text):
        return ""
    provider = provider_name(head.casefold())
    return (
        f"“{head}” means the provider {provider}. For your endpoint of that name write “{model_name(same[0], rest)}”."
    )


def model_name(endpoint: Endpoint, model: str) -> str:
    """Return the text that `resolve_model` resolves to this model of this endpoint."""
    if endpoint.kind in ("echo", "builtin"):
        return endpoint.kind
    if not endpoint.has_address:
        return endpoint.name if endpoint.kind == "gguf" else model
    return f"{ENDPOINT if is_of_provider(endpoint.name) else ''}{endpoint.name}/{model}"


def slots(count: int) -> tuple[str, ...]:
    """Return names of lane slots: a … z, then aa, ab, …"""
    letters = "abcdefghijklmnopqrstuvwxyz"
    made = []
    for number in range(count):
        name, rest = "", number
        while True:
            name = letters[rest % 26] + name
            rest = rest // 26 - 1
            if rest < 0:
                break
        made.append(name)
    return tuple(made)


def pair(text: str, what: str) -> tuple[str, str]:
    """Split `name=value` at the first equals sign; the value is exact. Raises RefusedError."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise RefusedError(f"“{text}” is not {what}. Write it as name=value.")
    return name.strip(), value


def with_params(params: Params, given: Sequence[tuple[str, str]]) -> Params:
    """Return `params` with more of them set, from text.

    A name is a row of the table in any spelling, or an alias. Other names become extra parameters, with values read as
    JSON if they are JSON. These values replace the lane's extra parameters of the same row. Lists may be given one text
    at a time. Raises RefusedError.
    """
    data = params.to_json()
    extra = data.pop("extra", {})
    if not isinstance(extra, dict):
        raise RefusedError("The extra parameters of a lane are not a JSON object. Correct them in the window.", extra)
    texts: dict[str, list[str]] = {}
    for written, text in given:
        row = row_of(written)
        if row is None:
            extra[written] = _json_or_text(written, text)
            continue
        extra = without_row(extra, row)
        if row.kind == "texts":
            if not text:
                raise RefusedError(f"{row.name} must be {row.requirement}. Type something after the equals sign.")
            texts.setdefault(row.name, []).append(text)
        else:
            data[row.name] = _value(row, text)
    return Params.from_json({**data, **texts, **({"extra": extra} if extra else {})})


def _value(row: Parameter, text: str) -> Value:
    try:
        value = row.read(text)
    except ValueError:
        value = None
    if value is None:
        raise RefusedError(f"{row.name} must be {row.requirement}, not “{text}”. Correct it.")
    return value


def _json_or_text(name: str, text: str) -> object:
    try:
        value = json.loads(text, parse_constant=str)
    except RecursionError as error:
        raise RefusedError(f"{name} is nested too deeply. Write it with fewer brackets.") from error
    except ValueError:
        return text
    try:
        json.dumps(value, allow_nan=False)
    except ValueError as error:
        raise RefusedError(f"{name} has a number that is too large. Use a smaller one.") from error
    return value
