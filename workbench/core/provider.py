"""What is known of a provider: its name, and where its key, address and settings are found.

Invariant: a provider that `speaks_openai` takes and answers OpenAI chat completions as they are, apart from the
names in `core.parameters`; every other one is translated by LiteLLM.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

_DOCS = "https://docs.litellm.ai/docs/providers/"
# A slash or the like in the region of https://REGION-service.example would make another address of it.
_CUTS_AN_ADDRESS = re.compile(r"[/\\?#@%\s\x00-\x1f]")

SettingKind = Literal["", "region", "account", "sign_in"]
"""`region`: a region or API version, which a lane may choose. `account`: whose account, project or resource. `sign_in`:
who signs in and how, which no history may choose. Regions and accounts stand in addresses."""


@dataclass(frozen=True, slots=True)
class ProviderSetting:
    """What a provider needs besides a key and an address, such as a region.

    `name` is LiteLLM's parameter, `variables` are the environment variables that may hold the value (the first that is
    set counts). A `secret` one is kept and redacted like a key. One that goes `by_environment` is no parameter: a
    library under LiteLLM reads its variables in the environment of the child.
    """

    name: str
    label: str
    variables: tuple[str, ...] = ()
    required: bool = False
    secret: bool = False
    hint: str = ""
    by_environment: bool = False
    kind: SettingKind = ""
    usual_variable: str = ""
    """The one of `variables` that people know, where that is not the first."""

    @property
    def proves_identity(self) -> bool:
        """Whether it is part of what somebody signs in with."""
        return bool(self.name) and (self.secret or self.kind == "sign_in")

    @property
    def is_of_endpoint(self) -> bool:
        """Whether an endpoint, which a history holds, may have a value of its own for it."""
        return bool(self.name) and not self.secret and self.kind != "sign_in"

    def allows(self, value: str) -> bool:
        """Return whether a value has only characters that are safe where it goes."""
        if self.kind in ("region", "account"):
            return fits_in_address(value)
        return self.secret or value.isprintable()


@dataclass(frozen=True, slots=True)
class ProviderPackage:
    """A Python package that a provider needs and that is not installed with the product.

    `module` is what is imported, `distribution` what is installed, `extra` the extra of the product that brings it
    ("" for none), `purpose` ends the sentence "… needs the package X, which …".
    """

    module: str
    distribution: str
    purpose: str
    extra: str = ""


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider.

    `id` is LiteLLM's name, the part before the first slash of a model id. `key_variables` and `address_variables` are
    environment variables, the first that is set counts. `base_url` is the public address, "" when every customer has
    another one; with `needs_address` it cannot be called before someone gives one. `check` is the path that proves a
    key at `base_url`. Models that match `translated` need LiteLLM although the provider `speaks_openai`.
    """

    id: str
    name: str
    key_variables: tuple[str, ...] = ()
    address_variables: tuple[str, ...] = ()
    base_url: str = ""
    takes_key: bool = True
    needs_key: bool = True
    needs_address: bool = False
    speaks_openai: bool = False
    check: str = "/models"
    translated: str = ""
    settings: tuple[ProviderSetting, ...] = ()
    packages: tuple[ProviderPackage, ...] = ()
    doc: str = ""
    """A page of LiteLLM's documentation, or a whole address; "" when none is known."""
    address_hint: str = ""
    """What an address of this provider looks like, for those that have no public one."""
    token_file: str = ""
    """The file that LiteLLM's own login writes, below its folder of tokens; "" when there is no such login."""
    key_hosts: tuple[str, ...] = ()
    """Hosts besides that of the address which LiteLLM sends the key to: where it is exchanged, or where the address is
    made of a region. `*` stands for letters, digits and dashes, `{name}` for the value of a setting; https unless the
    setting is an address, with the usual port unless one is given."""
    caches_where_told: bool = False
    """LiteLLM can tell it where to cache, for models of Anthropic."""
    json_by_tool: bool = False
    """LiteLLM asks it for JSON without a schema by a tool of its own, which would stand in the way of the prompt's."""
    bare_models: str = ""
    """Matches ids of its models that are commonly typed without the provider; "" for none."""
    signs_in: bool = False
    """Its library finds credentials on the machine by itself, in files of a cloud's own tools."""

    def is_plain(self, model: str) -> bool:
        """Return whether `model` (without the provider's prefix) can be asked without translation."""
        return self.speaks_openai and not (self.translated and re.search(self.translated, model))

    @property
    def documentation(self) -> str:
        """The address of the documentation, "" for none."""
        return self.doc if not self.doc or "://" in self.doc else _DOCS + self.doc

    @property
    def all_variables(self) -> tuple[str, ...]:
        """The environment variables of key, address and settings."""
        settings = (variable for one in self.settings for variable in one.variables)
        return (*self.key_variables, *self.address_variables, *settings)

    def setting(self, name: str) -> ProviderSetting | None:
        """Return a setting by its name."""
        return next((one for one in self.settings if one.name == name), None)


def fits_in_address(value: str) -> bool:
    """Return whether a value can stand in an address without changing which server it names."""
    return not _CUTS_AN_ADDRESS.search(value)


def row(id_: str, name: str, keys: str, addresses: str, base_url: str = "", **more: Any) -> Provider:
    """Return a provider. `keys` and `addresses` are variables separated by blanks, the preferred one first.

    The page of the documentation is called like the provider, unless `doc` says otherwise.
    """
    more.setdefault("doc", id_)
    return Provider(id_, name, tuple(keys.split()), tuple(addresses.split()), base_url, **more)
