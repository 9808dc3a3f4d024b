"""Descriptions of providers: name, and sources of key, address and settings.

Invariant: a provider with `speaks_openai` implements OpenAI chat completions unchanged, apart from the wire names in
`core.parameters`; LiteLLM translates for every other one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

_DOCS = "https://docs.litellm.ai/docs/providers/"
# Such a character in the region of https://REGION-service.example would change the server.
_CUTS_AN_ADDRESS = re.compile(r"[/\\?#@%\s\x00-\x1f]")

SettingKind = Literal["", "region", "account", "sign_in"]
"""`region`: a region or API version, which a lane may set. `account`: an account, project or resource. `sign_in`:
identity or method of signing in, which a history must not set. Regions and accounts become part of URLs."""


@dataclass(frozen=True, slots=True)
class ProviderSetting:
    """A setting of a provider other than key and address, such as a region.

    `name` is LiteLLM's parameter. `variables` are environment variables for the value; the first that is set is used.
    A `secret` setting is stored and redacted like a key. A setting `by_environment` is not passed as a parameter: a
    library used by LiteLLM reads its variables from the environment of the child process.
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
    """The best known of `variables`, if that is not the first."""

    @property
    def proves_identity(self) -> bool:
        """Whether it is part of the credentials."""
        return bool(self.name) and (self.secret or self.kind == "sign_in")

    @property
    def is_of_endpoint(self) -> bool:
        """Whether an endpoint, which is stored in the history, may have its own value for it."""
        return bool(self.name) and not self.secret and self.kind != "sign_in"

    def allows(self, value: str) -> bool:
        """Return whether all characters of a value are safe where it is used."""
        if self.kind in ("region", "account"):
            return fits_in_address(value)
        return self.secret or value.isprintable()


@dataclass(frozen=True, slots=True)
class ProviderPackage:
    """A Python package that a provider needs and that is not installed with the product.

    `module` is the import name, `distribution` the package name, `extra` the product's extra that includes it ("" for
    none). `purpose` completes the sentence "… needs the package X, which …".
    """

    module: str
    distribution: str
    purpose: str
    extra: str = ""


@dataclass(frozen=True, slots=True)
class PromptfooName:
    """A provider's name in promptfoo, and whether promptfoo sends it OpenAI's parameters unchanged."""

    name: str
    takes_openai: bool = False


@dataclass(frozen=True, slots=True)
class Provider:
    """One provider.

    `id` is LiteLLM's name, the part before the first slash of a model id. `key_variables` and `address_variables` are
    environment variables; the first that is set is used. `base_url` is the public address, "" if each customer has
    their own; with `needs_address` one must be given. `check` is the path below `base_url` that tests a key.
    Models that match the regular expression `translated` need LiteLLM although the provider `speaks_openai`.
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
    """A page of LiteLLM's documentation, or a full URL; "" if none is known."""
    address_hint: str = ""
    """An example address, for providers without a public one."""
    token_file: str = ""
    """The file that LiteLLM's own login writes, relative to its token directory; "" if there is no such login."""
    key_hosts: tuple[str, ...] = ()
    """Further hosts to which LiteLLM sends the key: token exchanges, or addresses built from a region. `*` matches
    letters, digits and dashes; `{name}` is the value of a setting. The scheme is https unless the setting is a URL, the
    port the default unless one is given."""
    caches_where_told: bool = False
    """Whether LiteLLM can set cache breakpoints for it, for Anthropic's models."""
    json_by_tool: bool = False
    """Whether LiteLLM implements JSON without a schema by a tool of its own, which conflicts with the prompt's."""
    bare_models: str = ""
    """A regular expression for model ids commonly typed without the provider; "" for none."""
    model_hint: str = ""
    """What to write as the name of a model, "" where that is plain."""
    promptfoo: PromptfooName | None = None
    signs_in: bool = False
    """Whether its library finds credentials on the machine itself, in files of the cloud's own tools."""

    def is_plain(self, model: str) -> bool:
        """Return whether `model` (without the provider's prefix) can be called without LiteLLM's translation."""
        return self.speaks_openai and not (self.translated and re.search(self.translated, model))

    @property
    def documentation(self) -> str:
        """The URL of the documentation, "" for none."""
        return self.doc if not self.doc or "://" in self.doc else _DOCS + self.doc

    @property
    def all_variables(self) -> tuple[str, ...]:
        """The environment variables of key, address and settings."""
        settings = (variable for one in self.settings for variable in one.variables)
        return (*self.key_variables, *self.address_variables, *settings)


def fits_in_address(value: str) -> bool:
    """Return whether a value can be inserted into a URL without changing the server."""
    return not _CUTS_AN_ADDRESS.search(value)


def row(id_: str, name: str, keys: str, addresses: str, base_url: str = "", **more: Any) -> Provider:
    """Build a provider. `keys` and `addresses` are environment variables separated by blanks, the preferred one first.

    `doc` defaults to `id_`.
    """
    more.setdefault("doc", id_)
    return Provider(id_, name, tuple(keys.split()), tuple(addresses.split()), base_url, **more)
