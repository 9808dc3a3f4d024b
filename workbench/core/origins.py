"""Origins (scheme, host, port) of URLs, to which keys are bound, and masking of URLs for display.

Invariant: two URLs have the same origin only if every HTTP client sends their requests to the same server. A URL that
clients could parse differently has no origin, and so gets no key.
"""

from __future__ import annotations

import re

from workbench.core.redaction import MASK

_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?)(?::(?P<port>\d{1,5}))?(?:[/?#]\S*)?",
    re.IGNORECASE,
)
_DOTS = re.compile("[\u3002\uff0e\uff61]")
"""Characters that IDNA treats as a dot in host names, other than the ASCII one."""
_USUAL = {"http": 80, "https": 443}
_HIGHEST_PORT = 65_535


def origin_of(address: str) -> str:
    """Return a URL's origin, such as `https://api.example.com` or `http://127.0.0.1:8000`; "" if it has none.

    The default port is omitted, letters are lower case, and an internationalised host is in its ASCII form.
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
    """Return the origin of a base URL, to which paths are appended; "" if it has none, or has a query or fragment."""
    return "" if "?" in address or "#" in address else origin_of(address)


def shown_address(address: str) -> str:
    """Return a URL with user, password, query and fragment masked; it need not be well-formed.

    A valid base URL has none of them and is returned unchanged. In any other, everything before the last “@” is masked
    as user and password, because a password may contain any character.
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
        # Python has IDNA 2003, HTTP clients use IDNA 2008, which keeps some letters that 2003 replaces: for clients
        # “faß” is another host than “fass”. A name that survives the round trip is the same in both.
        if name.decode("idna") != _DOTS.sub(".", host.lower()):
            return ""
    except UnicodeError:
        return ""
    return f"{start}{slashes}{name.decode('ascii')}{after}"
