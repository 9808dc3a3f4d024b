"""State of a provider on this machine: address, key, settings, and what is missing.

Invariant: of a secret, only the last four characters leave this module.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from workbench.core.install_hint import install_command, is_installed
from workbench.core.lanes import FIXED_ENDPOINTS, LITELLM
from workbench.core.origins import shown_address
from workbench.core.provider import Provider, ProviderPackage, ProviderSetting
from workbench.core.provider_requirements import package_sentence, setting_trouble
from workbench.core.providers import PROVIDERS, provider_name
from workbench.host.errors import HostError
from workbench.host.keys import Key, KeyStore
from workbench.usecases.credentials import AddressQuestion, address_question, provider_key
from workbench.usecases.destinations import KeyDestination, destination, environment_address, key_id, setting_key
from workbench.usecases.endpoint_form import address_trouble

_LONG_ENOUGH = 12
_LITELLM = next(endpoint for endpoint in FIXED_ENDPOINTS if endpoint.uid == LITELLM)


@dataclass(frozen=True, slots=True)
class SettingState:
    """A setting of a provider. `value` is the entered one; a secret has only `tail`, the part that may be shown.

    `variable` is the environment variable that holds a value, even if an entered value takes precedence.
    """

    setting: ProviderSetting
    value: str = ""
    tail: str = ""
    variable: str = ""
    found: str = ""
    """The value in the environment, "" for a secret one."""


@dataclass(frozen=True, slots=True)
class ProviderState:
    """A provider as the settings show it. `where` is the address in force, `entered` the one entered here."""

    provider: str
    name: str
    where: KeyDestination
    public: str = ""
    entered: str = ""
    environment: str = ""
    variable: str = ""
    address_variables: tuple[str, ...] = ()
    address_hint: str = ""
    settings: tuple[SettingState, ...] = ()
    documentation: str = ""
    missing: str = ""
    question: AddressQuestion | None = None

    @property
    def goes_to(self) -> str:
        """Where requests go, as text."""
        where = self.where
        if where.base_url and not where.origin:
            named_by = where.variable or "The address below"
            why = f"which cannot be used, so nothing is sent. {address_trouble(where.base_url)}"
            return f"{named_by} {'names' if where.variable else 'is'} {where.base_url}, {why}"
        match where.source:
            case "settings":
                return f"Requests go to {where.base_url}, as entered below."
            case "environment":
                return f"Requests go to {where.base_url}, as {where.variable} says."
            case _ if where.base_url:
                return f"Requests go to {where.base_url}."
            case _ if self.address_hint:
                return "There is no public address. Enter yours below."
            case _:
                return "The address follows from the settings below."


def tail_of(key: str) -> str:
    """Return the part of a key that may be shown: "…" and its last four characters, or only "…" for a short key."""
    return f"…{key[-4:]}" if len(key) >= _LONG_ENOUGH else "…" if key else ""


def is_listed(provider: Provider) -> bool:
    """Return whether a provider has anything to enter and represents the providers that share its key."""
    return key_id(provider.id) == provider.id and bool(
        provider.takes_key or provider.settings or provider.address_variables
    )


def where_is(keys: KeyStore, provider: str) -> KeyDestination:
    """Return the address for calls to a provider."""
    return destination(provider, keys.env, keys.choices)


def key_in_force(keys: KeyStore, provider: str) -> tuple[Key | None, bool]:
    """Return the key that calls use and True, or a key not allowed at the address in force and False.

    Raises HostError if the answer depends on a keyring that fails.
    """
    name, origin = provider_key(provider), where_is(keys, provider).origin
    first: Key | None = None
    for key in keys.all(name):
        if keys.may_go(name, key, origin):
            return key, True
        first = first or key
    return first, False


def set_key(keys: KeyStore, provider: str, value: str, *, session: bool) -> Key:
    """Store a key for the address in force. Raises HostError if there is no address, or storing fails."""
    where = where_is(keys, provider)
    if not where.origin:
        raise HostError(
            f"A key is kept together with its address. Enter the address of {provider_name(provider)} first."
        )
    return keys.set(provider_key(provider), value, session=session, origin=where.origin)


def state_of(keys: KeyStore, provider: str) -> ProviderState:
    """Return the state of a provider; blocks for the keyring. Raises HostError."""
    known = PROVIDERS.get(provider)
    if known is None:
        return ProviderState(provider, provider_name(provider), where_is(keys, provider))
    value, variable = environment_address(provider, keys.env)
    packages = [package for package in known.packages if not is_installed(package.module)]
    return ProviderState(
        provider,
        known.name,
        where_is(keys, provider),
        public=known.base_url,
        entered=shown_address(keys.choices.address(key_id(provider))),
        environment=shown_address(value),
        variable=variable,
        address_variables=known.address_variables,
        address_hint=known.address_hint,
        settings=tuple(_setting(keys, provider, one) for one in known.settings if one.name),
        documentation=known.documentation,
        missing=" ".join(_package_sentence(known, package) for package in packages),
        question=address_question(keys, _LITELLM, f"{provider}/model", lambda _: provider),
    )


def remove_keys(keys: KeyStore, provider: str) -> None:
    """Remove the stored key and secret settings of a provider. Raises HostError."""
    known = PROVIDERS.get(provider)
    keys.remove(provider_key(provider))
    for setting in known.settings if known else ():
        if setting.secret:
            keys.remove(setting_key(provider, setting.name))


def save_settings(
    keys: KeyStore, provider: str, address: str, settings: Mapping[str, str | None], *, session: bool
) -> None:
    """Store an address and settings; "" removes a value, None leaves a secret one unchanged. Raises HostError."""
    known = PROVIDERS[provider]
    address = address.strip().rstrip("/")
    if address and (trouble := address_trouble(address)):
        raise HostError(trouble)
    mine = key_id(provider)
    for setting in known.settings:
        if not setting.allows(settings.get(setting.name) or ""):
            raise HostError(f"{setting_trouble(setting)} Correct it.")
    plain = {one.name for one in known.settings if not one.secret}
    keys.choices.set_address(mine, address)
    keys.choices.set_settings(mine, {name: text for name, text in settings.items() if name in plain and text})
    origin = where_is(keys, provider).origin
    for name, text in settings.items():
        if name in plain or text is None:
            continue
        if text:
            keys.set(setting_key(provider, name), text, session=session, origin=origin, lines=True)
        else:
            keys.remove(setting_key(provider, name))


def _package_sentence(provider: Provider, package: ProviderPackage) -> str:
    command = install_command(package.distribution, sys.prefix)
    return package_sentence(provider, package, command)


def _setting(keys: KeyStore, provider: str, setting: ProviderSetting) -> SettingState:
    variable = next((name for name in setting.variables if keys.env.get(name, "").strip()), "")
    if not setting.secret:
        value = keys.choices.settings(key_id(provider)).get(setting.name, "")
        return SettingState(setting, value, variable=variable, found=_shown(keys.env.get(variable, "").strip()))
    key = next((one for one in keys.all(setting_key(provider, setting.name)) if one.source != "environment"), None)
    return SettingState(setting, tail=tail_of(key.value) if key else "", variable=variable)


def _shown(value: str) -> str:
    """Return a value from the environment in a form that may be shown: some are addresses."""
    return shown_address(value) if "://" in value else value
