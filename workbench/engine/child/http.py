"""HTTP clients of the engine.

Invariant: requests to this machine never go through a proxy, no request follows a redirect, only the given headers
authorise a request (no netrc, no cookies), and no response takes more memory than its reader requests: bodies are
decompressed in chunks.
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
    """The certificates of the environment cannot be read."""


class HttpClients:
    """Pool of clients with one connection each, most recently used first: its connection is the likeliest to be open.

    A single client with many connections would inspect all of them for every request, which at 64 lanes costs ten
    times as much as the request.
    """

    def __init__(self) -> None:
        self._idle: dict[str, list[httpx.AsyncClient]] = {}
        self._ssl: ssl.SSLContext | None = None

    def prepare(self) -> None:
        """Load the certificates, which is slow. Raises CertificatesError."""
        if self._ssl is None:
            try:
                self._ssl = httpx.create_ssl_context()
            except OSError as error:
                raise CertificatesError from error

    @contextlib.contextmanager
    def lend(self, url: str) -> Iterator[httpx.AsyncClient]:
        """Lend a client for one exchange with `url`.

        Raises ValueError or ImportError when the address or the proxy is unusable, and CertificatesError.
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
        # A proxy may use TLS although the address does not.
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
        # An endpoint must not be able to link calls.
        client.cookies.jar.set_policy(_NO_COOKIES)
        return client


def auth_headers(key: str, headers: tuple[tuple[str, str], ...], secret: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Return the headers of a request: a bearer key if there is one, overridden by the endpoint's own headers."""
    key = key.strip()
    found: dict[str, str] = {"authorization": f"Bearer {key}"} if key else {}
    return found | {name.lower(): value.strip() for name, value in own_headers(headers, secret).items()}


def own_headers(headers: tuple[tuple[str, str], ...], secret: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Return the plain and secret headers that an endpoint adds to every request, unnormalised."""
    named = secret_names(name for name, _ in secret)
    return {**dict(plain_headers(headers)), **{name: value for name, value in secret if name in named}}


def body(response: httpx.Response) -> AsyncIterator[bytes]:
    """Return the decompressed chunks of a response. Reading them raises httpx.DecodingError."""
    encodings = [one.strip().lower() for one in response.headers.get("content-encoding", "").split(",")]
    encodings = [one for one in encodings if one not in ("", "identity")]
    return _decompressed(response, encodings) if encodings else response.aiter_raw()


async def _decompressed(response: httpx.Response, encodings: list[str]) -> AsyncIterator[bytes]:
    if len(encodings) > 1 or encodings[0] not in ("gzip", "x-gzip", "deflate"):
        # Nested encodings can expand a few bytes to gigabytes; only gzip was requested.
        raise httpx.DecodingError(f"The content-encoding is {', '.join(encodings)!r}, which was not requested.")
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
    """Return at most `limit` bytes, and whether the body is complete."""
    parts, size = [], 0
    async for chunk in chunks:
        parts.append(chunk)
        size += len(chunk)
        if size > limit:
            return b"".join(parts)[:limit], False
    return b"".join(parts), True


class ForeignProtocolError(httpx.RemoteProtocolError):
    """The server does not speak HTTP/1.1; `said` holds the first bytes of its response or greeting."""

    def __init__(self, said: bytes) -> None:
        super().__init__(f"It says: {said[:80].decode('ascii', 'replace')}")
        self.said = said


def extensions(connect: float) -> dict[str, Any]:
    """Return the httpx extensions of a request: a connect timeout in seconds; the reader enforces the other timeouts.

    Reading raises ForeignProtocolError when the first bytes are not HTTP. The HTTP parser would wait for the end of a
    line or header that never comes, because servers that greet (SSH, mail, databases) keep the connection open.
    """
    return {"timeout": httpx.Timeout(None, connect=connect).as_dict(), "trace": _expect_http}


async def _expect_http(event: str, info: dict[str, Any]) -> None:
    if event != "connection.connect_tcp.complete":
        return
    stream = info["return_value"]
    read = stream.read

    async def first_read(*args: Any, **more: Any) -> bytes:
        said: bytes = await read(*args, **more)
        del stream.read  # later reads call the original method
        if not said.startswith(_HTTP) and not _HTTP.startswith(said):
            raise ForeignProtocolError(said)
        return said

    # TLS is unaffected: it reads from the transport below the stream.
    stream.read = first_read
