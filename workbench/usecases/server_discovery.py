"""Searching for model servers on this machine, on request.

Invariant: only loopback addresses are contacted, without a proxy, once, with a short timeout.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from workbench.core.text import plural
from workbench.engine.untrusted_json import parse

_PATIENCE_S = 1.5
_LIMIT = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ServerCandidate:
    """A server that may be running: its name and the OpenAI-compatible address it would have."""

    name: str
    base_url: str


CANDIDATES = (
    ServerCandidate("Ollama", "http://127.0.0.1:11434/v1"),
    ServerCandidate("LM Studio", "http://127.0.0.1:1234/v1"),
)


@dataclass(frozen=True, slots=True)
class FoundServer:
    """The result for one candidate. `models` are its model ids; `sentence` says what was found, or what to do."""

    candidate: ServerCandidate
    running: bool
    models: tuple[str, ...]
    sentence: str
    detail: str = ""


def look_for_servers(
    candidates: Sequence[ServerCandidate] = CANDIDATES, patience_s: float = _PATIENCE_S
) -> list[FoundServer]:
    """Request the models of all candidates in parallel; blocks for about `patience_s` seconds."""
    with ThreadPoolExecutor(max(1, len(candidates)), "look") as pool:
        return list(pool.map(lambda candidate: _ask(candidate, patience_s), candidates))


def _ask(candidate: ServerCandidate, patience_s: float) -> FoundServer:
    name = candidate.name
    stranger = f"Another program answers at the address of {name}."
    try:
        status, raw = _get(f"{candidate.base_url}/models", patience_s)
        if status != http.client.OK:
            return FoundServer(candidate, False, (), stranger, f"HTTP {status}")
        models = _ids(parse(raw))
    except OSError as error:
        return FoundServer(candidate, False, (), f"{name} is not running. Start it, then look again.", str(error))
    except (ValueError, http.client.HTTPException) as error:
        return FoundServer(candidate, False, (), stranger, str(error))
    if not models:
        return FoundServer(candidate, True, (), f"{name} is running and has no models yet. Download one there.")
    count = f"{len(models)} {plural(len(models), 'model')}"
    return FoundServer(candidate, True, models, f"{name} is running with {count}.")


def _get(url: str, patience_s: float) -> tuple[int, bytes]:
    """Return status and body, without using a proxy or following redirects. Raises OSError, HTTPException."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=patience_s)
    with contextlib.closing(connection):
        connection.connect()
        with _hung_up_after(connection.sock, patience_s):
            connection.request("GET", parts.path)
            answer = connection.getresponse()
            return answer.status, answer.read(_LIMIT)


@contextlib.contextmanager
def _hung_up_after(sock: socket.socket, seconds: float) -> Iterator[None]:
    """Limit the whole exchange: a server that sends a byte now and then would block its reader for ever."""

    def hang_up() -> None:
        # The server may have closed the connection.
        with contextlib.suppress(OSError):
            sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, hang_up)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()


def _ids(data: Any) -> tuple[str, ...]:
    if not isinstance(data, dict) or not isinstance(data.get("data"), list):
        raise ValueError("the answer has no list of models")
    return tuple(model["id"] for model in data["data"] if isinstance(model, dict) and isinstance(model.get("id"), str))
