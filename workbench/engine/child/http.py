"""HTTP clients of the engine.

Invariant: a request to this machine never goes through a proxy, no request follows a redirect, and nothing but the
given headers authorises one (no netrc, no cookies).
"""

from __future__ import annotations

from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import httpx

from workbench import __version__

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=64, keepalive_expiry=60.0)
_HEADERS = {"user-agent": f"prompt-workbench/{__version__}"}


class HttpClients:
    """One client for this machine and one for the rest of the world, each made on first use."""

    def __init__(self) -> None:
        self._inside: httpx.AsyncClient | None = None
        self._outside: httpx.AsyncClient | None = None

    def prepare(self) -> None:
        """Make both now."""
        self.for_url("http://127.0.0.1")
        self.for_url("https://example.invalid")

    def for_url(self, url: str) -> httpx.AsyncClient:
        """Return the client for that address. Raises ValueError when it is none."""
        parts = urlsplit(url)
        if parts.port == 0:
            raise ValueError("There is no port 0.")
        if (parts.hostname or "") in _LOOPBACK:
            if self._inside is None:
                self._inside = _client(trust_env=False)
            return self._inside
        if self._outside is None:
            self._outside = _client(trust_env=True)
        return self._outside


def _client(*, trust_env: bool) -> httpx.AsyncClient:
    client = httpx.AsyncClient(
        trust_env=trust_env, follow_redirects=False, limits=_LIMITS, headers=_HEADERS, timeout=None
    )
    # An endpoint must not recognise one call in another.
    client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return client


def auth_headers(key: str, headers: tuple[tuple[str, str], ...], secret: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Return the headers of a request: a bearer key if there is one, then the endpoint's own, which win."""
    key = key.strip()
    found: dict[str, str] = {"authorization": f"Bearer {key}"} if key else {}
    for name, value in (*headers, *secret):
        found[name.lower()] = value
    return found


def timeout(connect: float) -> dict[str, Any]:
    """Return a time-out that only limits connecting; the rest is watched by whoever reads."""
    return httpx.Timeout(None, connect=connect).as_dict()
