"""Headers of endpoints: which names an endpoint may set, and which carry a key. Pure.

Invariant: what frames a request or names its server is set by the HTTP client alone; a plain header carries no key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_FRAMING = frozenset(
    {
        *("accept", "accept-encoding", "connection", "content-encoding", "content-length", "content-type", "expect"),
        *("forwarded", "host", "keep-alive", "proxy-authorization", "proxy-connection", "te", "trailer"),
        *("transfer-encoding", "upgrade"),
    }
)
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_SECRET = re.compile(r"auth(?!or$)|cookie|key|secret|token|password|credential|signature|session", re.IGNORECASE)


def is_header_name(name: str) -> bool:
    """Return whether a text can be the name of a header."""
    return bool(_NAME.fullmatch(name))


def is_framing(name: str) -> bool:
    """Return whether the HTTP client sets a header for every request."""
    return name.lower() in _FRAMING


def names_secret(name: str) -> bool:
    """Return whether the name of a header or setting says that its value is a key."""
    return bool(_SECRET.search(name))


def plain_headers(headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return those headers of a stored endpoint that are sent: no framing, and nothing that would replace a key."""
    return tuple((name, value) for name, value in headers if _is_sent(name) and not names_secret(name))


def secret_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return those names of secret headers of a stored endpoint that are sent."""
    return tuple(name for name in names if _is_sent(name))


def _is_sent(name: str) -> bool:
    return is_header_name(name) and not is_framing(name)
