"""The user's choices about providers on this machine: addresses, settings, prices, and addresses confirmed for keys.

Invariant: the choices are stored outside of any history, because a history may come from somebody else. The file holds
no keys, only salted digests, so that a confirmation does not apply to a later key of the same name. It is replaced
atomically, and unreadable content confirms nothing.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import json
import secrets
import threading
from pathlib import Path
from typing import Any, NamedTuple

from workbench.core.money import Rates
from workbench.core.price_sheet import number
from workbench.host.dirs import make_private
from workbench.host.errors import HostError, explain
from workbench.host.files import replace_file

FILE = "providers.json"
_ROUNDS = 100_000
"""PBKDF2 iterations, about 30 ms: keys are long, but the value of a secret header may be a word."""
_ADDRESSES, _SETTINGS, _PRICES, _CONFIRMED = "addresses", "settings", "prices", "confirmed"


class ConfirmedAddress(NamedTuple):
    """Permission to send a key to another origin than the one it was entered for.

    `name` is the key's name, `source` its storage ("keyring", "session", or the name of a variable).
    """

    name: str
    source: str
    origin: str


class ProviderChoices:
    """The choices in a file of `directory`, or in memory only if that is None.

    Thread-safe. Changes by another process are read on the next access.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = directory
        self._lock = threading.Lock()
        self._data: dict[str, Any] = {}
        self._read: tuple[int, int] | None = None

    def address(self, provider: str) -> str:
        """Return the address entered for a provider, "" for none."""
        found = self._part(_ADDRESSES).get(provider, "")
        return found if isinstance(found, str) else ""

    def settings(self, provider: str) -> dict[str, str]:
        """Return the settings entered for a provider, by name."""
        found = self._part(_SETTINGS).get(provider, {})
        return {name: text for name, text in found.items() if isinstance(text, str)} if isinstance(found, dict) else {}

    def prices(self) -> dict[tuple[str, str], Rates]:
        """Return the prices entered by the user, by endpoint uid and model."""
        listed = self._part(_PRICES)
        rows = (
            (uid, model, row) for uid, part in listed.items() if isinstance(part, dict) for model, row in part.items()
        )
        return {(uid, model): rates for uid, model, row in rows if (rates := _rates(row)) is not None}

    def set_price(self, endpoint_uid: str, model: str, rates: Rates | None) -> None:
        """Store the price of a model; None removes it. Raises HostError."""
        row = None if rates is None else {"input": rates.input, "output": rates.output, "cached": rates.cached}

        def change(data: dict[str, Any]) -> None:
            listed = data.setdefault(_PRICES, {})
            part = listed.get(endpoint_uid)
            part = dict(part) if isinstance(part, dict) else {}
            _put(part, model, row)
            _put(listed, endpoint_uid, part)

        self._change(change)

    def is_confirmed(self, confirmed: ConfirmedAddress, key: str) -> bool:
        """Return whether the user confirmed this address for the key with the value `key`."""
        with self._lock:
            self._refresh()
            rows = [row for row in self._listed() if row[:-1] == list(confirmed)]
        return any(_is_of(row[-1], key) for row in rows)

    def set_address(self, provider: str, address: str) -> None:
        """Store the address of a provider; "" removes it. Raises HostError."""
        self._change(lambda data: _put(data.setdefault(_ADDRESSES, {}), provider, address))

    def set_settings(self, provider: str, settings: dict[str, str]) -> None:
        """Store the settings of a provider; empty ones are removed. Raises HostError."""
        kept = {name: text for name, text in settings.items() if text}
        self._change(lambda data: _put(data.setdefault(_SETTINGS, {}), provider, kept))

    def confirm(self, confirmed: ConfirmedAddress, key: str) -> None:
        """Confirm an address for a key, replacing the confirmation of an earlier value. Raises HostError."""
        row = [*confirmed, _digest_of(key, secrets.token_hex(16))]

        def change(data: dict[str, Any]) -> None:
            data[_CONFIRMED] = [*(other for other in self._listed() if other[:-1] != row[:-1]), row]

        self._change(change)

    def forget(self, name: str) -> None:
        """Remove all confirmations of a key that was replaced or removed. Raises HostError."""
        with self._lock:
            self._refresh()
            if not any(one[0] == name for one in self._listed()):
                return

        def change(data: dict[str, Any]) -> None:
            data[_CONFIRMED] = [one for one in self._listed() if one[0] != name]

        self._change(change)

    def _part(self, name: str) -> dict[str, Any]:
        with self._lock:
            self._refresh()
            found = self._data.get(name)
            return dict(found) if isinstance(found, dict) else {}

    def _listed(self) -> list[list[str]]:
        found = self._data.get(_CONFIRMED)
        rows = found if isinstance(found, list) else []
        whole = len(ConfirmedAddress._fields) + 1
        return [row for row in rows if isinstance(row, list) and len(row) == whole and all(map(_is_text, row))]

    def _change(self, change: Any) -> None:
        with self._lock:
            self._refresh()
            change(self._data)
            if self._directory is not None:
                _write(self._directory, self._data)
                self._read = _stamp(self._directory / FILE)

    def _refresh(self) -> None:
        if self._directory is None:
            return
        stamp = _stamp(self._directory / FILE)
        if stamp != self._read or stamp is None:
            self._data = _load(self._directory / FILE) if stamp is not None else {}
            self._read = stamp


def _is_text(value: object) -> bool:
    return isinstance(value, str)


@functools.lru_cache(maxsize=64)
def _digest_of(key: str, salt: str) -> str:
    """Return the stored form of a key: salt and PBKDF2 digest."""
    return f"{salt}:{hashlib.pbkdf2_hmac('sha256', key.encode(), salt.encode(), _ROUNDS).hex()}"


def _is_of(kept: str, key: str) -> bool:
    return hmac.compare_digest(kept.encode(), _digest_of(key, kept.partition(":")[0]).encode())


def _rates(row: Any) -> Rates | None:
    given, answered = number(row, "input"), number(row, "output")
    if given is None or answered is None:
        return None
    return Rates(given, answered, number(row, "cached"), "user")


def _put(part: Any, name: str, value: Any) -> None:
    if value:
        part[name] = value
    else:
        part.pop(name, None)


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _load(file: Path) -> dict[str, Any]:
    try:
        data = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(data, dict):
        return {}
    for name in (_ADDRESSES, _SETTINGS, _PRICES):
        if not isinstance(data.get(name, {}), dict):
            del data[name]
    return data


def _write(directory: Path, data: dict[str, Any]) -> None:
    make_private(directory)
    try:
        replace_file(directory / FILE, json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False) + "\n")
    except OSError as error:
        raise HostError(
            f"What you chose about providers cannot be written to {directory}. Make room or check its permissions.",
            explain(error),
        ) from error
