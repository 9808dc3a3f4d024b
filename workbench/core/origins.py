"""Scheme, host and port of an address: what a key is bound to, and what of an address may be shown. Pure.

Invariant: two addresses have the same origin only when every HTTP client sends their requests to the same server; an
address that clients could read in different ways has none, and so gets no key.
"""

from __future__ import annotations

import re

from workbench.core.redaction import MASK

_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?)(?::(?P<port>\d{1,5}))?(?:[/?#]\S*)?",
    re.IGNORECASE,
)
_DOTS = re.compile("[\u3002\uff0e\uff61]")
"""What counts as a dot in the name of a server, beside the usual one."""
_USUAL = {"http": 80, "https": 443}
_HIGHEST_PORT = 65_535


def origin_of(address: str) -> str:
    """Return an address's origin, such as `https://api.example.com` or `http://127.0.0.1:8000`; "" when it has none.

    A port that is usual for the scheme is left out, letters are lower case, and a host in other scripts is written as
    clients send it.
    """
    text = address.strip()
    if not text.isascii():
        text = _in_ascii(text)
    found = _ADDRESS.fullmatch(text)
    if found is None or "\\" in text or ".." in found["host"]:
        return ""
    scheme, host = found["scheme"].lower(), found["host"].lower()
    port = int(found["port"]) if found["port"] else _USUAL[scheme]
    if not 0 < port <= _HIGHEST_PORT:
        return ""
    return f"{scheme}://{host}" if port == _USUAL[scheme] else f"{scheme}://{host}:{port}"


def base_origin(address: str) -> str:
    """Return the origin of an address that paths are appended to; "" when it has none, or a query or fragment."""
    return "" if "?" in address or "#" in address else origin_of(address)


def shown_address(address: str) -> str:
    """Return an address with its user, password, query and fragment masked; it need not be well formed.

    One that can be used has none of them and stays as it is. In any other everything before the last “@” counts as user
    and password, because a password may hold any character.
    """
    if base_origin(address):
        return address
    start, slashes, rest = address.partition("://") if "://" in address else ("", "", address)
    _, at, place = rest.rpartition("@")
    user = f"{MASK}@" if at else ""
    end = re.search("[?#]", place)
    return f"{start}{slashes}{user}{place}" if end is None else f"{start}{slashes}{user}{place[: end.end()]}{MASK}"


def _in_ascii(text: str) -> str:
    start, slashes, rest = text.partition("://")
    end = re.search(r"[/?#:]", rest)
    host, after = (rest, "") if end is None else (rest[: end.start()], rest[end.start() :])
    try:
        name = host.encode("idna")
        # HTTP clients go by the newer rules for names, which keep some letters that the older ones replace: of “faß”
        # they make another server than “fass”. What comes back unchanged is the same by both.
        if name.decode("idna") != _DOTS.sub(".", host.lower()):
            return ""
    except UnicodeError:
        return ""
    return f"{start}{slashes}{name.decode('ascii')}{after}"
