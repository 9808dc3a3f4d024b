"""`workbench key set`, `test` and `remove`.

Invariant: a key is read from standard input and stored in the keyring. It is never an argument, never printed, and
never in a file of the product.

The JSON document of `set` and `remove`: {"name": id of the provider or name of the endpoint, "stored": true or false,
"address": where the key is sent}; that of `test` is {"name", "works": true, "sentence"}.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from workbench.cli.address_confirmation import confirm_address
from workbench.cli.database_arguments import open_workbench
from workbench.cli.endpoints import ASK_WITHIN_S, named_endpoint, tell_test, test_endpoint
from workbench.cli.exit_codes import OK
from workbench.cli.output import one_line, write_json
from workbench.cli.text_arguments import secret_lines
from workbench.core.lanes import FIXED_ENDPOINTS, LITELLM, Endpoint
from workbench.core.providers import PROVIDERS
from workbench.host.dirs import places
from workbench.host.keys import KeyStore
from workbench.host.provider_choices import ProviderChoices
from workbench.usecases.credentials import open_keys
from workbench.usecases.endpoint_form import EndpointForm
from workbench.usecases.model_names import ENDPOINT
from workbench.usecases.problems import RefusedError
from workbench.usecases.provider_access import remove_keys, set_key, where_is
from workbench.usecases.workbench import Workbench


def keys(args: argparse.Namespace, env: Mapping[str, str]) -> int:
    """Do what the arguments say with a key and return the exit code.

    Raises StoreError, HostError, EngineError, RefusedError.
    """
    provider = _provider(args.name)
    if provider and args.what != "test":
        _keep(open_keys(env, ProviderChoices(places(env).config)), provider, args)
        return OK
    workbench = open_workbench(args, env, makes=getattr(args, "db", None) is None)
    try:
        if provider:
            _test(workbench, provider, args)
        else:
            _of_endpoint(workbench, named_endpoint(workbench.endpoints, args.name.removeprefix(ENDPOINT)), args)
    finally:
        workbench.close()
    return OK


def _provider(name: str) -> str:
    """Return the id of the provider with this id or name, "" for none."""
    typed = name.strip().casefold()
    return next((row.id for row in PROVIDERS.values() if typed in (row.id.casefold(), row.name.casefold())), "")


def _test(workbench: Workbench, provider: str, args: argparse.Namespace) -> None:
    litellm = next(one for one in FIXED_ENDPOINTS if one.uid == LITELLM)
    confirm_address(workbench, litellm, f"{provider}/{args.model or 'model'}", args.confirm_address)
    workbench.engine.start()
    told = workbench.endpoints.test_provider(provider, args.model).result(ASK_WITHIN_S)
    tell_test(args, PROVIDERS[provider].name, told)


def _keep(keys: KeyStore, provider: str, args: argparse.Namespace) -> None:
    """Store or remove the key of a provider, for which no history is needed."""
    known = PROVIDERS[provider]
    if args.what == "set":
        if not known.takes_key:
            raise RefusedError(f"{known.name} has no single key. The guide says how to sign in.")
        _require_keyring(keys, known.key_variables)
        (key,) = secret_lines([f"key of {known.name}"])
        set_key(keys, provider, key, session=False)
    else:
        remove_keys(keys, provider)
    _tell(args, known.name, provider, where_is(keys, provider).base_url)


def _of_endpoint(workbench: Workbench, endpoint: Endpoint, args: argparse.Namespace) -> None:
    if args.what == "test":
        tell_test(args, endpoint.name, test_endpoint(workbench, endpoint, args))
        return
    if not endpoint.has_address:
        raise RefusedError(f"“{endpoint.name}” is a file on this computer and needs no key.")
    key = ""
    if args.what == "set":
        _require_keyring(workbench.keys, ())
        (key,) = secret_lines([f"key of {endpoint.name}"])
    form = EndpointForm(
        endpoint.name,
        endpoint.base_url,
        endpoint.uid,
        needs_key=bool(key),
        key=key,
        headers=(*endpoint.headers, *((name, None) for name in endpoint.secret_headers)),
        provider=endpoint.provider,
        settings=endpoint.settings,
    )
    workbench.endpoints.save(form).done.result()
    _tell(args, endpoint.name, endpoint.name, endpoint.base_url)


def _require_keyring(keys: KeyStore, variables: tuple[str, ...]) -> None:
    """Raise RefusedError, before a key is asked for, if there is no keyring to store it in."""
    status = keys.available()
    if status.ok:
        return
    instead = f"Set the variable {variables[0]} instead" if variables else "Start one, such as GNOME Keyring"
    raise RefusedError(f"There is no keyring on this computer to store a key in. {instead}.", status.detail)


def _tell(args: argparse.Namespace, title: str, name: str, address: str) -> None:
    is_stored = args.what == "set"
    if args.json:
        write_json({"name": name, "stored": is_stored, "address": address})
        return
    to = f" It is sent to {address} only." if is_stored and address else ""
    print(one_line(f"{'Stored' if is_stored else 'Removed'} the key of {title}.{to}"))
