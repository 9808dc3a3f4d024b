"""Failures for missing provider settings (address, key, setting, package), with where to enter them.

Invariant: window, command line and engine use the same sentence for the same problem; only `in_terminal` rephrases the
next step for the command line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

from workbench.core.provider import Provider, ProviderPackage, ProviderSetting
from workbench.core.runs import Failure

NOT_CONFIRMED = "address_not_confirmed"
"""The failure code of a call that waits for the user to confirm an address."""
_PLACE = "Settings → Keys"
_ENTER = re.compile(r"(Add|Enter) (one|it|yours|them) in (Settings → \w+)(.*), or set (\w+), then restart the app\.")
"""Matches a sentence of `where_to_enter` that names a variable."""


def no_address(provider: Provider) -> Failure:
    """Return the failure for a provider without a public address when none was entered."""
    example = f", such as {provider.address_hint}" if provider.address_hint else ""
    enter = where_to_enter("yours", provider.address_variables, example)
    return Failure("no_address", f"{provider.name} has no public address. {enter}", f"provider {provider.id}")


def no_key(provider: Provider) -> Failure:
    """Return the failure for a missing key."""
    return Failure(
        "no_key",
        f"{provider.name} needs an API key. {where_to_enter('one', provider.key_variables)}",
        f"provider {provider.id}",
    )


def missing_setting(provider: Provider, settings: Mapping[str, str]) -> Failure | None:
    """Return the failure for the first required setting without a value, None if all are set."""
    missing = next((one for one in provider.settings if one.required and not settings.get(one.name)), None)
    if missing is None:
        return None
    enter = where_to_enter("it", missing.variables)
    return Failure(
        "no_setting", f"{provider.name} needs the setting “{missing.label}”. {enter}", f"provider {provider.id}"
    )


def unfit_setting(provider: Provider, settings: Mapping[str, str]) -> Failure | None:
    """Return the failure for the first setting whose value has unsafe characters, None if all are safe."""
    unfit = next((one for one in provider.settings if not one.allows(settings.get(one.name, ""))), None)
    if unfit is None:
        return None
    places = " or ".join(("Settings", *unfit.variables))
    sentence = f"{provider.name}: {setting_trouble(unfit)} Correct it in {places}. Nothing was sent."
    return Failure("bad_setting", sentence, f"provider {provider.id}")


def setting_trouble(setting: ProviderSetting) -> str:
    """Return a sentence about a value with unsafe characters."""
    if setting.kind in ("region", "account"):
        return (
            f"The setting “{setting.label}” has characters that cannot be part of an address, such as “/” or a space."
        )
    return f"The setting “{setting.label}” has characters that cannot be sent, such as a line break."


def package_sentence(provider: Provider, package: ProviderPackage, command: str) -> str:
    """Return a sentence about a package that is not installed, with the `command` that installs it."""
    needs = f"{provider.name} needs the package {package.distribution}, which {package.purpose}."
    return f"{needs} Install it with “{command}”."


def where_to_enter(
    what: Literal["one", "it", "yours", "them"], variables: tuple[str, ...], more: str = "", place: str = _PLACE
) -> str:
    """Return the sentence about where to enter a missing value; the first of the environment `variables` is named.

    `what` is "one" for a key; "it", "yours" or "them" for a setting, an address or credentials. `more` follows `place`.
    """
    exported = f", or set {variables[0]}, then restart the app" if variables else ""
    return f"{'Add' if what == 'one' else 'Enter'} {what} in {place}{more}{exported}."


def in_terminal(sentence: str) -> str:
    """Return a sentence with the part made by `where_to_enter` rephrased for the command line."""
    return _ENTER.sub(_enter_in_terminal, sentence)


def _enter_in_terminal(found: re.Match[str]) -> str:
    verb, what, place, more, variable = found.groups()
    object_ = "the key" if what == "one" else what
    return f"Set {variable} and run again, or {verb.lower()} {object_} in the window under {place}{more}."
