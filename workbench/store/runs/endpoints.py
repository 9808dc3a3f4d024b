"""Endpoints.

Invariant: no key is ever stored. Headers whose name says that they carry one, and addresses with a password, are
refused; their values belong in the keyring, and the names of the headers in `secret_headers`.
"""

from __future__ import annotations

from typing import Any, get_args
from urllib.parse import parse_qsl, urlsplit

from workbench.core.headers import names_secret, plain_headers, secret_names
from workbench.core.lanes import FIXED_ENDPOINTS, Endpoint, EndpointKind
from workbench.core.origins import shown_address
from workbench.store.encoding import dump, lenient, typed
from workbench.store.errors import StoreError
from workbench.store.safe_records import as_text, sound
from workbench.store.sqlite import sqlite3

_KINDS = frozenset(get_args(EndpointKind))

_NO_PROTOCOL = "'', '{}'"


def _refuse_secrets(endpoint: Endpoint) -> None:
    secret = {name.lower() for name in endpoint.secret_headers}
    for name, _ in endpoint.headers:
        if name.lower() in secret or names_secret(name):
            raise StoreError(
                f"The header “{name}” carries a key, and keys are not kept in the history."
                " Mark it as secret, so that it goes into the keyring.",
                f"endpoint {endpoint.uid}",
                "secret",
            )
    if named := next((name for name, _ in endpoint.settings if names_secret(name)), ""):
        raise StoreError(
            f"The setting “{named}” is a key, and keys are not kept in the history.",
            f"endpoint {endpoint.uid}",
            "secret",
        )
    try:
        address = urlsplit(endpoint.base_url)
    except ValueError as error:
        raise StoreError(
            "This is not an address. Write it like http://localhost:8000/v1.", str(error), "text"
        ) from error
    if address.username or address.password or any(names_secret(name) for name, _ in parse_qsl(address.query)):
        raise StoreError(
            "The address holds a password or key, and those are not kept in the history."
            " Leave it out and set a key, or a secret header named Authorization.",
            f"endpoint {endpoint.uid}",
            "secret",
        )


def save(connection: sqlite3.Connection, endpoint: Endpoint, now: str) -> None:
    """Add an endpoint or replace the one with its uid. Raises StoreError (secret) if it contains a key."""
    _refuse_secrets(endpoint)
    connection.execute(
        "INSERT INTO endpoints (uid, kind, name, base_url, headers, secret_headers, needs_key, path, adapter,"
        " provider, settings, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (uid) DO UPDATE SET"
        " kind = excluded.kind, name = excluded.name, base_url = excluded.base_url, headers = excluded.headers,"
        " secret_headers = excluded.secret_headers, needs_key = excluded.needs_key, path = excluded.path,"
        " adapter = excluded.adapter, provider = excluded.provider, settings = excluded.settings, archived = 0,"
        " updated_at = excluded.updated_at",
        (
            endpoint.uid,
            endpoint.kind,
            typed(endpoint.name),
            endpoint.base_url,
            dump(endpoint.headers),
            dump(endpoint.secret_headers),
            int(endpoint.needs_key),
            endpoint.path,
            endpoint.adapter,
            endpoint.provider,
            dump(dict(endpoint.settings)),
            now,
        ),
    )


def remove(connection: sqlite3.Connection, uid: str, now: str) -> None:
    """Remove an endpoint from the list; its row stays, because past runs name it."""
    connection.execute("UPDATE endpoints SET archived = 1, updated_at = ? WHERE uid = ?", (now, uid))


def listed(connection: sqlite3.Connection, uid: str = "") -> list[Endpoint]:
    """Return the built-in endpoints, then the user's own by name; with `uid`, only that one.

    Endpoints of unknown kinds are left out. Unreadable parts are empty, and headers that would name another server or
    replace a key are left out.
    """
    fixed = {endpoint.uid: endpoint for endpoint in FIXED_ENDPOINTS}
    if uid in fixed:
        return [fixed[uid]]
    # The history of an older release, opened read-only, lacks the columns of the protocol.
    newer = any(row[1] == "provider" for row in connection.execute("PRAGMA table_info(endpoints)"))
    rows = connection.execute(
        "SELECT uid, kind, name, base_url, headers, secret_headers, needs_key, path, adapter,"
        f" {'provider, settings' if newer else _NO_PROTOCOL} FROM endpoints"
        f" WHERE archived = 0{' AND uid = ?' if uid else ''} ORDER BY name COLLATE NOCASE, id",
        (uid,) if uid else (),
    )
    own = [_endpoint(row) for row in rows if row[0] not in fixed and row[1] in _KINDS]
    return own if uid else [*FIXED_ENDPOINTS, *own]


def _endpoint(row: tuple[Any, ...]) -> Endpoint:
    uid, kind, name, base_url, headers, secret_headers, needs_key, path, adapter, provider, settings = row
    given = lenient(settings)
    return sound(
        Endpoint(
            uid,
            kind,
            name,
            shown_address(as_text(base_url)) if _is_address(base_url) else "",
            plain_headers(_pairs(lenient(headers))),
            secret_names(one for one in _list(lenient(secret_headers)) if isinstance(one, str)),
            bool(needs_key),
            path,
            adapter,
            provider,
            _pairs(list(given.items()) if isinstance(given, dict) else ()),
        )
    )


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _pairs(value: object) -> tuple[tuple[str, str], ...]:
    """Return the items of a list that are pairs of texts."""
    return tuple(
        (one[0], one[1])
        for one in _list(value)
        if isinstance(one, list | tuple) and len(one) == 2 and all(isinstance(part, str) for part in one)
    )


def _is_address(text: object) -> bool:
    try:
        urlsplit(str(text))
    except ValueError:
        return False
    return True
