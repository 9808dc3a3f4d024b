"""HTTP clients of the engine.

Invariant: a request to this machine never goes through a proxy, no request follows a redirect, nothing but the given
headers authorises one (no netrc, no cookies), and no answer grows in memory beyond what its reader asked for: what is
compressed is opened piece by piece.
"""

from __future__ import annotations

import contextlib
import ssl
import zlib
from collections.abc import AsyncIterator, Iterator
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import httpx

from workbench import __version__
from workbench.core.headers import plain_headers, secret_names
from workbench.engine.loopback import is_loopback

_HTTP = b"HTTP/"
_PIECE = 64 * 1024
_GZIP_OR_ZLIB = 32 + zlib.MAX_WBITS
_LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=1, keepalive_expiry=60.0)
_NO_COOKIES = DefaultCookiePolicy(allowed_domains=[])
_HEADERS = {"user-agent": f"prompt-workbench/{__version__}", "accept-encoding": "gzip"}


class CertificatesError(Exception):
    """The certificates that the environment names cannot be read."""


class HttpClients:
    """Clients that are lent for one exchange at a time, the last used first: its connection is the likeliest to live.

    One client with many connections would look at all of them for every request, which at 64 lanes costs ten times as
    much as the request.
    """

    def __init__(self) -> None:
        self._idle: dict[str, list[httpx.AsyncClient]] = {}
        self._ssl: ssl.SSLContext | None = None

    def prepare(self) -> None:
        """Read the certificates, which takes a while. Raises CertificatesError."""
        if self._ssl is None:
            try:
                self._ssl = httpx.create_ssl_context()
            except OSError as error:
                raise CertificatesError from error

    @contextlib.contextmanager
    def lend(self, url: str) -> Iterator[httpx.AsyncClient]:
        """Lend a client for that address.

        Raises ValueError or ImportError when the address or the proxy is none, and CertificatesError.
        """
        parts = urlsplit(url)
        if parts.port == 0:
            raise ValueError("There is no port 0.")
        idle = self._idle.setdefault(f"{parts.scheme}://{parts.netloc}", [])
        client = idle.pop() if idle else self._client(parts.scheme, trust_env=not is_loopback(parts.hostname or ""))
        try:
            yield client
        finally:
            idle.append(client)

    def _client(self, scheme: str, *, trust_env: bool) -> httpx.AsyncClient:
        # A proxy may be reached by TLS although the address is not.
        if scheme == "https" or trust_env:
            self.prepare()
        client = httpx.AsyncClient(
            verify=self._ssl or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
            trust_env=trust_env,
            follow_redirects=False,
            limits=_LIMITS,
            headers=_HEADERS,
            timeout=None,
        )
        # An endpoint must not recognise one call in another.
        client.cookies.jar.set_policy(_NO_COOKIES)
        return client


def auth_headers(key: str, headers: tuple[tuple[str, str], ...], secret: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Return the headers of a request: a bearer key if there is one, then the endpoint's own, which win."""
    key = key.strip()
    found: dict[str, str] = {"authorization": f"Bearer {key}"} if key else {}
    return found | {name.lower(): value.strip() for name, value in own_headers(headers, secret).items()}


def own_headers(headers: tuple[tuple[str, str], ...], secret: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Return the headers that an endpoint adds to every request, plain and secret ones, as they are written."""
    named = secret_names(name for name, _ in secret)
    return {**dict(plain_headers(headers)), **{name: value for name, value in secret if name in named}}


def body(response: httpx.Response) -> AsyncIterator[bytes]:
    """Return the chunks of an answer, decompressed. Raises httpx.DecodingError while reading."""
    encodings = [one.strip().lower() for one in response.headers.get("content-encoding", "").split(",")]
    encodings = [one for one in encodings if one not in ("", "identity")]
    return _decompressed(response, encodings) if encodings else response.aiter_raw()


async def _decompressed(response: httpx.Response, encodings: list[str]) -> AsyncIterator[bytes]:
    if len(encodings) > 1 or encodings[0] not in ("gzip", "x-gzip", "deflate"):
        # Several layers are how a few bytes become gigabytes; nothing but these was asked for.
        raise httpx.DecodingError(f"The content-encoding is {', '.join(encodings)!r}, which was not asked for.")
    opened = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        async for chunk in response.aiter_raw():
            rest = chunk
            while rest:
                if piece := opened.decompress(rest, _PIECE):
                    yield piece
                rest = opened.unconsumed_tail
    except zlib.error as error:
        raise httpx.DecodingError(str(error)) from error


async def read_up_to(chunks: AsyncIterator[bytes], limit: int) -> tuple[bytes, bool]:
    """Return the first `limit` bytes or fewer, and whether that is all there is."""
    parts, size = [], 0
    async for chunk in chunks:
        parts.append(chunk)
        size += len(chunk)
        if size > limit:
            return b"".join(parts)[:limit], False
    return b"".join(parts), True


class ForeignProtocolError(httpx.RemoteProtocolError):
    """The server does not answer in HTTP/1.1; `said` is how its answer, or its greeting, begins."""

    def __init__(self, said: bytes) -> None:
        super().__init__(f"It says: {said[:80].decode('ascii', 'replace')}")
        self.said = said


def extensions(connect: float) -> dict[str, Any]:
    """Return the extensions of a request: only connecting is limited, by seconds; its reader watches the rest.

    Reading raises ForeignProtocolError at the first byte that is not HTTP. A parser would wait for the end of a line
    or a header that never comes: servers that greet (SSH, mail, databases) then leave the connection open.
    """
    return {"timeout": httpx.Timeout(None, connect=connect).as_dict(), "trace": _expect_http}


async def _expect_http(event: str, info: dict[str, Any]) -> None:
    if event != "connection.connect_tcp.complete":
        return
    stream = info["return_value"]
    read = stream.read

    async def first_read(*args: Any, **more: Any) -> bytes:
        said: bytes = await read(*args, **more)
        del stream.read  # what follows is read without this detour
        if not said.startswith(_HTTP) and not _HTTP.startswith(said):
            raise ForeignProtocolError(said)
        return said

    # Of TLS this sees nothing: that reads from what is below the stream.
    stream.read = first_read
