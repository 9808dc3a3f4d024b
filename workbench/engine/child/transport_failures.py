"""Diagnosis of failed connections: certificates, TLS on the wrong port, and servers of other protocols.

Invariant: the only probe sent to a server is a TLS handshake. It carries no key, header or request, and never bypasses
a proxy.
"""

from __future__ import annotations

import asyncio
import os
import re
import ssl
import traceback
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies

import httpx

from workbench.engine.child.failures import (
    CallError,
    FailureSubject,
    bad_address,
    broken_stream,
    connect_failed,
    half_answer,
    timed_out,
    tls_only,
)
from workbench.engine.child.http import ForeignProtocolError
from workbench.engine.loopback import is_loopback

_FILES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE")
"""Environment variables with certificate paths, read by the HTTP clients."""
_CERTIFICATE = re.compile(r"CERTIFICATE_VERIFY_FAILED|certificate verify failed", re.IGNORECASE)
_NO_TLS = re.compile(r"WRONG_VERSION_NUMBER|wrong version number|record layer failure|HTTP_REQUEST\b|PACKET_LENGTH")
_NO_HOST = re.compile(r"name or service not known|nodename nor servname|name resolution|no address associated", re.I)
_TRUST = "add it to the file that SSL_CERT_FILE names, then restart"
_CERTIFICATES = (
    (
        re.compile(r"self.signed", re.IGNORECASE),
        "The certificate of {endpoint} is self-signed or from an authority that is not trusted here. If the server "
        f"is yours, or your network's proxy signs for others, {_TRUST}.",
    ),
    (
        re.compile(r"has expired", re.IGNORECASE),
        "The certificate of {endpoint} has expired. Renew it on the server, or set the clock of this computer.",
    ),
    (
        re.compile(r"not yet valid", re.IGNORECASE),
        "The certificate of {endpoint} is not valid yet. Set the clock of this computer, or replace the certificate.",
    ),
    (
        re.compile(r"mismatch|not valid for", re.IGNORECASE),
        "The certificate of {endpoint} is for another host name. Enter the address with the name that the certificate "
        "has; if that name is right already, somebody else may be answering.",
    ),
    (
        re.compile(r"local issuer|unable to get issuer", re.IGNORECASE),
        "The certificate of {endpoint} comes from an authority that is not trusted here. If your network or server has "
        f"an authority of its own, {_TRUST}.",
    ),
)
_BANNERS = (
    (b"SSH-", "an SSH server"),
    (b"220", "a mail or file server"),
    (b"+OK", "a mail server"),
    (b"* OK", "a mail server"),
    (b"RFB ", "a screen sharing server"),
)
_TLS_RECORDS = (b"\x15\x03", b"\x16\x03")
"""The first bytes of a TLS alert and of a handshake."""
_HTTP_2 = b"\x00\x00"
"""The first bytes of HTTP/2's first frame: the length of SETTINGS, which are short."""
_TLS_S = 2.0


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    for _ in range(10):
        if seen is None:
            return
        yield seen
        seen = seen.__cause__ or seen.__context__


def no_certificates(error: Exception) -> CallError:
    """Return the failure for certificates that cannot be read."""
    return certificate_files() or CallError(
        "certificate",
        "The certificates of this computer cannot be read, so no encrypted connection can be made. Install them (on "
        "Debian the package ca-certificates), then restart.",
        str(error.__cause__ or error),
    )


def certificate_files() -> CallError | None:
    """Return the failure for environment variables that name unreadable certificates, None when all are readable."""
    for variable in _FILES:
        path = os.environ.get(variable, "")
        if path and not _is_readable(Path(path)):
            return CallError(
                "certificate",
                f"The certificates that {variable} names ({path}) cannot be read, so no encrypted connection can be "
                "made. Correct the variable or remove it, then restart.",
            )
    return None


def _is_readable(path: Path) -> bool:
    if path.is_dir():
        return os.access(path, os.R_OK | os.X_OK)
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except OSError:  # an SSLError is one
        return False
    return True


def failure_by_words(words: str, where: FailureSubject) -> CallError | None:
    """Return the failure for the error message of a TLS library or a resolver, None for any other message."""
    if _CERTIFICATE.search(words):
        found = next((sentence for pattern, sentence in _CERTIFICATES if pattern.search(words)), "")
        sentence = found or "The certificate of {endpoint} is not accepted; the details say why."
        return CallError("certificate", sentence.format(endpoint=where.endpoint), words)
    if _NO_TLS.search(words):
        return CallError(
            "bad_address",
            f"{where.endpoint} does not answer with TLS. If it serves plain HTTP there, write http:// instead of "
            "https://; else check host and port.",
            words,
        )
    if _NO_HOST.search(words):
        return CallError(
            "connect_failed",
            f"The host name of {where.endpoint} was not found. Check the address, and the network.",
            words,
            retry=True,
        )
    return None


async def transport_failure(error: Exception, url: str, where: FailureSubject, *, has_text: bool) -> CallError:
    """Return the failure for a failed connection or an interrupted exchange with the server at `url`."""
    if isinstance(error, httpx.UnsupportedProtocol | httpx.LocalProtocolError):
        return bad_address(where, error)
    words = f"{type(error).__name__}: {error}"
    if isinstance(error, httpx.DecodingError):
        return broken_stream(where, words)
    if has_text:
        return half_answer(where, words)
    if (known := failure_by_words(" ".join(map(str, _chain(error))), where)) is not None:
        return replace_detail(known, words)
    if isinstance(error, ForeignProtocolError):
        return foreign_server(error, where)
    if isinstance(error, httpx.ReadError | httpx.RemoteProtocolError):
        return await tls_server(url, where, words) or _no_answer(where, words)
    return connect_failed(where, words)


async def time_out(error: Exception, url: str, where: FailureSubject, seconds: float, phase: str) -> CallError:
    """Return the failure for a timeout of `seconds` in one of the phases of `timed_out`."""
    if phase == "connect" and _is_in_handshake(error):
        return CallError(
            "timeout_connect",
            f"{where.endpoint} accepted the connection and then did not answer the TLS handshake within {seconds:g} s. "
            "If it serves plain HTTP there, write http:// instead of https://; else check the port and the network.",
        )
    if phase in ("first", "listing"):
        # The probe may at most double the time that the user has already waited.
        found = await tls_server(url, where, "", min(_TLS_S, seconds))
        if found is not None:
            return found
    return timed_out(phase, seconds, where)


def foreign_server(error: ForeignProtocolError, where: FailureSubject) -> CallError:
    """Return the failure for a server that does not speak HTTP/1.1, naming its protocol if its first bytes tell."""
    said, words = error.said, str(error)
    if said.startswith(_TLS_RECORDS):
        return tls_only(where, words)
    if said.startswith(_HTTP_2):
        return _another_http(where, words)
    kind = next((name for start, name in _BANNERS if said.startswith(start)), "a server that does not speak HTTP")
    return CallError(
        "bad_address", f"At the address of {where.endpoint} is {kind}. Check host and port of its base URL.", words
    )


async def tls_server(url: str, where: FailureSubject, detail: str, within: float = _TLS_S) -> CallError | None:
    """Return the failure for an http:// address whose server completes a TLS handshake, None when it does not.

    The handshake is limited to `within` seconds.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme != "http" or not host or (getproxies() and not is_loopback(host)):
        return None
    return tls_only(where, detail) if await _speaks_tls(host, parts.port or 80, within) else None


def replace_detail(error: CallError, detail: str) -> CallError:
    """Replace the technical details of a failure, and return it."""
    error.failure = replace(error.failure, detail=detail)
    return error


def _no_answer(where: FailureSubject, detail: str) -> CallError:
    if "illegal" in detail or "protocol" in detail.partition(":")[2].lower():
        return _another_http(where, detail)
    return CallError(
        "half_answer",
        f"{where.endpoint} closed the connection without an answer. Check that its address is right; else try again.",
        detail,
        retry=True,
    )


def _another_http(where: FailureSubject, detail: str) -> CallError:
    return CallError(
        "bad_address", f"{where.endpoint} answers, but not in HTTP/1.1. Check host and port of its base URL.", detail
    )


def _is_in_handshake(error: Exception) -> bool:
    """Whether a connect timeout occurred in the TLS handshake, after the TCP connection was made."""
    frames = (frame for one in _chain(error) for frame, _ in traceback.walk_tb(one.__traceback__))
    return any(frame.f_code.co_name == "start_tls" for frame in frames)


async def _speaks_tls(host: str, port: int, within: float) -> bool:
    """Whether a server completes a TLS handshake within `within` seconds; its certificate is not verified."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        async with asyncio.timeout(within):
            _, writer = await asyncio.open_connection(host, port, ssl=context)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True
