"""Choosing the credentials of a call.

Invariant: a key is looked up for one endpoint and passed to that endpoint alone, and only if it was entered for the
scheme, host and port of the endpoint's address, or a person confirmed that address. Models that need no key cause no
lookup.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from workbench.core.lanes import LITELLM, Endpoint
from workbench.core.provider import Provider, ProviderSetting
from workbench.core.provider_requirements import NOT_CONFIRMED, missing_setting, no_address, no_key, unfit_setting
from workbench.core.providers import PROVIDERS, provider_name, split_model
from workbench.core.runs import Failure
from workbench.host.errors import HostError
from workbench.host.keys import Key, KeyStore
from workbench.host.provider_choices import ProviderChoices
from workbench.usecases.destinations import (
    OWN,
    KeyDestination,
    destination,
    endpoint_destination,
    key_id,
    key_names,
    own_origin,
    setting_key,
)
from workbench.usecases.endpoint_form import address_trouble

ProviderOf = Callable[[str], str]
"""Maps a model id to its provider id, "" if unknown."""

SIGN_IN = "sign-in of this computer"
_MACHINE = "machine"
ENDPOINT_ENTRY = "its entry in Settings → Endpoints, which is part of this history,"
"""Names in a sentence the place of an endpoint's address, without saying who wrote it there."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """The secrets of a call, and its provider's other settings.

    `base_url` is the address to call, "" for the one that the engine knows. `settings` are parameters of the provider
    by name; some are secret.
    """

    key: str = field(default="", repr=False)
    secret_headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    base_url: str = ""
    settings: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    named_by: str = ""
    """Source of the address: a variable or the settings; "" for an endpoint's own address and a public one."""


@dataclass(frozen=True, slots=True)
class AddressQuestion:
    """A question whether keys may go to an address that they were not entered for.

    `whose` names a provider or an endpoint. `entered_for` are the origins of the keys, "" for an unknown one. `address`
    is the new address as text.
    """

    whose: str
    what: str
    entered_for: tuple[str, ...]
    address: str
    origin: str
    keys: tuple[tuple[str, Key], ...] = field(repr=False)
    found_in: str = ""
    """Place of the new address ("OPENAI_BASE_URL", "Settings → Keys"), as the subject of "names"."""

    @property
    def known(self) -> tuple[str, ...]:
        """The known addresses that the keys were entered for, as text."""
        return tuple(_in_words(origin) for origin in self.entered_for if origin)

    @property
    def sentence(self) -> str:
        """The question's subject, with both addresses."""
        before = " and ".join(self.known)
        entered = f"was entered for {before}" if before else "was entered before keys were kept with addresses"
        if self.what == SIGN_IN:
            entered = f"is for {before}"
        return f"The {self.what} of {self.whose} {entered}, and {self.found_in} names {self.address}."


def _in_words(origin: str) -> str:
    provider = origin.removeprefix(OWN)
    return origin if provider == origin else f"the own address of {provider_name(provider)}"


class _NotConfirmedError(Exception):
    def __init__(self, keys: list[tuple[str, Key]]) -> None:
        super().__init__("a key was not entered for this address")
        self.keys = keys


def open_keys(env: Mapping[str, str], choices: ProviderChoices | None = None) -> KeyStore:
    """Return the key store of this machine and environment."""
    return KeyStore(env, names=key_names(env), choices=choices)


def provider_key(provider: str) -> str:
    """Return the name under which a provider's key is stored; providers of one company share a key."""
    return key_id(provider)


def endpoint_key(uid: str) -> str:
    """Return the name under which the key of a custom endpoint is stored."""
    return f"endpoint:{uid}"


def header_key(uid: str, header: str) -> str:
    """Return the name under which the value of a secret header is stored; header names are case-insensitive."""
    return f"endpoint:{uid}:header:{header.lower()}"


def wanted_keys(endpoint: Endpoint, model: str, provider_of: ProviderOf) -> tuple[str, ...]:
    """Return the names of the keys that `credentials` looks up; none for a model that needs no key."""
    if endpoint.is_local:
        return ()
    if endpoint.kind == "litellm" and not _is_own(endpoint):
        provider = provider_of_call(endpoint, model, provider_of)
        known = PROVIDERS.get(provider)
        names = [provider_key(provider)] if known is None or known.takes_key else []
        return (*names, *(setting_key(provider, one.name) for one in _secret_settings(known)))
    key = (endpoint_key(endpoint.uid),) if endpoint.needs_key else ()
    return (*key, *(header_key(endpoint.uid, header) for header in endpoint.secret_headers))


def credentials(keys: KeyStore, endpoint: Endpoint, model: str, provider_of: ProviderOf) -> Credentials | Failure:
    """Return the credentials of a call, or the failure that says what is missing or must be confirmed.

    `provider_of` is called only if the model id does not name its provider.
    """
    if endpoint.is_local:
        return Credentials()
    try:
        return _of(keys, endpoint, model, provider_of)
    except HostError as error:
        return Failure("no_key", error.sentence, error.detail)
    except _NotConfirmedError as error:
        question = _question(endpoint, model, provider_of, keys, error.keys)
        if not question.origin:
            return _no_such_address(question.whose, question.address)
        return Failure(
            NOT_CONFIRMED,
            f"{question.sentence} Nothing was sent. Confirm the address if it is yours.",
            f"{question.origin or 'no origin'}; entered for {', '.join(question.entered_for) or 'an unknown address'}",
        )


def address_question(keys: KeyStore, endpoint: Endpoint, model: str, provider_of: ProviderOf) -> AddressQuestion | None:
    """Return what must be confirmed before a call, None for nothing. Raises HostError."""
    try:
        if not endpoint.is_local:
            _of(keys, endpoint, model, provider_of)
    except _NotConfirmedError as error:
        question = _question(endpoint, model, provider_of, keys, error.keys)
        return question if question.origin else None
    return None


def confirm(keys: KeyStore, question: AddressQuestion) -> None:
    """Allow the keys of a question at its address from now on. Raises HostError."""
    for name, key in question.keys:
        keys.confirm(name, key, question.origin)


def provider_of_call(endpoint: Endpoint, model: str, provider_of: ProviderOf) -> str:
    """Return the provider id of a call through LiteLLM."""
    return endpoint.provider or split_model(model)[0] or provider_of(model) or model.partition("/")[0]


def _is_own(endpoint: Endpoint) -> bool:
    """Whether an endpoint has its own key instead of its provider's.

    Also true for one that lost its address; otherwise its calls would go to the provider's address.
    """
    return endpoint.kind != "litellm" or endpoint.uid != LITELLM


def _of(keys: KeyStore, endpoint: Endpoint, model: str, provider_of: ProviderOf) -> Credentials | Failure:
    if _is_own(endpoint):
        provider = provider_of_call(endpoint, model, provider_of) if endpoint.kind == "litellm" else ""
        return _of_endpoint(keys, endpoint, provider)
    return _of_provider(keys, endpoint, provider_of_call(endpoint, model, provider_of))


def _question(
    endpoint: Endpoint, model: str, provider_of: ProviderOf, keys: KeyStore, refused: list[tuple[str, Key]]
) -> AddressQuestion:
    if _is_own(endpoint):
        where = endpoint_destination(endpoint)
        whose, found_in = f"“{endpoint.name}”", ENDPOINT_ENTRY
    else:
        provider = provider_of_call(endpoint, model, provider_of)
        where = destination(provider, keys.env, keys.choices, endpoint)
        whose = provider_name(provider)
        places = {"settings": "Settings → Keys", "environment": where.variable}
        found_in = places.get(where.source, "the list of providers")
    what = "key" if any(":header:" not in name for name, _ in refused) else "secret header"
    if all(key.place == _MACHINE for _, key in refused):
        what = SIGN_IN
    entered_for = tuple(dict.fromkeys(key.origin for _, key in refused))
    address = where.base_url or _in_words(where.origin)
    if not address.isascii():
        # Letters of other scripts look like Latin ones; the origin that clients call shows the difference.
        address = f"{address}, which is {where.origin}"
    return AddressQuestion(whose, what, entered_for, address, where.origin, tuple(refused), found_in)


def _allowed(keys: KeyStore, name: str, origin: str, refused: list[tuple[str, Key]]) -> Key | None:
    """Return the first key of a name that may go to an origin; otherwise add its first key to `refused`."""
    found = []
    for key in keys.all(name):
        if keys.may_go(name, key, origin):
            return key
        found.append((name, key))
    refused += found[:1]
    return None


def _of_provider(keys: KeyStore, endpoint: Endpoint, provider: str) -> Credentials | Failure:
    known = PROVIDERS.get(provider)
    where = destination(provider, keys.env, keys.choices, endpoint)
    if lack := _lack_of_address(known, where):
        return lack
    refused: list[tuple[str, Key]] = []
    key = None
    if known is None or known.takes_key:
        key = _allowed(keys, provider_key(provider), where.origin, refused)
    settings = dict(_settings(keys, provider, known, where, refused, with_secrets=key is None))
    has_secret = any(one.name in settings for one in _secret_settings(known))
    if key is None and refused and not has_secret:
        raise _NotConfirmedError(refused)
    # LiteLLM supports providers that are not in our table, and some of them need no key.
    if key is None and not has_secret and known is not None and known.needs_key:
        return no_key(known)
    if known is not None and (trouble := unfit_setting(known, settings) or missing_setting(known, settings)):
        return trouble
    if where.is_public:
        return Credentials("" if key is None else key.value, settings=tuple(settings.items()))
    named_by = where.variable or ("Settings → Keys" if where.source == "settings" else "")
    return Credentials("" if key is None else key.value, (), where.base_url, tuple(settings.items()), named_by)


def _lack_of_address(known: Provider | None, where: KeyDestination) -> Failure | None:
    if known is not None and known.needs_address and not where.base_url:
        return no_address(known)
    if not where.origin and not where.is_public:
        place = where.variable or "Settings → Keys"
        return Failure(
            "bad_address",
            f"The address {where.base_url!r} in {place} cannot be used, so nothing was sent."
            f" {address_trouble(where.base_url)}",
            f"provider {known.id if known else ''}",
        )
    return None


def _no_such_address(whose: str, address: str) -> Failure:
    trouble = f"The address {address!r} of {whose} cannot be used. {address_trouble(address)}"
    if not address:
        trouble = f"{whose} has no address."
    return Failure("bad_address", f"{trouble} Nothing was sent. Correct it in Settings → Endpoints.")


def _secret_settings(known: Provider | None) -> tuple[ProviderSetting, ...]:
    return tuple(one for one in known.settings if one.secret) if known else ()


def _settings(
    keys: KeyStore,
    provider: str,
    known: Provider | None,
    where: KeyDestination,
    refused: list[tuple[str, Key]],
    *,
    with_secrets: bool,
) -> Iterator[tuple[str, str]]:
    """Yield a provider's settings. Secret ones replace a key, so they are read only if there is no key."""
    entered = keys.choices.settings(key_id(provider))
    for setting in known.settings if known else ():
        if setting.secret and not with_secrets:
            continue
        if setting.secret:
            key = _allowed(keys, setting_key(provider, setting.name), where.origin, refused)
            value = "" if key is None else key.value
        else:
            # A variable that the library reads is not passed again: as a parameter it may mean something else.
            value = entered.get(setting.name, "")
            if not value and not setting.by_environment:
                value = next((found for name in setting.variables if (found := keys.env.get(name, "").strip())), "")
        if value:
            yield setting.name, value


def _sign_in(provider: str) -> tuple[str, Key]:
    """Return a placeholder for the credentials that a provider's library finds on the machine by itself."""
    mine = key_id(provider)
    return f"machine:{mine}", Key("", "environment", _MACHINE, own_origin(provider) or f"{OWN}{mine}")


def _endpoint_settings(endpoint: Endpoint, known: Provider | None) -> tuple[tuple[str, str], ...]:
    """Return those settings of an endpoint that its provider defines; a history may contain others."""
    names = {one.name for one in known.settings if one.is_of_endpoint} if known else set()
    return tuple((name, value) for name, value in endpoint.settings if name in names)


def _of_endpoint(keys: KeyStore, endpoint: Endpoint, provider: str) -> Credentials | Failure:
    where = endpoint_destination(endpoint)
    if not where.origin:
        return _no_such_address(f"“{endpoint.name}”", where.base_url)
    known = PROVIDERS.get(provider)
    settings = _endpoint_settings(endpoint, known)
    if known is not None and (unfit := unfit_setting(known, dict(settings))):
        return unfit
    refused: list[tuple[str, Key]] = []
    if known is not None and known.signs_in:
        name, sign_in = _sign_in(provider)
        refused += [] if keys.may_go(name, sign_in, where.origin) else [(name, sign_in)]
    key = _allowed(keys, endpoint_key(endpoint.uid), where.origin, refused) if endpoint.needs_key else None
    headers = []
    missing = ""
    for header in endpoint.secret_headers:
        value = _allowed(keys, header_key(endpoint.uid, header), where.origin, refused)
        if value is None:
            missing = missing or header
        else:
            headers.append((header, value.value))
    if refused:
        raise _NotConfirmedError(refused)
    if endpoint.needs_key and key is None:
        return Failure(
            "no_key",
            f"The endpoint “{endpoint.name}” needs an API key. Add one in Settings → Endpoints.",
            f"endpoint {endpoint.uid}",
        )
    if missing:
        return Failure(
            "no_key",
            f"The header {missing} of the endpoint “{endpoint.name}” has no value on this machine. "
            "Add it in Settings → Endpoints.",
            f"endpoint {endpoint.uid}",
        )
    return Credentials("" if key is None else key.value, tuple(headers), settings=settings)
