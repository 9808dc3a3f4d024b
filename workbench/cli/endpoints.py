"""`workbench endpoint list`, `add`, `test` and `remove`.

Invariant: secrets come from standard input, go to the keyring, and are never printed.

The JSON documents: that of `list` is {"endpoints": [ENDPOINT]}, that of `add` and `remove` an ENDPOINT, where

    ENDPOINT = {"endpoint": uid, "name", "kind": "openai" | "litellm" | "gguf", "address": base URL or "",
                "provider": id or "", "path": of the GGUF file or "", "adapter": path or "", "needs_key": true or false,
                "headers": [name], "models": number of those it listed last}

and that of `test` {"name", "works": true, "sentence"}; a test that fails is an error.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.cli.address_confirmation import confirm_address
from workbench.cli.database_arguments import open_workbench
from workbench.cli.exit_codes import OK
from workbench.cli.output import one_line, write_json
from workbench.cli.text_arguments import secret_lines
from workbench.core.lanes import Endpoint
from workbench.core.providers import PROVIDERS
from workbench.core.text import plural
from workbench.usecases.endpoint_form import EndpointForm, address_trouble, is_secret_header, name_of, versioned_url
from workbench.usecases.endpoints import Endpoints, SavedEndpoint, WrongFormError, file_troubles
from workbench.usecases.model_names import model_name, pair
from workbench.usecases.problems import RefusedError
from workbench.usecases.workbench import Workbench

ASK_WITHIN_S = 60.0


def endpoints(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Do what the arguments say with endpoints and return the exit code.

    Raises StoreError, HostError, EngineError, RefusedError.
    """
    workbench = open_workbench(args, env, makes=args.what == "add")
    try:
        if args.what == "list":
            _list(workbench, args)
        elif args.what == "add":
            _add(workbench, args)
        else:
            endpoint = named_endpoint(workbench.endpoints, args.name)
            if args.what == "test":
                tell_test(args, endpoint.name, test_endpoint(workbench, endpoint, args))
            else:
                workbench.endpoints.remove(endpoint.uid).result()
                _tell(workbench, endpoint, args, "Removed")
    finally:
        workbench.close()
    return OK


def named_endpoint(found: Endpoints, name: str) -> Endpoint:
    """Return a custom endpoint by its name, in any case of letters. Raises RefusedError."""
    custom = found.custom()
    for endpoint in custom:
        if endpoint.name.casefold() == name.strip().casefold():
            return endpoint
    known = ", ".join(f"“{one.name}”" for one in custom) or "none"
    raise RefusedError(f"There is no endpoint “{name}”. There are: {known}.")


def test_endpoint(workbench: Workbench, endpoint: Endpoint, args: argparse.Namespace) -> str:
    """Return a sentence about what was tested. Raises EngineError, and RefusedError for an unconfirmed address."""
    if endpoint.kind == "gguf":
        if problems := file_troubles(endpoint):
            raise RefusedError(problems[0].sentence)
        return f"{endpoint.path} is a GGUF file. It is loaded with the first run."
    confirm_address(workbench, endpoint, args.model, args.confirm_address)
    workbench.engine.start()
    return workbench.endpoints.test(endpoint, args.model).result(ASK_WITHIN_S)


def tell_test(args: argparse.Namespace, name: str, sentence: str) -> None:
    """Print the result of a test that succeeded."""
    if args.json:
        write_json({"name": name, "works": True, "sentence": sentence})
    else:
        print(one_line(f"{name}: {sentence}"))


def _list(workbench: Workbench, args: argparse.Namespace) -> None:
    custom = workbench.endpoints.custom()
    if args.json:
        write_json({"endpoints": [_document(workbench, one) for one in custom]})
        return
    for one in custom:
        known = len(workbench.endpoints.known.get(one))
        facts = (
            one.name,
            one.path or one.base_url,
            one.provider,
            "with a key" if one.needs_key else "",
            f"{known} {plural(known, 'model')} listed" if known else "",
        )
        print("\t".join(one_line(fact) for fact in facts if fact))
    if not custom:
        print("There are no endpoints of your own yet. Add one with workbench endpoint add URL.", file=sys.stderr)


def _add(workbench: Workbench, args: argparse.Namespace) -> None:
    try:
        saved = _saved_file(workbench, args) if _is_file(args.address) else _saved_address(workbench, args)
    except WrongFormError as error:
        raise RefusedError(error.sentence) from error
    saved.done.result()
    for warning in saved.warnings:
        print(one_line(warning), file=sys.stderr)
    _tell(workbench, saved.endpoint, args, "Added")


def _is_file(address: str) -> bool:
    return "://" not in address and address.lower().endswith(".gguf")


def _saved_file(workbench: Workbench, args: argparse.Namespace) -> SavedEndpoint:
    path = Path(args.address).expanduser()
    return workbench.endpoints.save_file(args.name or path.stem, path, args.adapter)


def _saved_address(workbench: Workbench, args: argparse.Namespace) -> SavedEndpoint:
    if args.adapter is not None:
        raise RefusedError("An adapter belongs to a GGUF file. Leave out --adapter.")
    if problem := address_trouble(args.address):
        raise RefusedError(problem)
    if args.provider and args.provider not in PROVIDERS:
        raise RefusedError(f"There is no provider “{args.provider}”. Use an id such as anthropic or azure.")
    headers = [pair(one, "a header") for one in args.header]
    for name, value in headers:
        if is_secret_header(name, value):
            raise RefusedError(f"The header {name} looks like a secret. Use --secret-header {name}.")
    names = [*(["key"] if args.key else []), *(f"header {name}" for name in args.secret_header)]
    secrets = secret_lines(names)
    key = secrets.pop(0) if args.key else None
    form = EndpointForm(
        args.name or name_of(args.address),
        args.address,
        needs_key=args.key,
        key=key,
        headers=(*headers, *zip(args.secret_header, secrets, strict=True)),
        provider=args.provider,
        settings=tuple(pair(one, "a setting") for one in args.setting),
    )
    _refuse_plain(form, args.secret_header)
    if versioned_url(form):
        workbench.engine.start()
    return workbench.endpoints.save_answering(form)


def _refuse_plain(form: EndpointForm, secret: list[str]) -> None:
    """Refuse a header that would be stored in the history although it was called secret."""
    for name, value in form.headers:
        if name in secret and value is not None and not is_secret_header(name, value):
            raise RefusedError(f"The header {name} does not look like a secret. Use --header {name}=VALUE.")


def _tell(workbench: Workbench, endpoint: Endpoint, args: argparse.Namespace, did: str) -> None:
    if args.json:
        write_json(_document(workbench, endpoint))
        return
    name = one_line(endpoint.name)
    used = f" Its models are called {one_line(model_name(endpoint, 'MODEL'))}." if did == "Added" else ""
    print(f"{did} the endpoint “{name}”.{used}")


def _document(workbench: Workbench, one: Endpoint) -> dict[str, Any]:
    return {
        "endpoint": one.uid,
        "name": one.name,
        "kind": one.kind,
        "address": one.base_url,
        "provider": one.provider,
        "path": one.path,
        "adapter": one.adapter,
        "needs_key": one.needs_key,
        "headers": [*(name for name, _ in one.headers), *one.secret_headers],
        "models": len(workbench.endpoints.known.get(one)),
    }
