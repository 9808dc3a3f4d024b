"""HTTP headers of endpoints: which names an endpoint may set, and which carry a secret.

Invariant: headers for framing and host are set only by the HTTP client; a plain header carries no secret.
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
    """Return whether a text is a valid header name."""
    return bool(_NAME.fullmatch(name))


def is_framing(name: str) -> bool:
    """Return whether a header is reserved for the HTTP client."""
    return name.lower() in _FRAMING


def names_secret(name: str) -> bool:
    """Return whether the name of a header or setting indicates that its value is a secret."""
    return bool(_SECRET.search(name))


def plain_headers(headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return the headers of a stored endpoint that are sent: without framing and without names of secrets."""
    return tuple((name, value) for name, value in headers if _is_sent(name) and not names_secret(name))


def secret_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names of a stored endpoint's secret headers that are sent."""
    return tuple(name for name in names if _is_sent(name))


def _is_sent(name: str) -> bool:
    return is_header_name(name) and not is_framing(name)
