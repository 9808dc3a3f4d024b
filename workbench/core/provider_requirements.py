"""What a provider needs before it can be asked, as failures that say where to enter it. Pure.

Invariant: window, terminal and engine say the same sentence for the same lack; `in_terminal` alone turns what to do
about it into the words of the terminal.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from workbench.core.provider import Provider, ProviderPackage, ProviderSetting
from workbench.core.runs import Failure

NOT_CONFIRMED = "address_not_confirmed"
"""The code of a failure whose call waits for a person to confirm an address."""
_PLACE = "Settings → Keys"
_ENTER = re.compile(r"(Add|Enter) (one|it|yours|them) in (Settings → \w+)(.*), or set (\w+), then restart the app\.")
"""A sentence of `where_to_enter` that names a variable."""


def no_address(provider: Provider) -> Failure:
    """Return the failure of a provider without a public address that was given none."""
    example = f", such as {provider.address_hint}" if provider.address_hint else ""
    enter = where_to_enter("yours", provider.address_variables, example)
    return Failure("no_address", f"{provider.name} has no public address. {enter}", f"provider {provider.id}")


def no_key(provider: Provider) -> Failure:
    """Return the failure of a provider that needs a key and has none."""
    return Failure(
        "no_key",
        f"{provider.name} needs an API key. {where_to_enter('one', provider.key_variables)}",
        f"provider {provider.id}",
    )


def missing_setting(provider: Provider, settings: Mapping[str, str]) -> Failure | None:
    """Return the failure of the first required setting that has no value, None when there is none."""
    missing = next((one for one in provider.settings if one.required and not settings.get(one.name)), None)
    if missing is None:
        return None
    enter = where_to_enter("it", missing.variables)
    return Failure(
        "no_setting", f"{provider.name} needs the setting “{missing.label}”. {enter}", f"provider {provider.id}"
    )


def unfit_setting(provider: Provider, settings: Mapping[str, str]) -> Failure | None:
    """Return the failure of the first setting whose value has unsafe characters, None when there is none."""
    unfit = next((one for one in provider.settings if not one.allows(settings.get(one.name, ""))), None)
    if unfit is None:
        return None
    places = " or ".join(("Settings", *unfit.variables))
    sentence = f"{provider.name}: {setting_trouble(unfit)} Correct it in {places}. Nothing was sent."
    return Failure("bad_setting", sentence, f"provider {provider.id}")


def setting_trouble(setting: ProviderSetting) -> str:
    """Return a sentence about a value that a setting does not allow."""
    if setting.kind in ("region", "account"):
        return (
            f"The setting “{setting.label}” has characters that cannot be part of an address, such as “/” or a blank."
        )
    return f"The setting “{setting.label}” has characters that cannot be sent, such as a line break."


def package_sentence(provider: Provider, package: ProviderPackage, command: str) -> str:
    """Return what to do about a package that is not installed; `command` installs it."""
    needs = f"{provider.name} needs the package {package.distribution}, which {package.purpose}."
    return f"{needs} Install it with “{command}”."


def where_to_enter(
    what: Literal["one", "it", "yours", "them"], variables: tuple[str, ...], more: str = "", place: str = _PLACE
) -> str:
    """Return the sentence about where to enter what is missing; `variables` are those of the environment, best first.

    one: a key. it, yours, them: a setting, an address, credentials. `more` follows the place.
    """
    exported = f", or set {variables[0]}, then restart the app" if variables else ""
    return f"{'Add' if what == 'one' else 'Enter'} {what} in {place}{more}{exported}."


def in_terminal(sentence: str) -> str:
    """Return a sentence with what `where_to_enter` says in it in the words of the terminal."""
    return _ENTER.sub(_enter_in_terminal, sentence)


def _enter_in_terminal(found: re.Match[str]) -> str:
    verb, what, place, more, variable = found.groups()
    object_ = "the key" if what == "one" else what
    return f"Set {variable} and run again, or {verb.lower()} {object_} in the window under {place}{more}."
